//! Each acknowledged message is known and ends.

use postrider::ledger::store::Ledger;
use postrider::message::disposition::{Disposition, Status};

use crate::book::{Answer, Submission};
use crate::catalogue::Catalogue;
use crate::context::Context;

const ENDS: &str = "each acknowledged message is known and ends";

/// Each message that was acknowledged is in the ledger, once, and every message there has ended;
/// but one that a centre took and will never report on stays sent.
pub fn each_acknowledged_message_is_known_and_ends(
    ctx: &mut Context,
    ledger: &Ledger,
    catalogue: &Catalogue,
) {
    let mut faults = Vec::new();
    for (number, sent) in ctx.book.submissions.iter().enumerate() {
        if let Some((_, id)) = &sent.acknowledged
            && catalogue.submission(id).map(|(_, known)| known) != Some(number)
        {
            faults.push(format!(
                "m{number} was acknowledged as {} and is not known",
                id.escape_ascii()
            ));
        }
    }
    for (&number, ords) in &catalogue.submissions {
        if ords.len() != 1 {
            faults.push(format!("m{number} was accepted {} times", ords.len()));
        }
        let Ok(Some(state)) = ledger.state(ords[0]) else {
            faults.push(format!("m{number} has no state"));
            continue;
        };
        let ended = state.status.is_final();
        if !ended && (state.status != Status::Sent || !silent(ctx, number)) {
            faults.push(format!("m{number} ({:?}) is still {:?}", ords[0], state));
        }
    }
    faults.into_iter().for_each(|what| ctx.violate(ENDS, what));
}

/// A centre gets no message whose life is over, however long the ways were.
pub fn nothing_is_submitted_after_its_life(ctx: &mut Context) {
    let mut faults = Vec::new();
    for taking in &ctx.book.takings {
        let sent = &ctx.book.submissions[taking.submission];
        let Some((acknowledged, _)) = sent.acknowledged else { continue };
        let lifetime = ctx.plan.settings.carriers[taking.centre].lifetime;
        let age = taking.at.since(acknowledged);
        if age > lifetime + ctx.plan.slack() {
            faults.push(format!("m{} after {age:?} of {lifetime:?}", taking.submission));
        }
    }
    let check = "nothing is submitted after its life";
    faults.into_iter().for_each(|what| ctx.violate(check, what));
}

/// Whether a centre took a message and will never report on it.
pub fn silent(ctx: &Context, number: usize) -> bool {
    ctx.book.takings.iter().any(|taking| {
        taking.submission == number && !taking.reports && matches!(taking.answer, Answer::Took(_))
    })
}

/// "Delivered" is never our invention.
pub fn what_is_delivered_was_reported_so(
    ctx: &mut Context,
    ledger: &Ledger,
    catalogue: &Catalogue,
) {
    let mut faults = Vec::new();
    for (&number, ords) in &catalogue.submissions {
        let Ok(Some(state)) = ledger.state(ords[0]) else { continue };
        let reported = ctx.book.reports.iter().any(|report| {
            report.state == 2
                && report.sent > 0
                && report.taking.is_some_and(|taking| ctx.book.takings[taking].submission == number)
        });
        if state.disposition == Disposition::Delivered && !reported {
            faults.push(format!("m{number} is delivered; nobody said so"));
        }
        let known: Option<&Submission> = ctx.book.submissions.get(number);
        if known.is_none() {
            faults.push(format!("m{number} was never submitted"));
        }
    }
    let check = "what is delivered was reported so";
    faults.into_iter().for_each(|what| ctx.violate(check, what));
}
