//! Numbered entries in rows of files (`links`, `ids`): each is what the log says.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::finding::Findings;
use crate::ledger::appender::{ENTRY_BYTES, Shape};
use crate::spool::disk::{Disk, DiskFile};
use crate::spool::stamp::STAMP_BYTES;

/// Entries read at a time.
const READ_ENTRIES: u64 = 16 << 10;

/// Reads the entries of one prefix in their order.
#[derive(Debug)]
pub(super) struct EntriesCheck {
    disk: Arc<dyn Disk>,
    shape: Shape,
    file: Option<(u64, Arc<dyn DiskFile>)>,
    /// Files that cannot be read.
    bad: BTreeSet<u64>,
    /// Entries in memory, and the number of the first.
    held: Vec<u8>,
    held_from: u64,
}

impl EntriesCheck {
    pub(super) fn new(disk: Arc<dyn Disk>, shape: Shape) -> Self {
        Self { disk, shape, file: None, bad: BTreeSet::new(), held: Vec::new(), held_from: 0 }
    }

    /// The entry of a number has to be this one.
    pub(super) fn check(
        &mut self,
        number: u64,
        expected: [u8; ENTRY_BYTES],
        what: &str,
        findings: &mut Findings,
    ) {
        let file = number / self.shape.per_file;
        if self.bad.contains(&file) {
            return;
        }
        let found = self.entry(number, findings);
        if found != Some(expected) && !self.bad.contains(&file) {
            let offset = STAMP_BYTES as u64 + number % self.shape.per_file * ENTRY_BYTES as u64;
            let what = if found.is_some() {
                format!("entry {number} is not {what}")
            } else {
                format!("it ends before entry {number}")
            };
            findings.wrong(&self.shape.name(file), Some(offset), what);
            if found.is_none() {
                self.bad.insert(file);
            }
        }
    }

    fn entry(&mut self, number: u64, findings: &mut Findings) -> Option<[u8; ENTRY_BYTES]> {
        let held = self.held.len() as u64 / ENTRY_BYTES as u64;
        if number < self.held_from || number >= self.held_from + held {
            self.read(number, findings)?;
        }
        let at = (number - self.held_from) as usize * ENTRY_BYTES;
        self.held.get(at..)?.first_chunk().copied()
    }

    fn read(&mut self, number: u64, findings: &mut Findings) -> Option<()> {
        let (file_number, inside) = (number / self.shape.per_file, number % self.shape.per_file);
        let name = self.shape.name(file_number);
        if self.file.as_ref().is_none_or(|(open, _)| *open != file_number) {
            let file = match self.disk.open(&name) {
                Ok(file) => file,
                Err(error) => {
                    findings.wrong(&name, None, error.to_string());
                    self.bad.insert(file_number);
                    return None;
                }
            };
            if let Err(error) = self.shape.stamp(file_number).check(&*file, &name) {
                findings.error(&name, &error);
            }
            self.file = Some((file_number, file));
        }
        let (_, file) = self.file.as_ref()?;
        let count = READ_ENTRIES.min(self.shape.per_file - inside);
        self.held.resize(count as usize * ENTRY_BYTES, 0);
        let at = STAMP_BYTES as u64 + inside * ENTRY_BYTES as u64;
        let read = file.read_at(&mut self.held, at);
        if let Err(error) = &read {
            findings.wrong(&name, Some(at), error.to_string());
            self.bad.insert(file_number);
        }
        self.held.truncate(read.unwrap_or(0));
        self.held_from = number;
        Some(())
    }
}
