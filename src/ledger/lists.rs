//! The lists of a full segment: which rows have a value that few of them have.
//!
//! File `lists-<segment>`, little-endian: a stamp; for each [`Listed`] its entries `key u32 << 32 | row
//! u32` in their order, a `u64` each; then for each its fences (`entry u64, crc32c u32`: the first of
//! every 1,024 entries, and the checksum of these), and its common keys, `u32` each; then for each
//! `entries u32, common keys u32`, and `crc32c u32` of all behind the entries.
//! A key that more rows have than [`common_from`] is named as common and has no list: looking at the
//! newest rows finds enough of them.
//! **Invariants**: a file has its name only when it is whole and durable; it can be made again of the
//! segment's columns and the log, so that a damaged one is no loss.

use std::io;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::config::Geometry;
use super::lists_write::directory_bytes;
use crate::spool::disk::{Disk, DiskFile, UNFINISHED_PREFIX, read_exact_at};
use crate::spool::error::OpenError;
use crate::spool::stamp::{Footed, STAMP_BYTES, Stamp, cut_off};

/// What rows are listed by, in the order of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Listed {
    /// Last digits of the destination, see `ending_key`.
    To = 0,
    /// Last digits of the source.
    From = 1,
    /// See `marks`.
    Reference = 2,
    /// See `marks`.
    Tag = 3,
    /// The account's number.
    Account = 4,
    /// The carrier's number.
    Carrier = 5,
}

impl Listed {
    pub(super) const ALL: [Self; LISTS] =
        [Self::To, Self::From, Self::Reference, Self::Tag, Self::Account, Self::Carrier];
}

/// How many lists there are.
pub(super) const LISTS: usize = 6;

/// Entries between two fences: 8 KiB.
pub(super) const FENCE_ENTRIES: usize = 1024;

pub(super) const ENTRY_BYTES: usize = 8;

/// Rows of a segment that make a key common: as many as the longest list that a search looks up.
pub(super) const fn common_from(geometry: Geometry) -> usize {
    let part = geometry.rows() / 128;
    if part < 2 { 2 } else { part }
}

/// The lists of one segment.
#[derive(Debug)]
pub(super) struct Lists {
    pub(super) file: Arc<dyn DiskFile>,
    pub(super) lists: [List; LISTS],
}

/// One list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct List {
    /// Where its entries begin in the file.
    pub(super) at: u64,
    pub(super) entries: usize,
    pub(super) fences: Vec<Fence>,
    /// Keys without a list, in their order.
    pub(super) common: Vec<u32>,
}

/// The first entry of some, and the checksum of them all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Fence {
    pub(super) first: u64,
    pub(super) crc: u32,
}

impl Lists {
    /// Opens the lists of a segment; `None` if there are none that are whole: they are made again.
    ///
    /// # Errors
    /// That the file is of a later version, or what the disk said.
    pub(super) fn open(
        disk: &dyn Disk,
        directory_id: u64,
        segment: usize,
    ) -> Result<Option<Self>, OpenError> {
        match Self::open_whole(disk, directory_id, segment) {
            Ok(lists) => Ok(Some(lists)),
            Err(OpenError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Ok(None)
            }
            Err(error) if is_damage(&error) => {
                tracing::warn!(%error, "the lists of a segment are made again");
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn open_whole(disk: &dyn Disk, directory_id: u64, segment: usize) -> Result<Self, OpenError> {
        let name = file_name(segment);
        let failed = |error| OpenError::io(&name, error);
        let stamp = stamp(directory_id, segment);
        let Footed { file, footer_at, footer } = Footed::<FOOTER_BYTES>::open(disk, &stamp, &name)?;
        let counts = footer.as_chunks::<4>().0.iter().map(|count| u32::from_le_bytes(*count));
        let counts: Vec<usize> = counts.map(|count| count as usize).collect();
        let entries: u64 = counts[..2 * LISTS].iter().step_by(2).map(|count| *count as u64).sum();
        let directory_at = STAMP_BYTES as u64 + entries * ENTRY_BYTES as u64;
        let bytes: u64 =
            counts[..2 * LISTS].chunks(2).map(|two| directory_bytes(two[0], two[1])).sum();
        if directory_at.checked_add(bytes) != Some(footer_at) {
            return Err(cut_off(&name));
        }
        let mut octets = vec![0; bytes as usize];
        read_exact_at(&*file, &mut octets, directory_at).map_err(failed)?;
        let (sizes, crc) = footer.split_at(FOOTER_BYTES - 4);
        if crc32c::crc32c_append(crc32c::crc32c(&octets), sizes).to_le_bytes() != *crc {
            return Err(cut_off(&name));
        }
        let (mut at, mut rest) = (STAMP_BYTES as u64, &octets[..]);
        let lists = std::array::from_fn(|which| {
            let (entries, common) = (counts[2 * which], counts[2 * which + 1]);
            let list = List::decode(at, entries, common, &mut rest);
            at += entries as u64 * ENTRY_BYTES as u64;
            list
        });
        Ok(Self { file, lists })
    }

    /// How many rows have a key of the range, up to two blocks fewer than there are; `None` if one of
    /// these keys has no list.
    pub(super) fn at_least(&self, which: Listed, keys: &RangeInclusive<u32>) -> Option<usize> {
        let list = &self.lists[which as usize];
        let common = list.common.partition_point(|key| key < keys.start());
        if list.common.get(common).is_some_and(|key| keys.contains(key)) {
            return None;
        }
        let (first, last) = ends(keys);
        let from = list.fences.partition_point(|fence| fence.first < first);
        let to = list.fences.partition_point(|fence| fence.first <= last);
        Some(to.saturating_sub(from + 1) * FENCE_ENTRIES)
    }

    /// Adds the rows that have a key of the range, in the order of the keys.
    ///
    /// # Errors
    /// `InvalidData` if the file was changed, or what the disk said.
    pub(super) fn find(
        &self,
        which: Listed,
        keys: &RangeInclusive<u32>,
        out: &mut Vec<u32>,
    ) -> io::Result<()> {
        let list = &self.lists[which as usize];
        let (first, last) = ends(keys);
        let from = list.fences.partition_point(|fence| fence.first <= first).saturating_sub(1);
        let mut octets = [0; FENCE_ENTRIES * ENTRY_BYTES];
        for (block, fence) in list.fences.iter().enumerate().skip(from) {
            if fence.first > last {
                break;
            }
            let entries = self.block(list, block, &mut octets)?;
            out.extend(entries.filter(|entry| (first..=last).contains(entry)).map(|e| e as u32));
        }
        Ok(())
    }

    /// Reads the entries between two fences.
    fn block<'a>(
        &self,
        list: &List,
        block: usize,
        octets: &'a mut [u8; FENCE_ENTRIES * ENTRY_BYTES],
    ) -> io::Result<impl Iterator<Item = u64> + use<'a>> {
        let before = block * FENCE_ENTRIES;
        let octets = &mut octets[..FENCE_ENTRIES.min(list.entries - before) * ENTRY_BYTES];
        read_exact_at(&*self.file, octets, list.at + (before * ENTRY_BYTES) as u64)?;
        if list.fences.get(block).map(|fence| fence.crc) != Some(crc32c::crc32c(octets)) {
            let what = "a list of a segment is not as it was written";
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        let entries = octets.as_chunks::<ENTRY_BYTES>().0.iter();
        Ok(entries.map(|entry| u64::from_le_bytes(*entry)))
    }

    /// Calls a function with every key that rows have, some more than once.
    ///
    /// # Errors
    /// `InvalidData` if the file was changed, or what the disk said.
    pub(super) fn each_key(&self, which: Listed, each: &mut dyn FnMut(u32)) -> io::Result<()> {
        let list = &self.lists[which as usize];
        let mut octets = [0; FENCE_ENTRIES * ENTRY_BYTES];
        for block in 0..list.fences.len() {
            self.block(list, block, &mut octets)?.for_each(|entry| each((entry >> 32) as u32));
        }
        list.common.iter().for_each(|key| each(*key));
        Ok(())
    }
}

/// The first and the last entry that a key of the range can have.
fn ends(keys: &RangeInclusive<u32>) -> (u64, u64) {
    (u64::from(*keys.start()) << 32, u64::from(*keys.end()) << 32 | u64::from(u32::MAX))
}

/// Whether the file is not what was written; a file without even a stamp ends too early.
fn is_damage(error: &OpenError) -> bool {
    match error {
        OpenError::Damaged { .. } => true,
        OpenError::Io { source, .. } => source.kind() == io::ErrorKind::UnexpectedEof,
        _ => false,
    }
}

impl List {
    fn decode(at: u64, entries: usize, common: usize, rest: &mut &[u8]) -> Self {
        let (fences, tail) = rest.split_at(entries.div_ceil(FENCE_ENTRIES) * FENCE_BYTES);
        let (keys, tail) = tail.split_at(common * 4);
        *rest = tail;
        let fence = |octets: &[u8; FENCE_BYTES]| {
            let (first, crc) = octets.split_at(8);
            let first = first.iter().rev().fold(0, |first, octet| first << 8 | u64::from(*octet));
            let crc = crc.iter().rev().fold(0, |crc, octet| crc << 8 | u32::from(*octet));
            Fence { first, crc }
        };
        Self {
            at,
            entries,
            fences: fences.as_chunks::<FENCE_BYTES>().0.iter().map(fence).collect(),
            common: keys.as_chunks::<4>().0.iter().map(|key| u32::from_le_bytes(*key)).collect(),
        }
    }
}

pub(super) const FENCE_BYTES: usize = 12;

/// Two counts for each list, and the checksum.
const FOOTER_BYTES: usize = (2 * LISTS + 1) * 4;

pub(super) fn file_name(segment: usize) -> String {
    format!("lists-{segment:08x}")
}

/// Its name until it is whole.
pub(super) fn unfinished_name(segment: usize) -> String {
    format!("{UNFINISHED_PREFIX}{}", file_name(segment))
}

pub(super) fn stamp(directory_id: u64, segment: usize) -> Stamp {
    Stamp { kind: *b"lists\0\0\0", directory_id, number: segment as u64 }
}
