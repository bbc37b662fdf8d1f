//! A file in pages of 4 KiB, each with a checksum, so that whatever is read of it is known to be right.
//!
//! A page is 4,092 octets and `crc32c u32` over the file's salt, the page's number and the octets: a page of
//! another file, or in another place, is as wrong as a changed one.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::spool::disk::{DiskFile, Paced, read_exact_at};
use crate::spool::stamp::STAMP_BYTES;

/// Octets of a page in the file.
pub(in crate::ledger) const PAGE_BYTES: usize = 4096;

/// Octets of it that are the file's own.
pub(in crate::ledger) const PAGE_DATA: usize = PAGE_BYTES - 4;

/// Octets written at a time.
const WRITE_BYTES: usize = 64 * PAGE_BYTES;

/// A page that was read.
pub(in crate::ledger) type Page = Arc<[u8]>;

/// Where a page begins in its file.
pub(in crate::ledger) const fn page_at(number: u32) -> u64 {
    STAMP_BYTES as u64 + number as u64 * PAGE_BYTES as u64
}

fn checksum(salt: u64, number: u32, data: &[u8]) -> [u8; 4] {
    let place = crc32c::crc32c_append(crc32c::crc32c(&salt.to_le_bytes()), &number.to_le_bytes());
    crc32c::crc32c_append(place, data).to_le_bytes()
}

/// Writes pages one after another.
#[derive(Debug)]
pub(in crate::ledger) struct PageWriter {
    file: Arc<dyn DiskFile>,
    salt: u64,
    /// Pages that are complete.
    pages: u32,
    /// Complete pages that are not written, then the beginning of the next.
    held: Vec<u8>,
    paced: Paced,
}

impl PageWriter {
    pub(in crate::ledger) fn new(file: Arc<dyn DiskFile>, salt: u64) -> Self {
        Self { file, salt, pages: 0, held: Vec::new(), paced: Paced::resting() }
    }

    pub(in crate::ledger) const fn pages(&self) -> u32 {
        self.pages
    }

    /// Appends octets; they may lie in several pages.
    pub(in crate::ledger) fn put(&mut self, mut octets: &[u8]) -> io::Result<()> {
        while !octets.is_empty() {
            let room = PAGE_DATA - self.held.len() % PAGE_BYTES;
            let (now, rest) = octets.split_at(room.min(octets.len()));
            self.held.extend_from_slice(now);
            octets = rest;
            if now.len() == room {
                self.seal()?;
            }
        }
        Ok(())
    }

    /// Fills the page that is begun with zeros.
    pub(in crate::ledger) fn finish_page(&mut self) -> io::Result<()> {
        let begun = self.held.len() % PAGE_BYTES;
        if begun == 0 {
            return Ok(());
        }
        self.held.resize(self.held.len() + PAGE_DATA - begun, 0);
        self.seal()
    }

    fn seal(&mut self) -> io::Result<()> {
        let start = self.held.len() - PAGE_DATA;
        let crc = checksum(self.salt, self.pages, &self.held[start..]);
        self.held.extend_from_slice(&crc);
        self.pages = self.pages.checked_add(1).ok_or(io::ErrorKind::FileTooLarge)?;
        if self.held.len() >= WRITE_BYTES { self.write() } else { Ok(()) }
    }

    /// Writes what is complete.
    pub(in crate::ledger) fn write(&mut self) -> io::Result<()> {
        let whole = self.held.len() / PAGE_BYTES;
        let at = page_at(self.pages - whole as u32);
        self.paced.write_at(&*self.file, &self.held[..whole * PAGE_BYTES], at)?;
        self.held.drain(..whole * PAGE_BYTES);
        Ok(())
    }
}

/// A file of pages, open for reading.
#[derive(Debug)]
pub(in crate::ledger) struct PageFile {
    file: Arc<dyn DiskFile>,
    label: String,
    salt: u64,
    pages: u32,
    /// Tells it from every other file that was opened, for the cache.
    pub(in crate::ledger) id: u64,
}

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

impl PageFile {
    pub(in crate::ledger) fn new(
        file: Arc<dyn DiskFile>,
        label: String,
        salt: u64,
        pages: u32,
    ) -> Self {
        Self { file, label, salt, pages, id: NEXT_ID.fetch_add(1, Ordering::Relaxed) }
    }

    /// Reads a page and checks it.
    pub(in crate::ledger) fn load(&self, number: u32) -> io::Result<Page> {
        if number >= self.pages {
            return Err(self.damaged(number));
        }
        let mut octets = [0; PAGE_BYTES];
        read_exact_at(&*self.file, &mut octets, page_at(number))?;
        let (data, crc) = octets.split_at(PAGE_DATA);
        if checksum(self.salt, number, data) != crc {
            return Err(self.damaged(number));
        }
        Ok(Arc::from(data))
    }

    /// What is said of a page that is not as it was written.
    pub(in crate::ledger) fn damaged(&self, number: u32) -> io::Error {
        let what = format!("{} is damaged: page {number} is not as it was written", self.label);
        io::Error::new(io::ErrorKind::InvalidData, what)
    }
}
