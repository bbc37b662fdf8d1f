//! The marks of rows and the lists of full segments: last digits, references, tags, accounts, carriers.
//!
//! The lists of a segment follow from its columns and marks, so they are made once more, in memory, by what
//! makes them for the ledger, and compared octet by octet.

use std::sync::Arc;

use super::finding::Findings;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::ledger::columns::Columns;
use crate::ledger::config::Geometry;
use crate::ledger::listing::{read_marks, write_lists};
use crate::ledger::lists;
use crate::ledger::marks::{self, Mark, MarkFile, UNKNOWN};
use crate::message::record::Message;
use crate::spool::disk::{Disk, DiskFile};
use crate::spool::lsn::Lsn;
use crate::spool::sim_disk::SimDisk;

/// Octets of a file that are compared at a time.
const PIECE_BYTES: usize = 256 << 10;

/// Gathers the rows of a segment.
#[derive(Debug)]
pub(super) struct ListsCheck {
    disk: Arc<dyn Disk>,
    directory_id: u64,
    geometry: Geometry,
    /// Segments that are sorted, as the checkpoint says.
    sealed: u64,
    /// The first message that has marks.
    marked_from: MessageOrd,
    columns: Columns,
    segment: usize,
    scratch: Vec<u64>,
}

impl ListsCheck {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        directory_id: u64,
        geometry: Geometry,
        (sealed, marked_from): (u64, MessageOrd),
    ) -> Self {
        let columns = Columns::default();
        let (segment, scratch) = (0, Vec::new());
        Self { disk, directory_id, geometry, sealed, marked_from, columns, segment, scratch }
    }

    /// The next message; `None` for one that is lost.
    pub(super) fn push(
        &mut self,
        ord: MessageOrd,
        message: Option<&Message<'_>>,
        (at, lsn): (Timestamp, Lsn),
        findings: &mut Findings,
    ) {
        self.segment = self.geometry.segment(ord);
        match message {
            Some(message) => self.columns.push(message, at, lsn),
            None => self.columns.push_lost(),
        }
        if self.columns.rows() == self.geometry.rows() {
            self.end(findings);
        }
    }

    /// Compares what was gathered.
    pub(super) fn end(&mut self, findings: &mut Findings) {
        let rows = self.columns.rows();
        if rows > 0 {
            self.marks(findings);
        }
        if rows == self.geometry.rows() && (self.segment as u64) < self.sealed {
            self.lists(findings);
        }
        self.columns.clear();
    }

    fn marks(&self, findings: &mut Findings) {
        let (geometry, segment) = (self.geometry, self.segment);
        let behind = geometry.ord(segment, self.columns.rows());
        if behind <= self.marked_from {
            return;
        }
        let name = marks::file_name(segment);
        let file = match MarkFile::open(&*self.disk, self.directory_id, segment, geometry) {
            Ok(Some(file)) => file,
            Ok(None) => {
                let what = "it is not there, cut off, or does not begin as it was given";
                return findings.wrong(&name, None, what);
            }
            Err(error) => return findings.error(&name, &error),
        };
        let from = (segment, self.marked_from);
        for (mark, what) in [(Mark::Reference, "reference"), (Mark::Tag, "tag")] {
            let (rows, mut found) = (0..self.columns.rows(), Vec::new());
            if let Err(error) = read_marks(Some(&file), geometry, from, mark, rows, &mut found) {
                return findings.wrong(&name, None, error.to_string());
            }
            let pairs = found.iter().zip(self.columns.marks(mark)).enumerate();
            for (row, _) in pairs.filter(|(_, (found, it))| found != it && **found != UNKNOWN) {
                let offset = marks::mark_at(geometry, mark as usize, row);
                let ord = geometry.ord(segment, row).0;
                let what = format!("the mark of message {ord} is not that of its {what}");
                findings.wrong(&name, Some(offset), what);
            }
        }
    }

    fn lists(&mut self, findings: &mut Findings) {
        let name = lists::file_name(self.segment);
        // One that is missing is made in the background, and read around until then.
        let Ok(file) = self.disk.open(&name) else { return };
        let memory = SimDisk::new(0);
        let at = (self.directory_id, self.segment);
        let written = write_lists(&memory, at, self.geometry, &self.columns, &mut self.scratch);
        let expected = written.ok().and_then(|_| memory.contents(&name)).unwrap_or_default();
        same(&*file, &name, &expected, findings);
    }
}

/// Compares a file with what it has to be.
fn same(file: &dyn DiskFile, name: &str, expected: &[u8], findings: &mut Findings) {
    let mut octets = vec![0; PIECE_BYTES];
    for (number, piece) in expected.chunks(PIECE_BYTES).enumerate() {
        let at = (number * PIECE_BYTES) as u64;
        let count = match file.read_at(&mut octets[..piece.len()], at) {
            Ok(count) => count,
            Err(error) => return findings.wrong(name, Some(at), error.to_string()),
        };
        let differs = octets[..count].iter().zip(piece).position(|(found, it)| found != it);
        if let Some(place) = differs.or((count < piece.len()).then_some(count)) {
            let what = "it is not what the columns and marks of its segment make it";
            return findings.wrong(name, Some(at + place as u64), what);
        }
    }
    if file.len_bytes().ok() != Some(expected.len() as u64) {
        findings.wrong(name, Some(expected.len() as u64), "something is behind its end");
    }
}
