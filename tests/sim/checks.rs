//! The judges: each a function with a sentence for a name, of what the peers saw and the ledger kept.

mod counters;
mod doubles;
mod durable;
mod ends;
mod rates;
mod receipts;
mod texts;
mod withdrawals;

pub use counters::is_at_rest;
pub use durable::after_start;

use std::collections::BTreeSet;
use std::time::Duration;

use postrider::base::clock::Timestamp;

use crate::book::{Given, What};
use crate::catalogue::Catalogue;
use crate::context::Context;
use crate::world::World;

/// Everything that has to hold when nothing moves any more.
pub fn at_rest(world: &mut World) {
    let Some(running) = &world.gateway.running else {
        return world.ctx.violate("the gateway runs in the end", String::new());
    };
    let catalogue = Catalogue::of(&running.ledger);
    let ledger = running.ledger.clone();
    let ctx = &mut world.ctx;
    ends::each_acknowledged_message_is_known_and_ends(ctx, &ledger, &catalogue);
    ends::what_is_delivered_was_reported_so(ctx, &ledger, &catalogue);
    ends::nothing_is_submitted_after_its_life(ctx);
    receipts::each_owed_receipt_arrives(ctx, &ledger, &catalogue);
    receipts::a_receipt_is_given_once(ctx, &catalogue);
    receipts::only_the_receipts_asked_for_are_given(ctx, &ledger, &catalogue);
    doubles::a_message_is_submitted_again_only_for_a_reason(ctx);
    doubles::the_history_tells_each_reason(ctx, &ledger, &catalogue);
    durable::what_was_acknowledged_is_on_disk(ctx, &ledger, &catalogue);
    rates::the_rate_of_a_carrier_is_kept(ctx);
    rates::the_rate_of_an_account_is_kept(ctx);
    rates::the_rate_of_a_route_is_kept(ctx);
    rates::the_rate_of_a_prefix_is_kept(ctx);
    texts::each_text_reaches_its_account(ctx);
    texts::a_text_is_given_once(ctx);
    texts::a_part_that_goes_alone_says_why(ctx, &ledger);
    withdrawals::what_is_cancelled_never_leaves(ctx, &ledger, &catalogue);
    withdrawals::what_is_replaced_leaves_with_its_new_text(ctx);
    counters::counters_return_to_zero(world);
}

/// After all faults, messages pass as if there had been none.
pub fn fresh(world: &mut World) {
    for account in not_passed(world) {
        let what = format!("account {account}");
        world.ctx.violate("fresh messages pass after the faults", what);
    }
}

/// Accounts of which no fresh message has gone all the way and back.
pub fn not_passed(world: &World) -> Vec<usize> {
    let Some(running) = &world.gateway.running else { return Vec::new() };
    let catalogue = Catalogue::of(&running.ledger);
    let book = &world.ctx.book;
    let told = |given: &Given| match &given.what {
        What::Receipt { id, .. } => catalogue.submission(id).map(|(_, number)| number),
        What::Texts(_) => None,
    };
    let told: BTreeSet<usize> = book.given.iter().filter_map(told).collect();
    let passed = |account: usize| {
        told.iter().any(|number| {
            let sent = &book.submissions[*number];
            sent.fresh && sent.account == account
        })
    };
    (0..world.ctx.plan.settings.accounts.len()).filter(|account| !passed(*account)).collect()
}

/// Whether anything made an answer on a connection doubtful that was given at a moment.
fn doubtful(ctx: &Context, conn: usize, from: Timestamp, answered: Timestamp) -> bool {
    let settled = answered + ctx.plan.slack() + Duration::from_secs(1);
    let the_conn = &ctx.net.conns[conn];
    the_conn.stalled
        || the_conn.flooded
        || the_conn.ended_at.is_some_and(|ended| ended <= settled)
        || ctx.book.died(from, settled)
}
