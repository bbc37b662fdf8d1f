//! What becomes of a message as its events come.

use super::disposition::{Disposition, Evidence, Status};
use super::reason::Reason;
use super::record::{Direction, Message};
use super::ruling::Ruling;
use super::state::*;
use crate::base::clock::Timestamp;
use crate::base::id::CarrierId;
use crate::message::event::{By, Doubt, Report, What};

const CARRIER: CarrierId = CarrierId(1);

fn accepted() -> State {
    State::accepted(&Message { registered_delivery: 1, ..Message::default() })
}

fn receipt(message_state: u8, reason: Reason) -> What<'static> {
    let report = Report { message_state, reason: reason as u8, ..Report::default() };
    What::Receipt { carrier: CARRIER, report }
}

fn fold(events: &[What<'_>]) -> State {
    let mut state = accepted();
    events.iter().for_each(|event| state.apply(event));
    state
}

const SENDING: What<'_> = What::Sending { carrier: CARRIER, bind: 0, attempt: 1 };
const SENT: What<'_> = What::Sent { carrier: CARRIER, carrier_message_id: b"1" };

#[test]
fn a_delivered_message_owes_its_receipt_until_the_account_answers() {
    let mut state = fold(&[SENDING, SENT, receipt(2, Reason::None)]);
    assert_eq!((state.status, state.evidence), (Status::Delivered, Evidence::Network));
    assert!(state.owed());
    state.apply(&What::Answered { command_status: 0x64 });
    assert!(state.owed(), "a refusal leaves the debt");
    state.apply(&What::Answered { command_status: 0 });
    assert!(!state.owed());
}

#[test]
fn a_message_from_a_handset_that_cannot_be_read_is_owed_to_nobody() {
    let direction = Direction::Inbound;
    let mut state = State::accepted(&Message { direction, ..Message::default() });
    assert!(state.owed());
    state.apply(&What::Ended { reason: Reason::Unreadable });
    assert!(!state.owed());
    assert_eq!(state.status, Status::UndeliverableInbound);
    assert_eq!(state.disposition, Disposition::Bounced);
}

#[test]
fn a_part_from_a_handset_owes_nothing_once_another_message_speaks_for_it() {
    let direction = Direction::Inbound;
    let of = crate::base::id::MessageOrd(7);
    for (what, reason) in
        [(What::Folded { into: of }, Reason::PartOf), (What::Doubles { of }, Reason::Duplicate)]
    {
        let mut state = State::accepted(&Message { direction, ..Message::default() });
        state.apply(&what);
        assert!(!state.owed());
        assert_eq!((state.status, state.reason), (Status::Forwarded, reason));
    }
}

#[test]
fn a_part_owes_its_share_of_the_receipt_whatever_outcome_was_asked_for() {
    let part = Message { registered_delivery: 0b10, parts: 2, part: 1, ..Message::default() };
    let mut state = State::accepted(&part);
    state.apply(&receipt(2, Reason::None));
    assert!(state.owed());
    state.apply(&What::Folded { into: crate::base::id::MessageOrd(7) });
    assert!(!state.owed());
    assert_eq!(state.disposition, Disposition::Delivered);
}

#[test]
fn the_fold_does_not_depend_on_the_order_of_receipts() {
    let receipts = [
        receipt(2, Reason::None),
        receipt(3, Reason::ValidityOver),
        receipt(5, Reason::AbsentSubscriber),
        receipt(1, Reason::Enroute),
    ];
    let mut results = Vec::new();
    for a in 0..4 {
        for b in (0..4).filter(|&b| b != a) {
            for c in (0..4).filter(|&c| c != a && c != b) {
                let d = 6 - a - b - c;
                let state =
                    fold(&[SENDING, SENT, receipts[a], receipts[b], receipts[c], receipts[d]]);
                results.push((state.disposition, state.reason, state.contradicted()));
            }
        }
    }
    results.dedup();
    assert_eq!(results, [(Disposition::Delivered, Reason::None, true)]);
}

#[test]
fn a_receipt_that_overtakes_the_response_stands() {
    let state = fold(&[SENDING, receipt(2, Reason::None), SENT]);
    assert_eq!(state.disposition, Disposition::Delivered);
    assert!(!state.contradicted());
}

#[test]
fn a_late_receipt_raises_an_unknown_without_contradiction() {
    let doubt = What::InDoubt { carrier: CARRIER, cause: Doubt::LinkLost, resend: false };
    let state = fold(&[SENDING, doubt]);
    assert_eq!(state.disposition, Disposition::Unknown);
    let state = fold(&[SENDING, doubt, receipt(2, Reason::None)]);
    assert_eq!(state.disposition, Disposition::Delivered);
    assert!(!state.contradicted());
    assert!(state.was_in_doubt());
}

#[test]
fn only_the_receipts_asked_for_are_owed() {
    let success_only =
        State::accepted(&Message { registered_delivery: 0b11, ..Message::default() });
    for (message_state, owed) in [(2, true), (5, false)] {
        let mut state = success_only;
        state.apply(&receipt(message_state, Reason::None));
        assert_eq!(state.owed(), owed, "5.0 asks for success only");
    }
    let failure_only =
        State::accepted(&Message { registered_delivery: 0b10, ..Message::default() });
    for (message_state, owed) in [(2, false), (5, true)] {
        let mut state = failure_only;
        state.apply(&receipt(message_state, Reason::None));
        assert_eq!(state.owed(), owed);
    }
}

#[test]
fn a_temporary_refusal_is_no_end() {
    let retry_at = Timestamp(9);
    let reason = Reason::Throttled;
    let ruling = Ruling::default();
    let retry = What::Refused { carrier: CARRIER, command_status: 0x58, reason, ruling, retry_at };
    let state = fold(&[SENDING, retry]);
    assert_eq!((state.status, state.disposition), (Status::Queued, Disposition::InProgress));
    assert!(state.retrying());
}

#[test]
fn the_word_of_the_carriers_table_wins_over_what_the_reason_means() {
    let ruling =
        Ruling { disposition: Some(Disposition::Blocked), permanent: Some(true), handset: true };
    let report =
        Report { message_state: 5, reason: Reason::CallBarred as u8, ruling, ..Report::default() };
    let state = fold(&[SENDING, SENT, What::Receipt { carrier: CARRIER, report }]);
    assert_eq!(state.disposition, Disposition::Blocked);
    assert_eq!((state.evidence, state.permanent()), (Evidence::Handset, true));
    let plain = fold(&[SENDING, SENT, receipt(5, Reason::CallBarred)]);
    assert_eq!((plain.disposition, plain.permanent()), (Disposition::Bounced, false));
}

#[test]
fn a_message_taken_back_is_cancelled_and_owes_its_receipt() {
    let state = fold(&[What::Cancelled { by: By::Application }]);
    assert_eq!((state.status, state.reason), (Status::Cancelled, Reason::Cancelled));
    assert_eq!((state.disposition, state.evidence), (Disposition::Blocked, Evidence::Gateway));
    assert!(state.owed() && !state.to_submit());
}

#[test]
fn a_replacement_says_anew_which_receipts_are_asked_for() {
    let mut octets = Vec::new();
    Message::default().encode(&mut octets);
    let replaced = What::Replaced { by: By::Application, message: &octets };
    let state = fold(&[replaced]);
    assert!(state.replaced() && state.to_submit());
    assert!(!fold(&[replaced, SENDING, SENT, receipt(2, Reason::None)]).owed());
    assert_eq!(State::from_bytes(state.to_bytes()), Some(state));
}

#[test]
fn a_state_reads_back_from_its_octets() {
    let mut state = fold(&[SENDING, SENT, receipt(5, Reason::MemoryFull)]);
    assert_eq!(State::from_bytes(state.to_bytes()), Some(state));
    state.permanent = Some(true);
    assert_eq!(State::from_bytes(state.to_bytes()), Some(state));
}
