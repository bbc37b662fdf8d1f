//! Pages that were read lately, for all files of the index together, within a bound.
//!
//! Which page goes is decided by the clock's hand: one that was used since the hand came by last is
//! spared once. Reading from the disk is done without the lock.

use std::collections::HashMap;
use std::io;
use std::sync::Mutex;

use super::page::{PAGE_BYTES, Page, PageFile};
use crate::spool::unpoisoned;

/// A bounded cache of pages.
#[derive(Debug)]
pub(super) struct PageCache {
    pages_max: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    places: HashMap<(u64, u32), usize>,
    slots: Vec<Slot>,
    hand: usize,
}

#[derive(Debug)]
struct Slot {
    key: (u64, u32),
    page: Page,
    used: bool,
}

impl PageCache {
    /// Room for so many octets of pages, and for 16 pages at least.
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { pages_max: (bytes_max / PAGE_BYTES).max(16), held: Mutex::default() }
    }

    /// A page of a file, from here or from there.
    pub(super) fn page(&self, file: &PageFile, number: u32) -> io::Result<Page> {
        let key = (file.id, number);
        if let Some(page) = unpoisoned::lock(&self.held).get(key) {
            return Ok(page);
        }
        let page = file.load(number)?;
        unpoisoned::lock(&self.held).put(key, &page, self.pages_max);
        Ok(page)
    }
}

impl Held {
    fn get(&mut self, key: (u64, u32)) -> Option<Page> {
        let slot = self.slots.get_mut(*self.places.get(&key)?)?;
        slot.used = true;
        Some(Page::clone(&slot.page))
    }

    fn put(&mut self, key: (u64, u32), page: &Page, pages_max: usize) {
        if self.places.contains_key(&key) {
            return;
        }
        let slot = Slot { key, page: Page::clone(page), used: false };
        if self.slots.len() < pages_max {
            self.places.insert(key, self.slots.len());
            self.slots.push(slot);
            return;
        }
        while std::mem::take(&mut self.slots[self.hand].used) {
            self.hand = (self.hand + 1) % self.slots.len();
        }
        let gone = std::mem::replace(&mut self.slots[self.hand], slot);
        self.places.remove(&gone.key);
        self.places.insert(key, self.hand);
        self.hand = (self.hand + 1) % self.slots.len();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::ledger::text::page::PageWriter;
    use crate::spool::disk::Disk;
    use crate::spool::sim_disk::SimDisk;

    #[test]
    fn pages_come_from_memory_within_the_bound_and_damage_is_told() {
        let disk = SimDisk::new(1);
        let file = disk.create("pages").expect("room");
        let mut writer = PageWriter::new(Arc::clone(&file), 7);
        (0..40_u8).for_each(|page| {
            writer.put(&[page; 100]).expect("room");
            writer.finish_page().expect("room");
        });
        writer.write().expect("room");
        let pages = PageFile::new(file, "pages".to_owned(), 7, 40);
        let cache = PageCache::new(0);
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..1000 {
            let number = random.u32(..40);
            assert_eq!(cache.page(&pages, number).expect("whole")[..2], [number as u8; 2]);
            let held = unpoisoned::lock(&cache.held);
            assert!(held.slots.len() <= 16 && held.places.len() == held.slots.len());
        }
        assert!(cache.page(&pages, 40).is_err(), "behind the end");
        disk.damage("pages", |octets| octets[STAMP + 3 * PAGE_BYTES + 50] ^= 1);
        let fresh = PageCache::new(0);
        let error = fresh.page(&pages, 3).expect_err("changed").to_string();
        assert_eq!(error, "pages is damaged: page 3 is not as it was written");
        disk.damage("pages", |octets| {
            octets.copy_within(STAMP..STAMP + PAGE_BYTES, STAMP + 4 * PAGE_BYTES)
        });
        assert!(fresh.page(&pages, 4).is_err(), "in another place");
    }

    const STAMP: usize = crate::spool::stamp::STAMP_BYTES;
}
