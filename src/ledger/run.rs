//! A sorted run: an immutable file of (key, value) pairs in the order of both.
//!
//! Layout, little-endian: a stamp; the entries, `key u64, value u64` each; the fences, the key of
//! every 256th entry; `entries u64, crc32c u32 of the entries, crc32c u32 of fences and count`.
//! The fences are kept in memory, so that a look-up costs one read of 4 KiB.
//! **Invariant**: a file has its name only when it is whole and durable.

use std::io;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::memtable::Entry;
use crate::spool::disk::{Disk, DiskFile, Paced, UNFINISHED_PREFIX, read_exact_at};
use crate::spool::error::OpenError;
use crate::spool::stamp::{Footed, STAMP_BYTES, Stamp, cut_off};

/// Octets of an entry.
pub(super) const ENTRY_BYTES: usize = 16;

/// Entries between two fences: 4 KiB.
const FENCE_ENTRIES: usize = 256;

/// Octets behind the fences.
pub(super) const FOOTER_BYTES: usize = 16;

/// Entries written at a time.
const WRITE_ENTRIES: usize = 16 << 10;

/// What a run's file is called.
#[derive(Clone, Copy, Debug)]
pub(super) struct RunName {
    pub(super) prefix: &'static str,
    pub(super) kind: [u8; 8],
    pub(super) directory_id: u64,
    pub(super) number: u64,
}

/// An open run.
#[derive(Debug)]
pub(super) struct Run {
    file: Arc<dyn DiskFile>,
    entries: usize,
    fences: Vec<u64>,
    /// The checksum of the entries.
    crc: u32,
}

impl RunName {
    pub(super) fn file(&self) -> String {
        format!("{}-{:08x}", self.prefix, self.number)
    }

    pub(super) fn stamp(&self) -> Stamp {
        Stamp { kind: self.kind, directory_id: self.directory_id, number: self.number }
    }
}

impl Run {
    /// Writes sorted entries as a run and makes it durable, but for the name.
    pub(super) fn write(disk: &dyn Disk, name: &RunName, sorted: &[Entry]) -> io::Result<Self> {
        let unfinished = format!("{UNFINISHED_PREFIX}{}", name.file());
        let file = disk.create(&unfinished)?;
        file.write_at(&name.stamp().encode(), 0)?;
        let mut at = STAMP_BYTES as u64;
        let mut crc = 0;
        let mut paced = Paced::resting();
        let mut octets = Vec::with_capacity(WRITE_ENTRIES.min(sorted.len()) * ENTRY_BYTES);
        for part in sorted.chunks(WRITE_ENTRIES) {
            octets.clear();
            for (key, value) in part {
                octets.extend_from_slice(&key.to_le_bytes());
                octets.extend_from_slice(&value.to_le_bytes());
            }
            crc = crc32c::crc32c_append(crc, &octets);
            paced.write_at(&*file, &octets, at)?;
            at += octets.len() as u64;
        }
        let fences: Vec<u64> = sorted.iter().step_by(FENCE_ENTRIES).map(|entry| entry.0).collect();
        octets.clear();
        fences.iter().for_each(|fence| octets.extend_from_slice(&fence.to_le_bytes()));
        octets.extend_from_slice(&(sorted.len() as u64).to_le_bytes());
        let footer_crc = crc32c::crc32c(&octets);
        octets.extend_from_slice(&crc.to_le_bytes());
        octets.extend_from_slice(&footer_crc.to_le_bytes());
        file.write_at(&octets, at)?;
        file.sync_data()?;
        disk.rename(&unfinished, &name.file())?;
        Ok(Self { file, entries: sorted.len(), fences, crc })
    }

    /// Opens a run and checks its fences.
    pub(super) fn open(disk: &dyn Disk, name: &RunName) -> Result<Self, OpenError> {
        let label = name.file();
        let failed = |error| OpenError::io(&label, error);
        let damaged = || cut_off(&label);
        let Footed { file, footer_at, footer } =
            Footed::<FOOTER_BYTES>::open(disk, &name.stamp(), &label)?;
        let (count, crcs) = footer.split_at(8);
        let entries = u64::from_le_bytes(count.try_into().map_err(|_| damaged())?);
        let expected = entries
            .checked_mul(ENTRY_BYTES as u64)
            .and_then(|bytes| bytes.checked_add(entries.div_ceil(FENCE_ENTRIES as u64) * 8))
            .and_then(|bytes| bytes.checked_add(STAMP_BYTES as u64));
        if expected != Some(footer_at) {
            return Err(damaged());
        }
        let fences_at = STAMP_BYTES as u64 + entries * ENTRY_BYTES as u64;
        let mut octets = vec![0; (footer_at - fences_at) as usize];
        read_exact_at(&*file, &mut octets, fences_at).map_err(failed)?;
        let fences = octets.as_chunks::<8>().0.iter().map(|key| u64::from_le_bytes(*key)).collect();
        let crc = crc32c::crc32c_append(crc32c::crc32c(&octets), count);
        if crc.to_le_bytes() != crcs[4..] {
            return Err(damaged());
        }
        let crc = u32::from_le_bytes([crcs[0], crcs[1], crcs[2], crcs[3]]);
        Ok(Self { file, entries: entries as usize, fences, crc })
    }

    /// How many entries have a key of the range, up to two blocks fewer than there are.
    pub(super) fn at_least(&self, keys: &RangeInclusive<u64>) -> usize {
        let first = self.fences.partition_point(|fence| fence < keys.start());
        let last = self.fences.partition_point(|fence| fence <= keys.end());
        last.saturating_sub(first + 1) * FENCE_ENTRIES
    }

    /// The largest value; 0 if there is none. Reads all of it.
    pub(super) fn value_max(&self) -> io::Result<u64> {
        let mut max = 0;
        self.each_piece(&mut |piece| {
            max = piece.as_chunks::<ENTRY_BYTES>().0.iter().map(value_of).fold(max, u64::max);
        })?;
        Ok(max)
    }

    /// Calls a function with every key once, in their order.
    ///
    /// # Errors
    /// `InvalidData` if the entries are not those that were written, or what the disk said.
    pub(super) fn each_key(&self, each: &mut dyn FnMut(u64)) -> io::Result<()> {
        let (mut crc, mut last) = (0, None);
        self.each_piece(&mut |piece| {
            crc = crc32c::crc32c_append(crc, piece);
            for key in piece.as_chunks::<ENTRY_BYTES>().0.iter().map(key_of) {
                if last.replace(key) != Some(key) {
                    each(key);
                }
            }
        })?;
        if crc != self.crc {
            let what = "the entries of a sorted run are not as they were written";
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(())
    }

    /// Calls a function with all entries, many at a time.
    fn each_piece(&self, each: &mut dyn FnMut(&[u8])) -> io::Result<()> {
        let mut octets = vec![0; WRITE_ENTRIES.min(self.entries) * ENTRY_BYTES];
        for first in (0..self.entries).step_by(WRITE_ENTRIES) {
            let count = WRITE_ENTRIES.min(self.entries - first);
            let part = &mut octets[..count * ENTRY_BYTES];
            read_exact_at(&*self.file, part, (STAMP_BYTES + first * ENTRY_BYTES) as u64)?;
            each(part);
        }
        Ok(())
    }

    /// Adds the values of the keys of a range, in the order of the keys, up to `max`.
    pub(super) fn find(
        &self,
        keys: &RangeInclusive<u64>,
        max: usize,
        out: &mut Vec<u64>,
    ) -> io::Result<()> {
        let mut left = max;
        // The block before the first fence that is not smaller may end with the key.
        let mut block = self.fences.partition_point(|fence| fence < keys.start()).saturating_sub(1);
        let mut octets = [0; FENCE_ENTRIES * ENTRY_BYTES];
        while block < self.fences.len() && self.fences[block] <= *keys.end() && left > 0 {
            let first = block * FENCE_ENTRIES;
            let count = FENCE_ENTRIES.min(self.entries - first);
            let octets = &mut octets[..count * ENTRY_BYTES];
            let at = (STAMP_BYTES + first * ENTRY_BYTES) as u64;
            read_exact_at(&*self.file, octets, at)?;
            let (entries, _) = octets.as_chunks::<ENTRY_BYTES>();
            let from = entries.partition_point(|entry| key_of(entry) < *keys.start());
            let hits = entries[from..].iter().take_while(|entry| key_of(entry) <= *keys.end());
            let before = out.len();
            out.extend(hits.take(left).map(value_of));
            left -= out.len() - before;
            block += 1;
        }
        Ok(())
    }
}

fn key_of(entry: &[u8; ENTRY_BYTES]) -> u64 {
    u64::from_le_bytes([0, 1, 2, 3, 4, 5, 6, 7].map(|i| entry[i]))
}

fn value_of(entry: &[u8; ENTRY_BYTES]) -> u64 {
    u64::from_le_bytes([8, 9, 10, 11, 12, 13, 14, 15].map(|i| entry[i]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spool::sim_disk::SimDisk;

    const NAME: RunName =
        RunName { prefix: "to", kind: *b"run\0\0\0\0\0", directory_id: 4, number: 2 };

    #[test]
    fn ranges_and_repeated_keys_are_found_across_blocks() {
        let disk = SimDisk::new(1);
        let mut entries: Vec<Entry> = (0..3000).map(|i| (i / 700 * 10, i)).collect();
        entries.extend((0..500).map(|i| (1000 + i, i)));
        Run::write(&disk, &NAME, &entries).expect("room");
        let run = Run::open(&disk, &NAME).expect("whole");
        for keys in [0..=0, 10..=10, 40..=40, 5..=5, 0..=u64::MAX, 1499..=9999, 1500..=1500] {
            let expected: Vec<u64> =
                entries.iter().filter(|entry| keys.contains(&entry.0)).map(|e| e.1).collect();
            let mut found = Vec::new();
            run.find(&keys, usize::MAX, &mut found).expect("readable");
            assert_eq!(found, expected, "{keys:?}");
            let least = run.at_least(&keys);
            assert!(
                (expected.len().saturating_sub(2 * FENCE_ENTRIES)..=expected.len())
                    .contains(&least)
            );
            found.clear();
            run.find(&keys, 3, &mut found).expect("readable");
            assert_eq!(found[..], expected[..expected.len().min(3)]);
        }
    }

    #[test]
    fn a_run_cut_anywhere_is_refused() {
        let disk = SimDisk::new(1);
        Run::write(&disk, &NAME, &[(1, 2), (3, 4)]).expect("room");
        let whole = disk.contents("to-00000002").expect("there");
        for length in 0..whole.len() {
            disk.damage("to-00000002", |octets| *octets = whole[..length].to_vec());
            assert!(Run::open(&disk, &NAME).is_err(), "cut at {length}");
        }
    }
}
