//! The newest entries of an index, in memory: small sorted blocks and an unsorted head.
//!
//! A look-up is a short scan and a few binary searches; an insert is a push. When the table is
//! complete its blocks are merged by the sealer, which finds them sorted already.

use std::sync::Arc;

/// Entries of a block: what a look-up scans at most.
const BLOCK_ENTRIES: usize = 16 << 10;

/// A key and what it stands for.
pub(super) type Entry = (u64, u64);

/// Entries that are not in a run yet.
#[derive(Debug, Default)]
pub(super) struct Memtable {
    head: Vec<Entry>,
    blocks: Vec<Vec<Entry>>,
    count: usize,
}

impl Memtable {
    pub(super) const fn count(&self) -> usize {
        self.count
    }

    pub(super) fn insert(&mut self, entry: Entry) {
        self.head.push(entry);
        self.count += 1;
        if self.head.len() == BLOCK_ENTRIES {
            let mut block = std::mem::take(&mut self.head);
            block.sort_unstable();
            self.blocks.push(block);
        }
    }

    /// The values of a key, in no order.
    pub(super) fn find(&self, key: u64, out: &mut Vec<u64>) {
        out.extend(self.head.iter().filter(|entry| entry.0 == key).map(|entry| entry.1));
        for block in &self.blocks {
            let first = block.partition_point(|entry| entry.0 < key);
            let same = block[first..].iter().take_while(|entry| entry.0 == key);
            out.extend(same.map(|entry| entry.1));
        }
    }

    /// Takes everything out, complete.
    pub(super) fn freeze(&mut self) -> Arc<Self> {
        self.head.sort_unstable();
        Arc::new(std::mem::take(self))
    }

    /// All entries in the order of their keys.
    pub(super) fn sorted(&self) -> Vec<Entry> {
        let mut all = Vec::with_capacity(self.count);
        self.blocks.iter().for_each(|block| all.extend_from_slice(block));
        all.extend_from_slice(&self.head);
        // The stable sort makes use of the runs that are there already.
        all.sort();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_a_key_is_found_wherever_it_is() {
        let mut table = Memtable::default();
        let count = 3 * BLOCK_ENTRIES as u64 + 7;
        (0..count).for_each(|value| table.insert((value % 1000, value)));
        let mut found = Vec::new();
        table.find(5, &mut found);
        found.sort_unstable();
        assert_eq!(found, (0..count).filter(|value| value % 1000 == 5).collect::<Vec<_>>());
        let frozen = table.freeze();
        assert_eq!((table.count(), frozen.count()), (0, count as usize));
        assert!(frozen.sorted().is_sorted());
    }
}
