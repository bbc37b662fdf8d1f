//! A message is accepted from its account: who writes to whom, what it says, and what will become of it.

use std::io::Write as _;
use std::time::Duration;

use super::compose::{Body, Purpose};
use super::countries_table::{COUNTRIES, Country};
use super::fate::Fate;
use super::fill::Traffic;
use super::flight::{Flight, Step};
use super::inbound::Exchange;
use super::world::write_number;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::message::address::Address;
use crate::message::event::{Event, What};
use crate::message::record::Message;

/// Ten minutes, as SMPP §7.1.1.2 writes it.
const TEN_MINUTES: &[u8] = b"000000001000000R";

/// Octets of a digest.
const DIGEST_BYTES: usize = 32;

/// Countries in which senders have no names.
const WITHOUT_NAMES: [&str; 2] = ["us", "cn"];

impl Traffic {
    /// Accepts one message.
    pub(super) fn accept(&mut self, now: Timestamp) {
        let random = &mut self.random;
        let account_at = self.world.account(random);
        let country_at = self.world.country(account_at, random);
        let (account, country) = (&self.world.accounts[account_at], &COUNTRIES[country_at]);
        let person = self.world.person(country_at, random);
        let purpose = match random.u8(..100) {
            drawn if drawn < account.codes => Purpose::Code,
            drawn if drawn < account.notices => Purpose::Notice,
            _ => Purpose::Offer,
        };
        let exchange = Exchange { account: account_at as u16, country: country_at as u16, person };
        let mut fate = Fate::draw(random);
        if !self.stopped.is_empty() && self.stopped.contains(&exchange) {
            fate = Fate::OptedOut;
        } else if !self.agenda.has_room() {
            fate = Fate::Delivered;
        }
        let brand = &account.brand;
        let mut body = self.composer.body(purpose, country.language, brand, random);
        if body.parts.len() as u64 > self.left + 1 {
            // The last ones are short.
            body = self.composer.reply(country.language, random);
        }
        if !body.parts.is_empty()
            && matches!(fate, Fate::Contradicted | Fate::Replaced | Fate::Cancelled)
        {
            fate = Fate::Delivered;
        }
        let reference = reference(account.api, random);
        self.write(now, (account_at, country_at, person), purpose, fate, &body, &reference);
        self.remember(exchange);
    }

    fn write(
        &mut self,
        now: Timestamp,
        (account_at, country_at, person): (usize, usize, u64),
        purpose: Purpose,
        fate: Fate,
        body: &Body,
        client_ref: &[u8],
    ) {
        let (account, country) = (&self.world.accounts[account_at], &COUNTRIES[country_at]);
        let carrier_at = self.world.carrier(country_at, person);
        write_number(country, person, &mut self.number);
        let message = Message {
            account: account.id,
            carrier: self.world.carriers[carrier_at].id,
            source: source(country, &account.brand),
            destination: Address { ton: 1, npi: 1, addr: &self.number },
            priority_flag: u8::from(purpose == Purpose::Code),
            registered_delivery: account.wants,
            data_coding: body.data_coding,
            parts: 1,
            service_type: service_type(account.api, purpose),
            validity_period: if purpose == Purpose::Code { TEN_MINUTES } else { b"" },
            client_ref,
            body: &body.octets,
            ..Message::default()
        };
        let first = MessageOrd(self.next_ord + u64::from(self.chunk.messages()));
        let flight = Flight {
            carrier: message.carrier,
            carrier_at,
            fate,
            wants: account.wants,
            ..Flight::new(first, now, &body.octets)
        };
        let (wants, api) = (account.wants, account.api);
        let of = body.parts.len() as u8;
        if of == 0 {
            self.chunk.message(&message);
            let place = self.agenda.add(flight);
            if fate == Fate::Replaced {
                let mut octets = Vec::new();
                Message {
                    body: b"This text took the place of another one.",
                    data_coding: 0,
                    ..message
                }
                .encode(&mut octets);
                self.replacements.insert(place, octets);
            }
            self.leaves(now, place, fate);
        } else {
            let bodies: Vec<(u8, Vec<u8>)> =
                body.parts.iter().map(|part| (part.esm_class(), part.short_message())).collect();
            for ((esm_class, octets), part) in bodies.iter().zip(1..) {
                self.chunk.message(&Message {
                    parts: of,
                    part,
                    esm_class: *esm_class,
                    body: octets,
                    ..message
                });
            }
            let counted = wants & 0b11 != 0;
            let group = counted.then(|| self.group(first, of));
            for part in 0..u64::from(of) {
                let ord = MessageOrd(first.0 + part);
                let place = self.agenda.add(Flight { ord, group, ..flight });
                self.leaves(now, place, fate);
            }
            self.taken += u64::from(of) - 1;
            self.summary.parts += u64::from(of);
        }
        if api && self.random.u8(..3) == 0 {
            self.keyed(now, first);
        }
    }

    /// What happens to it first.
    fn leaves(&mut self, now: Timestamp, place: u32, fate: Fate) {
        let waits = Duration::from_secs_f64(1.0 + 30.0 * self.random.f64());
        match fate {
            Fate::Cancelled => self.agenda.put(now + waits, place, Step::Cancel),
            Fate::Replaced => self.agenda.put(now + waits, place, Step::Replace),
            Fate::Ended(_) => self.agenda.put(now + waits * 20, place, Step::GiveUp),
            // A few wait for a rate.
            _ if self.random.u8(..50) == 0 => self.agenda.put(now + waits / 8, place, Step::Submit),
            _ => self.agenda.put(now, place, Step::Submit),
        }
    }

    fn keyed(&mut self, now: Timestamp, ord: MessageOrd) {
        let (mut key, mut fingerprint) = ([0; DIGEST_BYTES], [0; DIGEST_BYTES]);
        self.random.fill(&mut key);
        self.random.fill(&mut fingerprint);
        let what = What::Keyed { key: &key, fingerprint: &fingerprint, number: 0, told: now };
        self.chunk.event(&Event { ord, what });
    }
}

fn source<'a>(country: &'a Country, brand: &'a str) -> Address<'a> {
    if WITHOUT_NAMES.contains(&country.code) {
        return Address { ton: 3, npi: 0, addr: country.short_code.as_bytes() };
    }
    Address { ton: 5, npi: 0, addr: brand.as_bytes() }
}

/// SMPP's `service_type`, at most five characters (§5.2.11): what messages are tagged with.
const fn service_type(api: bool, purpose: Purpose) -> &'static [u8] {
    match purpose {
        _ if api => b"",
        Purpose::Code => b"OTP",
        Purpose::Notice => b"INFO",
        Purpose::Offer => b"PROMO",
    }
}

/// A sender's own reference: of the API's most messages, of SMPP's some.
fn reference(api: bool, random: &mut fastrand::Rng) -> Vec<u8> {
    let mut out = Vec::new();
    // Writing to a Vec cannot fail.
    let _ = match random.u8(..10) {
        drawn if api && drawn < 8 => write!(out, "order-{}", random.u32(100_000..100_000_000)),
        drawn if drawn < 2 => write!(out, "{}", random.u16(..)),
        _ => Ok(()),
    };
    out
}
