//! The chains of events: from a message's newest event back to its first.
//!
//! Records in the log do not point at each other; the indexer makes one link per event when it
//! reads it. Entry, little-endian: `event's LSN u48, previous link + 1 u48 (0: none), offset of the
//! event in its chunk u32`. The chunk's header has the time.
//! **Invariant**: a link points only at links with smaller numbers, so that every walk ends.

use std::io;
use std::sync::Arc;

use super::appender::{Appender, ENTRY_BYTES, Shape};
use crate::spool::disk::Disk;
use crate::spool::error::OpenError;
use crate::spool::lsn::Lsn;

/// Where an event is and what came before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Link {
    pub(super) chunk: Lsn,
    pub(super) offset: u32,
    /// Its name, as [`Links::push`] gives it; 0 for none.
    pub(super) previous: u64,
}

/// All links of a directory.
#[derive(Debug)]
pub(super) struct Links {
    pub(super) entries: Appender,
    /// Number of the oldest one that is kept.
    first: u64,
}

impl Links {
    pub(super) fn open(
        disk: Arc<dyn Disk>,
        directory_id: u64,
        per_file: u64,
        (first, count): (u64, u64),
    ) -> Result<Self, OpenError> {
        let shape = shape(directory_id, per_file);
        Ok(Self { entries: Appender::open(disk, shape, first, count)?, first })
    }

    /// Adds a link and returns its name: its number plus 1.
    pub(super) fn push(&mut self, link: Link) -> u64 {
        self.entries.push(link.encode()) + 1
    }

    /// The link of a name; `None` for 0, for what is not kept any more and for what cannot be.
    pub(super) fn get(&self, head: u64) -> io::Result<Option<Link>> {
        let number = head.checked_sub(1).filter(|number| *number >= self.first);
        let Some(number) = number else { return Ok(None) };
        let entry = self.entries.get(number)?;
        Ok(entry.map(Link::decode).filter(|link| link.previous < head))
    }

    /// The number of the first link that is at an address or behind it: they are in the log's order.
    pub(super) fn first_at(&self, lsn: Lsn) -> io::Result<u64> {
        let (mut low, mut high) = (self.first, self.entries.count());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle + 1)? {
                Some(link) if link.lsn() >= lsn => high = middle,
                _ => low = middle + 1,
            }
        }
        Ok(low)
    }

    /// Gives up the links before a number.
    pub(super) fn expire(&mut self, first: u64) {
        self.first = self.first.max(first);
        self.entries.release_before(self.first);
    }
}

/// The files of links.
pub(super) const fn shape(directory_id: u64, per_file: u64) -> Shape {
    Shape { prefix: "links", kind: *b"links\0\0\0", directory_id, per_file }
}

impl Link {
    pub(super) const fn lsn(&self) -> Lsn {
        self.chunk.plus(self.offset as u64)
    }

    pub(super) fn encode(self) -> [u8; ENTRY_BYTES] {
        let mut entry = [0; ENTRY_BYTES];
        entry[..6].copy_from_slice(&self.lsn().0.to_le_bytes()[..6]);
        entry[6..12].copy_from_slice(&self.previous.to_le_bytes()[..6]);
        entry[12..].copy_from_slice(&self.offset.to_le_bytes());
        entry
    }

    fn decode(entry: [u8; ENTRY_BYTES]) -> Self {
        let six = |at: usize| {
            let mut octets = [0; 8];
            octets[..6].copy_from_slice(&entry[at..at + 6]);
            u64::from_le_bytes(octets)
        };
        let offset = u32::from_le_bytes([entry[12], entry[13], entry[14], entry[15]]);
        let chunk = Lsn(six(0).saturating_sub(u64::from(offset)));
        Self { chunk, offset, previous: six(6) }
    }
}
