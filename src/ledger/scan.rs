//! Reading columns wherever they are: in the tail, in a full segment, in a file.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::columns::{ColumnFile, Columns, Narrow, Wide};
use super::index::{Index, Span};
use super::listing::read_marks;
use super::marks::Mark;
use crate::base::id::{AccountId, MessageOrd};
use crate::spool::disk::DiskFile;

/// Where the columns of one segment are.
enum Source<'a> {
    Memory(&'a Columns),
    File(&'a Arc<dyn DiskFile>),
    Nowhere,
}

impl Index {
    fn source(&self, segment: usize) -> Source<'_> {
        match self.segments.get(segment) {
            Some(full) => match (&full.columns, &full.file) {
                (Some(columns), _) => Source::Memory(columns),
                (None, Some(file)) => Source::File(file),
                (None, None) => Source::Nowhere,
            },
            None if segment == self.segments.len() => Source::Memory(&self.tail),
            None => Source::Nowhere,
        }
    }

    /// Rows of a segment; 0 behind the tail.
    pub(super) fn rows_of(&self, segment: usize) -> usize {
        match segment.cmp(&self.segments.len()) {
            std::cmp::Ordering::Less => self.geometry.rows(),
            std::cmp::Ordering::Equal => self.tail.rows(),
            std::cmp::Ordering::Greater => 0,
        }
    }

    /// When the messages of a segment were accepted.
    pub(super) fn span_of(&self, segment: usize) -> Span {
        self.segments.get(segment).map_or(self.tail_span, |full| full.span)
    }

    /// Adds rows of a column of eight octets to `out`.
    pub(super) fn wides(
        &self,
        segment: usize,
        column: Wide,
        rows: Range<usize>,
        out: &mut Vec<u64>,
    ) -> io::Result<()> {
        match self.source(segment) {
            Source::Memory(columns) => {
                out.extend_from_slice(columns.wide(column).get(rows).unwrap_or_default());
            }
            Source::File(file) => {
                let file = ColumnFile { file: &**file, geometry: self.geometry };
                file.wide(column, rows, out)?;
            }
            Source::Nowhere => {}
        }
        Ok(())
    }

    /// Adds rows of a column of two octets to `out`.
    pub(super) fn narrows(
        &self,
        segment: usize,
        column: Narrow,
        rows: Range<usize>,
        out: &mut Vec<u16>,
    ) -> io::Result<()> {
        match self.source(segment) {
            Source::Memory(columns) => {
                out.extend_from_slice(columns.narrow(column).get(rows).unwrap_or_default());
            }
            Source::File(file) => {
                let file = ColumnFile { file: &**file, geometry: self.geometry };
                file.narrow(column, rows, out)?;
            }
            Source::Nowhere => {}
        }
        Ok(())
    }

    /// Adds marks of rows to `out`.
    pub(super) fn marks(
        &self,
        segment: usize,
        mark: Mark,
        rows: Range<usize>,
        out: &mut Vec<u32>,
    ) -> io::Result<()> {
        match self.source(segment) {
            Source::Memory(columns) => {
                out.extend_from_slice(columns.marks(mark).get(rows).unwrap_or_default());
                Ok(())
            }
            Source::File(_) => {
                let file = self.segments.get(segment).and_then(|full| full.marks.as_ref());
                let from = (segment, self.marked_from);
                read_marks(file, self.geometry, from, mark, rows, out)
            }
            Source::Nowhere => Ok(()),
        }
    }

    /// One value of a column of eight octets.
    pub(super) fn wide(&self, ord: MessageOrd, column: Wide) -> io::Result<Option<u64>> {
        if ord >= self.next_ord {
            return Ok(None);
        }
        let (segment, row) = (self.geometry.segment(ord), self.geometry.row(ord));
        match self.source(segment) {
            Source::Memory(columns) => Ok(columns.wide(column).get(row).copied()),
            Source::File(file) => {
                let file = ColumnFile { file: &**file, geometry: self.geometry };
                file.one_wide(column, row).map(Some)
            }
            Source::Nowhere => Ok(None),
        }
    }

    /// One value of a column of two octets.
    pub(super) fn narrow(&self, ord: MessageOrd, column: Narrow) -> io::Result<Option<u16>> {
        if ord >= self.next_ord {
            return Ok(None);
        }
        let (segment, row) = (self.geometry.segment(ord), self.geometry.row(ord));
        match self.source(segment) {
            Source::Memory(columns) => Ok(columns.narrow(column).get(row).copied()),
            Source::File(file) => {
                let file = ColumnFile { file: &**file, geometry: self.geometry };
                file.one_narrow(column, row).map(Some)
            }
            Source::Nowhere => Ok(None),
        }
    }

    pub(super) fn account_of(&self, ord: MessageOrd) -> io::Result<Option<AccountId>> {
        Ok(self.narrow(ord, Narrow::Account)?.map(AccountId))
    }
}
