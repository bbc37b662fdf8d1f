//! From a carrier's message id to the message: the key, the newest entries and the sorted runs.
//!
//! An entry is made for the answer to a submit ([`What::Sent`](crate::message::event::What::Sent)),
//! for a receipt without a message, and for a submission under an idempotency key, which is looked up
//! the same way ([`What::Keyed`](crate::message::event::What::Keyed)); its value is the link of that event. Keys are hashes, so
//! every hit is read back and compared before anybody is told.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::appender::{Appender, ENTRY_BYTES, Shape};
use super::memtable::{Entry, Memtable};
use super::run::{Run, RunName};
use crate::base::id::CarrierId;
use crate::message::carrier_id::NormalId;
use crate::spool::disk::Disk;
use crate::spool::error::OpenError;

/// The key of a carrier's id, given in canonical form (`message::carrier_id::NormalId`).
/// Part of the durable format.
pub fn correlation_key(carrier: CarrierId, canonical_id: &[u8]) -> u64 {
    let seed = fold(u64::from(carrier.0) ^ 0x9e37_79b9_7f4a_7c15, canonical_id.len() as u64);
    let (words, rest) = canonical_id.as_chunks::<8>();
    let hash = words.iter().fold(seed, |hash, word| fold(hash, u64::from_le_bytes(*word)));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    fold(fold(hash, u64::from_le_bytes(last)), 0xe703_7ed1_a0b4_28db)
}

/// The key of an idempotency key's digest: no carrier gives ids under this number.
pub(super) fn keyed_key(digest: &[u8]) -> u64 {
    correlation_key(CarrierId::NONE, digest)
}

/// One round: a full multiplication, both halves of it.
fn fold(hash: u64, word: u64) -> u64 {
    let wide = u128::from(hash ^ 0xa076_1d64_78bd_642f) * u128::from(word ^ 0xe703_7ed1_a0b4_28db);
    hash.rotate_left(23) ^ (wide >> 64) as u64 ^ wide as u64
}

/// Entries of one key that are looked at: newer ones first.
pub(super) const CANDIDATES_MAX: usize = 64;

/// All entries of a directory.
#[derive(Debug)]
pub(super) struct Correlations {
    directory_id: u64,
    run_entries: u64,
    /// The entries that are in no run yet, so that a restart finds them.
    pub(super) entries: Appender,
    newest: Memtable,
    /// Complete, waiting for the sealer, oldest first.
    pub(super) frozen: Vec<Arc<Memtable>>,
    /// Oldest first. Replaced whole, so that a look-up can hold it without the lock.
    pub(super) runs: Arc<Vec<Arc<Run>>>,
    /// Number of the first of them: those before are not kept any more.
    first_run: u64,
    /// Memory of a table that is sealed.
    spare: Vec<Entry>,
}

impl Correlations {
    /// Opens the runs, and reads what came after them.
    pub(super) fn open(
        disk: Arc<dyn Disk>,
        directory_id: u64,
        run_entries: u64,
        count: u64,
        runs: Range<u64>,
    ) -> Result<Self, OpenError> {
        let first_run = runs.start;
        let first = runs.end * run_entries;
        let sealed = runs
            .map(|number| Run::open(&*disk, &name(directory_id, number)).map(Arc::new))
            .collect::<Result<_, _>>()?;
        let shape = shape(directory_id, run_entries);
        let entries = Appender::open(disk, shape, first, count)?;
        let mut opened = Self {
            directory_id,
            run_entries,
            entries,
            newest: Memtable::default(),
            frozen: Vec::new(),
            runs: Arc::new(sealed),
            first_run,
            spare: Vec::new(),
        };
        for number in first..count {
            let entry = opened.entries.get(number).map_err(|error| OpenError::io("ids", error))?;
            let Some(entry) = entry else { break };
            opened.remember(decode(entry));
        }
        Ok(opened)
    }

    /// Adds the event of a link.
    pub(super) fn insert(&mut self, carrier: CarrierId, carrier_message_id: &[u8], link: u64) {
        self.insert_key(correlation_key(carrier, &NormalId::new(carrier_message_id)), link);
    }

    /// Adds the event of a link that is a submission under an idempotency key.
    pub(super) fn insert_keyed(&mut self, key: &[u8], link: u64) {
        self.insert_key(keyed_key(key), link);
    }

    fn insert_key(&mut self, key: u64, link: u64) {
        self.entries.push(encode((key, link)));
        self.remember((key, link));
    }

    fn remember(&mut self, entry: (u64, u64)) {
        self.newest.insert(entry, self.run_entries as usize);
        if self.newest.count() as u64 == self.run_entries {
            let next = Memtable::reusing(std::mem::take(&mut self.spare));
            self.frozen.push(Arc::new(std::mem::replace(&mut self.newest, next)));
        }
    }

    /// The links of a key that are in memory, and the runs to look in for the others.
    pub(super) fn find(&self, key: u64, out: &mut Vec<u64>) -> Arc<Vec<Arc<Run>>> {
        self.newest.find(key, out);
        self.frozen.iter().for_each(|table| table.find(key, out));
        Arc::clone(&self.runs)
    }

    /// The oldest complete table, and the name its run gets.
    pub(super) fn to_seal(&self) -> Option<(RunName, Arc<Memtable>)> {
        let table = self.frozen.first()?;
        Some((name(self.directory_id, self.sealed_runs()), Arc::clone(table)))
    }

    /// Puts the run of the oldest complete table in its place.
    pub(super) fn sealed(&mut self, run: Run) {
        if let Some(table) = Arc::into_inner(self.frozen.remove(0)) {
            self.spare = table.into_memory();
        }
        let mut runs = (*self.runs).clone();
        runs.push(Arc::new(run));
        self.runs = Arc::new(runs);
    }

    /// How many runs were made, with those that are not kept any more.
    pub(super) fn sealed_runs(&self) -> u64 {
        self.first_run + self.runs.len() as u64
    }

    /// The number of the first run before `end` that has a link which is kept: none before it is needed.
    pub(super) fn first_needed(&self, end: u64, first_link: u64) -> io::Result<u64> {
        for (number, run) in (self.first_run..end).zip(&*self.runs) {
            // A link's name is its number plus 1.
            if run.value_max()? > first_link {
                return Ok(number);
            }
        }
        Ok(end.max(self.first_run))
    }

    /// Gives up the runs before a number.
    pub(super) fn expire(&mut self, first_run: u64) {
        let count = first_run.saturating_sub(self.first_run) as usize;
        self.runs = Arc::new(self.runs.iter().skip(count).cloned().collect());
        self.first_run = self.first_run.max(first_run);
    }

    /// The files of entries that a checkpoint says are in the first `runs` runs: to be removed.
    pub(super) fn release_sealed(&mut self, runs: u64) -> Vec<String> {
        self.entries.release_before(runs * self.run_entries)
    }
}

/// Looks for a key in runs, newest first, until enough is found.
pub(super) fn find_in_runs(runs: &[Arc<Run>], key: u64, out: &mut Vec<u64>) -> io::Result<()> {
    for run in runs.iter().rev() {
        if out.len() >= CANDIDATES_MAX {
            break;
        }
        run.find(&(key..=key), CANDIDATES_MAX, out)?;
    }
    Ok(())
}

/// The files of entries that are in no run yet.
pub(super) const fn shape(directory_id: u64, run_entries: u64) -> Shape {
    Shape { prefix: "ids", kind: *b"ids\0\0\0\0\0", directory_id, per_file: run_entries }
}

/// What a run is called.
pub(super) fn name(directory_id: u64, number: u64) -> RunName {
    RunName { prefix: "corr", kind: *b"corr\0\0\0\0", directory_id, number }
}

/// An entry as it lies in its file.
pub(super) fn encode((key, link): Entry) -> [u8; ENTRY_BYTES] {
    (u128::from(key) | u128::from(link) << 64).to_le_bytes()
}

fn decode(entry: [u8; ENTRY_BYTES]) -> (u64, u64) {
    let wide = u128::from_le_bytes(entry);
    (wide as u64, (wide >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_carriers_that_differ_have_keys_that_differ() {
        let mut keys = std::collections::HashSet::new();
        for carrier in 0..20 {
            for number in 0..5000 {
                let id = format!("{number:08x}");
                assert!(keys.insert(correlation_key(CarrierId(carrier), id.as_bytes())));
            }
        }
        assert!(keys.insert(correlation_key(CarrierId(0), b"")));
        assert!(keys.insert(correlation_key(CarrierId(0), b"\0")));
    }
}
