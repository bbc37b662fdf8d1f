//! Messages made here of those that handsets sent: whole ones of parts, and parts that go on alone.
//!
//! Each is written with the events that settle what it was made of, in one chunk: after a crash either
//! both are there or neither. What the log does not take for the moment waits for another turn; until then
//! the parts stand on disk as they came.

use std::time::Duration;

use bytes::Bytes;

use super::effect::LinkId;
use super::engine::Engine;
use super::inbound::{question, takes_whole, text};
use super::joining::{Alone, Held};
use super::mo_book::MoVerdict;
use super::turn::{Inbound, Next, Written};
use crate::base::clock::Timestamp;
use crate::gsm::part::UDHI;
use crate::intake::cut::cut;
use crate::intake::join::{Whole, join};
use crate::intake::rewrite::octets;
use crate::message::event::{Event, What};
use crate::message::reason::Reason;
use crate::message::record::Message;
use crate::message::unjoined::Unjoined;
use crate::receipt::owed::{Owed, OwedWhat};
use crate::route::mo::Words;
use crate::spool::journal::Health;

/// What is to be written.
#[derive(Clone, Debug)]
pub enum Made {
    /// One message of all its parts, in their order.
    Whole(Vec<Held>),
    /// Parts by themselves.
    Alone(Alone),
    /// A message that was kept for nobody and has an account now, or a reason.
    Single(Held),
    /// Parts of a text too long for an application without optional parameters.
    Cut(Held),
}

/// Octets of messages in a turn beyond which no more are made in it.
const TURN_OCTETS: usize = 64 * 1024;

/// When what could not be written is tried again, if nothing else happens.
pub(super) const AGAIN: Duration = Duration::from_millis(100);

impl Engine {
    /// Writes what waits to be, as far as the turn has room.
    pub(super) fn write_made(&mut self, now: Timestamp) {
        if self.journal.health() == Health::Accepting {
            while self.messages.octets().len() < TURN_OCTETS
                && let Some(made) = self.made.pop_front()
            {
                self.write_one(&made);
                self.turn.made.push(made);
            }
        }
        self.made_at = if self.made.is_empty() { Timestamp::NEVER } else { now + AGAIN };
    }

    /// Something is to be written, in the next turn.
    pub(super) fn make(&mut self, made: Made) {
        self.made.push_back(made);
        self.made_at = Timestamp(0);
    }

    fn write_one(&mut self, made: &Made) {
        match made {
            Made::Whole(parts) => self.write_whole(parts),
            Made::Alone(alone) => self.write_alone(alone),
            Made::Single(held) => self.write_single(held),
            Made::Cut(whole) => self.write_cut(whole),
        }
    }

    fn write_whole(&mut self, held: &[Held]) {
        let parts: Vec<_> = held.iter().filter_map(|part| Message::decode(&part.record)).collect();
        let Some(first) = parts.first() else { return };
        let alone = |why| {
            let parts = (1..).zip(held.iter().cloned()).collect();
            Alone { parts, of: held.len() as u8, missing: Vec::new(), why }
        };
        let Whole { esm_class, data_coding, body, tlvs } =
            match join(&parts, self.default_alphabet(first.carrier)) {
                Ok(whole) => whole,
                Err(why) => return self.write_alone(&alone(why)),
            };
        let parts = held.len() as u8;
        let (body, tlvs) = (&body[..], &tlvs[..]);
        let whole = Message { esm_class, data_coding, body, tlvs, parts, part: 0, ..*first };
        let shared = self.shared.clone();
        let text = text(&whole, self.default_alphabet(whole.carrier));
        let words = text.as_deref().map_or(Words::None, Words::Text);
        let verdict = shared.mo.choose(&question(&whole, words));
        if matches!(verdict, MoVerdict::Account(account, _) if !takes_whole(&shared, account)) {
            return self.write_alone(&alone(Unjoined::Account));
        }
        let (written, next) = self.write_inbound(&whole, verdict);
        let ords: Vec<u8> = held.iter().flat_map(|part| part.ord.0.to_le_bytes()).collect();
        self.messages.event_here(written.slot.index, &What::Joined { parts: &ords });
        for part in held {
            self.messages.folds_here(part.ord, written.slot.index);
        }
        self.made_message(written, next);
    }

    /// The account is chosen by the first part if that is there: it has the first word.
    fn write_alone(&mut self, alone: &Alone) {
        let Alone { parts, of, missing, why } = alone;
        let Some((_, first)) = parts.first() else { return };
        let Some(message) = Message::decode(&first.record) else { return };
        let beginning = parts.iter().find(|(number, _)| *number == 1);
        let beginning = beginning.and_then(|(_, held)| Message::decode(&held.record));
        let text =
            beginning.and_then(|message| text(&message, self.default_alphabet(message.carrier)));
        let words = text.as_deref().map_or(Words::None, Words::Text);
        let shared = self.shared.clone();
        let verdict = shared.mo.choose(&question(&message, words));
        for (number, held) in parts {
            let what = What::Unjoined { why: *why, number: *number, of: *of, missing };
            self.write_again(held, verdict, Some(&what));
        }
    }

    fn write_single(&mut self, held: &Held) {
        let Some(message) = Message::decode(&held.record) else { return };
        let text = text(&message, self.default_alphabet(message.carrier));
        let words = text.as_deref().map_or(Words::None, Words::Text);
        let shared = self.shared.clone();
        self.write_again(held, shared.mo.choose(&question(&message, words)), None);
    }

    /// Writes a message of nobody again for its account; without one it ends as it is.
    fn write_again(&mut self, held: &Held, verdict: MoVerdict<'_>, why: Option<&What<'_>>) {
        let ord = held.ord;
        let MoVerdict::Account(..) = verdict else {
            let events = why.copied().into_iter().chain([What::Ended { reason: Reason::NoRoute }]);
            for what in events {
                self.messages.event(&Event { ord, what });
            }
            return;
        };
        let Some(message) = Message::decode(&held.record) else { return };
        let (written, next) = self.write_inbound(&message, verdict);
        if let Some(what) = why {
            self.messages.event_here(written.slot.index, what);
        }
        self.messages.folds_here(ord, written.slot.index);
        self.made_message(written, next);
    }

    fn write_cut(&mut self, whole: &Held) {
        let Some(message) = Message::decode(&whole.record) else { return };
        let account = message.account;
        let Some(parts) = self.cut_inbound(&message) else { return };
        let (of, mut first) = (parts.len() as u8, None);
        for (number, (esm_class, body)) in (1..=of).zip(&parts) {
            let part = Message { esm_class: *esm_class, body, parts: 1, part: 0, ..message };
            let (written, next) = self.write_inbound(&part, MoVerdict::Account(account, None));
            let what = What::Unjoined { why: Unjoined::Version, number, of, missing: &[] };
            self.messages.event_here(written.slot.index, &what);
            first.get_or_insert(written.slot.index);
            self.made_message(written, next);
        }
        if let Some(first) = first {
            self.messages.folds_here(whole.ord, first);
        }
    }

    /// The parts of a long text with a header each; `None` if it cannot be cut.
    fn cut_inbound(&mut self, message: &Message<'_>) -> Option<Vec<(u8, Vec<u8>)>> {
        let reference = self.reference.wrapping_add(1);
        let default = self.default_alphabet(message.carrier);
        let parts = cut(message, reference, default).ok()??;
        self.reference = reference;
        Some(parts.iter().map(|part| (message.esm_class | UDHI, octets(part, default))).collect())
    }

    /// What was offered on a bind is a text too long for it: the parts are owed in its place. `false` if
    /// it cannot be cut.
    pub fn in_parts(&mut self, link: LinkId, owed: &Owed) -> bool {
        let OwedWhat::Message(record) = &owed.what else { return false };
        let Some(message) = Message::decode(record) else { return false };
        if self.cut_inbound(&message).is_none() {
            return false;
        }
        let ord = owed.ord;
        let is_it = |made: &Made| matches!(made, Made::Cut(held) if held.ord == ord);
        if !self.made.iter().any(is_it) {
            let record = Bytes::copy_from_slice(record);
            self.make(Made::Cut(Held { ord, record }));
        }
        if let Some(desk) = self.account(owed.account) {
            desk.freed(link);
            desk.settled(ord);
        }
        true
    }

    fn made_message(&mut self, written: Written, next: Next) {
        self.turn.inbound.push(Inbound { asker: None, written, next });
    }
}
