//! The columns of every message that the checkpoint knows: they are what its record says.

use std::sync::Arc;

use super::finding::Findings;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::ledger::columns::{self, ColumnFile, Columns, Narrow, Wide};
use crate::ledger::config::Geometry;
use crate::message::record::Message;
use crate::spool::disk::{Disk, DiskFile};
use crate::spool::lsn::Lsn;

/// Columns of eight octets and of two, with their names.
const WIDES: [(Wide, &str); 4] = [
    (Wide::AcceptedAt, "time of acceptance"),
    (Wide::Lsn, "address"),
    (Wide::To, "destination"),
    (Wide::From, "source"),
];
const NARROWS: [(Narrow, &str); 2] = [(Narrow::Account, "account"), (Narrow::Carrier, "carrier")];

/// Gathers the rows of a block and compares them with the file.
#[derive(Debug)]
pub(super) struct ColumnsCheck {
    disk: Arc<dyn Disk>,
    directory_id: u64,
    geometry: Geometry,
    block: Columns,
    first: MessageOrd,
    file: Option<(usize, Option<Arc<dyn DiskFile>>)>,
}

impl ColumnsCheck {
    pub(super) fn new(disk: Arc<dyn Disk>, directory_id: u64, geometry: Geometry) -> Self {
        let (block, first) = (Columns::default(), MessageOrd(0));
        Self { disk, directory_id, geometry, block, first, file: None }
    }

    /// The next message; `None` for one that is lost.
    pub(super) fn push(
        &mut self,
        ord: MessageOrd,
        message: Option<&Message<'_>>,
        (at, lsn): (Timestamp, Lsn),
        findings: &mut Findings,
    ) {
        if self.block.rows() == 0 {
            self.first = ord;
        }
        match message {
            Some(message) => self.block.push(message, at, lsn),
            None => self.block.push_lost(),
        }
        if (self.geometry.row(ord) + 1).is_multiple_of(self.geometry.block_rows()) {
            self.end_block(findings);
        }
    }

    /// Compares what was gathered.
    pub(super) fn end_block(&mut self, findings: &mut Findings) {
        let count = self.block.rows();
        if count == 0 {
            return;
        }
        let (segment, row) = (self.geometry.segment(self.first), self.geometry.row(self.first));
        let Some(file) = self.open(segment, findings) else { return self.block.clear() };
        let name = columns::file_name(segment);
        let (geometry, rows) = (self.geometry, row..row + count);
        let reader = ColumnFile { file: &*file, geometry };
        for (column, what) in WIDES {
            let mut found = Vec::with_capacity(count);
            if let Err(error) = reader.wide(column, rows.clone(), &mut found) {
                let offset = columns::wide_at(geometry, column as usize, row);
                findings.wrong(&name, Some(offset), error.to_string());
                break;
            }
            let wrong = found.iter().zip(self.block.wide(column)).enumerate();
            for (at, _) in wrong.filter(|(_, (found, expected))| found != expected) {
                let offset = columns::wide_at(geometry, column as usize, row + at);
                findings.wrong(&name, Some(offset), differs(self.first, at, what));
            }
        }
        for (column, what) in NARROWS {
            let mut found = Vec::with_capacity(count);
            if let Err(error) = reader.narrow(column, rows.clone(), &mut found) {
                let offset = columns::narrow_at(geometry, column as usize, row);
                findings.wrong(&name, Some(offset), error.to_string());
                break;
            }
            let wrong = found.iter().zip(self.block.narrow(column)).enumerate();
            for (at, _) in wrong.filter(|(_, (found, expected))| found != expected) {
                let offset = columns::narrow_at(geometry, column as usize, row + at);
                findings.wrong(&name, Some(offset), differs(self.first, at, what));
            }
        }
        self.block.clear();
    }

    fn open(&mut self, segment: usize, findings: &mut Findings) -> Option<Arc<dyn DiskFile>> {
        if let Some((open, file)) = &self.file
            && *open == segment
        {
            return file.clone();
        }
        let name = columns::file_name(segment);
        let file = match self.disk.open(&name) {
            Ok(file) => {
                if let Err(error) = columns::stamp(self.directory_id, segment).check(&*file, &name)
                {
                    findings.error(&name, &error);
                }
                Some(file)
            }
            Err(error) => {
                findings.wrong(&name, None, error.to_string());
                None
            }
        };
        self.file = Some((segment, file.clone()));
        file
    }
}

fn differs(first: MessageOrd, at: usize, what: &str) -> String {
    format!("the {what} of message {} is not that of its record", first.0 + at as u64)
}
