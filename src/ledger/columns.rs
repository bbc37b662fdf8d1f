//! The columns of a segment: what a search reads without touching the records.
//!
//! File `columns-<segment>`: a stamp, then the columns one after another, each with room for the
//! whole segment, little-endian: accepted at u64, LSN u64, destination key u64, source key u64,
//! account u16, carrier u16. Rows are only ever added; what lies behind the count of the last
//! checkpoint is written again after a restart. Marks have a file of their own (see `marks`).

use std::io;
use std::ops::Range;

use super::config::Geometry;
use super::marks::{MARKS, Mark, MarkFile, NOTHING, marks_of};
use crate::base::clock::Timestamp;
use crate::message::address::NumberKey;
use crate::message::record::Message;
use crate::spool::disk::{DiskFile, Paced, read_exact_at};
use crate::spool::lsn::Lsn;
use crate::spool::stamp::{STAMP_BYTES, Stamp};

/// The LSN of a row whose message is lost.
pub(super) const LOST: Lsn = Lsn(u64::MAX);

/// Columns of eight octets, in the order of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wide {
    AcceptedAt = 0,
    Lsn = 1,
    To = 2,
    From = 3,
}

/// Columns of two octets, behind the wide ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Narrow {
    Account = 0,
    Carrier = 1,
}

const WIDES: usize = 4;
const NARROWS: usize = 2;

/// The rows of a segment in memory.
#[derive(Debug, Default)]
pub(super) struct Columns {
    wide: [Vec<u64>; WIDES],
    narrow: [Vec<u16>; NARROWS],
    /// In a file of their own, see `marks`.
    marks: [Vec<u32>; MARKS],
}

impl Columns {
    /// Room for a whole segment, so that it never moves.
    pub(super) fn with_room(geometry: Geometry) -> Self {
        let rows = geometry.rows();
        Self {
            wide: std::array::from_fn(|_| Vec::with_capacity(rows)),
            narrow: std::array::from_fn(|_| Vec::with_capacity(rows)),
            marks: std::array::from_fn(|_| Vec::with_capacity(rows)),
        }
    }

    /// Empties it and keeps its memory.
    pub(super) fn clear(&mut self) {
        self.wide.iter_mut().for_each(Vec::clear);
        self.narrow.iter_mut().for_each(Vec::clear);
        self.marks.iter_mut().for_each(Vec::clear);
    }

    pub(super) fn rows(&self) -> usize {
        self.narrow[NARROWS - 1].len()
    }

    pub(super) fn push(&mut self, message: &Message<'_>, accepted_at: Timestamp, lsn: Lsn) {
        let (to, from) = (message.destination.key().0, message.source.key().0);
        let wide = [accepted_at.0, lsn.0, to, from];
        self.push_row(wide, [message.account.0, message.carrier.0], marks_of(message));
    }

    /// A row for a message that cannot be read.
    pub(super) fn push_lost(&mut self) {
        self.push_row([0, LOST.0, 0, 0], [u16::MAX; NARROWS], [NOTHING; MARKS]);
    }

    fn push_row(&mut self, wide: [u64; WIDES], narrow: [u16; NARROWS], marks: [u32; MARKS]) {
        self.wide.iter_mut().zip(wide).for_each(|(column, value)| column.push(value));
        self.narrow.iter_mut().zip(narrow).for_each(|(column, value)| column.push(value));
        self.marks.iter_mut().zip(marks).for_each(|(column, value)| column.push(value));
    }

    /// Puts a key in the place of the numbers of some rows, and nothing in that of their marks.
    pub(super) fn blank(&mut self, rows: &[usize], key: NumberKey) {
        for column in [Wide::To, Wide::From] {
            let values = &mut self.wide[column as usize];
            rows.iter().for_each(|row| {
                if let Some(value) = values.get_mut(*row) {
                    *value = key.0;
                }
            });
        }
        for marks in &mut self.marks {
            rows.iter().for_each(|row| {
                if let Some(mark) = marks.get_mut(*row) {
                    *mark = NOTHING;
                }
            });
        }
    }

    pub(super) fn wide(&self, column: Wide) -> &[u64] {
        &self.wide[column as usize]
    }

    pub(super) fn narrow(&self, column: Narrow) -> &[u16] {
        &self.narrow[column as usize]
    }

    pub(super) fn marks(&self, mark: Mark) -> &[u32] {
        &self.marks[mark as usize]
    }

    pub(super) fn marks_mut(&mut self, mark: Mark) -> &mut Vec<u32> {
        &mut self.marks[mark as usize]
    }

    /// Writes marks of rows to the segment's file of marks.
    pub(super) fn write_marks(&self, file: &MarkFile, rows: Range<usize>) -> io::Result<()> {
        let mut each = self.marks.iter().enumerate();
        each.try_for_each(|(mark, column)| file.write(mark, rows.start, &column[rows.clone()]))
    }

    /// Writes rows to the segment's file.
    pub(super) fn write(
        &self,
        file: &dyn DiskFile,
        geometry: Geometry,
        rows: Range<usize>,
    ) -> io::Result<()> {
        let mut octets = Vec::with_capacity(rows.len().min(WRITE_ROWS) * 8);
        let mut paced = Paced::default();
        let mut first = rows.start;
        while first < rows.end {
            let part = first..rows.end.min(first + WRITE_ROWS);
            for (number, column) in self.wide.iter().enumerate() {
                octets.clear();
                column[part.clone()]
                    .iter()
                    .for_each(|v| octets.extend_from_slice(&v.to_le_bytes()));
                paced.write_at(file, &octets, wide_at(geometry, number, first))?;
            }
            for (number, column) in self.narrow.iter().enumerate() {
                octets.clear();
                column[part.clone()]
                    .iter()
                    .for_each(|v| octets.extend_from_slice(&v.to_le_bytes()));
                paced.write_at(file, &octets, narrow_at(geometry, number, first))?;
            }
            first = part.end;
        }
        Ok(())
    }

    /// Reads the first rows of a segment's file, without their marks.
    pub(super) fn read(file: &dyn DiskFile, geometry: Geometry, rows: usize) -> io::Result<Self> {
        let mut columns = Self::with_room(geometry);
        let file = ColumnFile { file, geometry };
        for (number, column) in columns.wide.iter_mut().enumerate() {
            file.read_wide(number, 0..rows, column)?;
        }
        for (number, column) in columns.narrow.iter_mut().enumerate() {
            file.read_narrow(number, 0..rows, column)?;
        }
        Ok(columns)
    }
}

/// Rows written at a time.
const WRITE_ROWS: usize = 64 << 10;

/// A segment's file.
#[derive(Clone, Copy, Debug)]
pub(super) struct ColumnFile<'a> {
    pub(super) file: &'a dyn DiskFile,
    pub(super) geometry: Geometry,
}

impl ColumnFile<'_> {
    /// Adds rows of a column to `out`.
    pub(super) fn wide(
        &self,
        column: Wide,
        rows: Range<usize>,
        out: &mut Vec<u64>,
    ) -> io::Result<()> {
        self.read_wide(column as usize, rows, out)
    }

    /// Adds rows of a column to `out`.
    pub(super) fn narrow(
        &self,
        column: Narrow,
        rows: Range<usize>,
        out: &mut Vec<u16>,
    ) -> io::Result<()> {
        self.read_narrow(column as usize, rows, out)
    }

    /// One row of a column.
    pub(super) fn one_wide(&self, column: Wide, row: usize) -> io::Result<u64> {
        let mut octets = [0; 8];
        read_exact_at(self.file, &mut octets, wide_at(self.geometry, column as usize, row))?;
        Ok(u64::from_le_bytes(octets))
    }

    /// One row of a column.
    pub(super) fn one_narrow(&self, column: Narrow, row: usize) -> io::Result<u16> {
        let mut octets = [0; 2];
        read_exact_at(self.file, &mut octets, narrow_at(self.geometry, column as usize, row))?;
        Ok(u16::from_le_bytes(octets))
    }

    fn read_wide(&self, number: usize, rows: Range<usize>, out: &mut Vec<u64>) -> io::Result<()> {
        let mut octets = [0; READ_BYTES];
        for part in parts(rows, READ_BYTES / 8) {
            let octets = &mut octets[..part.len() * 8];
            read_exact_at(self.file, octets, wide_at(self.geometry, number, part.start))?;
            out.extend(octets.as_chunks::<8>().0.iter().map(|value| u64::from_le_bytes(*value)));
        }
        Ok(())
    }

    fn read_narrow(&self, number: usize, rows: Range<usize>, out: &mut Vec<u16>) -> io::Result<()> {
        let mut octets = [0; READ_BYTES];
        for part in parts(rows, READ_BYTES / 2) {
            let octets = &mut octets[..part.len() * 2];
            read_exact_at(self.file, octets, narrow_at(self.geometry, number, part.start))?;
            out.extend(octets.as_chunks::<2>().0.iter().map(|value| u16::from_le_bytes(*value)));
        }
        Ok(())
    }
}

/// The same of rows of a segment's file, as [`Columns::blank`].
pub(super) fn blank_in_file(
    file: &dyn DiskFile,
    geometry: Geometry,
    rows: &[usize],
    key: NumberKey,
) -> io::Result<()> {
    for column in [Wide::To, Wide::From] {
        for row in rows {
            file.write_at(&key.0.to_le_bytes(), wide_at(geometry, column as usize, *row))?;
        }
    }
    Ok(())
}

/// Octets read at a time.
const READ_BYTES: usize = 32 << 10;

/// The ranges of at most `length` that make up a range.
fn parts(rows: Range<usize>, length: usize) -> impl Iterator<Item = Range<usize>> {
    let end = rows.end;
    rows.step_by(length).map(move |first| first..end.min(first + length))
}

pub(super) fn file_name(segment: usize) -> String {
    format!("columns-{segment:08x}")
}

pub(super) fn stamp(directory_id: u64, segment: usize) -> Stamp {
    Stamp { kind: *b"columns\0", directory_id, number: segment as u64 }
}

/// Octets of a whole file.
pub(super) fn file_bytes(geometry: Geometry) -> u64 {
    narrow_at(geometry, NARROWS, 0)
}

/// Where a row of a wide column is in the file.
pub(super) const fn wide_at(geometry: Geometry, number: usize, row: usize) -> u64 {
    (STAMP_BYTES + (number * geometry.rows() + row) * 8) as u64
}

/// Where a row of a narrow column is in the file.
pub(super) const fn narrow_at(geometry: Geometry, number: usize, row: usize) -> u64 {
    wide_at(geometry, WIDES, 0) + ((number * geometry.rows() + row) * 2) as u64
}
