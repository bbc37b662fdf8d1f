//! Finding the newest whole checkpoint, and doing its last step again.
//!
//! A torn file is no error: it was never the one that counts. See `checkpoint` for the layout.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use super::checkpoint::{NAMES, PAGE_RECORD_BYTES, stamp};
use super::facts::Facts;
use super::states::States;
use crate::spool::disk::{Disk, DiskFile, read_exact_at};
use crate::spool::error::OpenError;
use crate::spool::stamp::{STAMP_BYTES, version_of};

/// A checkpoint that was found whole.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) sequence: u64,
    pub(super) facts: Facts,
    file: Arc<dyn DiskFile>,
    pages_at: u64,
    pages: u64,
}

/// The newest whole checkpoint; `None` if there is none, and the log is read from its beginning.
pub(super) fn load(disk: &dyn Disk, directory_id: u64) -> Result<Option<Loaded>, OpenError> {
    let mut newest: Option<Loaded> = None;
    for name in NAMES {
        let file = match disk.open(name) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(OpenError::io(name, error)),
        };
        let loaded = load_one(file, name, directory_id)?;
        let newer = |old: &Loaded| loaded.as_ref().is_some_and(|new| new.sequence > old.sequence);
        if newest.as_ref().is_none_or(newer) {
            newest = loaded.or(newest);
        }
    }
    Ok(newest)
}

/// `None` if the file was torn.
pub(super) fn load_one(
    file: Arc<dyn DiskFile>,
    name: &str,
    directory_id: u64,
) -> Result<Option<Loaded>, OpenError> {
    let failed = |error| OpenError::io(name, error);
    let length = file.len_bytes().map_err(failed)?;
    let mut head = [0; STAMP_BYTES + 8];
    if length < head.len() as u64 {
        return Ok(None);
    }
    read_exact_at(&*file, &mut head, 0).map_err(failed)?;
    let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| head[at + i]));
    let sequence = u64::from(word(32)) | u64::from(word(36)) << 32;
    if let Some(octets) = head.first_chunk::<STAMP_BYTES>() {
        match version_of(octets, name) {
            Err(OpenError::Damaged { .. }) => return Ok(None),
            outcome => outcome?,
        }
    }
    if head[..STAMP_BYTES] != stamp(directory_id, sequence).encode() {
        return Ok(None);
    }
    let (facts_bytes, pages) = (u64::from(word(STAMP_BYTES)), u64::from(word(STAMP_BYTES + 4)));
    let pages_at = head.len() as u64 + facts_bytes;
    let end = pages_at + pages * PAGE_RECORD_BYTES as u64;
    if end + 4 > length || !crc_matches(&*file, end).map_err(failed)? {
        return Ok(None);
    }
    let mut octets = vec![0; facts_bytes as usize];
    read_exact_at(&*file, &mut octets, head.len() as u64).map_err(failed)?;
    let facts = Facts::decode(&octets)
        .ok_or_else(|| OpenError::damaged(name, "its facts do not read, though unchanged"))?;
    Ok(Some(Loaded { sequence, facts, file, pages_at, pages }))
}

fn crc_matches(file: &dyn DiskFile, end: u64) -> io::Result<bool> {
    let mut octets = vec![0; (1 << 20).min(end as usize)];
    let (mut at, mut crc) = (0, 0);
    while at < end {
        let count = octets.len().min((end - at) as usize);
        read_exact_at(file, &mut octets[..count], at)?;
        crc = crc32c::crc32c_append(crc, &octets[..count]);
        at += count as u64;
    }
    let mut expected = [0; 4];
    read_exact_at(file, &mut expected, end)?;
    Ok(crc.to_le_bytes() == expected)
}

/// How long a checkpoint says that it is, if it says so at all.
pub(super) fn promised(file: &dyn DiskFile) -> Option<u64> {
    let mut head = [0; STAMP_BYTES + 8];
    read_exact_at(file, &mut head, 0).ok()?;
    let (stamp, counts) = head.split_first_chunk::<STAMP_BYTES>()?;
    version_of(stamp, NAMES[0]).ok()?;
    let word = |at: usize| counts.get(at..)?.first_chunk().map(|it| u32::from_le_bytes(*it));
    let pages = u64::from(word(4)?) * PAGE_RECORD_BYTES as u64;
    Some(head.len() as u64 + u64::from(word(0)?) + pages + 4)
}

impl Loaded {
    /// Where the rows of each of its pages are, by the page's number.
    pub(super) fn page_places(&self) -> io::Result<BTreeMap<u64, u64>> {
        let mut places = BTreeMap::new();
        for number in 0..self.pages {
            let at = self.pages_at + number * PAGE_RECORD_BYTES as u64;
            let mut page = [0; 8];
            read_exact_at(&*self.file, &mut page, at)?;
            places.insert(u64::from_le_bytes(page), at + 8);
        }
        Ok(places)
    }

    /// Reads the first rows of a page.
    pub(super) fn read_page(&self, at: u64, octets: &mut [u8]) -> io::Result<()> {
        read_exact_at(&*self.file, octets, at)
    }

    /// (3) once more, in case the crash came before it was done.
    /// Pages before `first` are of segments that are not kept any more.
    pub(super) fn redo(&self, states: &mut States, first: u64) -> io::Result<()> {
        let mut record = [0; PAGE_RECORD_BYTES];
        for number in 0..self.pages {
            let at = self.pages_at + number * PAGE_RECORD_BYTES as u64;
            read_exact_at(&*self.file, &mut record, at)?;
            let Some((page, octets)) = record.split_first_chunk::<8>() else { continue };
            let page = u64::from_le_bytes(*page);
            if page >= first {
                states.write_page(page, octets)?;
            }
        }
        let (files, new_names) = states.take_unsynced()?;
        files.iter().try_for_each(|file| file.sync_data())?;
        if new_names {
            states.sync_names()?;
        }
        states.clean();
        Ok(())
    }
}
