//! What a message's events say taken together: who has it under which id, and since when.
//!
//! Not here: its state, which the ledger folds by itself.

use crate::base::clock::Timestamp;
use crate::base::id::{CarrierId, MessageOrd};
use crate::ledger::stored::StoredEvent;
use crate::message::event::{What, ords};
use crate::message::record::Message;
use crate::message::state::State;

/// The fold of one message's events for display.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct History {
    pub(super) carrier: CarrierId,
    pub(super) carrier_message_id: Option<String>,
    pub(super) sent_at: Option<Timestamp>,
    pub(super) final_at: Option<Timestamp>,
    pub(super) retry_at: Option<Timestamp>,
    /// Characters of its text that were changed.
    pub(super) transliterated: u16,
    /// The newest receipt in the network's own words.
    pub(super) receipt: Option<Receipt>,
    /// The message that speaks for it: the whole it is a part of.
    pub(super) whole: Option<MessageOrd>,
    /// The parts it was joined of.
    pub(super) joined: Vec<MessageOrd>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Receipt {
    pub(super) message_state: u8,
    pub(super) err: String,
    pub(super) raw: String,
}

impl History {
    pub(super) fn fold(message: &Message<'_>, events: &[StoredEvent]) -> Self {
        let mut history = Self {
            carrier: message.carrier,
            carrier_message_id: None,
            sent_at: None,
            final_at: None,
            retry_at: None,
            transliterated: 0,
            receipt: None,
            whole: None,
            joined: Vec::new(),
        };
        let mut state = State::accepted(message);
        for stored in events {
            let Some(event) = stored.event() else { continue };
            state.apply(&event.what);
            history.take(&event.what, stored.at);
            if state.status.is_final() {
                history.final_at.get_or_insert(stored.at);
            }
        }
        history
    }

    fn take(&mut self, what: &What<'_>, at: Timestamp) {
        match *what {
            What::Sending { carrier, .. } => {
                self.carrier = carrier;
                self.retry_at = None;
            }
            What::Sent { carrier, carrier_message_id } => {
                self.carrier = carrier;
                self.carrier_message_id = given(carrier_message_id);
                self.sent_at.get_or_insert(at);
            }
            What::Rerouted { to, .. } => {
                self.carrier = to;
                self.retry_at = None;
            }
            What::Rewritten { changed, .. } => self.transliterated = changed,
            What::Replaced { .. } => self.transliterated = 0,
            What::Refused { retry_at, .. } => {
                self.retry_at = (retry_at != Timestamp::NEVER).then_some(retry_at);
            }
            What::Receipt { report, .. } => {
                self.receipt = Some(Receipt {
                    message_state: report.message_state,
                    err: text(report.err),
                    raw: without_text(report.raw),
                });
            }
            What::Folded { into } => self.whole = Some(into),
            What::Doubles { of } => self.whole = Some(of),
            What::Joined { parts } => self.joined = ords(parts).collect(),
            _ => {}
        }
    }
}

/// Octets of the wire as text.
pub(super) fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

/// A carrier's id as text; `None` when it gave an empty one.
pub(super) fn given(id: &[u8]) -> Option<String> {
    (!id.is_empty()).then(|| text(id))
}

/// A receipt's text without the beginning of the message that it ends with (SMPP App. B).
pub(super) fn without_text(raw: &[u8]) -> String {
    let raw = text(raw);
    let lower = raw.to_ascii_lowercase();
    match lower.find("text:") {
        Some(at) => format!("{}…", &raw[..at + "text:".len()]),
        None => raw,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_at_the_end_of_a_receipt_is_left_out() {
        let raw = b"id:0123 sub:001 stat:DELIVRD err:000 Text:your code is 1234";
        assert_eq!(without_text(raw), "id:0123 sub:001 stat:DELIVRD err:000 Text:…");
        assert_eq!(without_text(b"stat:DELIVRD"), "stat:DELIVRD");
    }
}
