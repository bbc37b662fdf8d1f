//! The queue in front of a carrier: fair between accounts, bounded, and light.
//!
//! Durable form is the ledger itself; this is its working copy. A message's octets stay in memory
//! only while there is room for them: what was left on disk is read again when its turn comes.
//! Accounts take turns. One that sends less than its share has saved up turns when its next message
//! comes, and goes first with it: a flood beside it costs it no more than the message on its way.
//! **Invariants**: an account that always has messages waiting gets its share of the turns, whatever
//! the others do; pushing and popping cost the same however many wait.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use super::lane::Lane;
use super::limits::Limits;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};

/// A message waiting for its carrier.
#[derive(Clone, Debug)]
pub struct Queued {
    /// Which message.
    pub ord: MessageOrd,
    /// Where its record is in the log.
    pub lsn: u64,
    /// Who it is from: whose turn it takes.
    pub account: AccountId,
    /// Submits already made.
    pub attempts: u8,
    /// Refusals that count, for back-off and the limit of attempts.
    pub failures: u8,
    /// Submits whose answer was lost.
    pub doubts: u8,
    /// What it counts for in rates.
    pub parts: u8,
    /// `priority_flag` (SMPP 3.4 §5.2.14): a higher one goes first within its account.
    pub priority: u8,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Not before this time; 0 for at once.
    pub due_at: Timestamp,
    /// Not after this time: then it ends.
    pub expires_at: Timestamp,
    /// Its record; empty when it has to be read from the log.
    pub record: Bytes,
    /// The carriers it was passed on from.
    pub tried: Box<[CarrierId]>,
    /// While it waits no other carrier is looked for before this time.
    pub stays_until: Timestamp,
    /// The limits of its route and its prefix.
    pub limits: Limits,
}

impl Queued {
    /// When it could first leave: its life before that is its sender's wish.
    pub fn begins_at(&self) -> Timestamp {
        self.accepted_at.max(self.due_at)
    }
}

/// Messages taken from one account before the next one's turn.
const QUANTUM: u32 = 16;

/// The queue is not looked through for what is over more often than this for each so many messages.
const SWEEP_EVERY: Duration = Duration::from_secs(1);
const SWEEP_MESSAGES: usize = 100_000;

/// A queue of queues, one per account, served in turn.
#[derive(Debug)]
pub struct FairQueue {
    lanes: Vec<Lane>,
    turn: VecDeque<AccountId>,
    /// Messages ever taken: the clock by which turns are saved up.
    popped: u64,
    length: usize,
    loaded_bytes: usize,
    loaded_bytes_max: usize,
    /// Nothing is over before this.
    earliest: Timestamp,
    sweep_at: Timestamp,
}

impl FairQueue {
    /// An empty queue that keeps at most this many octets of records in memory.
    pub const fn new(loaded_bytes_max: usize) -> Self {
        Self {
            lanes: Vec::new(),
            turn: VecDeque::new(),
            popped: 0,
            length: 0,
            loaded_bytes: 0,
            loaded_bytes_max,
            earliest: Timestamp::NEVER,
            sweep_at: Timestamp(0),
        }
    }

    /// Messages waiting.
    pub const fn len(&self) -> usize {
        self.length
    }

    /// Whether nobody waits.
    pub const fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Accounts that have messages waiting.
    pub fn accounts(&self) -> usize {
        self.turn.len()
    }

    /// At the end of its account's line.
    pub fn push(&mut self, mut queued: Queued) {
        self.account_for(&mut queued);
        let (account, turns, popped) = (queued.account, self.turn.len() as u64, self.popped);
        let lane = self.lane(account);
        if lane.is_empty() {
            let earned = (popped - lane.idle_since) / (turns + 1);
            let saved = u64::from(lane.credit).saturating_add(earned).min(u64::from(QUANTUM));
            lane.credit = saved as u32;
            lane.left = if saved > 0 { lane.credit } else { QUANTUM };
            lane.push(queued);
            if saved > 0 {
                self.turn.push_front(account);
            } else {
                self.turn.push_back(account);
            }
        } else {
            lane.push(queued);
        }
    }

    /// What was taken and could not be handed over: it comes next.
    pub fn put_back(&mut self, mut queued: Queued) {
        self.account_for(&mut queued);
        let account = queued.account;
        let lane = self.lane(account);
        let was_empty = lane.is_empty();
        lane.left += 1;
        lane.put_back(queued);
        if was_empty {
            self.turn.push_front(account);
        }
    }

    /// To the head of its account's line, in its account's turn: what has waited for a time of its own.
    pub fn again(&mut self, mut queued: Queued) {
        if self.lane(queued.account).is_empty() {
            self.push(queued);
        } else {
            self.account_for(&mut queued);
            self.lane(queued.account).put_back(queued);
        }
    }

    /// What a limit of its own has held, and holds no more: in its account's turn, before those of its
    /// priority that were not held.
    pub fn release(&mut self, mut queued: Queued) {
        queued.limits.released = true;
        self.push(queued);
    }

    /// The next message, by turns.
    pub fn pop(&mut self) -> Option<Queued> {
        let &account = self.turn.front()?;
        let lane = self.lanes.get_mut(usize::from(account.0))?;
        let queued = lane.pop()?;
        lane.left = lane.left.saturating_sub(1);
        lane.credit = lane.credit.saturating_sub(1);
        self.popped += 1;
        self.length -= 1;
        self.loaded_bytes -= queued.record.len();
        if lane.is_empty() {
            lane.idle_since = self.popped;
            self.turn.pop_front();
        } else if lane.left == 0 {
            lane.left = QUANTUM;
            self.turn.rotate_left(1);
        }
        Some(queued)
    }

    /// When the oldest message that waits was accepted.
    pub fn oldest(&self) -> Option<Timestamp> {
        let lanes = self.turn.iter().filter_map(|account| self.lanes.get(usize::from(account.0)));
        lanes.filter_map(Lane::oldest).min()
    }

    /// Takes out the messages whose time is over, whoever's they are: a second late at most for each
    /// hundred thousand that wait, since all are looked at.
    pub fn expire(&mut self, now: Timestamp, over: &mut Vec<Queued>) {
        if now < self.earliest || now < self.sweep_at {
            return;
        }
        let had = over.len();
        let mut earliest = Timestamp::NEVER;
        let lanes = &mut self.lanes;
        self.turn.retain(|account| {
            let Some(lane) = lanes.get_mut(usize::from(account.0)) else { return false };
            earliest = earliest.min(lane.expire(now, over));
            !lane.is_empty()
        });
        for queued in &over[had..] {
            self.length -= 1;
            self.loaded_bytes -= queued.record.len();
        }
        self.earliest = earliest;
        self.sweep_at = now + SWEEP_EVERY * (1 + (self.length / SWEEP_MESSAGES) as u32);
    }

    /// Takes out up to `limit` messages that a condition holds for, in order of their lines. All are
    /// looked at.
    pub fn take(
        &mut self,
        limit: usize,
        mut wanted: impl FnMut(&Queued) -> bool,
        taken: &mut Vec<Queued>,
    ) {
        let had = taken.len();
        let (lanes, popped) = (&mut self.lanes, self.popped);
        self.turn.retain(|account| {
            let Some(lane) = lanes.get_mut(usize::from(account.0)) else { return false };
            let mut wanted = |queued: &Queued, count: usize| count < limit && wanted(queued);
            lane.take(had, &mut wanted, taken);
            if lane.is_empty() {
                lane.idle_since = popped;
            }
            !lane.is_empty()
        });
        for queued in &taken[had..] {
            self.length -= 1;
            self.loaded_bytes -= queued.record.len();
        }
    }

    /// An account's messages, the urgent first.
    pub fn of(&self, account: AccountId) -> impl Iterator<Item = &Queued> {
        self.lanes.get(usize::from(account.0)).into_iter().flat_map(Lane::all)
    }

    /// When [`expire`](Self::expire) has something to do again.
    pub fn expires_at(&self) -> Timestamp {
        if self.earliest == Timestamp::NEVER {
            return Timestamp::NEVER;
        }
        self.earliest.max(self.sweep_at)
    }

    fn account_for(&mut self, queued: &mut Queued) {
        if self.loaded_bytes + queued.record.len() > self.loaded_bytes_max {
            queued.record = Bytes::new();
        }
        self.loaded_bytes += queued.record.len();
        self.length += 1;
        self.earliest = self.earliest.min(queued.expires_at);
    }

    fn lane(&mut self, account: AccountId) -> &mut Lane {
        let index = usize::from(account.0);
        if self.lanes.len() <= index {
            self.lanes.resize_with(index + 1, Lane::default);
        }
        &mut self.lanes[index]
    }
}

#[cfg(test)]
mod tests;
