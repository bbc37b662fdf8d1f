//! A file of filters, one for each of some neighbouring segments.
//!
//! `filter-<first segment>-<segments>`: a stamp whose number is the first segment; pages (see `text::page`),
//! each with the blocks of [`Shape`]: an octet for each of their bits, in which bit `n` is that of the
//! segment `first + n`; the footer `layout u32, segments u32, layout of words u32, blocks u32, crc32c u32` of
//! the salt and these. The layout of words is 0 if the filters have none.
//! **Invariants**: a file has its name only when it is whole and durable, and does not change.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::keys::{PAGE_USED, Shape};
use crate::ledger::text::page::{Page, PageFile, page_at};
use crate::spool::disk::{Disk, DiskFile};
use crate::spool::error::OpenError;
use crate::spool::stamp::{Footed, Stamp, cut_off};

/// The version of the keys and of how they are laid out; a file of another is made again.
const LAYOUT: u32 = 1;

const FOOTER_BYTES: usize = 20;

/// Segments of a file, at most.
pub(in crate::ledger) const SEGMENTS_MAX: usize = 8;

/// What a file is called, and what it is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ledger) struct FilterName {
    pub(in crate::ledger) directory_id: u64,
    pub(in crate::ledger) first: usize,
    pub(in crate::ledger) count: usize,
}

/// An open file of filters.
#[derive(Debug)]
pub(in crate::ledger) struct FilterFile {
    name: FilterName,
    shape: Shape,
    /// The layout of words that it has, if any.
    pub(in crate::ledger) words: u32,
    pages: PageFile,
}

impl FilterName {
    pub(in crate::ledger) fn file(&self) -> String {
        format!("filter-{:08x}-{:08x}", self.first, self.count)
    }

    /// The name of a file, if it is one of filters.
    pub(in crate::ledger) fn parse(file: &str, directory_id: u64) -> Option<Self> {
        let (first, count) = file.strip_prefix("filter-")?.split_once('-')?;
        let number = |digits| usize::from_str_radix(digits, 16).ok();
        let name = Self { directory_id, first: number(first)?, count: number(count)? };
        (name.file() == file && (1..=SEGMENTS_MAX).contains(&name.count)).then_some(name)
    }

    pub(super) const fn stamp(&self) -> Stamp {
        let number = self.first as u64;
        Stamp { kind: *b"filter\0\0", directory_id: self.directory_id, number }
    }

    /// In the checksum of every page.
    pub(super) const fn salt(&self) -> u64 {
        self.directory_id ^ (self.first as u64) << 8 ^ self.count as u64 ^ 0xf117_e400_0000_0000
    }

    pub(in crate::ledger) const fn segments(&self) -> Range<usize> {
        self.first..self.first + self.count
    }

    /// The footer of its file.
    pub(super) fn footer(&self, words: u32, shape: Shape) -> [u8; FOOTER_BYTES] {
        let mut octets = [0; FOOTER_BYTES];
        let numbers = [LAYOUT, self.count as u32, words, shape.blocks];
        for (place, number) in octets.as_chunks_mut::<4>().0.iter_mut().zip(numbers) {
            *place = number.to_le_bytes();
        }
        let crc = crc32c::crc32c_append(crc32c::crc32c(&self.salt().to_le_bytes()), &octets[..16]);
        octets[16..].copy_from_slice(&crc.to_le_bytes());
        octets
    }
}

impl FilterFile {
    pub(super) fn new(file: Arc<dyn DiskFile>, name: FilterName, shape: Shape, words: u32) -> Self {
        let pages = PageFile::new(file, name.file(), name.salt(), shape.pages());
        Self { name, shape, words, pages }
    }

    /// Opens a file of filters of a shape.
    ///
    /// # Errors
    /// It is not as it was written, of another shape or version, or what the disk said.
    pub(in crate::ledger) fn open(
        disk: &dyn Disk,
        name: FilterName,
        shape: Shape,
    ) -> Result<Self, OpenError> {
        let label = name.file();
        let Footed { file, footer_at, footer } =
            Footed::<FOOTER_BYTES>::open(disk, &name.stamp(), &label)?;
        let words = u32::from_le_bytes([footer[8], footer[9], footer[10], footer[11]]);
        if footer_at != page_at(shape.pages()) || footer != name.footer(words, shape) {
            return Err(cut_off(&label));
        }
        Ok(Self::new(file, name, shape, words))
    }

    pub(in crate::ledger) const fn name(&self) -> &FilterName {
        &self.name
    }

    /// Which of its segments may have a key: bit `n` for the one `n` behind the first.
    ///
    /// # Errors
    /// `InvalidData` if the page is not as it was written, or what the disk said.
    pub(in crate::ledger) fn may_have(&self, key: u64) -> io::Result<u8> {
        let (page, octets) = self.shape.place(key);
        let page = self.pages.load(page)?;
        Ok(octets.fold(u8::MAX, |all, at| all & page.get(at).copied().unwrap_or(u8::MAX)))
    }

    /// A page, for who holds it against what it has to be.
    pub(in crate::ledger) fn page(&self, number: u32) -> io::Result<Page> {
        self.pages.load(number)
    }

    /// Whether the octets behind what a page needs are there, and nothing else is.
    pub(in crate::ledger) fn is_page(page: &[u8], expected: &[u8]) -> bool {
        let (used, rest) = page.split_at(page.len().min(PAGE_USED));
        used == expected && rest.iter().all(|octet| *octet == 0)
    }
}
