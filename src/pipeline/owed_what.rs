//! What settles a debt, as the ledger knows it.

use std::io;

use bytes::Bytes;

use super::report::{err_of_status, message_state_of, state_told};
use crate::base::id::MessageOrd;
use crate::ledger::store::Ledger;
use crate::ledger::stored::StoredMessage;
use crate::message::disposition::Disposition;
use crate::message::event::What;
use crate::message::place::Place;
use crate::message::record::Direction;
use crate::message::state::{State, wants_receipt};
use crate::receipt::owed::{Err, OwedReceipt, OwedWhat, Party};

/// The message itself when it is inbound, else its first final receipt. `None` if nothing is owed, or
/// not yet: a message of several parts has one receipt, when all of them have ended.
pub(super) fn owed_what(ledger: &Ledger, ord: MessageOrd) -> io::Result<Option<OwedWhat>> {
    let (Some(state), Some(stored)) = (ledger.state(ord)?, ledger.message(ord)?) else {
        return Ok(None);
    };
    if !state.owed() {
        return Ok(None);
    }
    let message = stored.message();
    if message.direction == Direction::Inbound {
        return Ok(Some(OwedWhat::Message(Bytes::copy_from_slice(stored.octets()))));
    }
    match message.place() {
        Some(place) if place.number > 1 => Ok(Some(OwedWhat::Share(place))),
        Some(place) => whole(ledger, &stored, place),
        None => Ok(Some(OwedWhat::Receipt(receipt(ledger, ord, &stored, &state)?))),
    }
}

/// The receipt of a message of several parts: that of the part that fared worst.
fn whole(ledger: &Ledger, first: &StoredMessage, place: Place) -> io::Result<Option<OwedWhat>> {
    let mut worst: Option<(MessageOrd, State)> = None;
    let mut delivered = 0;
    for ord in place.all(first.ord) {
        let Some(state) = ledger.state(ord)?.filter(State::concluded) else { return Ok(None) };
        delivered += u8::from(state.disposition == Disposition::Delivered);
        if worst.is_none_or(|(_, worst)| state.disposition.worse_than(worst.disposition)) {
            worst = Some((ord, state));
        }
    }
    let Some((ord, state)) = worst else { return Ok(None) };
    if !wants_receipt(first.message().registered_delivery, state.disposition) {
        return Ok(Some(OwedWhat::Unwanted));
    }
    let receipt = receipt(ledger, ord, first, &state)?;
    Ok(Some(OwedWhat::Receipt(OwedReceipt { parts: place.of, delivered, ..receipt })))
}

/// A receipt with the addresses of one message and the fate of another, which may be the same.
fn receipt(
    ledger: &Ledger,
    fate: MessageOrd,
    stored: &StoredMessage,
    state: &State,
) -> io::Result<OwedReceipt> {
    let message = stored.message();
    let mut receipt = OwedReceipt {
        source: Party::of(&message.source),
        destination: Party::of(&message.destination),
        parts: 1,
        delivered: u8::from(state.disposition == Disposition::Delivered),
        message_state: message_state_of(state),
        err: Err::default(),
        submitted_at: stored.accepted_at,
        done_at: stored.accepted_at,
    };
    for event in ledger.events(fate)? {
        match event.event().map(|event| event.what) {
            Some(What::Receipt { report, .. })
                if report.disposition() != Disposition::InProgress =>
            {
                receipt.message_state = state_told(&report);
                receipt.err = Err::of(report.err);
                receipt.done_at = event.at;
                break;
            }
            Some(What::Refused { command_status, .. }) => {
                receipt.err = err_of_status(command_status);
                receipt.done_at = event.at;
            }
            Some(What::Ended { .. } | What::Cancelled { .. }) => receipt.done_at = event.at,
            _ => {}
        }
    }
    Ok(receipt)
}
