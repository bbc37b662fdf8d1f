//! Making filters: some of their pages at a time, segment after segment, in little memory.
//!
//! The files of the segments are read once for each stretch of pages, so that memory holds one stretch and no
//! more. **Invariant**: what comes out follows from the files alone: the same files make the same octets.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::file::{FilterFile, FilterName};
use super::keys::{Keys, PAGE_USED, Shape};
use super::parts::FilterPart;
use crate::ledger::text::config::LAYOUT as WORDS_LAYOUT;
use crate::ledger::text::page::{PageWriter, page_at};
use crate::spool::disk::{Disk, DiskFile, UNFINISHED_PREFIX};

/// Pages that are made at a time: 8 MiB of them.
pub(in crate::ledger) const STRETCH_PAGES: u32 = 2048;

/// Filters that are being made.
#[derive(Debug)]
pub(in crate::ledger) struct Build {
    name: FilterName,
    shape: Shape,
    keys: Keys,
    /// The files of each segment; none of one that is not kept.
    parts: Vec<Option<FilterPart>>,
    file: Arc<dyn DiskFile>,
    pages: PageWriter,
    /// The pages that are being made, and the octets of them.
    stretch: Range<u32>,
    octets: Vec<u8>,
    /// The segment that is next.
    next: usize,
    words: u32,
}

impl Build {
    /// Begins with the files of some segments.
    pub(super) fn begin(
        disk: &dyn Disk,
        name: FilterName,
        shape: Shape,
        keys: Keys,
        (parts, with_words): (Vec<Option<FilterPart>>, bool),
    ) -> io::Result<Self> {
        let file = disk.create(&format!("{UNFINISHED_PREFIX}{}", name.file()))?;
        file.write_at(&name.stamp().encode(), 0)?;
        let stretch = 0..shape.pages().min(STRETCH_PAGES);
        Ok(Self {
            name,
            shape,
            keys,
            parts,
            pages: PageWriter::new(Arc::clone(&file), name.salt()),
            file,
            octets: vec![0; stretch.len() * PAGE_USED],
            stretch,
            next: 0,
            words: if with_words { WORDS_LAYOUT } else { 0 },
        })
    }

    /// Does what one segment has for one stretch of pages; `false` when everything is written.
    pub(super) fn step(&mut self) -> io::Result<bool> {
        if let Some(part) = self.parts.get(self.next) {
            if let Some(part) = part {
                let (shape, stretch) = (self.shape, self.stretch.clone());
                put(part, self.keys, shape, stretch, self.next, &mut self.octets)?;
            }
            self.next += 1;
            return Ok(true);
        }
        for page in self.octets.chunks(PAGE_USED) {
            self.pages.put(page)?;
            self.pages.finish_page()?;
        }
        let end = self.shape.pages();
        self.stretch = self.stretch.end..end.min(self.stretch.end.saturating_add(STRETCH_PAGES));
        self.octets.clear();
        self.octets.resize(self.stretch.len() * PAGE_USED, 0);
        self.next = 0;
        Ok(!self.stretch.is_empty())
    }

    /// Makes everything durable but the name.
    pub(super) fn finish(mut self) -> io::Result<FilterFile> {
        self.pages.write()?;
        let footer = self.name.footer(self.words, self.shape);
        self.file.write_at(&footer, page_at(self.shape.pages()))?;
        self.file.sync_data()?;
        Ok(FilterFile::new(self.file, self.name, self.shape, self.words))
    }

    pub(super) const fn name(&self) -> &FilterName {
        &self.name
    }
}

/// Sets the bits of a segment's keys that are in a stretch of pages.
pub(in crate::ledger) fn put(
    part: &FilterPart,
    keys: Keys,
    shape: Shape,
    stretch: Range<u32>,
    lane: usize,
    octets: &mut [u8],
) -> io::Result<()> {
    part.each_key(keys, |key| {
        let (page, places) = shape.place(key);
        let Some(page) = page.checked_sub(stretch.start) else { return };
        let first = page as usize * PAGE_USED;
        if let Some(page) = octets.get_mut(first..first + PAGE_USED) {
            places.for_each(|at| page[at] |= 1 << lane);
        }
    })
}
