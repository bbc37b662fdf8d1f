//! The queue in front of a carrier: fair between accounts, bounded, and light.
//!
//! Durable form is the ledger itself; this is its working copy. A message's octets stay in memory
//! only while there is room for them: what was left on disk is read again when its turn comes.
//! **Invariant**: within an account the order of acceptance is kept, except for what is put back.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, MessageOrd};

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
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Its record; empty when it has to be read from the log.
    pub record: Bytes,
}

/// Messages taken from one account before the next one's turn.
const QUANTUM: u32 = 16;

/// A queue of queues, one per account, served in turn.
#[derive(Debug)]
pub struct FairQueue {
    lanes: Vec<VecDeque<Queued>>,
    turn: VecDeque<AccountId>,
    quantum: u32,
    length: usize,
    loaded_bytes: usize,
    loaded_bytes_max: usize,
}

impl FairQueue {
    /// An empty queue that keeps at most this many octets of records in memory.
    pub fn new(loaded_bytes_max: usize) -> Self {
        Self {
            lanes: Vec::new(),
            turn: VecDeque::new(),
            quantum: QUANTUM,
            length: 0,
            loaded_bytes: 0,
            loaded_bytes_max,
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
        self.lane(queued.account).push_back(queued);
    }

    /// At the head of its account's line: what was taken and could not be handed over.
    pub fn put_back(&mut self, mut queued: Queued) {
        self.account_for(&mut queued);
        self.lane(queued.account).push_front(queued);
    }

    /// The next message, by turns.
    pub fn pop(&mut self) -> Option<Queued> {
        let &account = self.turn.front()?;
        let lane = self.lanes.get_mut(usize::from(account.0))?;
        let queued = lane.pop_front()?;
        let emptied = lane.is_empty();
        self.length -= 1;
        self.loaded_bytes -= queued.record.len();
        self.quantum -= 1;
        if emptied {
            self.turn.pop_front();
            self.quantum = QUANTUM;
        } else if self.quantum == 0 {
            self.turn.rotate_left(1);
            self.quantum = QUANTUM;
        }
        Some(queued)
    }

    /// When the oldest message that waits was accepted.
    pub fn oldest(&self) -> Option<Timestamp> {
        let lanes = self.turn.iter().filter_map(|account| self.lanes.get(usize::from(account.0)));
        lanes.filter_map(VecDeque::front).map(|next| next.accepted_at).min()
    }

    /// The next message accepted before `at`, whoever's it is.
    pub fn pop_older_than(&mut self, at: Timestamp) -> Option<Queued> {
        let is_old =
            |lane: &VecDeque<Queued>| lane.front().is_some_and(|next| next.accepted_at < at);
        let account =
            *self.turn.iter().find(|account| is_old(&self.lanes[usize::from(account.0)]))?;
        let lane = self.lanes.get_mut(usize::from(account.0))?;
        let queued = lane.pop_front()?;
        if lane.is_empty() {
            self.turn.retain(|turn| *turn != account);
            self.quantum = QUANTUM;
        }
        self.length -= 1;
        self.loaded_bytes -= queued.record.len();
        Some(queued)
    }

    fn account_for(&mut self, queued: &mut Queued) {
        if self.loaded_bytes + queued.record.len() > self.loaded_bytes_max {
            queued.record = Bytes::new();
        }
        self.loaded_bytes += queued.record.len();
        self.length += 1;
    }

    fn lane(&mut self, account: AccountId) -> &mut VecDeque<Queued> {
        let index = usize::from(account.0);
        if self.lanes.len() <= index {
            self.lanes.resize_with(index + 1, VecDeque::new);
        }
        let lane = &mut self.lanes[index];
        if lane.is_empty() {
            self.turn.push_back(account);
        }
        lane
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queued(ord: u64, account: u16, octets: usize) -> Queued {
        Queued {
            ord: MessageOrd(ord),
            lsn: 0,
            account: AccountId(account),
            attempts: 0,
            failures: 0,
            doubts: 0,
            parts: 1,
            accepted_at: Timestamp(0),
            record: Bytes::from(vec![0; octets]),
        }
    }

    #[test]
    fn an_account_with_few_messages_does_not_wait_behind_one_with_many() {
        let mut queue = FairQueue::new(usize::MAX);
        (0..1_000).for_each(|ord| queue.push(queued(ord, 0, 1)));
        queue.push(queued(1_000, 1, 1));
        let position = (0..).find(|_| queue.pop().is_none_or(|next| next.account.0 == 1));
        assert!(position.is_some_and(|position| position <= QUANTUM), "{position:?}");
    }

    #[test]
    fn each_account_keeps_its_order() {
        let mut queue = FairQueue::new(usize::MAX);
        for ord in 0..300 {
            queue.push(queued(ord, (ord % 3) as u16, 1));
        }
        let mut last = [None; 3];
        while let Some(next) = queue.pop() {
            let before = last[usize::from(next.account.0)].replace(next.ord);
            assert!(before < Some(next.ord));
        }
        assert!(queue.is_empty());
    }

    #[test]
    fn what_is_put_back_comes_next() {
        let mut queue = FairQueue::new(usize::MAX);
        (0..3).for_each(|ord| queue.push(queued(ord, 0, 1)));
        let first = queue.pop().expect("three are waiting");
        queue.put_back(first);
        assert_eq!(queue.pop().map(|next| next.ord), Some(MessageOrd(0)));
    }

    #[test]
    fn messages_whose_life_is_over_leave_from_any_line() {
        let mut queue = FairQueue::new(usize::MAX);
        for (ord, account) in [(0, 0), (1, 1), (2, 0)] {
            let accepted_at = Timestamp(ord * 10);
            queue.push(Queued { accepted_at, ..queued(ord, account, 1) });
        }
        let old: Vec<_> = std::iter::from_fn(|| queue.pop_older_than(Timestamp(15)))
            .map(|old| old.ord.0)
            .collect();
        assert_eq!(old, [0, 1]);
        assert_eq!((queue.len(), queue.accounts()), (1, 1));
        assert_eq!(queue.pop().map(|next| next.ord.0), Some(2));
    }

    #[test]
    fn records_beyond_the_memory_allowed_are_left_on_disk() {
        let mut queue = FairQueue::new(250);
        (0..4).for_each(|ord| queue.push(queued(ord, 0, 100)));
        let loaded: Vec<_> =
            std::iter::from_fn(|| queue.pop()).map(|next| next.record.len()).collect();
        assert_eq!(loaded, [100, 100, 0, 0]);
        queue.push(queued(9, 0, 100));
        assert_eq!(queue.pop().map(|next| next.record.len()), Some(100));
    }
}
