//! Nothing is submitted twice without a reason, and every reason is told.

use std::collections::BTreeMap;
use std::time::Duration;

use postrider::base::clock::Timestamp;
use postrider::ledger::store::Ledger;
use postrider::message::event::What;
use postrider::pipeline::settings::InDoubt;

use crate::book::{Answer, Taking};
use crate::catalogue::Catalogue;
use crate::checks::doubtful;
use crate::context::Context;

fn by_submission(ctx: &Context) -> BTreeMap<usize, Vec<Taking>> {
    let mut takings: BTreeMap<usize, Vec<Taking>> = BTreeMap::new();
    for taking in &ctx.book.takings {
        takings.entry(taking.submission).or_default().push(taking.clone());
    }
    // In the order they left: the ways of two binds are not equally long.
    takings.values_mut().for_each(|takings| takings.sort_by_key(|taking| taking.entered));
    takings
}

/// A submit comes again only if the one before was refused for the moment, or its answer may have
/// been lost; with the hold policy only in the first case.
pub fn a_message_is_submitted_again_only_for_a_reason(ctx: &mut Context) {
    let mut faults = Vec::new();
    for (number, takings) in by_submission(ctx) {
        for (before, after) in takings.iter().zip(&takings[1..]) {
            let holds = ctx.plan.settings.carriers[before.centre].in_doubt == InDoubt::Hold;
            let reason = match before.answer {
                Answer::Temporary(_) => true,
                _ if holds => false,
                Answer::None => true,
                Answer::Took(at) | Answer::Permanent(at) => !certain(ctx, before, at),
            };
            if !reason {
                faults.push(format!("m{number} (hold: {holds}): {before:?}, then {after:?}"));
            }
        }
    }
    let check = "a message is submitted again only for a reason";
    faults.into_iter().for_each(|what| ctx.violate(check, what));
}

/// Whether the gateway must have heard this answer.
fn certain(ctx: &Context, taking: &Taking, answered: Timestamp) -> bool {
    let patience = ctx.plan.settings.carriers[taking.centre].response_timeout;
    let in_time = patience.saturating_sub(ctx.plan.slack() + Duration::from_millis(300));
    answered.since(taking.at) < in_time && !doubtful(ctx, taking.conn, taking.at, answered)
}

/// The history of a message has a doubt or a refusal for each time it was submitted again, and no
/// submit after a doubt that is held.
pub fn the_history_tells_each_reason(ctx: &mut Context, ledger: &Ledger, catalogue: &Catalogue) {
    let mut faults = Vec::new();
    for (number, takings) in by_submission(ctx) {
        let Some(ords) = catalogue.submissions.get(&number) else {
            faults.push(format!("m{number} was submitted and is not in the ledger"));
            continue;
        };
        let Ok(events) = ledger.events(ords[0]) else { continue };
        let (mut reasons, mut over) = (0, false);
        for event in &events {
            match event.event().map(|event| event.what) {
                Some(What::InDoubt { resend, .. }) => {
                    reasons += 1;
                    over |= !resend;
                }
                Some(What::Refused { retry_at, .. }) if retry_at != Timestamp::NEVER => {
                    reasons += 1;
                }
                Some(What::Refused { .. } | What::Ended { .. } | What::Cancelled { .. }) => {
                    over = true;
                }
                Some(What::Sending { .. }) if over => {
                    faults.push(format!("m{number} is sent after its end"));
                }
                _ => {}
            }
        }
        if takings.len() > reasons + 1 {
            let history: Vec<_> = events.iter().filter_map(|event| event.event()).collect();
            let times = takings.len();
            faults
                .push(format!("m{number} came {times} times, for {reasons} reasons: {history:?}"));
        }
    }
    let check = "the history tells each reason";
    faults.into_iter().for_each(|what| ctx.violate(check, what));
}
