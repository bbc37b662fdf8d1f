//! Carriers' ids and idempotency keys: the entries that are in no run yet, and the sorted runs.

use std::sync::Arc;

use super::entries_check::EntriesCheck;
use super::finding::Findings;
use super::run_check;
use crate::ledger::appender::Shape;
use crate::ledger::correlation;
use crate::ledger::memtable::Entry;
use crate::spool::disk::Disk;

/// Gathers entries as the log has them.
#[derive(Debug)]
pub(super) struct IdsCheck {
    disk: Arc<dyn Disk>,
    directory_id: u64,
    per_run: u64,
    /// Entries, and full runs of them, that the checkpoint knows.
    count: u64,
    runs: u64,
    entries: EntriesCheck,
    next: u64,
    run: Vec<Entry>,
}

impl IdsCheck {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        directory_id: u64,
        per_run: u64,
        count: u64,
        runs: u64,
    ) -> Self {
        let shape: Shape = correlation::shape(directory_id, per_run);
        let entries = EntriesCheck::new(Arc::clone(&disk), shape);
        Self { disk, directory_id, per_run, count, runs, entries, next: 0, run: Vec::new() }
    }

    /// The next entry of the log.
    pub(super) fn push(&mut self, entry: Entry, findings: &mut Findings) {
        let number = self.next;
        self.next += 1;
        if number >= self.runs * self.per_run {
            if number < self.count {
                let what = "the carrier's id that the log has there";
                self.entries.check(number, correlation::encode(entry), what, findings);
            }
            return;
        }
        self.run.push(entry);
        if self.run.len() as u64 == self.per_run {
            self.run.sort_unstable();
            let name = correlation::name(self.directory_id, number / self.per_run);
            run_check::check(&*self.disk, &name, &self.run, findings);
            self.run.clear();
        }
    }

    /// How many entries the log has.
    pub(super) const fn entries(&self) -> u64 {
        self.next
    }
}
