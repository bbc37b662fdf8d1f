//! One account's line in front of a carrier: in the order of acceptance, the urgent first.
//!
//! `priority_flag` (SMPP 3.4 §5.2.14) has four levels; a higher one goes first, but never past the
//! same message more than [`OVERTAKEN_MAX`] times in a row, so that nothing starves. What a limit of its
//! own has held and released has a level of its own right above its priority's: it is older.
//! **Invariant**: within a level the order of acceptance is kept, except for what is put back.

use std::collections::VecDeque;

use super::queue::Queued;
use crate::base::clock::Timestamp;

/// The highest `priority_flag`; what is above counts as that.
const PRIORITY_MAX: usize = 3;

/// For each priority, what was not held and what was.
const LEVELS: usize = 2 * (PRIORITY_MAX + 1);

/// More urgent messages that may pass one that is next in its level.
pub const OVERTAKEN_MAX: u8 = 16;

/// An account's messages, and its place among the others.
#[derive(Debug, Default)]
pub(super) struct Lane {
    levels: [VecDeque<Queued>; LEVELS],
    /// How often the first of each level has been passed.
    overtaken: [u8; LEVELS],
    /// Messages it may send before the next account's turn.
    pub(super) left: u32,
    /// Turns saved up while it had nothing to send.
    pub(super) credit: u32,
    /// The number of the queue's last message before it had nothing to send.
    pub(super) idle_since: u64,
}

impl Lane {
    pub(super) fn is_empty(&self) -> bool {
        self.levels.iter().all(VecDeque::is_empty)
    }

    pub(super) fn push(&mut self, queued: Queued) {
        self.levels[level(&queued)].push_back(queued);
    }

    /// Back to the head of its level, as if it had never been taken.
    pub(super) fn put_back(&mut self, queued: Queued) {
        let level = level(&queued);
        for passed in &mut self.overtaken[..level] {
            *passed = passed.saturating_sub(1);
        }
        self.levels[level].push_front(queued);
    }

    pub(super) fn pop(&mut self) -> Option<Queued> {
        let top = (0..LEVELS).rev().find(|&level| !self.levels[level].is_empty())?;
        let passed_over = |level: &usize| {
            self.overtaken[*level] >= OVERTAKEN_MAX && !self.levels[*level].is_empty()
        };
        let level = (0..top).find(passed_over).unwrap_or(top);
        for lower in 0..level {
            if !self.levels[lower].is_empty() {
                self.overtaken[lower] = self.overtaken[lower].saturating_add(1);
            }
        }
        self.overtaken[level] = 0;
        self.levels[level].pop_front()
    }

    /// When the oldest message was accepted, as far as the heads of the levels tell.
    pub(super) fn oldest(&self) -> Option<Timestamp> {
        self.levels.iter().filter_map(VecDeque::front).map(|next| next.accepted_at).min()
    }

    /// All its messages, the urgent first.
    pub(super) fn all(&self) -> impl Iterator<Item = &Queued> {
        self.levels.iter().rev().flatten()
    }

    /// Takes out what is wanted, told how many have been taken since there were `had`.
    pub(super) fn take(
        &mut self,
        had: usize,
        wanted: &mut impl FnMut(&Queued, usize) -> bool,
        taken: &mut Vec<Queued>,
    ) {
        for level in self.levels.iter_mut().rev() {
            level.retain_mut(|queued| {
                let stays = !wanted(queued, taken.len() - had);
                if !stays {
                    taken.push(queued.clone());
                }
                stays
            });
        }
    }

    /// Takes out what is over by `now`; gives the time at which the next will be.
    pub(super) fn expire(&mut self, now: Timestamp, over: &mut Vec<Queued>) -> Timestamp {
        let mut next = Timestamp::NEVER;
        for level in &mut self.levels {
            level.retain_mut(|queued| {
                let stays = queued.expires_at > now;
                if stays {
                    next = next.min(queued.expires_at);
                } else {
                    over.push(queued.clone());
                }
                stays
            });
        }
        next
    }
}

fn level(queued: &Queued) -> usize {
    2 * usize::from(queued.priority).min(PRIORITY_MAX) + usize::from(queued.limits.released)
}
