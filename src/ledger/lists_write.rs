//! Writing the lists of a segment, one after another, with room for one of them in memory.

use std::io;
use std::sync::Arc;

use super::config::Geometry;
use super::lists::{
    ENTRY_BYTES, FENCE_BYTES, FENCE_ENTRIES, Fence, LISTS, List, Lists, common_from, file_name,
    stamp, unfinished_name,
};
use crate::spool::disk::{Disk, DiskFile, Paced};
use crate::spool::stamp::STAMP_BYTES;

/// A file that is being written.
#[derive(Debug)]
pub(super) struct ListsWriter<'a> {
    disk: &'a dyn Disk,
    segment: usize,
    common_from: usize,
    file: Arc<dyn DiskFile>,
    paced: Paced,
    at: u64,
    lists: [List; LISTS],
}

/// Octets of the fences and common keys of a list.
pub(super) const fn directory_bytes(entries: usize, common: usize) -> u64 {
    (entries.div_ceil(FENCE_ENTRIES) * FENCE_BYTES + common * 4) as u64
}

impl<'a> ListsWriter<'a> {
    /// Begins the file of a segment.
    pub(super) fn new(
        disk: &'a dyn Disk,
        directory_id: u64,
        segment: usize,
        geometry: Geometry,
    ) -> io::Result<Self> {
        let file = disk.create(&unfinished_name(segment))?;
        file.write_at(&stamp(directory_id, segment).encode(), 0)?;
        Ok(Self {
            disk,
            segment,
            common_from: common_from(geometry),
            file,
            paced: Paced::resting(),
            at: STAMP_BYTES as u64,
            lists: Default::default(),
        })
    }

    /// Writes the list `which` of entries in any order, which are sorted and thinned out. `common` are
    /// keys that were left out before.
    pub(super) fn add(
        &mut self,
        which: usize,
        entries: &mut Vec<u64>,
        mut common: Vec<u32>,
    ) -> io::Result<()> {
        entries.sort_unstable();
        common.extend(take_common(entries, self.common_from));
        common.sort_unstable();
        let list = &mut self.lists[which];
        (list.at, list.entries, list.common) = (self.at, entries.len(), common);
        let mut octets = Vec::with_capacity(FENCE_ENTRIES * ENTRY_BYTES);
        for block in entries.chunks(FENCE_ENTRIES) {
            octets.clear();
            block.iter().for_each(|entry| octets.extend_from_slice(&entry.to_le_bytes()));
            let (first, crc) = (block.first().copied().unwrap_or(0), crc32c::crc32c(&octets));
            list.fences.push(Fence { first, crc });
            self.paced.write_at(&*self.file, &octets, self.at)?;
            self.at += octets.len() as u64;
        }
        Ok(())
    }

    /// Makes the file durable, but for its name.
    pub(super) fn finish(self) -> io::Result<Lists> {
        let mut octets = Vec::new();
        for list in &self.lists {
            for fence in &list.fences {
                octets.extend_from_slice(&fence.first.to_le_bytes());
                octets.extend_from_slice(&fence.crc.to_le_bytes());
            }
            list.common.iter().for_each(|key| octets.extend_from_slice(&key.to_le_bytes()));
        }
        for list in &self.lists {
            octets.extend_from_slice(&(list.entries as u32).to_le_bytes());
            octets.extend_from_slice(&(list.common.len() as u32).to_le_bytes());
        }
        octets.extend_from_slice(&crc32c::crc32c(&octets).to_le_bytes());
        self.file.write_at(&octets, self.at)?;
        self.file.sync_data()?;
        self.disk.rename(&unfinished_name(self.segment), &file_name(self.segment))?;
        Ok(Lists { file: self.file, lists: self.lists })
    }
}

/// Takes the entries of keys that too many rows have out of sorted ones; returns these keys.
fn take_common(entries: &mut Vec<u64>, from: usize) -> Vec<u32> {
    let (mut common, mut kept, mut at) = (Vec::new(), 0, 0);
    while at < entries.len() {
        let key = entries[at] >> 32;
        let end = at + entries[at..].iter().take_while(|entry| *entry >> 32 == key).count();
        if end - at > from {
            common.push(key as u32);
        } else {
            entries.copy_within(at..end, kept);
            kept += end - at;
        }
        at = end;
    }
    entries.truncate(kept);
    common
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::ops::RangeInclusive;

    use super::*;
    use crate::ledger::config::LedgerConfig;
    use crate::ledger::lists::Listed;
    use crate::spool::sim_disk::SimDisk;

    const SEGMENT: usize = 3;

    fn written(disk: &SimDisk, entries: &[u64]) -> Lists {
        let geometry = LedgerConfig { segment_messages: 8192, ..LedgerConfig::tiny() }.geometry();
        let mut writer = ListsWriter::new(disk, 7, SEGMENT, geometry).expect("room");
        writer.add(Listed::Tag as usize, &mut entries.to_vec(), Vec::new()).expect("room");
        writer.add(Listed::Account as usize, &mut vec![5 << 32 | 9], vec![3]).expect("room");
        writer.finish().expect("room")
    }

    fn found(lists: &Lists, keys: RangeInclusive<u32>) -> Option<Vec<u32>> {
        lists.at_least(Listed::Tag, &keys)?;
        let mut rows = Vec::new();
        lists.find(Listed::Tag, &keys, &mut rows).expect("whole");
        Some(rows)
    }

    #[test]
    fn a_list_has_the_rows_of_its_keys_and_none_of_keys_that_are_common() {
        let disk = SimDisk::new(1);
        let mut random = fastrand::Rng::with_seed(3);
        let mut expected: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for row in 0..8192 {
            let key = if random.bool() { 77 } else { random.u32(..400) };
            expected.entry(key).or_default().push(row);
        }
        let entries = expected.iter().flat_map(|(key, rows)| {
            rows.iter().map(move |row| u64::from(*key) << 32 | u64::from(*row))
        });
        let entries: Vec<u64> = entries.collect();
        for lists in [written(&disk, &entries), open(&disk).expect("whole")] {
            for key in 0..410 {
                let rows = expected.get(&key).cloned().unwrap_or_default();
                let rows = (rows.len() <= 64).then_some(rows);
                assert_eq!(found(&lists, key..=key), rows, "{key}");
            }
            assert_eq!(found(&lists, 70..=90), None, "77 is common");
            let some = expected.range(100..=300).flat_map(|(_, rows)| rows.clone()).collect();
            assert_eq!(found(&lists, 100..=300), Some(some));
            assert_eq!(found(&lists, 5000..=u32::MAX), Some(Vec::new()));
        }
    }

    fn open(disk: &SimDisk) -> Option<Lists> {
        Lists::open(disk, 7, SEGMENT).expect("readable")
    }

    #[test]
    fn what_is_cut_off_or_changed_is_never_read() {
        let disk = SimDisk::new(1);
        let entries: Vec<u64> = (0..3000).map(|row| row << 32 | row).collect();
        written(&disk, &entries);
        let whole = disk.contents(&file_name(SEGMENT)).expect("there");
        for at in (0..whole.len()).step_by(97) {
            disk.damage(&file_name(SEGMENT), |octets| *octets = whole[..at].to_vec());
            assert!(open(&disk).is_none(), "cut at {at}");
            disk.damage(&file_name(SEGMENT), |octets| {
                *octets = whole.clone();
                octets[at] ^= 1;
            });
            let Some(lists) = open(&disk) else { continue };
            let mut rows = Vec::new();
            let outcome = lists.find(Listed::Tag, &(0..=u32::MAX), &mut rows);
            let error = outcome.expect_err("a changed entry");
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "changed at {at}");
        }
    }
}
