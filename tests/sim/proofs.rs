//! Each judge, shown to condemn: its fault is put into the world, never into the gateway's code.

use crate::world::live;

/// A fault of the world's shell, or a lie of a peer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sabotage {
    /// A disk that says it synced the log, and did not.
    SyncNothing,
    /// A process that does not take up what it finds.
    ForgetRestore,
    /// The gateway is told of a wider window than was agreed.
    WiderCarrierWindow,
    WiderAccountWindow,
    /// The gateway is told of a higher rate than was agreed.
    FasterCarrier,
    FasterAccount,
    /// The gateway is told nothing of the rates of routes, or of prefixes.
    FasterRoute,
    FasterPrefix,
    /// Somebody between the gateway and the application takes receipts away and answers them.
    DropReceipts,
    /// Or hands them on twice.
    DoubleReceipts,
    DropTexts,
    /// A centre gets a submit twice for no reason.
    DoubleSubmits,
    /// Mail between shards is lost.
    LoseMail,
    /// Links that may be read again are not.
    ForgetToReadAgain,
    /// The gateway is told that messages live longer than was agreed.
    LongerLife,
    /// An application takes every answer to a cancel_sm or replace_sm for a yes.
    BelieveWithdrawals,
    /// After the faults nothing is read any more.
    DeafAfterwards,
}

/// Seeds tried: not every world gives a fault its chance.
const SEEDS: std::ops::Range<u64> = 1..40;

/// A world of some seed is condemned by this judge for this fault.
fn is_condemned(sabotage: Sabotage, check: &str) {
    let mut others = Vec::new();
    for seed in SEEDS {
        let outcome = live(seed, Some(sabotage));
        if outcome.violations.iter().any(|violation| violation.check == check) {
            return;
        }
        others.extend(outcome.violations.into_iter().map(|violation| violation.check));
    }
    panic!("{sabotage:?} was never called \"{check}\", but {others:?}");
}

#[test]
fn a_disk_that_does_not_sync_is_found_by_what_is_lost() {
    is_condemned(Sabotage::SyncNothing, "what was acknowledged is on disk");
}

#[test]
fn messages_that_are_not_taken_up_again_are_found_by_their_missing_end() {
    is_condemned(Sabotage::ForgetRestore, "each acknowledged message is known and ends");
}

#[test]
fn a_window_too_wide_is_seen_by_the_carrier() {
    is_condemned(Sabotage::WiderCarrierWindow, "the window of a carrier is kept");
}

#[test]
fn a_window_too_wide_is_seen_by_the_application() {
    is_condemned(Sabotage::WiderAccountWindow, "the window of an account is kept");
}

#[test]
fn a_rate_too_high_is_seen_by_the_carrier() {
    is_condemned(Sabotage::FasterCarrier, "the rate of a carrier is kept");
}

#[test]
fn a_rate_too_high_is_seen_by_the_application() {
    is_condemned(Sabotage::FasterAccount, "the rate of an account is kept");
}

#[test]
fn a_routes_rate_that_is_not_kept_is_seen_by_the_carriers() {
    is_condemned(Sabotage::FasterRoute, "the rate of a route is kept");
}

#[test]
fn a_prefixs_rate_that_is_not_kept_is_seen_by_the_carriers() {
    is_condemned(Sabotage::FasterPrefix, "the rate of a prefix is kept");
}

#[test]
fn a_receipt_that_never_comes_is_missed() {
    is_condemned(Sabotage::DropReceipts, "each owed receipt arrives");
}

#[test]
fn a_receipt_that_comes_twice_is_noticed() {
    is_condemned(Sabotage::DoubleReceipts, "a receipt is given once");
}

#[test]
fn a_text_that_never_comes_is_missed() {
    is_condemned(Sabotage::DropTexts, "each text reaches its account");
}

#[test]
fn parts_that_are_not_taken_up_again_are_missed() {
    is_condemned(Sabotage::ForgetRestore, "each text reaches its account");
}

#[test]
fn a_submit_that_comes_twice_is_noticed() {
    is_condemned(Sabotage::DoubleSubmits, "a message is submitted again only for a reason");
}

#[test]
fn a_submit_that_comes_twice_is_missed_in_the_history() {
    is_condemned(Sabotage::DoubleSubmits, "the history tells each reason");
}

#[test]
fn mail_that_is_lost_leaves_a_counter_behind() {
    is_condemned(Sabotage::LoseMail, "counters return to zero");
}

#[test]
fn a_link_that_is_never_read_again_leaves_requests_unanswered() {
    is_condemned(Sabotage::ForgetToReadAgain, "every request on a whole link is answered");
}

#[test]
fn a_message_that_outlives_its_time_is_noticed() {
    is_condemned(Sabotage::LongerLife, "nothing is submitted after its life");
}

#[test]
fn a_message_that_leaves_after_it_was_cancelled_is_noticed() {
    is_condemned(Sabotage::BelieveWithdrawals, "what is cancelled never leaves");
}

#[test]
fn a_message_that_leaves_with_its_old_text_is_noticed() {
    is_condemned(Sabotage::BelieveWithdrawals, "what is replaced leaves with its new text");
}

#[test]
fn a_gateway_that_hears_nothing_any_more_lets_no_fresh_message_pass() {
    is_condemned(Sabotage::DeafAfterwards, "fresh messages pass after the faults");
}
