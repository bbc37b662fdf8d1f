//! Which messages a pass blanks: a bit for each message of the segments concerned.

use std::collections::BTreeMap;

use crate::base::id::MessageOrd;
use crate::ledger::config::Geometry;

/// A set of messages.
#[derive(Debug)]
pub(super) struct Targets {
    geometry: Geometry,
    bits: BTreeMap<usize, Vec<u64>>,
}

impl Targets {
    pub(super) const fn new(geometry: Geometry) -> Self {
        Self { geometry, bits: BTreeMap::new() }
    }

    pub(super) fn insert(&mut self, ord: MessageOrd) {
        let (segment, row) = (self.geometry.segment(ord), self.geometry.row(ord));
        let words = self.geometry.rows().div_ceil(64);
        let bits = self.bits.entry(segment).or_insert_with(|| vec![0; words]);
        bits[row / 64] |= 1 << (row % 64);
    }

    pub(super) fn contains(&self, ord: MessageOrd) -> bool {
        let (segment, row) = (self.geometry.segment(ord), self.geometry.row(ord));
        self.bits.get(&segment).is_some_and(|bits| bits[row / 64] >> (row % 64) & 1 == 1)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bits.is_empty()
    }

    pub(super) fn segments(&self) -> Vec<usize> {
        self.bits.keys().copied().collect()
    }

    /// The rows of a segment that are in it, in their order.
    pub(super) fn rows(&self, segment: usize) -> Vec<usize> {
        let words = self.bits.get(&segment).into_iter().flatten().enumerate();
        words
            .filter(|(_, bits)| **bits != 0)
            .flat_map(|(at, bits)| {
                (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| at * 64 + bit)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::config::LedgerConfig;

    #[test]
    fn messages_that_were_put_in_are_in_it_and_no_others() {
        let mut targets = Targets::new(LedgerConfig::tiny().geometry());
        assert!(targets.is_empty() && !targets.contains(MessageOrd(3)));
        for ord in [3, 64, 255, 256, 1000] {
            targets.insert(MessageOrd(ord));
        }
        assert_eq!(targets.segments(), [0, 1, 3]);
        assert_eq!((targets.rows(0), targets.rows(1)), (vec![3, 64, 255], vec![0]));
        assert_eq!((targets.rows(2), targets.rows(3)), (vec![], vec![1000 - 768]));
        assert!(targets.contains(MessageOrd(1000)) && !targets.contains(MessageOrd(999)));
    }
}
