//! Taking a message in, or refusing it.

use super::effect::Asker;
use super::engine::{Engine, awaken};
use super::port::{Refusal, Wording};
use super::turn::{Arrival, Written};
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId};
use crate::deliver::life::{BadTime, Life};
use crate::deliver::limits::Limits;
use crate::gsm::coding::DefaultAlphabet;
use crate::gsm::language::{Language, Shifts};
use crate::gsm::part::Segment;
use crate::intake::admit::{Inadmissible, admit};
use crate::intake::cut::cut;
use crate::intake::rewrite::{Rewritten, octets};
use crate::message::event::{Event, What};
use crate::message::record::Message;
use crate::spool::journal::Health;
use std::sync::atomic::Ordering;

/// A message that may be written.
struct Admitted {
    carrier: CarrierId,
    limits: Limits,
    life: Life,
    /// Its text in another coding.
    rewritten: Option<Rewritten>,
    /// Its parts, if it needs several.
    parts: Option<Vec<Segment>>,
}

impl Engine {
    /// Takes a message in, or refuses it. What is taken is answered by [`Effect::Accepted`](super::effect::Effect::Accepted), or by
    /// the API's reply, when it is on disk. `true` asks the submitter to pause: it has more than its
    /// share of a backlog that is going down by itself.
    ///
    /// # Errors
    /// The refusal, and the asker to be told so.
    pub fn submit(
        &mut self,
        now: Timestamp,
        account: AccountId,
        asker: Asker,
        message: &Message<'_>,
    ) -> Result<bool, (Refusal, Asker)> {
        let api = matches!(asker, Asker::Api(..));
        match self.admit(now, account, message, api) {
            Ok(Admitted { carrier, limits, life, rewritten, parts }) => {
                // The API counts its own.
                if !api {
                    self.shared.smpp.accepted.increment(1);
                }
                let over_share = self.shared.over_share(account, carrier);
                let before = message.data_coding;
                let message = Message { account, carrier, ..*message };
                let message = rewritten.as_ref().map_or(message, |text| text.apply(&message));
                let mut asker = asker;
                if let Asker::Api(_, wording) = &mut asker {
                    *wording = Wording {
                        parts: parts.as_ref().map_or(message.counts(), |parts| parts.len() as u8),
                        data_coding: message.data_coding,
                        changed: rewritten.as_ref().map_or(0, |text| text.changed),
                        carrier,
                    };
                }
                let first = self.messages.messages();
                match parts {
                    None => self.arrive(asker, &message, (life, limits)),
                    Some(parts) => self.arrive_in_parts(asker, &message, (life, limits), &parts),
                }
                if let Some(text) = &rewritten {
                    self.tell_rewritten(first, before, text, api);
                }
                Ok(over_share)
            }
            Err(refusal) => {
                if !api {
                    self.shared.smpp.rejected.named(refusal.name()).increment(1);
                }
                Err((refusal, asker))
            }
        }
    }

    fn arrive(&mut self, asker: Asker, message: &Message<'_>, (life, limits): (Life, Limits)) {
        let Message { account, carrier, priority_flag: priority, .. } = *message;
        let written = self.write(message);
        let parts = message.counts();
        let arrival = Arrival { asker, written, account, carrier, parts, priority, life, limits };
        self.turn.arrivals.push(arrival);
    }

    /// Each part is a message of its own from here on; they are written together, so that their
    /// ordinals follow each other.
    fn arrive_in_parts(
        &mut self,
        asker: Asker,
        message: &Message<'_>,
        times: (Life, Limits),
        parts: &[Segment],
    ) {
        let of = parts.len() as u8;
        let default = self.default_alphabet(message.carrier);
        let mut asker = Some(asker);
        for (number, part) in (1..=of).zip(parts) {
            let part = Message {
                parts: of,
                part: number,
                esm_class: message.esm_class | part.esm_class(),
                body: &octets(part, default),
                ..*message
            };
            self.arrive(asker.take().unwrap_or(Asker::Nobody), &part, times);
        }
    }

    /// What `data_coding` 0 means to a carrier.
    pub(super) fn default_alphabet(&self, carrier: CarrierId) -> DefaultAlphabet {
        let shared = self.shared.carrier(carrier);
        shared.map_or(DefaultAlphabet::Gsm7, |shared| shared.config.profile.default_alphabet)
    }

    /// Says in the history of a message of this turn that its text was written anew. That a text
    /// without a coding of its own was given one is no news, unless tables or letters are others.
    fn tell_rewritten(&mut self, index: u32, before: u8, text: &Rewritten, is_plain_text: bool) {
        if is_plain_text && text.changed == 0 && text.shifts == Shifts::DEFAULT {
            return;
        }
        self.messages.event_here(index, &told(before, text));
    }

    /// Writes a message into this turn.
    pub(super) fn write(&mut self, message: &Message<'_>) -> Written {
        let slot = self.messages.message(message);
        let end = self.messages.octets().len();
        let start = end - self.messages.record_at(slot.offset).len();
        Written { slot, start: start as u32, end: end as u32 }
    }

    /// All checks a message passes, its route, and its parts if it needs several. What counts (the
    /// rate, the backlog) comes last.
    fn admit(
        &mut self,
        now: Timestamp,
        account: AccountId,
        message: &Message<'_>,
        is_plain_text: bool,
    ) -> Result<Admitted, Refusal> {
        match self.journal.health() {
            Health::Accepting => {}
            Health::Full => return Err(Refusal::DiskFull),
            Health::Failed => return Err(Refusal::DiskFailed),
        }
        if self.shared.draining.load(Ordering::Relaxed) {
            return Err(Refusal::Draining);
        }
        if self.shared.headroom.is_over() {
            return Err(Refusal::OverMemory);
        }
        admit(message).map_err(refusal_of)?;
        let Self { shared, accounts, awake, .. } = self;
        if shared.account(account).is_none_or(|account| account.retired) {
            return Err(Refusal::UnknownAccount);
        }
        let (carrier, limits) = shared.route(account, message)?;
        if shared.opted_out(account, message).is_some() {
            return Err(Refusal::OptedOut);
        }
        let (reference, profile) = (self.reference.wrapping_add(1), &carrier.config.profile);
        let mut rewritten = shared.rewritten(account, message, is_plain_text, (profile, reference));
        let cut_already = rewritten.as_mut().and_then(|text| text.parts.take());
        let message = &rewritten.as_ref().map_or(*message, |text| text.apply(message));
        let parts = match cut_already {
            None => cut(message, reference, profile.default_alphabet).map_err(refusal_of)?,
            parts => parts,
        };
        let count = parts.as_ref().map_or(message.counts(), |parts| parts.len() as u8);
        let life = Life::of(message, now, carrier.config.lifetime).map_err(|bad| match bad {
            BadTime::Validity => Refusal::InvalidValidity,
            BadTime::Schedule => Refusal::InvalidSchedule,
        })?;
        let backlog = carrier.backlog.load(Ordering::Relaxed);
        if backlog + u64::from(count) > carrier.config.queue_messages_max as u64 {
            return Err(Refusal::QueueFull);
        }
        let desk = awaken(shared, accounts, awake, account).ok_or(Refusal::UnknownAccount)?;
        if let Some(limiter) = &desk.limiter {
            limiter.check(now, count).map_err(Refusal::OverRate)?;
        }
        let messages = if parts.is_some() { u64::from(count) } else { 1 };
        self.reference = self.reference.wrapping_add(u8::from(parts.is_some()));
        shared.count(account, carrier.id, messages);
        Ok(Admitted { carrier: carrier.id, limits, life, rewritten, parts })
    }

    /// Records that a submit was refused: at most once a second for each account, with a count.
    pub fn refusal(
        &mut self,
        now: Timestamp,
        account: AccountId,
        message: &Message<'_>,
        status: u32,
    ) {
        let shared = self.shared.clone();
        let Some(name) = shared.account(account).map(|account| account.config.name.as_bytes())
        else {
            return;
        };
        let Some(count) = self.account(account).and_then(|desk| desk.refusals.count(now)) else {
            return;
        };
        let to = String::from_utf8_lossy(message.destination.addr);
        self.notice(name, status, count, &format!("submit to {to} refused"));
    }

    /// Records something a peer did that was refused.
    pub fn notice(&mut self, peer: &[u8], command_status: u32, count: u32, text: &str) {
        let what = What::Notice { peer, command_status, count, text: text.as_bytes() };
        self.events.event(&Event { ord: crate::message::event::NO_MESSAGE, what });
    }
}

/// What the history says of a text that was written anew.
pub(super) fn told(from: u8, text: &Rewritten) -> What<'static> {
    let Rewritten { data_coding: to, shifts, changed, .. } = *text;
    let identifier = |language: Option<Language>| language.map_or(0, Language::identifier);
    let (locking, single) = (identifier(shifts.locking), identifier(shifts.single));
    What::Rewritten { from, to, changed, locking, single }
}

const fn refusal_of(inadmissible: Inadmissible) -> Refusal {
    match inadmissible {
        Inadmissible::Source => Refusal::InvalidSource,
        Inadmissible::Destination => Refusal::InvalidDestination,
        Inadmissible::TooLong => Refusal::TooLong,
    }
}
