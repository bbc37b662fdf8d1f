//! What a row is marked with so that its record need not be read: hashes of its reference and its tag.
//!
//! File `marks-<segment>`: a stamp, then a column of `u32` for each [`Mark`] with room for the whole
//! segment, little-endian. Rows before `Facts::marked_from` were written by a version without marks:
//! whatever the file has there is not read. A mark never decides alone, the record does.
//! **Invariant**: a message that is replaced keeps its reference and its tag.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::config::Geometry;
use crate::message::record::Message;
use crate::spool::disk::{Disk, DiskFile, Paced, UNFINISHED_PREFIX, read_exact_at};
use crate::spool::error::OpenError;
use crate::spool::stamp::{STAMP_BYTES, Stamp};

/// What is marked, in the order of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mark {
    Reference = 0,
    Tag = 1,
}

/// How many marks a row has.
pub(super) const MARKS: usize = 2;

/// The mark of a row that has nothing of the kind.
pub(super) const NOTHING: u32 = 0;

/// The mark of a row of which nobody knows: its record tells.
pub(super) const UNKNOWN: u32 = u32::MAX;

/// The mark of a reference or tag. Part of the durable format: CRC-32C, so that numbered references of
/// one length never share a mark with their neighbours.
pub(super) fn mark_of(text: &[u8]) -> u32 {
    if text.is_empty() { NOTHING } else { crc32c::crc32c(text).clamp(NOTHING + 1, UNKNOWN - 1) }
}

/// The marks of a message.
pub(super) fn marks_of(message: &Message<'_>) -> [u32; MARKS] {
    [mark_of(message.client_ref), mark_of(message.service_type)]
}

/// A segment's marks on disk.
#[derive(Clone, Debug)]
pub(super) struct MarkFile {
    file: Arc<dyn DiskFile>,
    geometry: Geometry,
}

impl MarkFile {
    /// Creates the file of a segment with room for all of its rows, and what is known of the first. It
    /// has its name only once these are durable: one that was there before is replaced in one moment.
    pub(super) fn create(
        disk: &dyn Disk,
        directory_id: u64,
        segment: usize,
        geometry: Geometry,
        first: [&[u32]; MARKS],
    ) -> io::Result<Self> {
        let unfinished = format!("{UNFINISHED_PREFIX}{}", file_name(segment));
        let created = Self { file: disk.create(&unfinished)?, geometry };
        created.file.allocate(mark_at(geometry, MARKS, 0))?;
        created.file.write_at(&stamp(directory_id, segment).encode(), 0)?;
        for (mark, marks) in first.iter().enumerate() {
            created.write(mark, 0, marks)?;
        }
        created.file.sync_data()?;
        disk.rename(&unfinished, &file_name(segment))?;
        Ok(created)
    }

    /// Opens the file of a segment; `None` if there is none that can be read: what it had is in the log.
    ///
    /// # Errors
    /// That it is of a later version, or what the disk said.
    pub(super) fn open(
        disk: &dyn Disk,
        directory_id: u64,
        segment: usize,
        geometry: Geometry,
    ) -> Result<Option<Self>, OpenError> {
        let name = file_name(segment);
        let file = match disk.open(&name) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(OpenError::io(&name, error)),
        };
        let length = file.len_bytes().map_err(|error| OpenError::io(&name, error))?;
        if length < mark_at(geometry, MARKS, 0) {
            tracing::warn!("{name} is cut off: references and tags are looked for in the log");
            return Ok(None);
        }
        match stamp(directory_id, segment).check(&*file, &name) {
            Err(error @ OpenError::Damaged { .. }) => {
                tracing::warn!(%error, "references and tags are looked for in the log");
                Ok(None)
            }
            outcome => outcome.map(|()| Some(Self { file, geometry })),
        }
    }

    /// Writes the marks of rows from `first` on.
    pub(super) fn write(&self, mark: usize, first: usize, marks: &[u32]) -> io::Result<()> {
        let mut octets = Vec::with_capacity(marks.len().min(PART_ROWS) * 4);
        let mut paced = Paced::default();
        for (at, part) in marks.chunks(PART_ROWS).enumerate() {
            octets.clear();
            part.iter().for_each(|mark| octets.extend_from_slice(&mark.to_le_bytes()));
            let row = first + at * PART_ROWS;
            paced.write_at(&*self.file, &octets, mark_at(self.geometry, mark, row))?;
        }
        Ok(())
    }

    /// Takes the marks of some rows out, and makes that durable.
    pub(super) fn blank(&self, rows: &[usize]) -> io::Result<()> {
        for mark in 0..MARKS {
            rows.iter().try_for_each(|row| self.write(mark, *row, &[NOTHING]))?;
        }
        self.file.sync_data()
    }

    /// Adds the marks of rows to `out`.
    pub(super) fn read(
        &self,
        mark: usize,
        rows: Range<usize>,
        out: &mut Vec<u32>,
    ) -> io::Result<()> {
        let mut octets = vec![0; rows.len().min(PART_ROWS) * 4];
        for first in rows.clone().step_by(PART_ROWS) {
            let octets = &mut octets[..PART_ROWS.min(rows.end - first) * 4];
            read_exact_at(&*self.file, octets, mark_at(self.geometry, mark, first))?;
            out.extend(octets.as_chunks::<4>().0.iter().map(|mark| u32::from_le_bytes(*mark)));
        }
        Ok(())
    }

    pub(super) const fn file(&self) -> &Arc<dyn DiskFile> {
        &self.file
    }
}

/// Rows read or written at a time.
const PART_ROWS: usize = 8 << 10;

pub(super) fn file_name(segment: usize) -> String {
    format!("marks-{segment:08x}")
}

fn stamp(directory_id: u64, segment: usize) -> Stamp {
    Stamp { kind: *b"marks\0\0\0", directory_id, number: segment as u64 }
}

/// Where a row of a mark is in its file.
pub(super) const fn mark_at(geometry: Geometry, mark: usize, row: usize) -> u64 {
    (STAMP_BYTES + (mark * geometry.rows() + row) * 4) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_a_mark_of_its_own_and_no_text_is_unknown() {
        assert_eq!(mark_of(b""), NOTHING);
        let mut marks = std::collections::HashSet::new();
        for number in 0..200_000 {
            let mark = mark_of(format!("order-{number:06}").as_bytes());
            assert!(mark != NOTHING && mark != UNKNOWN && marks.insert(mark), "{number}");
        }
    }
}
