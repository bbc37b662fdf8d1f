//! The newest entries of an index, in memory: small sorted blocks and an unsorted head.
//!
//! A look-up is a short scan and a few binary searches; an insert is a push. When the table is
//! complete the sealer sorts it into a run.

/// Entries of a block: what a look-up scans at most.
const BLOCK_ENTRIES: usize = 16 << 10;

/// A key and what it stands for.
pub(super) type Entry = (u64, u64);

/// Entries that are not in a run yet: one allocation, cut into blocks. All but the last block, the
/// head, are sorted.
#[derive(Debug, Default)]
pub(super) struct Memtable {
    entries: Vec<Entry>,
}

impl Memtable {
    /// A table in the memory of an old one.
    pub(super) fn reusing(mut entries: Vec<Entry>) -> Self {
        entries.clear();
        Self { entries }
    }

    pub(super) const fn count(&self) -> usize {
        self.entries.len()
    }

    /// Adds an entry. `room` is how many the table will get.
    pub(super) fn insert(&mut self, entry: Entry, room: usize) {
        if self.entries.is_empty() {
            self.entries.reserve_exact(room);
        }
        self.entries.push(entry);
        if self.entries.len().is_multiple_of(BLOCK_ENTRIES) {
            let head = self.entries.len() - BLOCK_ENTRIES;
            self.entries[head..].sort_unstable();
        }
    }

    /// The values of a key, in no order.
    pub(super) fn find(&self, key: u64, out: &mut Vec<u64>) {
        for block in self.entries.chunks(BLOCK_ENTRIES) {
            let sorted = block.len() == BLOCK_ENTRIES;
            let first = if sorted { block.partition_point(|entry| entry.0 < key) } else { 0 };
            let candidates = block[first..].iter().take_while(|entry| !sorted || entry.0 == key);
            out.extend(candidates.filter(|entry| entry.0 == key).map(|entry| entry.1));
        }
    }

    /// Puts all entries into `out` in the order of their keys.
    pub(super) fn sort_into(&self, out: &mut Vec<Entry>) {
        out.clear();
        out.extend_from_slice(&self.entries);
        out.sort_unstable();
    }

    /// Its memory, for the next table.
    pub(super) fn into_memory(self) -> Vec<Entry> {
        self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_of_a_key_is_found_wherever_it_is() {
        let mut table = Memtable::default();
        let count = 3 * BLOCK_ENTRIES as u64 + 7;
        (0..count).for_each(|value| table.insert((value % 1000, value), 100));
        let mut found = Vec::new();
        table.find(5, &mut found);
        found.sort_unstable();
        assert_eq!(found, (0..count).filter(|value| value % 1000 == 5).collect::<Vec<_>>());
        let mut sorted = Vec::new();
        table.sort_into(&mut sorted);
        assert_eq!((sorted.len(), sorted.is_sorted()), (count as usize, true));
    }
}
