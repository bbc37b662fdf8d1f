//! The states of messages as a checkpoint has them: its pages, the state files, and its counts.
//!
//! A page of a checkpoint goes to its state file once the checkpoint counts. Where a stop came in between,
//! the file has the rows of the checkpoint before; the next start writes the page again.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::checkpoints::Checkpoints;
use super::finding::Findings;
use crate::base::id::{AccountId, MessageOrd};
use crate::ledger::columns::{self, ColumnFile, Narrow};
use crate::ledger::config::{Geometry, PAGE_ROWS};
use crate::ledger::counts::{Accounts, BlockCounts};
use crate::ledger::states::{self, ROW_BYTES, Row};
use crate::spool::disk::{Disk, DiskFile, read_exact_at};

/// What the log says of states at the checkpoint.
#[derive(Debug)]
pub(super) struct StatesCheck<'a> {
    pub(super) disk: &'a dyn Disk,
    pub(super) directory_id: u64,
    pub(super) geometry: Geometry,
    pub(super) checkpoints: &'a Checkpoints,
    /// The messages of this round, and their rows.
    pub(super) ords: Range<u64>,
    pub(super) rows: &'a [Row],
    /// Rows that have changed since the checkpoint before, as they were then.
    pub(super) before: &'a HashMap<u64, Row>,
}

/// Accounts of the columns read at a time.
const READ_ROWS: usize = 4 << 10;

impl StatesCheck<'_> {
    /// Compares the rows of this round, and adds to the counts of accounts.
    pub(super) fn check(&self, accounts: &mut Accounts, findings: &mut Findings) {
        let Some(newest) = &self.checkpoints.newest else { return };
        let pages = match newest.page_places() {
            Ok(pages) => pages,
            Err(error) => {
                let name = self.checkpoints.newest_name;
                return findings.wrong(name, None, error.to_string());
            }
        };
        let per_segment = self.geometry.rows() as u64;
        let mut first = self.ords.start;
        while first < self.ords.end {
            let end = self.ords.end.min((first / per_segment + 1) * per_segment);
            self.segment(first..end, &pages, findings);
            self.count(first..end, accounts, findings);
            first = end;
        }
    }

    fn segment(
        &self,
        ords: Range<u64>,
        pages: &std::collections::BTreeMap<u64, u64>,
        findings: &mut Findings,
    ) {
        let segment = self.geometry.segment(MessageOrd(ords.start));
        let name = states::file_name(segment);
        let file = self.disk.open(&name).ok();
        if let Some(file) = &file
            && let Err(error) = states::stamp(self.directory_id, segment).check(&**file, &name)
        {
            findings.error(&name, &error);
        }
        let mut pending = 0;
        let mut first = ords.start;
        while first < ords.end {
            let end = ords.end.min((first / PAGE_ROWS as u64 + 1) * PAGE_ROWS as u64);
            let place = pages.get(&(first / PAGE_ROWS as u64));
            if let Some(at) = place {
                self.checkpoint_page(first..end, *at, findings);
            }
            let waits = place.is_some();
            pending += u64::from(self.page(first..end, file.as_ref(), (&name, waits), findings));
            first = end;
        }
        if pending > 0 {
            let what = format!("{pending} pages of it are still to be written from the checkpoint");
            findings.note(&name, None, what);
        }
    }

    /// The page as the checkpoint has it.
    fn checkpoint_page(&self, ords: Range<u64>, at: u64, findings: &mut Findings) {
        let Some(newest) = &self.checkpoints.newest else { return };
        let mut octets = vec![0; (ords.end - ords.start) as usize * ROW_BYTES];
        let name = self.checkpoints.newest_name;
        if let Err(error) = newest.read_page(at, &mut octets) {
            return findings.wrong(name, Some(at), error.to_string());
        }
        for (ord, found) in ords.zip(octets.as_chunks::<ROW_BYTES>().0) {
            if Row::decode(found) != self.row(ord) {
                findings.wrong(name, Some(at), differs(ord));
            }
        }
    }

    /// The page as the file has it; `true` if it is that of the checkpoint before.
    fn page(
        &self,
        ords: Range<u64>,
        file: Option<&Arc<dyn DiskFile>>,
        (name, waits): (&str, bool),
        findings: &mut Findings,
    ) -> bool {
        let row = self.geometry.row(MessageOrd(ords.start));
        let mut octets = vec![0; (ords.end - ords.start) as usize * ROW_BYTES];
        let read = file.map(|file| read_exact_at(&**file, &mut octets, states::row_at(row)));
        if !matches!(read, Some(Ok(()))) {
            if !waits {
                findings.wrong(name, Some(states::row_at(row)), "it is not there, or ends before");
            }
            return waits;
        }
        let mut pending = false;
        for (at, found) in octets.as_chunks::<ROW_BYTES>().0.iter().enumerate() {
            let ord = ords.start + at as u64;
            let found = Row::decode(found);
            if found == self.row(ord) {
                continue;
            }
            if waits && self.was(ord, &found) {
                pending = true;
            } else {
                findings.wrong(name, Some(states::row_at(row + at)), differs(ord));
            }
        }
        pending
    }

    fn row(&self, ord: u64) -> Row {
        self.rows[(ord - self.ords.start) as usize]
    }

    /// Whether a row is that of the checkpoint before.
    fn was(&self, ord: u64, found: &Row) -> bool {
        let upto = match &self.checkpoints.before {
            Some(before) => before.facts.next_ord.0,
            None if self.checkpoints.damaged => return false,
            None => 0,
        };
        let empty = Row { state: [0; 8], head: 0 };
        if ord >= upto {
            *found == Row::LOST || *found == empty
        } else {
            self.before.get(&ord) == Some(found)
        }
    }

    /// Counts the messages of a segment by what became of them.
    fn count(&self, ords: Range<u64>, accounts: &mut Accounts, findings: &mut Findings) {
        let Some(newest) = &self.checkpoints.newest else { return };
        let name = self.checkpoints.newest_name;
        let segment = self.geometry.segment(MessageOrd(ords.start));
        let mut blocks = vec![BlockCounts::default(); self.geometry.blocks()];
        let file = self.disk.open(&columns::file_name(segment));
        let mut first = ords.start;
        while first < ords.end {
            let end = ords.end.min(first + READ_ROWS as u64);
            let row = self.geometry.row(MessageOrd(first));
            let mut of = Vec::with_capacity(READ_ROWS);
            if let Ok(file) = &file {
                let reader = ColumnFile { file: &**file, geometry: self.geometry };
                // What cannot be read was told where the columns were compared.
                let _ = reader.narrow(Narrow::Account, row..row + (end - first) as usize, &mut of);
            }
            for (ord, account) in (first..end).zip(of) {
                let Some(state) = self.row(ord).state() else { continue };
                blocks[self.geometry.block(self.geometry.row(MessageOrd(ord)))]
                    .change(None, &state);
                accounts.of_mut(AccountId(account)).change(None, &state);
            }
            first = end;
        }
        let whole = ords.start == self.geometry.ord(segment, 0).0;
        if whole && newest.facts.blocks.get(segment) != Some(&blocks) {
            let what = format!("its counts of segment {segment} are not those of the log");
            findings.wrong(name, None, what);
        }
    }
}

fn differs(ord: u64) -> String {
    format!("the state of message {ord} is not what the log makes it")
}
