//! A file of the index: the words of some rows of a segment, and for each the rows that have it.
//!
//! `text-<segment>` is of all rows of a segment; `text-<segment>-<first row>` is of some, until the segment is
//! full. Layout: a stamp whose number is the segment; pages of postings (see `postings`); pages of the
//! dictionary (see `node`), first the leaves, then the levels above them, the root last; the footer
//! `layout u32, first row u32, rows u32, words u32, pages of postings u32, leaves u32, pages u32, levels u32,
//! octets of postings u64, crc32c u32` of the salt and these.
//! **Invariants**: a file has its name only when it is whole and durable, and does not change. Nothing is
//! read but pages, which are checked one by one, so that a damaged file is an error where it is damaged.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::cache::PageCache;
use super::node::{Item, seek};
use super::page::{PAGE_DATA, Page, PageFile, page_at};
use crate::spool::disk::{Disk, DiskFile};
use crate::spool::error::OpenError;
use crate::spool::stamp::{Footed, Stamp, cut_off};

/// The version of what words are and how they are laid out; a file of another is made again.
pub(in crate::ledger) const LAYOUT: u32 = 1;

pub(super) const FOOTER_BYTES: usize = 44;

/// Levels of a dictionary, at most: of 40 words a page and more.
const LEVELS_MAX: u32 = 8;

/// What a file is called, and what it is of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct TextName {
    pub(super) directory_id: u64,
    pub(super) segment: u32,
    /// First row; none when it is of the whole segment.
    pub(super) part: Option<u32>,
}

/// An open file of the index.
#[derive(Debug)]
pub(super) struct TextFile {
    pages: PageFile,
    footer: Footer,
    whole: bool,
}

/// What stands at the end of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Footer {
    pub(super) first_row: u32,
    pub(super) rows: u32,
    pub(super) words: u32,
    pub(super) posting_pages: u32,
    pub(super) leaves: u32,
    pub(super) pages: u32,
    pub(super) levels: u32,
    pub(super) posting_bytes: u64,
}

/// Where the rows of a word are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// In one row.
    One(u32),
    /// In a list.
    List { count: u32, at: u64, bytes: u32 },
}

impl Found {
    /// How many rows have the word.
    pub(super) const fn count(self) -> u32 {
        match self {
            Self::One(_) => 1,
            Self::List { count, .. } => count,
        }
    }
}

impl TextName {
    pub(super) fn file(&self) -> String {
        match self.part {
            None => format!("text-{:08x}", self.segment),
            Some(first) => format!("text-{:08x}-{first:08x}", self.segment),
        }
    }

    /// The name of a file, if it is one of the index.
    pub(super) fn parse(file: &str, directory_id: u64) -> Option<Self> {
        let digits = file.strip_prefix("text-")?;
        let number = |digits| u32::from_str_radix(digits, 16).ok();
        let (segment, part) = match digits.split_once('-') {
            None => (number(digits)?, None),
            Some((segment, first)) => (number(segment)?, Some(number(first)?)),
        };
        let name = Self { directory_id, segment, part };
        (name.file() == file).then_some(name)
    }

    pub(super) fn stamp(&self) -> Stamp {
        let number = u64::from(self.segment);
        Stamp { kind: *b"text\0\0\0\0", directory_id: self.directory_id, number }
    }

    /// In the checksum of every page.
    pub(super) fn salt(&self) -> u64 {
        let part = self.part.unwrap_or(u32::MAX);
        self.directory_id ^ (u64::from(self.segment) << 32 | u64::from(part))
    }
}

impl Footer {
    pub(super) fn encode(&self, salt: u64) -> [u8; FOOTER_BYTES] {
        let mut octets = [0; FOOTER_BYTES];
        let numbers = [
            LAYOUT,
            self.first_row,
            self.rows,
            self.words,
            self.posting_pages,
            self.leaves,
            self.pages,
            self.levels,
        ];
        for (place, number) in octets.as_chunks_mut::<4>().0.iter_mut().zip(numbers) {
            *place = number.to_le_bytes();
        }
        octets[32..40].copy_from_slice(&self.posting_bytes.to_le_bytes());
        let crc = crc32c::crc32c_append(crc32c::crc32c(&salt.to_le_bytes()), &octets[..40]);
        octets[40..].copy_from_slice(&crc.to_le_bytes());
        octets
    }

    fn decode(octets: &[u8; FOOTER_BYTES], salt: u64) -> Option<Self> {
        let numbers = octets.as_chunks::<4>().0;
        let number = |at: usize| u32::from_le_bytes(numbers[at]);
        let footer = Self {
            first_row: number(1),
            rows: number(2),
            words: number(3),
            posting_pages: number(4),
            leaves: number(5),
            pages: number(6),
            levels: number(7),
            posting_bytes: u64::from(number(8)) | u64::from(number(9)) << 32,
        };
        let whole = footer.encode(salt) == *octets
            && footer.posting_bytes <= u64::from(footer.posting_pages) * PAGE_DATA as u64
            && footer.first_row.checked_add(footer.rows).is_some()
            && footer.levels <= LEVELS_MAX
            && footer.posting_pages.checked_add(footer.leaves)? <= footer.pages
            && (footer.words == 0) == (footer.leaves == 0);
        whole.then_some(footer)
    }
}

impl TextFile {
    pub(super) fn new(file: Arc<dyn DiskFile>, name: &TextName, footer: Footer) -> Self {
        let pages = PageFile::new(file, name.file(), name.salt(), footer.pages);
        Self { pages, footer, whole: name.part.is_none() }
    }

    /// Opens a file and checks its stamp and its footer.
    pub(super) fn open(disk: &dyn Disk, name: &TextName) -> Result<Self, OpenError> {
        let label = name.file();
        let damaged = || cut_off(&label);
        let Footed { file, footer_at, footer } =
            Footed::<FOOTER_BYTES>::open(disk, &name.stamp(), &label)?;
        let footer = Footer::decode(&footer, name.salt()).ok_or_else(damaged)?;
        let first_row = name.part.unwrap_or(0);
        if footer_at != page_at(footer.pages) || footer.first_row != first_row {
            return Err(damaged());
        }
        Ok(Self::new(file, name, footer))
    }

    /// The rows whose words it holds.
    pub(super) const fn rows(&self) -> Range<u32> {
        self.footer.first_row..self.footer.first_row + self.footer.rows
    }

    /// Whether it has the name of a whole segment's.
    pub(super) const fn is_whole(&self) -> bool {
        self.whole
    }

    pub(super) const fn footer(&self) -> &Footer {
        &self.footer
    }

    /// Octets of its pages.
    pub(super) const fn bytes(&self) -> u64 {
        page_at(self.footer.pages)
    }

    /// Where the rows of a word are; `None` if no row has it.
    pub(super) fn find(&self, source: &mut Source<'_>, term: &[u8]) -> io::Result<Option<Found>> {
        if self.footer.words == 0 {
            return Ok(None);
        }
        let mut number = self.footer.pages - 1;
        for _ in 0..self.footer.levels {
            let page = source.page(&self.pages, number)?;
            let sought = seek(&page, false, term).ok_or_else(|| self.pages.damaged(number))?;
            let Some(below) = sought.last else { return Ok(None) };
            number = u32::try_from(below.at).map_err(|_| self.pages.damaged(number))?;
        }
        let page = source.page(&self.pages, number)?;
        let sought = seek(&page, true, term).ok_or_else(|| self.pages.damaged(number))?;
        sought.exact.map(|item| self.found(item, number)).transpose()
    }

    /// What an item of a leaf says, if it can be.
    pub(super) fn found(&self, item: Item, page: u32) -> io::Result<Found> {
        let (count, value) = (item.entry.count, item.entry.value);
        let end = item.at.checked_add(u64::from(value));
        let found = match count {
            1 => (value < self.footer.rows).then_some(Found::One(value)),
            _ => end
                .filter(|end| *end <= self.footer.posting_bytes && count <= self.footer.rows)
                .map(|_| Found::List { count, at: item.at, bytes: value }),
        };
        found.ok_or_else(|| self.pages.damaged(page))
    }

    /// A page of the dictionary's leaves, and its number; `None` behind the last.
    pub(super) fn leaf(&self, source: &mut Source<'_>, at: u32) -> io::Result<Option<(u32, Page)>> {
        if at >= self.footer.leaves {
            return Ok(None);
        }
        let number = self.footer.posting_pages + at;
        Ok(Some((number, source.page(&self.pages, number)?)))
    }

    /// Appends octets of the postings.
    pub(super) fn read(
        &self,
        source: &mut Source<'_>,
        at: u64,
        bytes: usize,
        out: &mut Vec<u8>,
    ) -> io::Result<()> {
        let (mut number, mut skip) = (at / PAGE_DATA as u64, (at % PAGE_DATA as u64) as usize);
        let mut left = bytes;
        while left > 0 {
            let page = source.page(&self.pages, u32::try_from(number).unwrap_or(u32::MAX))?;
            let here = &page[skip..page.len().min(skip + left)];
            out.extend_from_slice(here);
            left -= here.len();
            (number, skip) = (number + 1, 0);
        }
        Ok(())
    }

    /// Reads a page for the sake of its checksum.
    pub(super) fn touch(&self, source: &mut Source<'_>, number: u32) -> io::Result<()> {
        source.page(&self.pages, number).map(drop)
    }

    /// What is said of a page that is not as it was written.
    pub(super) fn damaged_page(&self, number: u32) -> io::Error {
        self.pages.damaged(number)
    }

    /// What is said of postings that are not as they were written.
    pub(super) fn damaged_at(&self, at: u64) -> io::Error {
        self.pages.damaged((at / PAGE_DATA as u64) as u32)
    }
}

/// Where pages come from: the one read last is at hand.
#[derive(Debug)]
pub(super) struct Source<'a> {
    cache: Option<&'a PageCache>,
    last: Option<((u64, u32), Page)>,
}

impl<'a> Source<'a> {
    /// From the cache.
    pub(super) const fn cached(cache: &'a PageCache) -> Self {
        Self { cache: Some(cache), last: None }
    }

    /// From the disk, for who reads everything once.
    pub(super) const fn plain() -> Self {
        Self { cache: None, last: None }
    }

    pub(super) fn page(&mut self, file: &PageFile, number: u32) -> io::Result<Page> {
        let key = (file.id, number);
        if let Some((known, page)) = &self.last
            && *known == key
        {
            return Ok(Page::clone(page));
        }
        let page = match self.cache {
            Some(cache) => cache.page(file, number)?,
            None => file.load(number)?,
        };
        self.last = Some((key, Page::clone(&page)));
        Ok(page)
    }
}
