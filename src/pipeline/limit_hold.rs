//! What waits in front of a carrier for the rate of its route or of its prefix: a line for each limit
//! that holds something, so that nothing else waits behind it.
//!
//! A message goes into its limit's line when its turn comes and the limit has no room, or at once while
//! others wait there. When there is room, as many as fit go back into the carrier's queue, where the
//! turns of the accounts decide. Each line is fair between accounts itself.
//! **Invariants**: nothing is looked through to find what may leave; a line is gone when it is empty; what
//! is kept of records in memory is bounded over all lines together.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::limit_book::{Limit, LimitBook, Over};
use super::shared::Shared;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId};
use crate::deliver::queue::{FairQueue, Queued};
use crate::message::record::Message;

/// The lines in front of one carrier.
#[derive(Debug)]
pub struct LimitHold {
    carrier: CarrierId,
    shared: Arc<Shared>,
    /// By the limit's place in the book.
    lines: BTreeMap<usize, Line>,
    loaded_bytes_max: usize,
    length: usize,
    /// No line has to be looked at before this.
    due: Timestamp,
    /// Nothing is over before this.
    expires_at: Timestamp,
    expired: Vec<Queued>,
}

#[derive(Debug)]
struct Line {
    queue: FairQueue,
    due: Timestamp,
}

/// A limit is waited for in steps of at least this, as the carrier's rate is.
const HOLD_MIN: Duration = Duration::from_millis(2);

impl LimitHold {
    /// Nothing waits; all lines together keep so many octets of records.
    pub fn new(carrier: CarrierId, shared: Arc<Shared>, loaded_bytes_max: usize) -> Self {
        let loaded_bytes_max = loaded_bytes_max / shared.routes.limits().limits().len().max(1);
        Self {
            carrier,
            shared,
            lines: BTreeMap::new(),
            loaded_bytes_max,
            length: 0,
            due: Timestamp::NEVER,
            expires_at: Timestamp::NEVER,
            expired: Vec::new(),
        }
    }

    /// Messages that wait.
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether none does.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// When [`release`](Self::release) has something to do.
    pub const fn due(&self) -> Timestamp {
        self.due
    }

    /// When [`expire`](Self::expire) has.
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// When the oldest that waits was accepted.
    pub fn oldest(&self) -> Option<Timestamp> {
        self.lines.values().filter_map(|line| line.queue.oldest()).min()
    }

    /// A message that has come: behind those that wait for one of its limits, or back to the caller.
    pub fn join(&mut self, queued: Queued) -> Option<Queued> {
        if self.lines.is_empty() || queued.limits.is_none() || !self.is_known(&queued) {
            return Some(queued);
        }
        let place = queued.limits.places().find(|place| self.lines.contains_key(place));
        let Some((place, line)) = place.and_then(|at| Some((at, self.lines.get_mut(&at)?))) else {
            return Some(queued);
        };
        let due = line.due;
        self.add(place, due, queued);
        None
    }

    fn is_known(&self, queued: &Queued) -> bool {
        queued.limits.is_of(self.shared.routes.limits().edition())
    }

    /// Sees to it that a message has the limits that hold now. `false` while its record has to be read
    /// for that.
    fn knows(&self, queued: &mut Queued) -> bool {
        if self.is_known(queued) {
            return true;
        }
        let book = self.shared.routes.limits();
        if book.is_empty() {
            queued.limits = book.none();
            return true;
        }
        let Some(message) = Message::decode(&queued.record) else { return false };
        let released = queued.limits.released;
        queued.limits = self.shared.routes.limits_with(queued.account, &message, self.carrier);
        queued.limits.released = released;
        true
    }

    /// Lets go of everything, whatever the limits say.
    pub fn drain_into(&mut self, into: &mut FairQueue) {
        let book = self.shared.routes.limits();
        for (&place, line) in &mut self.lines {
            while let Some(queued) = line.queue.pop() {
                gone(book, place, 1);
                self.shared.let_go(queued.account, self.carrier);
                into.release(queued);
            }
        }
        self.lines.clear();
        (self.length, self.due) = (0, Timestamp::NEVER);
    }

    /// A message whose turn came too early for one of its limits.
    pub fn hold(&mut self, now: Timestamp, over: Over, mut queued: Queued) {
        // It is older than all that joined the line without a turn.
        queued.limits.released = true;
        self.add(over.place, now + over.wait.max(HOLD_MIN), queued);
    }

    fn add(&mut self, place: usize, due: Timestamp, queued: Queued) {
        let bytes_max = self.loaded_bytes_max;
        let made = || Line { queue: FairQueue::new(bytes_max), due };
        let line = self.lines.entry(place).or_insert_with(made);
        line.due = line.due.max(due);
        self.due = self.due.min(line.due);
        self.shared.hold(queued.account, self.carrier);
        line.queue.push(queued);
        self.expires_at = self.expires_at.min(line.queue.expires_at());
        self.length += 1;
        if let Some(limit) = self.shared.routes.limits().limits().get(place) {
            limit.holds(line.due);
        }
    }

    /// Lets go into the carrier's queue what the limits have room for by now.
    pub fn release(&mut self, now: Timestamp, into: &mut FairQueue) {
        if now < self.due {
            return;
        }
        let shared = self.shared.clone();
        let mut next = Timestamp::NEVER;
        for (&place, line) in &mut self.lines {
            let Some(limit) = shared.routes.limits().limits().get(place) else { continue };
            if now >= line.due {
                self.length -= line.release(now, limit, |queued| {
                    shared.let_go(queued.account, self.carrier);
                    into.release(queued);
                });
            }
            if !line.queue.is_empty() {
                next = next.min(line.due);
            }
        }
        self.lines.retain(|_, line| !line.queue.is_empty());
        self.due = next;
    }

    /// Takes out what is over by `now`, one at a time.
    pub fn expire(&mut self, now: Timestamp) -> Option<Queued> {
        if self.expired.is_empty() && now >= self.expires_at {
            let (lines, expired) = (&mut self.lines, &mut self.expired);
            let book = self.shared.routes.limits();
            self.expires_at = Timestamp::NEVER;
            for (&place, line) in lines.iter_mut() {
                let had = expired.len();
                line.queue.expire(now, expired);
                gone(book, place, expired.len() - had);
                self.expires_at = self.expires_at.min(line.queue.expires_at());
            }
            lines.retain(|_, line| !line.queue.is_empty());
            self.length -= expired.len();
            expired.iter().for_each(|queued| self.shared.let_go(queued.account, self.carrier));
        }
        self.expired.pop()
    }

    /// What waits of an account.
    pub fn of(&self, account: AccountId) -> impl Iterator<Item = &Queued> {
        self.lines.values().flat_map(move |line| line.queue.of(account))
    }

    /// Takes out up to `max` messages that a condition holds for; unless `all`, only those that wait for
    /// a limit of this carrier alone, which another carrier would not have.
    pub fn take(
        &mut self,
        max: usize,
        all: bool,
        mut wanted: impl FnMut(&Queued) -> bool,
        taken: &mut Vec<Queued>,
    ) {
        let book = self.shared.routes.limits();
        for (&place, line) in &mut self.lines {
            let limit = book.limits().get(place);
            if !all && limit.is_none_or(|limit| limit.carrier.is_none()) {
                continue;
            }
            let had = taken.len();
            line.queue.take(max.saturating_sub(had), &mut wanted, taken);
            gone(book, place, taken.len() - had);
            self.length -= taken.len() - had;
            let gone = taken[had..].iter();
            gone.for_each(|queued| self.shared.let_go(queued.account, self.carrier));
        }
        self.lines.retain(|_, line| !line.queue.is_empty());
    }

    /// Takes a message's parts out of its limits. One whose record is on disk takes them when it has
    /// been read.
    ///
    /// # Errors
    /// The first limit that has no room.
    pub fn pass(&self, now: Timestamp, queued: &mut Queued) -> Result<(), Over> {
        // Those of another edition are found again, from the record: it is asked again when that was read.
        if !self.knows(queued) || queued.limits.is_none() {
            return Ok(());
        }
        let book = self.shared.routes.limits();
        if queued.record.is_empty() {
            book.over(now, queued.limits, queued.parts).map_or(Ok(()), Err)
        } else {
            book.take(now, queued.limits, queued.parts)
        }
    }

    /// A message that passed does not leave after all.
    pub fn give_back(&self, queued: &Queued) {
        self.shared.routes.limits().give_back(queued.limits, queued.parts);
    }

    /// A message that passed leaves.
    pub fn left(&self, queued: &mut Queued) {
        if !queued.limits.is_none() {
            self.shared.routes.limits().left(queued.limits, queued.parts);
            queued.limits.released = false;
        }
    }
}

impl Line {
    /// Lets go what there is room for; how many.
    fn release(&mut self, now: Timestamp, limit: &Limit, mut to: impl FnMut(Queued)) -> usize {
        let room = limit.room(now);
        let (mut parts, mut count) = (0, 0);
        while parts < room {
            let Some(queued) = self.queue.pop() else { break };
            parts += u32::from(queued.parts.max(1));
            count += 1;
            limit.lets_go();
            to(queued);
        }
        // What has room now is used now; the next part comes after it.
        let mut wait = limit.wait(now, room.saturating_add(1)).max(HOLD_MIN);
        let others = limit.held() > self.queue.len() as u64;
        if count > 0 && others {
            // Another carrier waits for the same limit: it is a step ahead next time.
            wait += HOLD_MIN;
        }
        self.due = now + wait;
        limit.holds_until(self.due);
        count
    }
}

fn gone(book: &LimitBook, place: usize, count: usize) {
    if let Some(limit) = book.limits().get(place) {
        (0..count).for_each(|_| limit.lets_go());
    }
}
