//! The words of the newest rows, in memory: each with the rows that have it, which are only added.
//!
//! An open-addressed table leads from a word to its entry; rows lie in chunks that double up to 256, each
//! with the place of the one before, so that a list is walked from its newest row. **Invariant**: all memory
//! is in four vectors, so that emptying the table keeps it for the next rows.

use std::io;
use std::ops::Range;

use super::cursor::Cursor;
use super::tokens::TERM_BYTES_MAX;

/// Rows of the first chunk; the next ones double, [`DOUBLINGS`] times.
const CHUNK_ROWS: usize = 2;
const DOUBLINGS: u32 = 7;

/// Stands for no chunk.
const NONE: u32 = u32::MAX;

/// Slots of an empty table.
const SLOTS_MIN: usize = 1 << 10;

/// Words of some rows of a segment.
#[derive(Clone, Debug)]
pub(super) struct Table {
    rows: Range<u32>,
    /// Numbers of entries, from 1; 0 is free.
    slots: Vec<u32>,
    entries: Vec<Entry>,
    terms: Vec<u8>,
    chunks: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u32,
    term_at: u32,
    term_bytes: u8,
    /// Rows in the newest chunk.
    used: u16,
    /// Where the newest chunk is, and which it is from the oldest.
    chunk: u32,
    number: u32,
    count: u32,
    newest: u32,
}

impl Table {
    /// An empty table that begins with a row.
    pub(super) fn new(first_row: u32) -> Self {
        Self {
            rows: first_row..first_row,
            slots: vec![0; SLOTS_MIN],
            entries: Vec::new(),
            terms: Vec::new(),
            chunks: Vec::new(),
        }
    }

    /// Forgets everything and begins with another row.
    pub(super) fn restart(&mut self, first_row: u32) {
        self.rows = first_row..first_row;
        self.slots.fill(0);
        self.entries.clear();
        self.terms.clear();
        self.chunks.clear();
    }

    /// The rows it has.
    pub(super) fn rows(&self) -> Range<u32> {
        self.rows.clone()
    }

    /// Octets it takes.
    pub(super) const fn bytes(&self) -> usize {
        self.slots.len() * 4
            + self.entries.len() * size_of::<Entry>()
            + self.terms.len()
            + self.chunks.len() * 4
    }

    /// Adds a word of the row behind the last; again for the same row does nothing.
    pub(super) fn add(&mut self, term: &[u8]) {
        let term = &term[..term.len().min(TERM_BYTES_MAX)];
        let (row, hash) = (self.rows.end, hash(term));
        let slot = self.slot(term, hash);
        let Some(number) = self.slots[slot].checked_sub(1) else {
            self.entries.push(Entry {
                hash,
                term_at: self.terms.len() as u32,
                term_bytes: term.len() as u8,
                used: 0,
                chunk: NONE,
                number: 0,
                count: 1,
                newest: row,
            });
            self.terms.extend_from_slice(term);
            self.slots[slot] = self.entries.len() as u32;
            if self.entries.len() * 2 > self.slots.len() {
                self.grow();
            }
            return;
        };
        let entry = &mut self.entries[number as usize];
        if entry.newest != row {
            push(&mut self.chunks, entry, row);
        }
    }

    /// Ends the row whose words were added.
    pub(super) const fn end_row(&mut self) {
        self.rows.end += 1;
    }

    /// How many rows have a word.
    pub(super) fn count(&self, term: &[u8]) -> u32 {
        self.entry(term).map_or(0, |entry| entry.count)
    }

    /// The rows that have a word; `None` if no row has it.
    pub(super) fn cursor(&self, term: &[u8]) -> Option<TableCursor<'_>> {
        Some(TableCursor::new(self, *self.entry(term)?))
    }

    /// Calls a function with each word in their order and its places, ascending.
    pub(super) fn each_sorted(
        &self,
        mut each: impl FnMut(&[u8], &[u32]) -> io::Result<()>,
    ) -> io::Result<()> {
        // Most words are told apart by their first octets, without a look at them.
        let key = |entry: &Entry| {
            let mut first = [0; 8];
            let term = self.term(entry);
            first[..term.len().min(8)].copy_from_slice(&term[..term.len().min(8)]);
            u64::from_be_bytes(first)
        };
        let mut order: Vec<(u64, u32)> =
            self.entries.iter().zip(0..).map(|(entry, number)| (key(entry), number)).collect();
        let term = |number: u32| self.term(&self.entries[number as usize]);
        order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| term(a.1).cmp(term(b.1))));
        let mut places = Vec::new();
        for (_, number) in order {
            let entry = self.entries[number as usize];
            places.clear();
            let mut cursor = TableCursor::new(self, entry);
            while let Some(row) = cursor.row() {
                places.push(self.rows.end - 1 - row);
                cursor.pass();
            }
            each(self.term(&entry), &places)?;
        }
        Ok(())
    }

    fn term(&self, entry: &Entry) -> &[u8] {
        &self.terms[entry.term_at as usize..][..usize::from(entry.term_bytes)]
    }

    fn entry(&self, term: &[u8]) -> Option<&Entry> {
        let number = self.slots[self.slot(term, hash(term))].checked_sub(1)?;
        self.entries.get(number as usize)
    }

    /// The slot of a word, or the free one that it would get.
    fn slot(&self, term: &[u8], hash: u32) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        while let Some(number) = self.slots[slot].checked_sub(1) {
            let entry = &self.entries[number as usize];
            if entry.hash == hash && self.term(entry) == term {
                break;
            }
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn grow(&mut self) {
        let mask = self.slots.len() * 2 - 1;
        self.slots.clear();
        self.slots.resize(mask + 1, 0);
        for (entry, number) in self.entries.iter().zip(1..) {
            let mut slot = entry.hash as usize & mask;
            while self.slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            self.slots[slot] = number;
        }
    }
}

const fn chunk_rows(number: u32) -> usize {
    CHUNK_ROWS << if number < DOUBLINGS { number } else { DOUBLINGS }
}

/// Adds a row to an entry's list.
fn push(chunks: &mut Vec<u32>, entry: &mut Entry, row: u32) {
    if entry.chunk != NONE && usize::from(entry.used) < chunk_rows(entry.number) {
        chunks[entry.chunk as usize + 1 + usize::from(entry.used)] = row;
        entry.used += 1;
    } else {
        // The first row of all is in the entry until there is a second.
        let first = entry.chunk == NONE;
        let number = if first { 0 } else { entry.number + 1 };
        let at = chunks.len();
        chunks.push(entry.chunk);
        if first {
            chunks.push(entry.newest);
        }
        chunks.push(row);
        chunks.resize(at + 1 + chunk_rows(number), 0);
        entry.chunk = at as u32;
        entry.number = number;
        entry.used = if first { 2 } else { 1 };
    }
    entry.count += 1;
    entry.newest = row;
}

/// Spreads a word over 32 bits, eight octets at a time. The table is bounded, so that words made to collide
/// cost whoever sends them no more than long texts do.
fn hash(term: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (eights, rest) = term.as_chunks::<8>();
    let mut hash = term.len() as u64;
    for eight in eights {
        hash = (hash.rotate_left(5) ^ u64::from_le_bytes(*eight)).wrapping_mul(FACTOR);
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    hash = (hash.rotate_left(5) ^ u64::from_le_bytes(last)).wrapping_mul(FACTOR);
    (hash >> 32) as u32
}

/// A list, from its newest row.
#[derive(Debug)]
pub(super) struct TableCursor<'a> {
    table: &'a Table,
    chunk: u32,
    number: u32,
    /// Rows of the chunk that are left.
    left: usize,
    /// The row of a list without a chunk.
    single: Option<u32>,
}

impl<'a> TableCursor<'a> {
    fn new(table: &'a Table, entry: Entry) -> Self {
        let single = (entry.chunk == NONE).then_some(entry.newest);
        let left = usize::from(entry.used);
        Self { table, chunk: entry.chunk, number: entry.number, left, single }
    }

    fn rows_left(&self) -> &'a [u32] {
        let start = self.chunk as usize + 1;
        self.table.chunks.get(start..start + self.left).unwrap_or_default()
    }

    /// The row it is at.
    fn row(&self) -> Option<u32> {
        if self.chunk == NONE { self.single } else { self.rows_left().last().copied() }
    }

    /// Goes to the next older row.
    fn pass(&mut self) {
        if self.chunk == NONE {
            self.single = None;
            return;
        }
        self.left -= 1;
        if self.left == 0 {
            self.pass_chunk();
        }
    }

    fn pass_chunk(&mut self) {
        self.chunk = self.table.chunks[self.chunk as usize];
        self.number = self.number.saturating_sub(1);
        self.left = chunk_rows(self.number);
    }
}

impl Cursor for TableCursor<'_> {
    fn at_least(&mut self, place: u32) -> io::Result<Option<u32>> {
        let Some(row) = (self.table.rows.end - 1).checked_sub(place) else { return Ok(None) };
        if self.chunk == NONE {
            self.single = self.single.filter(|single| *single <= row);
        }
        while self.chunk != NONE {
            let rows = self.rows_left();
            if rows.first().is_some_and(|oldest| *oldest <= row) {
                self.left = rows.partition_point(|known| *known <= row);
                break;
            }
            self.pass_chunk();
        }
        Ok(self.row().map(|row| self.table.rows.end - 1 - row))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_word_is_found_in_its_rows_from_any_place() {
        let mut random = fastrand::Rng::with_seed(1);
        let mut table = Table::new(0);
        for first in [100, 0] {
            table.restart(first);
            let mut model: BTreeMap<Vec<u8>, Vec<u32>> = BTreeMap::new();
            for row in first..first + 4000 {
                for _ in 0..6 {
                    let word = format!("w{}", random.u32(..5000) >> random.u32(..13)).into_bytes();
                    table.add(&word);
                    let rows = model.entry(word).or_default();
                    if rows.last() != Some(&row) {
                        rows.push(row);
                    }
                }
                table.end_row();
            }
            assert_eq!(table.rows(), first..first + 4000);
            for (word, rows) in &model {
                assert_eq!(table.count(word) as usize, rows.len());
                let mut cursor = table.cursor(word).expect("known");
                let mut place = 0;
                while place < 4000 {
                    let expected =
                        rows.iter().map(|row| first + 3999 - row).filter(|at| *at >= place);
                    let found = cursor.at_least(place).expect("memory");
                    assert_eq!(found, expected.min(), "{place}");
                    place = found.map_or(4000, |found| found + random.u32(..300));
                }
            }
            let mut sorted = Vec::new();
            let take = |term: &[u8], places: &[u32]| {
                assert!(places.is_sorted());
                let rows = places.iter().rev().map(|place| first + 3999 - place).collect();
                sorted.push((term.to_vec(), rows));
                Ok(())
            };
            table.each_sorted(take).expect("taken");
            assert_eq!(sorted, model.into_iter().collect::<Vec<_>>());
            assert!(table.cursor(b"no such word").is_none());
        }
    }
}
