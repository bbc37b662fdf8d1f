//! Which acknowledged messages still want their receipt, and which receipts came that should not.
//!
//! Ids are kept as 64-bit hashes: at ten million messages the odds of two alike are one in 400,000.
//! **Invariants**: memory grows with what is outstanding, not with what has passed: of matched ones
//! a tag of 32 bits is kept, in a ring of eight million. **Not here**: time; callers bring it.

use std::collections::HashMap;

use crate::base::hash::BuildAlreadyHashed;

/// Matched receipts remembered, to tell one that came twice from one that nobody asked for.
const REMEMBERED: usize = 1 << 23;

/// Unmatched receipts kept; more are only counted.
const PARKED_MAX: usize = 1 << 20;

/// Matches receipts to acknowledged messages.
#[derive(Debug, Default)]
pub struct Tracker {
    outstanding: HashMap<u64, u64, BuildAlreadyHashed>,
    /// Receipts of ids that no acknowledgement has named yet: when the first came, and how many.
    parked: HashMap<u64, (u64, u32), BuildAlreadyHashed>,
    matched: Vec<u32>,
    matched_total: u64,
    repeated_ids: u64,
    beyond_parked: u64,
}

/// Receipts that should not have come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Strays {
    /// Of a message whose receipt had come before.
    pub doubled: u64,
    /// Of no message acknowledged, as far as is remembered.
    pub unknown: u64,
}

impl Tracker {
    /// A message due at `due` was given `id`. If its receipt came first, when that was.
    #[inline]
    pub fn acknowledge(&mut self, id: &[u8], due: u64) -> Option<u64> {
        let hash = hash(id);
        if !self.parked.is_empty()
            && let Some((arrived, count)) = self.parked.get_mut(&hash)
        {
            let arrived = *arrived;
            *count -= 1;
            if *count == 0 {
                self.parked.remove(&hash);
            }
            self.remember(hash);
            return Some(arrived);
        }
        if self.outstanding.insert(hash, due).is_some() {
            self.repeated_ids += 1;
        }
        None
    }

    /// A final receipt of `id` came at `now`. When the message was due, if it is known yet.
    #[inline]
    pub fn receipt(&mut self, id: &[u8], now: u64) -> Option<u64> {
        let hash = hash(id);
        let due = self.outstanding.remove(&hash);
        if due.is_some() {
            self.remember(hash);
        } else if self.parked.len() < PARKED_MAX || self.parked.contains_key(&hash) {
            // It may have overtaken its submit_sm_resp on another bind.
            self.parked.entry(hash).or_insert((now, 0)).1 += 1;
        } else {
            self.beyond_parked += 1;
        }
        due
    }

    /// Messages acknowledged without a receipt so far.
    pub fn outstanding(&self) -> u64 {
        self.outstanding.len() as u64
    }

    /// Ids given to a message while another of the same id was outstanding.
    pub fn repeated_ids(&self) -> u64 {
        self.repeated_ids
    }

    /// Tells apart the receipts that no message wants. It walks all that is remembered.
    pub fn strays(&self) -> Strays {
        let mut strays = Strays { doubled: 0, unknown: self.beyond_parked };
        let mut tags: HashMap<u32, u64> = HashMap::new();
        for (&hash, &(_, count)) in &self.parked {
            *tags.entry(hash as u32).or_default() += u64::from(count);
        }
        if tags.is_empty() {
            return strays;
        }
        for tag in &self.matched {
            strays.doubled += tags.remove(tag).unwrap_or(0);
        }
        strays.unknown += tags.values().sum::<u64>();
        strays
    }

    #[inline]
    fn remember(&mut self, hash: u64) {
        let tag = hash as u32;
        if self.matched.len() < REMEMBERED {
            self.matched.push(tag);
        } else if let Some(oldest) = self.matched.get_mut(self.matched_total as usize % REMEMBERED)
        {
            *oldest = tag;
        }
        self.matched_total += 1;
    }
}

/// A hash of an id's octets. It need not withstand an enemy: the peer is under test, not at war.
#[inline]
pub(super) fn hash(id: &[u8]) -> u64 {
    const MULTIPLIER: u64 = 0x9FB2_1C65_1E98_DF25;
    let mut hash = id.len() as u64;
    let (words, rest) = id.as_chunks::<8>();
    let mut last = [0; 8];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    for word in words.iter().chain(std::iter::once(&last)) {
        hash = (hash ^ u64::from_le_bytes(*word)).wrapping_mul(MULTIPLIER);
        hash ^= hash >> 32;
    }
    hash = hash.wrapping_mul(MULTIPLIER);
    hash ^ hash >> 29
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_finds_its_message_before_or_after_the_acknowledgement() {
        let mut tracker = Tracker::default();
        assert_eq!(tracker.acknowledge(b"a", 5), None);
        assert_eq!(tracker.receipt(b"a", 9), Some(5));
        assert_eq!(tracker.receipt(b"b", 10), None);
        assert_eq!(tracker.acknowledge(b"b", 6), Some(10));
        assert_eq!((tracker.outstanding(), tracker.strays()), (0, Strays::default()));
    }

    #[test]
    fn lost_doubled_and_unknown_are_told_apart() {
        let mut tracker = Tracker::default();
        for id in [b"a", b"b", b"c"] {
            tracker.acknowledge(id, 0);
        }
        for id in [&b"a"[..], b"a", b"a", b"b", b"nobody's"] {
            tracker.receipt(id, 1);
        }
        // Both receipts of d come before its acknowledgement.
        tracker.receipt(b"d", 1);
        tracker.receipt(b"d", 1);
        tracker.acknowledge(b"d", 0);
        assert_eq!(tracker.outstanding(), 1, "c is lost");
        assert_eq!(tracker.strays(), Strays { doubled: 3, unknown: 1 });
        tracker.acknowledge(b"c", 0);
        assert_eq!(tracker.repeated_ids(), 1);
    }

    #[test]
    fn ids_of_any_length_differ() {
        let ids: Vec<String> = (0..100_000).map(|number| format!("{number:x}")).collect();
        let mut hashes: Vec<u64> = ids.iter().map(|id| hash(id.as_bytes())).collect();
        hashes.extend([b"\0".as_slice(), b"\0\0", b"", b"12345678", b"12345678\0"].map(hash));
        hashes.sort_unstable();
        assert!(hashes.is_sorted_by(|a, b| a < b));
    }
}
