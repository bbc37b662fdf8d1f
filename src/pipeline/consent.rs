//! Who may be written to: asked of every message, and changed by what handsets answer.
//!
//! A change is an event on the log, beside the message that says so or on its own; the ledger folds them. It
//! holds from the moment it is indexed, a few milliseconds after the message was acknowledged.

use super::engine::Engine;
use super::inbound::text;
use super::operate::{ConsentChange, Told};
use super::shared::Shared;
use super::turn::Ended;
use crate::address::canonical::canonical;
use crate::base::id::AccountId;
use crate::ledger::opt_outs::OptOut;
use crate::message::address::Address;
use crate::message::consent::{Consent, ConsentBy, NOTE_BYTES_MAX};
use crate::message::consent_word::consent_of;
use crate::message::event::{Event, NO_MESSAGE, What};
use crate::message::record::Message;

impl Shared {
    /// Since when the destination of a message takes nothing from its sender, if it does not.
    pub fn opted_out(&self, account: AccountId, message: &Message<'_>) -> Option<OptOut> {
        // Most gateways have none, and all messages come by here.
        if self.opt_outs.count() == 0 {
            return None;
        }
        let country = self.account(account).and_then(|account| account.config.country);
        let number = canonical(&message.destination, country);
        let number = Address { addr: &number.addr, ..message.destination };
        self.opt_outs.find(&message.source, &number)
    }
}

impl Engine {
    /// Writes beside a message from a handset that it changes the consent of its sender, if it does.
    pub(super) fn heed_consent(&mut self, message: &Message<'_>, index: u32) {
        if !self.shared.consent_words {
            return;
        }
        let Some(text) = text(message, self.default_alphabet(message.carrier)) else { return };
        let Some(change) = consent_of(&text) else { return };
        let from = self.shared.carrier(message.carrier);
        let country = from.and_then(|carrier| carrier.config.profile.destination.country);
        let number = canonical(&message.source, country);
        let what = What::Consent {
            change,
            by: ConsentBy::Keyword,
            sender: message.destination,
            number: Address { addr: &number.addr, ..message.source },
            note: cut(text.trim()).as_bytes(),
        };
        self.messages.event_here(index, &what);
    }

    /// Records what somebody says of a number's consent.
    pub(super) fn record_consent(&mut self, change: &ConsentChange, told: Told) {
        let ConsentChange { change, sender, number, note } = change;
        let what = What::Consent {
            change: *change,
            by: ConsentBy::Operator,
            sender: if sender.is_empty() { Address::default() } else { Address::infer(sender) },
            number: Address::infer(number),
            note: cut(note).as_bytes(),
        };
        self.events.event(&Event { ord: NO_MESSAGE, what });
        // Opting in is told by who asks what is so now.
        self.turn.told.push(Ended(told, u64::from(*change == Consent::OptedOut)));
    }
}

/// As much of a note as is kept.
fn cut(note: &str) -> &str {
    &note[..note.floor_char_boundary(NOTE_BYTES_MAX)]
}
