//! One segment as a search reads it: what does not change is held, so that no lock is.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::columns::{ColumnFile, Columns, Narrow, Wide};
use super::config::Geometry;
use super::index::{Index, Numbers, Span};
use super::listing::read_marks;
use super::lists::Lists;
use super::marks::{Mark, MarkFile};
use super::store::Ledger;
use super::text::phrase::Words;
use crate::base::id::MessageOrd;
use crate::spool::disk::DiskFile;

/// A segment, as it was when the search came to it.
pub(super) struct Part {
    pub(super) segment: usize,
    /// Its messages that are searched.
    pub(super) ords: Range<MessageOrd>,
    pub(super) span: Span,
    pub(super) numbers: Option<Arc<Numbers>>,
    pub(super) lists: Option<Arc<Lists>>,
    marks: Option<MarkFile>,
    marked_from: MessageOrd,
    pub(super) geometry: Geometry,
    columns: Source,
}

/// Where its columns are.
enum Source {
    Memory(Arc<Columns>),
    File(Arc<dyn DiskFile>),
    /// In the tail, which grows: read under the lock.
    Tail,
}

impl Part {
    /// The segment of the newest message before an ordinal.
    pub(super) fn before(index: &Index, before: MessageOrd) -> Self {
        let segment = index.geometry.segment(MessageOrd(before.0 - 1));
        Self { ords: index.geometry.ord(segment, 0)..before, ..Self::of(index, segment) }
    }

    /// A segment with all its messages.
    pub(super) fn of(index: &Index, segment: usize) -> Self {
        let geometry = index.geometry;
        let full = index.segments.get(segment);
        let columns = match full.map(|full| (&full.columns, &full.file)) {
            Some((Some(columns), _)) => Source::Memory(Arc::clone(columns)),
            Some((None, Some(file))) => Source::File(Arc::clone(file)),
            _ => Source::Tail,
        };
        Self {
            segment,
            ords: geometry.ord(segment, 0)..index.next_ord.min(geometry.ord(segment + 1, 0)),
            span: index.span_of(segment),
            numbers: full.and_then(|full| full.numbers.clone()),
            lists: full.and_then(|full| full.lists.clone()),
            marks: full.and_then(|full| full.marks.clone()),
            marked_from: index.marked_from,
            geometry,
            columns,
        }
    }

    /// The row behind the last that is searched.
    pub(super) fn end_row(&self) -> u32 {
        self.ords.end.0.saturating_sub(self.ords.start.0) as u32
    }

    /// How many rows a search for some phrases has to look at, at most; `usize::MAX` if no index tells.
    pub(super) fn words_length(&self, ledger: &Ledger, phrases: &[Words]) -> io::Result<usize> {
        let rows = self.end_row();
        let length = ledger.words_length(self.segment, rows, phrases)?;
        Ok(if length < u64::from(rows) { length as usize } else { usize::MAX })
    }

    /// Rows of a column of eight octets.
    pub(super) fn wides(
        &self,
        ledger: &Ledger,
        column: Wide,
        rows: Range<usize>,
    ) -> io::Result<Vec<u64>> {
        let mut out = Vec::with_capacity(rows.len());
        self.wides_into(ledger, column, rows, &mut out)?;
        Ok(out)
    }

    /// Adds rows of a column of eight octets to `out`.
    pub(super) fn wides_into(
        &self,
        ledger: &Ledger,
        column: Wide,
        rows: Range<usize>,
        out: &mut Vec<u64>,
    ) -> io::Result<()> {
        match &self.columns {
            Source::Memory(columns) => {
                out.extend_from_slice(columns.wide(column).get(rows).unwrap_or_default());
            }
            Source::File(file) => {
                let file = ColumnFile { file: &**file, geometry: self.geometry };
                file.wide(column, rows, out)?;
            }
            Source::Tail => ledger.read().wides(self.segment, column, rows, out)?,
        }
        Ok(())
    }

    /// Rows of a column of two octets.
    pub(super) fn narrows(
        &self,
        ledger: &Ledger,
        column: Narrow,
        rows: Range<usize>,
    ) -> io::Result<Vec<u16>> {
        let mut out = Vec::with_capacity(rows.len());
        match &self.columns {
            Source::Memory(columns) => {
                out.extend_from_slice(columns.narrow(column).get(rows).unwrap_or_default());
            }
            Source::File(file) => {
                let file = ColumnFile { file: &**file, geometry: self.geometry };
                file.narrow(column, rows, &mut out)?;
            }
            Source::Tail => ledger.read().narrows(self.segment, column, rows, &mut out)?,
        }
        Ok(out)
    }

    /// Marks of rows.
    pub(super) fn marks(
        &self,
        ledger: &Ledger,
        mark: Mark,
        rows: Range<usize>,
    ) -> io::Result<Vec<u32>> {
        let mut out = Vec::with_capacity(rows.len());
        match &self.columns {
            Source::Memory(columns) => {
                out.extend_from_slice(columns.marks(mark).get(rows).unwrap_or_default());
            }
            Source::File(_) => {
                let from = (self.segment, self.marked_from);
                read_marks(self.marks.as_ref(), self.geometry, from, mark, rows, &mut out)?;
            }
            Source::Tail => ledger.read().marks(self.segment, mark, rows, &mut out)?,
        }
        Ok(out)
    }
}
