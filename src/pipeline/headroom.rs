//! What waits in memory, so that new work is refused before it hurts what has been accepted.
//!
//! Every message that waits for a carrier has an entry in memory whatever is left of it on disk. Their sum
//! is looked at a few times a second, not by the shards; above the limit submits are refused, and taken
//! again when a part of it has gone. Not here: receipts, of which each account has so many in memory
//! (`owed_max`) that an application which takes none costs nobody else anything.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::shared::Shared;

/// What an entry of a message that waits takes, with its share of the lines it is in and of the record
/// that is kept while there is room.
const MESSAGE_BYTES: u64 = 256;

/// Of the limit: what has to be left free before submits are taken again.
const EASE: u64 = 20;

/// How much waits, and whether that is too much.
#[derive(Debug, Default)]
pub struct Headroom {
    over: AtomicBool,
    bytes: AtomicU64,
    limit: AtomicU64,
}

impl Headroom {
    /// Whether nothing new can be taken.
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// Octets that wait, and how many may.
    pub fn bytes(&self) -> (u64, u64) {
        (self.bytes.load(Ordering::Relaxed), self.limit.load(Ordering::Relaxed))
    }

    /// Looks at what waits. `limit` in octets; 0 is none. Says whether it has become too much, or enough
    /// of it has gone.
    pub fn look(&self, shared: &Shared, limit: u64) -> Option<bool> {
        let messages: u64 =
            shared.carriers.iter().map(|carrier| carrier.backlog.load(Ordering::Relaxed)).sum();
        self.weigh(messages * MESSAGE_BYTES, limit)
    }

    fn weigh(&self, bytes: u64, limit: u64) -> Option<bool> {
        self.bytes.store(bytes, Ordering::Relaxed);
        self.limit.store(limit, Ordering::Relaxed);
        let was = self.is_over();
        let line = if was { limit - limit / EASE } else { limit };
        let over = limit > 0 && bytes >= line.max(1);
        self.over.store(over, Ordering::Relaxed);
        (over != was).then_some(over)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_over_from_the_limit_on_until_a_part_of_it_has_gone() {
        let headroom = Headroom::default();
        assert_eq!(headroom.weigh(999, 1_000), None);
        assert_eq!(headroom.weigh(1_000, 1_000), Some(true));
        assert_eq!(headroom.weigh(960, 1_000), None);
        assert!(headroom.is_over());
        assert_eq!(headroom.weigh(949, 1_000), Some(false));
        assert!(!headroom.is_over());
        assert_eq!(headroom.weigh(u64::MAX, 0), None, "no limit");
    }
}
