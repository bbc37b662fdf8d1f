//! Taking a message in, or refusing it.

use super::effect::Asker;
use super::engine::Engine;
use super::port::Refusal;
use super::turn::{Arrival, Written};
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId};
use crate::intake::admit::{Inadmissible, admit};
use crate::message::event::{Event, What};
use crate::message::record::Message;
use crate::spool::journal::Health;
use std::sync::atomic::Ordering;

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
        let api = matches!(asker, Asker::Api(_));
        match self.admit(now, account, message) {
            Ok(carrier) => {
                // The API counts its own.
                if !api {
                    self.shared.smpp.accepted.increment(1);
                }
                let over_share = self.shared.over_share(account, carrier);
                let message = Message { account, carrier, ..*message };
                let written = self.write(&message);
                let parts = message.parts.max(1);
                self.turn.arrivals.push(Arrival { asker, written, account, carrier, parts });
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

    /// Writes a message into this turn.
    pub(super) fn write(&mut self, message: &Message<'_>) -> Written {
        let slot = self.messages.message(message);
        let end = self.messages.octets().len();
        let start = end - self.messages.record_at(slot.offset).len();
        Written { slot, start: start as u32, end: end as u32 }
    }

    /// All checks a message passes, and its route. What counts (the rate, the backlog) comes last.
    fn admit(
        &mut self,
        now: Timestamp,
        account: AccountId,
        message: &Message<'_>,
    ) -> Result<CarrierId, Refusal> {
        match self.journal.health() {
            Health::Accepting => {}
            Health::Full => return Err(Refusal::DiskFull),
            Health::Failed => return Err(Refusal::DiskFailed),
        }
        if self.shared.draining.load(Ordering::Relaxed) {
            return Err(Refusal::Draining);
        }
        admit(message).map_err(|inadmissible| match inadmissible {
            Inadmissible::Source => Refusal::InvalidSource,
            Inadmissible::Destination => Refusal::InvalidDestination,
            Inadmissible::TooLong => Refusal::TooLong,
        })?;
        let shared = self.shared.clone();
        let carrier = shared.route(message.destination.addr)?;
        let backlog = carrier.backlog.load(Ordering::Relaxed);
        if backlog >= carrier.config.queue_messages_max as u64 {
            return Err(Refusal::QueueFull);
        }
        let desk = self.account(account).ok_or(Refusal::UnknownAccount)?;
        if let Some(limiter) = &desk.limiter {
            limiter.check(now, message.parts.max(1)).map_err(Refusal::OverRate)?;
        }
        carrier.backlog.fetch_add(1, Ordering::Relaxed);
        if let Some(account) = shared.account(account) {
            account.backlog.fetch_add(1, Ordering::Relaxed);
        }
        Ok(carrier.id)
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
