//! The messages that ended of late and of which more news may come: bounded, the oldest leave.
//!
//! It bridges the time until the ledger shows an end, and tells of messages that were submitted more
//! than once after a doubt, which one of their receipts was the first.

use std::collections::{HashSet, VecDeque};

use crate::base::id::MessageOrd;

/// A bounded set of messages.
#[derive(Debug, Default)]
pub struct Recent {
    order: VecDeque<MessageOrd>,
    members: HashSet<MessageOrd>,
}

/// Messages remembered; more than are asked about at a time.
const RECENT_MAX: usize = 65_536;

impl Recent {
    /// Remembers a message.
    pub fn insert(&mut self, ord: MessageOrd) {
        if !self.members.insert(ord) {
            return;
        }
        self.order.push_back(ord);
        if self.order.len() > RECENT_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.members.remove(&oldest);
        }
    }

    /// Whether a message is remembered.
    pub fn contains(&self, ord: MessageOrd) -> bool {
        self.members.contains(&ord)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten_first() {
        let mut recent = Recent::default();
        (0..=RECENT_MAX as u64).for_each(|ord| recent.insert(MessageOrd(ord)));
        assert!(!recent.contains(MessageOrd(0)));
        assert!(recent.contains(MessageOrd(1)));
        recent.insert(MessageOrd(RECENT_MAX as u64));
        assert!(recent.contains(MessageOrd(1)), "what is there already takes no room");
    }
}
