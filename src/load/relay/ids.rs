//! Whose message an SMSC's id names, until its final receipt.
//!
//! Ids are kept as 64-bit hashes of what the SMSC wrote. **Invariants**: at most two generations of
//! [`GENERATION`] ids are kept: where receipts never come, the oldest are forgotten first.

use std::collections::HashMap;

use crate::base::hash::BuildAlreadyHashed;
use crate::load::track::hash;

/// Ids of a generation.
const GENERATION: usize = 1 << 20;

type Accounts = HashMap<u64, u32, BuildAlreadyHashed>;

/// The accounts that wait for receipts.
#[derive(Debug)]
pub(super) struct Ids {
    young: Accounts,
    old: Accounts,
    generation: usize,
}

impl Default for Ids {
    fn default() -> Self {
        Self { young: Accounts::default(), old: Accounts::default(), generation: GENERATION }
    }
}

/// An id as it is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key(u64);

impl Key {
    /// The id that the SMSC of this number gave: two may give the same.
    #[inline]
    pub(super) fn new(smsc: usize, id: &[u8]) -> Self {
        Self(hash(id).wrapping_add((smsc as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }
}

impl Ids {
    /// The message of this id is the account's.
    #[inline]
    pub(super) fn note(&mut self, key: Key, account: u32) {
        if self.young.len() >= self.generation {
            std::mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
        }
        self.young.insert(key.0, account);
    }

    /// Whose message it is.
    #[inline]
    pub(super) fn find(&self, key: Key) -> Option<u32> {
        self.young.get(&key.0).or_else(|| self.old.get(&key.0)).copied()
    }

    /// Nothing more will be said of this message.
    #[inline]
    pub(super) fn forget(&mut self, key: Key) {
        if self.young.remove(&key.0).is_none() {
            self.old.remove(&key.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_known_until_it_is_forgotten() {
        let mut ids = Ids::default();
        let (key, same_elsewhere) = (Key::new(0, b"4d"), Key::new(1, b"4d"));
        ids.note(key, 7);
        assert_eq!((ids.find(key), ids.find(same_elsewhere)), (Some(7), None));
        ids.forget(key);
        assert_eq!(ids.find(key), None);
    }

    #[test]
    fn what_never_ends_is_forgotten_by_generations() {
        let mut ids = Ids { generation: 10, ..Ids::default() };
        for number in 0..100_u32 {
            ids.note(Key::new(0, &number.to_be_bytes()), number);
            assert!(ids.young.len() <= 10 && ids.old.len() <= 10);
        }
        assert_eq!(ids.find(Key::new(0, &50_u32.to_be_bytes())), None);
        assert_eq!(ids.find(Key::new(0, &99_u32.to_be_bytes())), Some(99));
        assert_eq!(ids.find(Key::new(0, &85_u32.to_be_bytes())), Some(85));
    }
}
