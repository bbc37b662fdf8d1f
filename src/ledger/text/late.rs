//! Messages that got another text after their words were indexed.
//!
//! The words that such a message had are in the files; those it has now are looked for in the log, whatever
//! is searched for. They are few: a message is replaced (`replace_sm`) only before it has left. File `text-late`:
//! a stamp whose number is how many, `ordinal u64` each, `crc32c u32` of it all; replaced whole.
//! **Invariant**: a message is in the file before the checkpoint behind its replacement counts, unless the
//! disk refused, which is told.

use std::collections::BTreeSet;
use std::io;
use std::ops::Range;

use super::index::TextIndex;
use crate::base::id::MessageOrd;
use crate::ledger::store::Ledger;
use crate::spool::disk::{Disk, read_small, replace};
use crate::spool::stamp::{STAMP_BYTES, Stamp};
use crate::spool::unpoisoned;

pub(super) const FILE: &str = "text-late";

/// Messages that are remembered; of more, the words that the oldest ones have now are not found.
const LATE_MAX: usize = 1 << 20;

/// Octets of the file at most.
pub(super) const FILE_BYTES_MAX: u64 = (STAMP_BYTES + LATE_MAX * 8 + 4) as u64;

/// Messages that were replaced.
#[derive(Debug, Default)]
pub(super) struct Late {
    ords: BTreeSet<u64>,
    /// Whether the file has not all of them.
    unwritten: bool,
}

fn stamp(directory_id: u64, count: usize) -> Stamp {
    Stamp { kind: *b"textlate", directory_id, number: count as u64 }
}

impl Late {
    /// Reads the file. A damaged one is told of and left behind.
    pub(super) fn open(disk: &dyn Disk, directory_id: u64) -> io::Result<Self> {
        let octets = match read_small(disk, FILE, FILE_BYTES_MAX) {
            Ok(octets) => octets,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error),
        };
        let ords = decode(&octets, directory_id);
        if ords.is_none() {
            tracing::warn!("{FILE} is damaged: new words of replaced messages may not be found");
        }
        Ok(Self { ords: ords.unwrap_or_default(), unwritten: false })
    }

    fn add(&mut self, ords: Vec<MessageOrd>) {
        for ord in ords {
            self.unwritten |= self.ords.insert(ord.0);
            if self.ords.len() > LATE_MAX {
                self.ords.pop_first();
            }
        }
    }

    fn write(&mut self, disk: &dyn Disk, directory_id: u64) -> io::Result<()> {
        if !self.unwritten {
            return Ok(());
        }
        let mut octets = stamp(directory_id, self.ords.len()).encode().to_vec();
        self.ords.iter().for_each(|ord| octets.extend_from_slice(&ord.to_le_bytes()));
        octets.extend_from_slice(&crc32c::crc32c(&octets).to_le_bytes());
        replace(disk, FILE, &octets)?;
        self.unwritten = false;
        Ok(())
    }
}

/// The ordinals in it; `None` if it is not as it was written.
pub(super) fn decode(octets: &[u8], directory_id: u64) -> Option<BTreeSet<u64>> {
    let (all, crc) = octets.split_last_chunk::<4>()?;
    let (head, ords) = all.split_first_chunk::<STAMP_BYTES>()?;
    let (ords, rest) = ords.as_chunks::<8>();
    let whole = crc32c::crc32c(all).to_le_bytes() == *crc
        && rest.is_empty()
        && stamp(directory_id, ords.len()).encode() == *head;
    whole.then(|| ords.iter().map(|ord| u64::from_le_bytes(*ord)).collect())
}

impl TextIndex {
    /// Forgets messages of segments before one, which are not kept any more.
    pub(super) fn forget_late(&self, first: u32) {
        let mut late = unpoisoned::lock(&self.late);
        let kept = late.ords.split_off(&self.geometry.ord(first as usize, 0).0);
        late.unwritten |= !late.ords.is_empty();
        late.ords = kept;
    }

    /// Adds the rows of a range that were replaced to those found there, in their order.
    pub(super) fn add_late(&self, segment: u32, rows: Range<u32>, out: &mut Vec<u32>, from: usize) {
        let ord = |row| self.geometry.ord(segment as usize, row as usize).0;
        let before = out.len();
        {
            let late = unpoisoned::lock(&self.late);
            let here = late.ords.range(ord(rows.start)..ord(rows.end));
            out.extend(here.map(|&ord| self.geometry.row(MessageOrd(ord)) as u32));
        }
        if out.len() > before {
            let mut found = out.split_off(from);
            found.sort_unstable_by(|a, b| b.cmp(a));
            found.dedup();
            out.append(&mut found);
        }
    }
}

impl TextIndex {
    /// Whether a message of a segment was replaced.
    pub(in crate::ledger) fn has_late(&self, segment: u32) -> bool {
        let ord = |segment| self.geometry.ord(segment as usize, 0).0;
        let late = unpoisoned::lock(&self.late);
        late.ords.range(ord(segment)..ord(segment + 1)).next().is_some()
    }

    /// Adds those of some rows that were replaced to those kept of them, in their order.
    pub(super) fn add_late_of(&self, segment: u32, rows: &[usize], kept: &mut Vec<usize>) {
        let ord = |row: usize| self.geometry.ord(segment as usize, row).0;
        let before = kept.len();
        {
            let late = unpoisoned::lock(&self.late);
            let (Some(first), Some(last)) = (rows.last(), rows.first()) else { return };
            if late.ords.range(ord(*first)..=ord(*last)).next().is_none() {
                return;
            }
            kept.extend(rows.iter().filter(|row| late.ords.contains(&ord(**row))));
        }
        if kept.len() > before {
            kept.sort_unstable_by(|a, b| b.cmp(a));
            kept.dedup();
        }
    }
}

impl Ledger {
    /// Remembers which messages were replaced since this was done last.
    pub(in crate::ledger) fn take_replaced(&self) {
        let Some(text) = &self.text else { return };
        if !self.read().replaced.is_empty() {
            let replaced = std::mem::take(&mut unpoisoned::write(&self.index).replaced);
            unpoisoned::lock(&text.late).add(replaced);
        }
    }

    /// Makes durable which messages were replaced, before a checkpoint forgets it.
    pub(in crate::ledger) fn keep_replaced(&self) {
        self.take_replaced();
        let Some(text) = &self.text else { return };
        let written = unpoisoned::lock(&text.late).write(&*self.disk, text.directory_id);
        if let Err(error) = written {
            tracing::warn!(%error, "{FILE} could not be written: tried again at the next checkpoint");
        }
    }
}
