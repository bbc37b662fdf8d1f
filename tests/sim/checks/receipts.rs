//! Receipts reach the accounts that asked for them: all of them, once, and no others.

use std::collections::BTreeMap;
use std::time::Duration;

use postrider::base::id::MessageOrd;
use postrider::ledger::store::Ledger;
use postrider::message::state::settles;

use crate::book::{Given, What};
use crate::catalogue::Catalogue;
use crate::checks::doubtful;
use crate::context::Context;

/// What was given of each message, in the order of time.
fn by_message(ctx: &Context, catalogue: &Catalogue) -> BTreeMap<MessageOrd, Vec<Given>> {
    let mut receipts: BTreeMap<MessageOrd, Vec<Given>> = BTreeMap::new();
    for given in &ctx.book.given {
        if let What::Receipt { id, .. } = &given.what
            && let Some((ord, _)) = catalogue.submission(id)
        {
            receipts.entry(ord).or_default().push(given.clone());
        }
    }
    // In the order they were written; an application may read a link late.
    receipts.values_mut().for_each(|given| given.sort_by_key(|given| given.at));
    receipts
}

/// The outcomes a centre reported of a submission, finally and acknowledged.
fn outcomes(ctx: &Context, number: usize) -> Vec<u8> {
    let of_it = |taking: Option<usize>| {
        taking.is_some_and(|taking| ctx.book.takings[taking].submission == number)
    };
    let reports = ctx.book.reports.iter();
    reports
        .filter(|report| report.acknowledged.is_some() && !report.intermediate)
        .filter(|report| of_it(report.taking))
        .map(|report| report.state)
        .collect()
}

/// A message that has ended, and whose account asked to hear of such an end, has had its receipt.
pub fn each_owed_receipt_arrives(ctx: &mut Context, ledger: &Ledger, catalogue: &Catalogue) {
    let receipts = by_message(ctx, catalogue);
    let mut faults = Vec::new();
    for (&number, ords) in &catalogue.submissions {
        let Some(sent) = ctx.book.submissions.get(number) else { continue };
        let ended = ledger.state(ords[0]).ok().flatten().is_some_and(|s| s.status.is_final());
        let outcomes = outcomes(ctx, number);
        let delivered = outcomes.iter().filter(|state| **state == 2).count();
        let owed = match sent.registered {
            1 => ended || !outcomes.is_empty() && !doubted(ledger, ords[0]),
            2 => ended && delivered == 0,
            3 => ended && delivered > 0 && delivered == outcomes.len() && !doubted(ledger, ords[0]),
            _ => false,
        };
        let settled = |given: &Given| given.answered.is_some_and(|(_, status)| settles(status));
        let given = receipts.get(&ords[0]).map_or(&[][..], Vec::as_slice);
        if owed && !given.iter().any(settled) {
            let what = format!("m{number} ({:?}): {} given, none taken", ords[0], given.len());
            faults.push(what);
        }
    }
    faults.into_iter().for_each(|what| ctx.violate("each owed receipt arrives", what));
}

/// Whether a submit of a message was in doubt at some time: then it may have ended without a word
/// of its carrier.
fn doubted(ledger: &Ledger, ord: MessageOrd) -> bool {
    ledger.state(ord).ok().flatten().is_none_or(|state| state.was_in_doubt())
}

/// A receipt is given again only if the answer to the one before was lost, late or a refusal.
pub fn a_receipt_is_given_once(ctx: &mut Context, catalogue: &Catalogue) {
    let mut faults = Vec::new();
    for (ord, given) in by_message(ctx, catalogue) {
        for (before, after) in given.iter().zip(&given[1..]) {
            // Of two written in one turn nobody knows the order.
            let ordered = before.at != after.at;
            if certain(ctx, before) && (ordered || certain(ctx, after)) {
                faults.push(format!("{ord:?}: {before:?}, then {after:?}"));
            }
        }
    }
    faults.into_iter().for_each(|what| ctx.violate("a receipt is given once", what));
}

/// Whether the gateway must have heard that this was taken.
pub fn certain(ctx: &Context, given: &Given) -> bool {
    let Some((answered, status)) = given.answered else { return false };
    let patience = ctx.plan.settings.smpp.response_timeout;
    let in_time = patience.saturating_sub(ctx.plan.slack() + Duration::from_millis(300));
    settles(status)
        && answered.since(given.at) < in_time
        && !doubtful(ctx, given.conn, given.at, answered)
}

/// Receipts go to the account of the message, and only if it asked for that outcome.
pub fn only_the_receipts_asked_for_are_given(
    ctx: &mut Context,
    ledger: &Ledger,
    catalogue: &Catalogue,
) {
    let mut faults = Vec::new();
    for given in &ctx.book.given {
        let What::Receipt { id, state } = &given.what else { continue };
        let Some((ord, number)) = catalogue.submission(id) else {
            faults.push(format!("a receipt of nothing: {}", id.escape_ascii()));
            continue;
        };
        let sent = &ctx.book.submissions[number];
        let asked = match sent.registered {
            1 => true,
            // A doubt is owed like a failure, and may have turned out well when it is told.
            2 => *state != 2 || doubted(ledger, ord),
            3 => *state == 2,
            _ => false,
        };
        if sent.account != given.account || !asked {
            faults.push(format!(
                "m{number} registered {} of {}: {given:?}",
                sent.registered, sent.account
            ));
        }
    }
    let check = "only the receipts asked for are given";
    faults.into_iter().for_each(|what| ctx.violate(check, what));
}
