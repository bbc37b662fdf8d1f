//! Passing a message on to the next carrier of its route.
//!
//! **Invariants**: only a message that no carrier may have taken is passed on, never to a carrier that
//! had it before, and as far as its route's budget goes; the other carrier's shard gets it when that is
//! on disk.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::engine::Engine;
use super::shared::CarrierShared;
use crate::base::clock::Timestamp;
use crate::base::id::CarrierId;
use crate::carrier::verdict::Verdict;
use crate::deliver::queue::Queued;
use crate::message::disposition::Disposition;
use crate::message::event::{Event, What};
use crate::message::reason::Reason;
use crate::message::record::Message;
use crate::message::state::refused;

/// A message that waits while all its carriers are down is looked at again after this.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Whether a refusal is the carrier's own trouble: not what it thinks of the message, nor what it
/// knows of the number or the handset.
pub(super) fn of_carrier(verdict: &Verdict) -> bool {
    let Verdict { reason, ruling } = *verdict;
    reason.of_carrier() && !ruling.handset && refused(reason, ruling) == Disposition::Bounced
}

impl Engine {
    /// The carrier to try after `carrier`: one that is up, if there is one; `None` when nobody is left
    /// or the route's budget is spent, or when `carrier` may have taken the message.
    pub(super) fn next_after(
        &self,
        now: Timestamp,
        carrier: CarrierId,
        queued: &Queued,
    ) -> Option<CarrierId> {
        if queued.doubts > 0 {
            return None;
        }
        let message = Message::decode(&queued.record)?;
        let age = now.since(queued.begins_at());
        let mut tried = queued.tried.to_vec();
        tried.push(carrier);
        let mut down = None;
        // Each round adds one to those tried, and the route's budget limits them.
        while let Some(next) = self.shared.next_carrier(queued.account, &message, age, &tried) {
            tried.push(next.id);
            if !has_room(next) {
                continue;
            }
            if next.takes(now) {
                return Some(next.id);
            }
            down = down.or(Some(next.id));
        }
        down
    }

    /// Passes a message on that is in no backlog.
    pub(super) fn pass_to(
        &mut self,
        from: CarrierId,
        to: CarrierId,
        mut queued: Queued,
        reason: Reason,
    ) {
        let what = What::Rerouted { from, to, reason };
        self.events.event(&Event { ord: queued.ord, what });
        queued.tried = queued.tried.iter().copied().chain([from]).collect();
        queued.failures = 0;
        queued.stays_until = Timestamp(0);
        if let Some(message) = Message::decode(&queued.record) {
            queued.limits = self.shared.routes.limits_with(queued.account, &message, to);
        }
        self.shared.count(queued.account, to, 1);
        self.turn.passed.push((to, queued));
    }

    /// Passes on what has waited too long for its carrier, as far as another one is up.
    pub(super) fn pass_waiting(&mut self, now: Timestamp) {
        for place in 0..self.carriers.len() {
            let Some(desk) = self.carriers.get_mut(place).and_then(Option::as_mut) else {
                continue;
            };
            let (from, (overdue, reason)) = (desk.id, desk.overdue(now));
            let mut stay = Vec::new();
            for queued in overdue {
                match self.next_after(now, from, &queued) {
                    Some(to) if self.takes(now, to) => self.pass_to(from, to, queued, reason),
                    Some(_) => stay.push(Queued { stays_until: now + LOOK_AGAIN, ..queued }),
                    None => stay.push(Queued { stays_until: Timestamp::NEVER, ..queued }),
                }
            }
            // Each goes to the head of its line: the last one first, so that they keep their order.
            if let Some(desk) = self.carriers[place].as_mut() {
                stay.into_iter().rev().for_each(|queued| desk.stays(queued));
            }
        }
    }

    fn takes(&self, now: Timestamp, carrier: CarrierId) -> bool {
        self.shared.carrier(carrier).is_some_and(|shared| shared.takes(now))
    }
}

pub(super) fn has_room(carrier: &CarrierShared) -> bool {
    carrier.backlog.load(Ordering::Relaxed) < carrier.config.queue_messages_max as u64
}
