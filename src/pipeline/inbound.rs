//! Messages from handsets: whose they are, and parts that wait for the others.
//!
//! What is whole has its account when it is written. A part is written for nobody and acknowledged; what
//! it comes to is written later, by [`made`](super::made). **Invariant**: an acknowledged message is on
//! disk, and is owed to an account, waits for parts, or says in its history why it is kept for nobody.

use std::io;

use bytes::Bytes;

use super::effect::{Effect, LinkId};
use super::engine::Engine;
use super::joining::{Held, Left};
use super::made::Made;
use super::mo_book::MoVerdict;
use super::mo_config::MoParts;
use super::shared::{CarrierShared, Shared};
use super::turn::{Inbound, Next, Turn};
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::gsm::coding::DefaultAlphabet;
use crate::gsm::concatenation::Concatenation;
use crate::gsm::part::UDHI;
use crate::gsm::text::decode;
use crate::intake::part_of::{PartOf, part_of};
use crate::ledger::store::Ledger;
use crate::message::event::{Event, What};
use crate::message::reason::Reason;
use crate::message::record::{Direction, Message};
use crate::message::unjoined::Unjoined;
use crate::receipt::owed::{Owed, OwedWhat};
use crate::route::mo::{MoQuestion, Words};

/// What is done with a message that has come.
enum Arriving<'b> {
    /// It waits for the other parts.
    Waits(Concatenation),
    /// It goes on, with its place if it is a part and why it goes alone.
    Goes(MoVerdict<'b>, Option<(Unjoined, u8, u8)>),
}

/// Messages of nobody that a restart takes up; more stay on disk until the next.
const TAKEN_UP_MAX: usize = 100_000;

impl Engine {
    /// A message from a handset came.
    pub fn inbound(
        &mut self,
        carrier: CarrierId,
        (link, sequence, data): (LinkId, u32, bool),
        message: &Message<'_>,
    ) {
        let shared = self.shared.clone();
        let Some(from) = shared.carrier(carrier) else { return };
        let message = Message { direction: Direction::Inbound, carrier, ..*message };
        let asker = Some((link, sequence, data));
        match arriving(&shared, from, &message) {
            Arriving::Waits(place) => {
                let written = self.write(&Message { account: AccountId::NONE, ..message });
                self.turn.inbound.push(Inbound { asker, written, next: Next::Waits(place) });
            }
            Arriving::Goes(verdict, alone) => {
                let (written, next) = self.write_inbound(&message, verdict);
                if let Some((why, number, of)) = alone {
                    let what = What::Unjoined { why, number, of, missing: &[] };
                    self.messages.event_here(written.slot.index, &what);
                }
                self.turn.inbound.push(Inbound { asker, written, next });
            }
        }
    }

    /// Writes a message with its account and how it came to that, or with why it has none.
    pub(super) fn write_inbound(
        &mut self,
        message: &Message<'_>,
        verdict: MoVerdict<'_>,
    ) -> (super::turn::Written, Next) {
        let (account, rule, next) = match verdict {
            MoVerdict::Account(account, rule) => (account, rule, Next::Owed(account)),
            MoVerdict::Nobody | MoVerdict::NotYet => (AccountId::NONE, None, Next::Kept),
        };
        let written = self.write(&Message { account, ..*message });
        if let Some(rule) = rule {
            let what = What::Routed { account, rule: rule.as_bytes() };
            self.messages.event_here(written.slot.index, &what);
        }
        if next == Next::Kept {
            let what = What::Ended { reason: Reason::NoRoute };
            self.messages.event_here(written.slot.index, &what);
        }
        self.heed_consent(message, written.slot.index);
        (written, next)
    }

    /// Acknowledges messages from handsets, owes them to their accounts, and puts parts together.
    pub(super) fn release_inbound(&mut self, turn: &mut Turn) {
        let mut owed = Vec::new();
        for Inbound { asker, written, next } in std::mem::take(&mut turn.inbound) {
            if let Some((link, sequence, data)) = asker {
                self.effects.push(Effect::Acknowledge { link, sequence, data });
            }
            let (ord, record) = (turn.ord(written), turn.record(written));
            match next {
                Next::Owed(account) => {
                    let what = OwedWhat::Message(record);
                    owed.push(Owed { ord, account, failures: 0, what });
                }
                Next::Waits(place) => self.part_came(turn.at, ord, &record, place),
                Next::Kept => {}
            }
        }
        self.pass_on(owed.into_iter());
    }

    /// A part is on disk. Its record is copied: it would hold on to all of its turn.
    fn part_came(&mut self, at: Timestamp, ord: MessageOrd, record: &[u8], place: Concatenation) {
        let Some(message) = Message::decode(record) else { return };
        let held = Held { ord, record: Bytes::copy_from_slice(record) };
        let Some(desk) = self.carrier(message.carrier) else { return };
        let left = desk.joining.add(at, place, &message, held);
        self.parts_left(left);
    }

    /// Gives up on parts that have waited for too long.
    pub(super) fn expire_parts(&mut self, now: Timestamp) {
        let desks = self.carriers.iter_mut().flatten();
        let left: Vec<Left> = desks
            .filter(|desk| desk.joining.deadline() <= now)
            .flat_map(|desk| desk.joining.expire(now))
            .collect();
        self.parts_left(left);
    }

    fn parts_left(&mut self, left: Vec<Left>) {
        for left in left {
            match left {
                Left::Whole(parts) => self.make(Made::Whole(parts)),
                Left::Alone(alone) => self.make(Made::Alone(alone)),
                Left::Double { part, of } => {
                    self.events.event(&Event { ord: part, what: What::Doubles { of } });
                }
            }
        }
    }

    /// Takes up the parts that waited when the gateway stopped, and messages that nobody had a route
    /// for and that one takes now.
    ///
    /// # Errors
    /// What the disk said.
    pub(super) fn restore_inbound(&mut self, ledger: &Ledger) -> io::Result<u64> {
        let mut taken_up = 0;
        for hit in ledger.owed(AccountId::NONE, None, TAKEN_UP_MAX)? {
            let Some(stored) = ledger.message(hit.ord)? else { continue };
            let message = stored.message();
            let shared = self.shared.clone();
            let Some(from) = shared.carrier(message.carrier) else { continue };
            if from.home != self.shard || message.direction != Direction::Inbound {
                continue;
            }
            taken_up += 1;
            match arriving(&shared, from, &message) {
                Arriving::Waits(place) => {
                    self.part_came(hit.accepted_at, hit.ord, stored.octets(), place);
                }
                Arriving::Goes(..) => {
                    let record = Bytes::copy_from_slice(stored.octets());
                    self.make(Made::Single(Held { ord: hit.ord, record }));
                }
            }
        }
        Ok(taken_up)
    }
}

/// What becomes of a message, by its place and the rules.
fn arriving<'b>(shared: &'b Shared, from: &CarrierShared, message: &Message<'_>) -> Arriving<'b> {
    let joins = !from.config.mo_join.is_zero();
    let whole = |alone| Arriving::Goes(routed(shared, from, message), alone);
    let place = match part_of(message) {
        PartOf::Part(place) if joins => place,
        PartOf::Part(_) | PartOf::Whole => return whole(None),
        PartOf::Broken(why) => return whole(Some((why, 0, 0))),
    };
    let verdict = shared.mo.choose(&question(message, Words::NotYet));
    match verdict {
        MoVerdict::Account(account, _) if !takes_whole(shared, account) => {
            let alone = Some((Unjoined::Account, place.sequence, place.total));
            Arriving::Goes(verdict, alone)
        }
        MoVerdict::Account(..) | MoVerdict::NotYet => Arriving::Waits(place),
        MoVerdict::Nobody => Arriving::Goes(verdict, None),
    }
}

/// Whether an account gets long messages in one.
pub(super) fn takes_whole(shared: &Shared, account: AccountId) -> bool {
    shared.account(account).is_none_or(|account| account.config.mo_parts == MoParts::Join)
}

/// Who gets a message whose text is all there.
fn routed<'b>(shared: &'b Shared, from: &CarrierShared, message: &Message<'_>) -> MoVerdict<'b> {
    let text = text(message, from.config.profile.default_alphabet);
    let words = text.as_deref().map_or(Words::None, Words::Text);
    shared.mo.choose(&question(message, words))
}

/// A message's text, if it is one.
pub(super) fn text(message: &Message<'_>, default: DefaultAlphabet) -> Option<String> {
    decode(message.data_coding, default, message.esm_class & UDHI != 0, message.body).text
}

/// A message as rules see it.
pub(super) const fn question<'a>(message: &Message<'a>, text: Words<'a>) -> MoQuestion<'a> {
    MoQuestion {
        source: message.source.addr,
        destination: message.destination.addr,
        carrier: message.carrier,
        text,
    }
}
