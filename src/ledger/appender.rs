//! Numbered entries of 16 octets in a row of files: written behind, read by number.
//!
//! File `<prefix>-<number>`: a stamp, then its entries. What lies behind the count of the last
//! checkpoint is overwritten after a restart, so a crash needs no care here.
//! **Invariant**: entries before the count given to [`Appender::open`] never change.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use crate::spool::disk::{Disk, DiskFile, read_exact_at};
use crate::spool::error::OpenError;
use crate::spool::stamp::{STAMP_BYTES, Stamp};

/// Octets of an entry.
pub(super) const ENTRY_BYTES: usize = 16;

/// Entries held back before they are written.
const HELD_BYTES: usize = 256 << 10;

/// Octets held back at most, when the disk takes no more.
const HELD_BYTES_MAX: usize = 32 << 20;

/// What an appender's files are called, and how long they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) prefix: &'static str,
    pub(super) kind: [u8; 8],
    pub(super) directory_id: u64,
    pub(super) per_file: u64,
}

#[derive(Debug)]
pub(super) struct Appender {
    disk: Arc<dyn Disk>,
    shape: Shape,
    files: BTreeMap<u64, Arc<dyn DiskFile>>,
    count: u64,
    /// Entries from `written` to `count`.
    held: Vec<u8>,
    written: u64,
    unsynced: Vec<u64>,
    /// Whether a file was created since names were last made durable.
    pub(super) new_names: bool,
}

impl Appender {
    /// Opens the files that hold the entries from `first` to `count`.
    pub(super) fn open(
        disk: Arc<dyn Disk>,
        shape: Shape,
        first: u64,
        count: u64,
    ) -> Result<Self, OpenError> {
        let mut files = BTreeMap::new();
        for number in first / shape.per_file..count.div_ceil(shape.per_file) {
            let name = shape.name(number);
            let file = disk.open(&name).map_err(|error| OpenError::io(&name, error))?;
            shape.stamp(number).check(&*file, &name)?;
            files.insert(number, file);
        }
        Ok(Self {
            disk,
            shape,
            files,
            count,
            held: Vec::new(),
            written: count,
            unsynced: Vec::new(),
            new_names: false,
        })
    }

    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// Adds an entry; its number is the count before.
    pub(super) fn push(&mut self, entry: [u8; ENTRY_BYTES]) -> u64 {
        self.held.extend_from_slice(&entry);
        self.count += 1;
        self.count - 1
    }

    /// The entry of a number; `None` if there is none.
    pub(super) fn get(&self, number: u64) -> io::Result<Option<[u8; ENTRY_BYTES]>> {
        let mut entry = [0; ENTRY_BYTES];
        if number >= self.count {
            return Ok(None);
        }
        if let Some(held) = number.checked_sub(self.written) {
            let at = held as usize * ENTRY_BYTES;
            entry.copy_from_slice(&self.held[at..at + ENTRY_BYTES]);
            return Ok(Some(entry));
        }
        let Some(file) = self.files.get(&(number / self.shape.per_file)) else {
            return Ok(None);
        };
        let at = STAMP_BYTES as u64 + number % self.shape.per_file * ENTRY_BYTES as u64;
        read_exact_at(&**file, &mut entry, at)?;
        Ok(Some(entry))
    }

    /// Writes what is held back, without making it durable.
    pub(super) fn write(&mut self) -> io::Result<()> {
        while self.written < self.count {
            let number = self.written / self.shape.per_file;
            let inside = self.written % self.shape.per_file;
            let count = (self.count - self.written).min(self.shape.per_file - inside);
            let file = self.file(number)?;
            let bytes = count as usize * ENTRY_BYTES;
            let at = STAMP_BYTES as u64 + inside * ENTRY_BYTES as u64;
            file.write_at(&self.held[..bytes], at)?;
            if self.unsynced.last() != Some(&number) {
                self.unsynced.push(number);
            }
            self.held.drain(..bytes);
            self.written += count;
        }
        Ok(())
    }

    /// Writes what is held back once it is worth it. On a full disk it is held a little longer.
    pub(super) fn write_if_due(&mut self) -> io::Result<()> {
        if self.held.len() < HELD_BYTES {
            return Ok(());
        }
        match self.write() {
            Err(error)
                if error.kind() == io::ErrorKind::StorageFull
                    && self.held.len() < HELD_BYTES_MAX =>
            {
                Ok(())
            }
            outcome => outcome,
        }
    }

    /// The files that were written to since they were last asked for.
    pub(super) fn take_unsynced(&mut self) -> Vec<Arc<dyn DiskFile>> {
        let unsynced = std::mem::take(&mut self.unsynced);
        unsynced.iter().filter_map(|number| self.files.get(number).cloned()).collect()
    }

    /// Lets go of the files whose entries all come before `first`, and names them: their removal
    /// takes time, and needs no lock.
    pub(super) fn release_before(&mut self, first: u64) -> Vec<String> {
        let kept = self.files.split_off(&(first / self.shape.per_file));
        let released = std::mem::replace(&mut self.files, kept);
        released.keys().map(|&number| self.shape.name(number)).collect()
    }

    fn file(&mut self, number: u64) -> io::Result<Arc<dyn DiskFile>> {
        if let Some(file) = self.files.get(&number) {
            return Ok(Arc::clone(file));
        }
        let file = self.disk.create(&self.shape.name(number))?;
        file.write_at(&self.shape.stamp(number).encode(), 0)?;
        self.new_names = true;
        self.files.insert(number, Arc::clone(&file));
        Ok(file)
    }
}

impl Shape {
    pub(super) fn name(&self, number: u64) -> String {
        format!("{}-{number:08x}", self.prefix)
    }

    pub(super) fn stamp(&self, number: u64) -> Stamp {
        Stamp { kind: self.kind, directory_id: self.directory_id, number }
    }
}
