//! What waits too long at a carrier's desk: its life is over, or another carrier is tried.

use std::time::Duration;

use super::carrier::{CarrierDesk, EXPIRE_EVERY};
use crate::base::clock::Timestamp;
use crate::deliver::queue::Queued;
use crate::message::reason::Reason;

/// A carrier without a bind for so long is down: others take what waits for it. Shorter is a bind
/// that comes again.
const DOWN_AFTER: Duration = Duration::from_secs(10);

/// How often those that wait are looked through for what others could take, and how many at a time.
const PASS_EVERY: Duration = Duration::from_secs(1);
const PASS_MAX: usize = 1_000;

impl CarrierDesk {
    /// The next message whose life is over, out of the backlog, and what it ended of.
    pub fn expire(&mut self, now: Timestamp) -> Option<(Queued, Reason)> {
        if let Some(expired) = self.held.expire(now) {
            self.count(&expired, false);
            let down = self.transmitters.is_empty();
            let reason = if down { Reason::ValidityOver } else { Reason::ThrottledExpired };
            return Some((expired, reason));
        }
        if self.expired.is_empty() {
            self.queue.expire(now, &mut self.expired);
            if now.since(self.looked_at) >= EXPIRE_EVERY {
                self.looked_at = now;
                let expired = &mut self.expired;
                self.returned.retain_mut(|queued| {
                    let stays = now < queued.expires_at;
                    if !stays {
                        expired.push(queued.clone());
                    }
                    stays
                });
            }
        }
        let expired = self.expired.pop()?;
        self.count(&expired, false);
        let reason = match self.holding {
            Reason::RateLimited | Reason::Throttled => Reason::ThrottledExpired,
            _ => Reason::ValidityOver,
        };
        Some((expired, reason))
    }

    /// Takes out messages that have waited for longer than this carrier's share of their route's time,
    /// or for a carrier that is down, and why. They have not left yet, and their record is at hand.
    pub fn overdue(&mut self, now: Timestamp) -> (Vec<Queued>, Reason) {
        let mut overdue = Vec::new();
        if !self.transmitters.is_empty() || self.bound_at == Timestamp(0) {
            self.bound_at = now;
        }
        let Some(patience) = self.patience else { return (overdue, Reason::None) };
        if now.since(self.passed_at) < PASS_EVERY {
            return (overdue, Reason::None);
        }
        let suspended = self.is_suspended(now);
        let down = suspended || now.since(self.bound_at) >= DOWN_AFTER;
        let oldest = self.queue.oldest().into_iter().chain(self.held.oldest()).min();
        let oldest = oldest.is_some_and(|at| now.since(at) >= patience);
        if !(down || oldest) {
            return (overdue, Reason::None);
        }
        self.passed_at = now;
        let late = |queued: &Queued| {
            let shares = 1 + u32::try_from(queued.tried.len()).unwrap_or(u32::MAX);
            down || now.since(queued.begins_at()) >= patience.saturating_mul(shares)
        };
        let wanted = |queued: &Queued| {
            now >= queued.stays_until
                && queued.doubts == 0
                && !queued.record.is_empty()
                && late(queued)
        };
        self.queue.take(PASS_MAX, wanted, &mut overdue);
        // The rate of its route, or of its prefix everywhere, holds it at another carrier too.
        self.held.take(PASS_MAX, down, wanted, &mut overdue);
        overdue.iter().for_each(|queued| self.count(queued, false));
        let held = if self.holding == Reason::None { Reason::Window } else { self.holding };
        let away = if suspended { Reason::CarrierSuspended } else { Reason::CarrierDown };
        (overdue, if down { away } else { held })
    }

    /// A message that waits on: nobody else takes it now.
    pub fn stays(&mut self, queued: Queued) {
        self.count(&queued, true);
        self.queue.again(queued);
    }
}
