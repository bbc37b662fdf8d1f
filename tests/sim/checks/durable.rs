//! What a peer was told is on disk is there after any stop.

use postrider::ledger::store::Ledger;
use postrider::message::carrier_id::candidates;
use postrider::message::event::What;

use crate::book::Report;
use crate::catalogue::Catalogue;
use crate::context::Context;
use crate::world::World;

const CHECK: &str = "what was acknowledged is on disk";

/// Looks right after a start, before anything is put right.
pub fn after_start(world: &mut World) {
    if let Some(running) = &world.gateway.running {
        let catalogue = Catalogue::of(&running.ledger);
        let ledger = running.ledger.clone();
        what_was_acknowledged_is_on_disk(&mut world.ctx, &ledger, &catalogue);
    }
}

/// Submissions, receipts and messages from handsets that were acknowledged are in the ledger.
pub fn what_was_acknowledged_is_on_disk(ctx: &mut Context, ledger: &Ledger, catalogue: &Catalogue) {
    let mut faults = Vec::new();
    for (number, sent) in ctx.book.submissions.iter().enumerate() {
        if let Some((_, id)) = &sent.acknowledged
            && catalogue.submission(id).map(|(_, known)| known) != Some(number)
        {
            faults.push(format!("m{number} is lost"));
        }
    }
    for (number, report) in ctx.book.reports.iter().enumerate() {
        if report.acknowledged.is_some() && !is_kept(ctx, ledger, catalogue, report) {
            faults.push(format!("receipt {number} is lost: {report:?}"));
        }
    }
    for (number, text) in ctx.book.texts.iter().enumerate() {
        if text.acknowledged.is_some() && !catalogue.texts.contains_key(&number) {
            faults.push(format!("o{number} is lost"));
        }
    }
    faults.into_iter().for_each(|what| ctx.violate(CHECK, what));
}

/// Whether a receipt is in its message's history, or among those that found none.
fn is_kept(ctx: &Context, ledger: &Ledger, catalogue: &Catalogue, report: &Report) -> bool {
    let forms: Vec<_> = candidates(&report.id).collect();
    let submission = report.taking.map(|taking| ctx.book.takings[taking].submission);
    let ord = submission.and_then(|number| Some(*catalogue.submissions.get(&number)?.first()?));
    let events = ord.and_then(|ord| ledger.events(ord).ok()).unwrap_or_default();
    let told = events.iter().any(|event| match event.event().map(|event| event.what) {
        Some(What::Receipt { report: kept, .. }) => kept.carrier_message_id == report.id,
        _ => false,
    });
    if told {
        return true;
    }
    let Ok(Some(carrier)) = carrier_of(ctx, ledger, report) else { return true };
    ledger.orphans_by_id(carrier, &forms).is_ok_and(|orphans| !orphans.is_empty())
}

fn carrier_of(
    ctx: &Context,
    ledger: &Ledger,
    report: &Report,
) -> std::io::Result<Option<postrider::base::id::CarrierId>> {
    let name = &ctx.plan.settings.carriers[report.centre].name;
    ledger.names().carrier(name).map(Some)
}
