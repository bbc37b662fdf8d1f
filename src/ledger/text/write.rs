//! Writing a file of the index from words in their order.
//!
//! The postings are written as they come; the leaves of the dictionary go to a file of their own until the
//! last word is there, so that memory holds one word of each leaf and no more.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::file::{Footer, TextFile, TextName};
use super::node::{Entry, NodeBuilder};
use super::page::{PAGE_DATA, PageWriter, page_at};
use super::postings;
use crate::spool::disk::{Disk, DiskFile, UNFINISHED_PREFIX, read_exact_at};

/// Octets of leaves held before they are written to their own file.
const HELD_BYTES: usize = 64 * PAGE_DATA;

/// Writes one file.
#[derive(Debug)]
pub(super) struct TextWriter<'a> {
    disk: &'a dyn Disk,
    name: TextName,
    file: Arc<dyn DiskFile>,
    pages: PageWriter,
    footer: Footer,
    leaf: NodeBuilder,
    /// Where the lists of the leaf begin.
    leaf_base: u64,
    leaves: Leaves,
    /// The first word of each leaf.
    firsts: Vec<Box<[u8]>>,
    list: Vec<u8>,
}

/// The leaves that are complete.
#[derive(Debug)]
struct Leaves {
    name: String,
    file: Option<Arc<dyn DiskFile>>,
    written: u64,
    held: Vec<u8>,
}

impl<'a> TextWriter<'a> {
    /// Begins a file of these rows.
    pub(super) fn new(disk: &'a dyn Disk, name: TextName, rows: Range<u32>) -> io::Result<Self> {
        let unfinished = format!("{UNFINISHED_PREFIX}{}", name.file());
        let file = disk.create(&unfinished)?;
        file.write_at(&name.stamp().encode(), 0)?;
        let held_name = format!("{unfinished}-leaves");
        let leaves = Leaves { name: held_name, file: None, written: 0, held: Vec::new() };
        let first_row = rows.start;
        let footer = Footer { first_row, rows: rows.len() as u32, ..Footer::default() };
        Ok(Self {
            disk,
            pages: PageWriter::new(Arc::clone(&file), name.salt()),
            name,
            file,
            footer,
            leaf: NodeBuilder::new(),
            leaf_base: 0,
            leaves,
            firsts: Vec::new(),
            list: Vec::new(),
        })
    }

    /// Adds a word, which comes behind all others, and the places of its rows: at least one, ascending.
    pub(super) fn add(&mut self, term: &[u8], places: &[u32]) -> io::Result<()> {
        let count = places.len() as u32;
        let mut entry = Entry { count, value: places.first().copied().unwrap_or(0) };
        if self.leaf.is_full() {
            self.end_leaf()?;
        }
        if self.leaf.is_empty() {
            self.leaf_base = self.footer.posting_bytes;
            self.firsts.push(term.into());
        }
        if count > 1 {
            self.list.clear();
            postings::encode(places, self.footer.rows, &mut self.list);
            self.pages.put(&self.list)?;
            entry.value = self.list.len() as u32;
            self.footer.posting_bytes += self.list.len() as u64;
        }
        self.leaf.push(term, Some(entry));
        self.footer.words += 1;
        Ok(())
    }

    fn end_leaf(&mut self) -> io::Result<()> {
        let (disk, leaves) = (self.disk, &mut self.leaves);
        self.leaf.finish(self.leaf_base, |octets| leaves.push(disk, octets))
    }

    /// Writes the dictionary and makes the file durable under its name.
    pub(super) fn finish(mut self) -> io::Result<TextFile> {
        self.pages.finish_page()?;
        self.footer.posting_pages = self.pages.pages();
        if !self.leaf.is_empty() {
            self.end_leaf()?;
        }
        self.leaves.copy(&mut self.pages)?;
        self.footer.leaves = self.firsts.len() as u32;
        let mut first_below = self.footer.posting_pages;
        let mut below = std::mem::take(&mut self.firsts);
        while below.len() > 1 {
            let first = self.pages.pages();
            below = self.level(&below, first_below)?;
            first_below = first;
            self.footer.levels += 1;
        }
        self.footer.pages = self.pages.pages();
        self.pages.write()?;
        let footer = self.footer.encode(self.name.salt());
        self.file.write_at(&footer, page_at(self.footer.pages))?;
        self.file.sync_data()?;
        if self.leaves.file.is_some() {
            self.disk.remove(&self.leaves.name)?;
        }
        let unfinished = format!("{UNFINISHED_PREFIX}{}", self.name.file());
        self.disk.rename(&unfinished, &self.name.file())?;
        self.disk.sync_dir()?;
        Ok(TextFile::new(self.file, &self.name, self.footer))
    }

    /// Writes a level above pages with these first words; returns its own first words.
    fn level(&mut self, below: &[Box<[u8]>], first_page: u32) -> io::Result<Vec<Box<[u8]>>> {
        let mut firsts: Vec<Box<[u8]>> = Vec::new();
        let mut node = NodeBuilder::new();
        let mut base = first_page;
        let pages = &mut self.pages;
        for (page, term) in (first_page..).zip(below) {
            if node.is_full() {
                node.finish(u64::from(base), |octets| put_page(pages, octets))?;
            }
            if node.is_empty() {
                base = page;
                firsts.push(term.clone());
            }
            node.push(term, None);
        }
        node.finish(u64::from(base), |octets| put_page(pages, octets))?;
        Ok(firsts)
    }
}

fn put_page(pages: &mut PageWriter, octets: &[u8]) -> io::Result<()> {
    pages.put(octets)?;
    pages.finish_page()
}

impl Leaves {
    fn push(&mut self, disk: &dyn Disk, octets: &[u8]) -> io::Result<()> {
        self.held.extend_from_slice(octets);
        self.held.resize(self.held.len().next_multiple_of(PAGE_DATA), 0);
        if self.held.len() < HELD_BYTES {
            return Ok(());
        }
        if self.file.is_none() {
            self.file = Some(disk.create(&self.name)?);
        }
        if let Some(file) = &self.file {
            file.write_at(&self.held, self.written)?;
            self.written += self.held.len() as u64;
            self.held.clear();
        }
        Ok(())
    }

    /// Appends all of them to the pages.
    fn copy(&mut self, pages: &mut PageWriter) -> io::Result<()> {
        let last = std::mem::take(&mut self.held);
        let mut octets = vec![0; PAGE_DATA];
        if let Some(file) = &self.file {
            for at in (0..self.written).step_by(PAGE_DATA) {
                read_exact_at(&**file, &mut octets, at)?;
                pages.put(&octets)?;
            }
        }
        pages.put(&last)
    }
}
