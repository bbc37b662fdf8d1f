//! Doing what operators want, on the shard of the carrier.

use std::collections::HashSet;
use std::num::NonZeroU32;

use super::carrier::CarrierDesk;
use super::conclude::end;
use super::engine::Engine;
use super::operate::{Errand, Told};
use super::receipts::desk;
use super::turn::Ended;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::message::reason::Reason;
use crate::throttle::limiter::{Limiter, Rate};

/// Parts that may leave at once under a rate that was ordered: those of so many milliseconds.
const BURST_MS: u32 = 20;

impl Engine {
    /// Does an errand, but for what only the holder of the links can do.
    pub(super) fn errand(&mut self, now: Timestamp, errand: Errand) {
        match errand {
            // The end of the turn looks.
            Errand::Look(note) => self.notice(b"operator", 0, 1, &note),
            Errand::Rebind(_) => {}
            Errand::Flush(carrier, account, told) => {
                let count = self.carrier(carrier).map_or(0, |desk| desk.flush(now, account));
                told(count);
            }
            Errand::Consent(change, told) => self.record_consent(&change, told),
            Errand::Bounce { carrier, ords, reason, told } => {
                self.bounce(now, carrier, ords.into_iter().collect(), reason, told);
            }
        }
    }

    fn bounce(
        &mut self,
        now: Timestamp,
        carrier: CarrierId,
        ords: HashSet<MessageOrd>,
        reason: Reason,
        told: Told,
    ) {
        let Some(desk) = desk(&self.shared, &mut self.carriers, carrier) else {
            told(0);
            return;
        };
        let mut taken: Vec<_> =
            desk.withdraw(&ords).into_values().map(|(queued, _)| queued).collect();
        taken.sort_unstable_by_key(|queued| queued.ord);
        for queued in &taken {
            desk.leaves(queued);
            end(&mut self.events, &mut self.turn, desk, now, queued, reason);
        }
        self.turn.told.push(Ended(told, taken.len() as u64));
    }
}

impl CarrierDesk {
    /// Heeds what operators have ordered.
    pub(super) fn heed(&mut self, now: Timestamp) {
        let Some(shared) = self.shared.carrier(self.id) else { return };
        let (suspended, limit) = (shared.standing.suspended(now), shared.standing.limit(now));
        match suspended {
            Some(until) => {
                self.held_until = until;
                self.held_for = Reason::CarrierSuspended;
            }
            None if self.held_for == Reason::CarrierSuspended => self.let_go(),
            None => {}
        }
        let rate = limit.map(|(rate, _)| rate);
        if rate != self.ordered.as_ref().map(|limiter| limiter.rate().per_second) {
            self.ordered = rate.map(|rate| limiter(rate, now));
            if self.held_for == Reason::RateLimited {
                self.let_go();
            }
        }
    }

    fn let_go(&mut self) {
        self.held_until = Timestamp(0);
        self.held_for = Reason::None;
    }

    /// Whether an operator has suspended it.
    pub(super) fn is_suspended(&self, now: Timestamp) -> bool {
        self.held_for == Reason::CarrierSuspended && now < self.held_until
    }

    /// Brings in at once what waits for another attempt; how many. What its sender wants later stays.
    fn flush(&mut self, now: Timestamp, account: Option<AccountId>) -> u64 {
        let wanted = |_: &(Timestamp, u64), queued: &mut crate::deliver::queue::Queued| {
            queued.due_at <= now && account.is_none_or(|account| queued.account == account)
        };
        let due: Vec<_> = self.deferred.extract_if(.., wanted).map(|(_, queued)| queued).collect();
        let count = due.len() as u64;
        due.into_iter().rev().for_each(|queued| self.queue.again(queued));
        count
    }
}

fn limiter(rate: NonZeroU32, now: Timestamp) -> Limiter {
    let burst =
        NonZeroU32::new(rate.get().saturating_mul(BURST_MS) / 1_000).unwrap_or(NonZeroU32::MIN);
    Limiter::new(Rate { per_second: rate, burst }, now)
}
