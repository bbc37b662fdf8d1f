//! What handsets send: answers, STOP, and what is nobody's; and what carriers send about nothing known.

use super::compose::Body;
use super::countries_table::COUNTRIES;
use super::fill::Traffic;
use super::flight::{Flight, Step};
use super::world::write_number;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, MessageOrd};
use crate::message::address::Address;
use crate::message::consent::{Consent, ConsentBy};
use crate::message::event::{Event, NO_MESSAGE, What};
use crate::message::reason::Reason;
use crate::message::record::{Direction, Message};

/// Messages of which one may be answered.
const RECENT_MAX: usize = 1 << 12;

/// People of whom it is remembered that they want no more from an account.
const STOPPED_MAX: usize = 1 << 18;

/// Who wrote to whom.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Exchange {
    pub(super) account: u16,
    pub(super) country: u16,
    pub(super) person: u64,
}

impl Traffic {
    /// Remembers a message that may be answered.
    pub(super) fn remember(&mut self, exchange: Exchange) {
        if self.recent.len() < RECENT_MAX {
            self.recent.push(exchange);
        } else {
            let place = self.random.usize(..RECENT_MAX);
            self.recent[place] = exchange;
        }
    }

    /// A handset answers one of the messages of late.
    pub(super) fn answer_of_handset(&mut self, now: Timestamp) {
        if self.recent.is_empty() {
            return self.accept(now);
        }
        let exchange = self.recent[self.random.usize(..self.recent.len())];
        let country = &COUNTRIES[usize::from(exchange.country)];
        let stops = self.random.u8(..8) == 0;
        let body = if stops {
            if self.stopped.len() < STOPPED_MAX {
                self.stopped.insert(exchange);
            }
            Body { data_coding: 0, octets: b"STOP".to_vec(), parts: Vec::new() }
        } else {
            self.composer.reply(country.language, &mut self.random)
        };
        let nobodys = self.random.u8(..100) == 0;
        let account = match self.world.accounts.get(usize::from(exchange.account)) {
            Some(account) if !nobodys => account.id,
            _ => AccountId::NONE,
        };
        write_number(country, exchange.person, &mut self.number);
        let carrier_at = self.world.carrier(usize::from(exchange.country), exchange.person);
        let carrier = self.world.carriers[carrier_at].id;
        let slot = self.chunk.message(&Message {
            direction: Direction::Inbound,
            account,
            carrier,
            source: Address { ton: 1, npi: 1, addr: &self.number },
            destination: Address { ton: 3, npi: 0, addr: country.short_code.as_bytes() },
            data_coding: body.data_coding,
            parts: 1,
            body: &body.octets,
            ..Message::default()
        });
        let ord = MessageOrd(self.next_ord + u64::from(slot.index));
        self.summary.inbound += 1;
        let consent = What::Consent {
            change: Consent::OptedOut,
            by: ConsentBy::Keyword,
            sender: Address { ton: 3, npi: 0, addr: country.short_code.as_bytes() },
            number: Address { ton: 1, npi: 1, addr: &self.number },
            note: b"STOP",
        };
        let consent = stops.then_some(consent);
        if nobodys {
            let end = What::Ended { reason: Reason::NoRoute };
            for what in [Some(end), consent].into_iter().flatten() {
                self.chunk.event(&Event { ord, what });
            }
            return;
        }
        let rule: &[u8] = if stops { b"stop" } else { b"replies" };
        for what in [Some(What::Routed { account, rule }), consent].into_iter().flatten() {
            self.chunk.event(&Event { ord, what });
        }
        let place = self.agenda.add(Flight::new(ord, now, &body.octets));
        self.agenda.put(now, place, Step::Settle);
    }

    /// Now and then something comes that belongs to no message.
    pub(super) fn odd(&mut self, now: Timestamp) {
        if self.random.u8(..4) == 0 {
            let text = b"bind refused: the password is wrong";
            let what = What::Notice { peer: b"203.0.113.7", command_status: 0x0E, count: 1, text };
            self.chunk.event(&Event { ord: NO_MESSAGE, what });
            return;
        }
        let carrier = &self.world.carriers[self.random.usize(..self.world.carriers.len())];
        carrier.ids.write(self.random.u64(1 << 33..1 << 34), &mut self.id);
        let flight = Flight::new(NO_MESSAGE, now, b"");
        let country = &COUNTRIES[self.random.usize(..COUNTRIES.len())];
        write_number(country, self.random.u64(..1_000), &mut self.number);
        let report = self.receipts.report(&flight, &self.id, (2, b"DELIVRD", 0), now);
        let what = What::Orphan {
            carrier: carrier.id,
            report,
            source: Address { ton: 1, npi: 1, addr: &self.number },
            destination: Address { ton: 3, npi: 0, addr: country.short_code.as_bytes() },
        };
        self.chunk.event(&Event { ord: NO_MESSAGE, what });
    }
}
