//! Searching: newest segment first, by the shortest list there is, the rest by column.
//!
//! In a sorted segment a number is a look-up; everything else is a scan over blocks of rows that
//! reads only the columns asked for, and skips blocks and segments that cannot hold a hit.
//! **Invariants**: the index's lock is held for one block at a time; no search looks at more than
//! its budget of rows, and continues where it stopped.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::columns::{Narrow, Wide};
use super::index::{Index, Numbers};
use super::query::{NumberRange, Page, Query};
use super::run::Run;
use super::states::Row;
use super::store::Ledger;
use super::stored::Hit;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;

/// Longest list of numbers that is looked up; a longer one is so common that a scan finds enough.
const LIST_MAX: usize = 8192;

impl Ledger {
    /// Messages that match a query, newest first.
    pub fn search(&self, query: &Query) -> io::Result<Page> {
        let end = {
            let index = self.read();
            query.after.map_or(index.next_ord, |after| after.min(index.next_ord))
        };
        let mut search = Search {
            ledger: self,
            query,
            page: Page::default(),
            budget: query.rows_max.max(1),
            scratch: Scratch::default(),
        };
        let mut before = end;
        while before.0 > 0 && !search.is_over() {
            before = search.part(before)?;
        }
        let mut page = search.page;
        page.complete = before.0 == 0 && page.hits.len() < query.limit.max(1);
        page.next = match (page.complete, page.hits.len() >= query.limit.max(1)) {
            (true, _) => None,
            (false, true) => page.hits.last().map(|hit| hit.ord),
            (false, false) => Some(before),
        };
        Ok(page)
    }
}

struct Search<'a> {
    ledger: &'a Ledger,
    query: &'a Query,
    page: Page,
    budget: u64,
    scratch: Scratch,
}

/// Buffers of a block.
#[derive(Default)]
struct Scratch {
    /// Rows that match so far, newest first.
    rows: Vec<usize>,
    /// Whether no column was looked at yet: every row matches.
    fresh: bool,
    wide: Vec<u64>,
    narrow: Vec<u16>,
    states: Vec<Row>,
}

impl Scratch {
    /// Whether any row is left.
    const fn goes_on(&self) -> bool {
        self.fresh || !self.rows.is_empty()
    }

    fn keep_narrow(&mut self, start: usize, wanted: impl Fn(u16) -> bool) {
        keep(&mut self.rows, &mut self.fresh, start, &self.narrow, wanted);
    }

    fn keep_wide(&mut self, start: usize, wanted: impl Fn(u64) -> bool) {
        keep(&mut self.rows, &mut self.fresh, start, &self.wide, wanted);
    }
}

/// Keeps the rows whose value, the first of which is that of row `start`, is wanted.
fn keep<T: Copy>(
    rows: &mut Vec<usize>,
    fresh: &mut bool,
    start: usize,
    values: &[T],
    wanted: impl Fn(T) -> bool,
) {
    if !std::mem::take(fresh) {
        rows.retain(|row| values.get(row - start).is_some_and(|&value| wanted(value)));
        return;
    }
    // Most stretches hold nothing: a test without branches tells so many rows at a time.
    let mut end = values.len();
    for stretch in values.rchunks(STRETCH_ROWS) {
        let first = end - stretch.len();
        if stretch.iter().fold(false, |any, &value| any | wanted(value)) {
            let hits = (first..end).rev().filter(|&at| wanted(values[at]));
            rows.extend(hits.map(|at| start + at));
        }
        end = first;
    }
}

/// Rows of a block whose states are read one by one; the states of more are read at once.
const ROWS_ONE_BY_ONE: usize = 16;

/// Rows tested at a time.
const STRETCH_ROWS: usize = 64;

impl Search<'_> {
    fn is_over(&self) -> bool {
        self.page.hits.len() >= self.query.limit.max(1) || self.budget == 0
    }

    /// Looks at the newest part before an ordinal; returns where the next part ends.
    fn part(&mut self, before: MessageOrd) -> io::Result<MessageOrd> {
        let ledger = self.ledger;
        let index = ledger.read();
        let geometry = index.geometry;
        let newest = MessageOrd(before.0 - 1);
        let segment = geometry.segment(newest);
        let first = geometry.ord(segment, 0);
        let span = index.span_of(segment);
        let too_old = self.query.since.is_some_and(|since| span.last < since);
        let too_new = self.query.until.is_some_and(|until| span.first >= until);
        if too_old || too_new {
            return Ok(first);
        }
        let numbers = index.segments.get(segment).and_then(|full| full.numbers.clone());
        if let Some(numbers) = numbers
            && let Some((run, range)) = shortest(&numbers, self.query)
        {
            drop(index);
            self.list(run, range, first..before)?;
            return Ok(first);
        }
        let row = geometry.row(newest);
        let block = geometry.block(row);
        let start = block * geometry.block_rows();
        self.block(&index, segment, start..row + 1)?;
        Ok(geometry.ord(segment, start))
    }

    /// Looks at the messages of a list of numbers.
    fn list(&mut self, run: &Run, range: &NumberRange, ords: Range<MessageOrd>) -> io::Result<()> {
        let mut found = Vec::new();
        run.find(range.keys(), usize::MAX, &mut found)?;
        found.retain(|ord| ords.contains(&MessageOrd(*ord)));
        found.sort_unstable_by(|a, b| b.cmp(a));
        // A list is looked at whole, so that the next page can begin at the segment before it.
        self.budget = self.budget.saturating_sub(found.len() as u64);
        for ord in found {
            if self.page.hits.len() >= self.query.limit.max(1) {
                break;
            }
            let ord = MessageOrd(ord);
            let index = self.ledger.read();
            if self.matches(&index, ord)? {
                self.hit(&index, ord)?;
            }
        }
        Ok(())
    }

    /// Whether the columns of one message match.
    fn matches(&self, index: &Index, ord: MessageOrd) -> io::Result<bool> {
        let query = self.query;
        for (wanted, column) in [(&query.to, Wide::To), (&query.from, Wide::From)] {
            if let Some(range) = wanted
                && !index.wide(ord, column)?.is_some_and(|key| range.keys().contains(&key))
            {
                return Ok(false);
            }
        }
        for (wanted, column) in self.narrow_columns() {
            if wanted.is_some() && index.narrow(ord, column)? != wanted {
                return Ok(false);
            }
        }
        if query.since.is_none() && query.until.is_none() {
            return Ok(true);
        }
        let at = index.wide(ord, Wide::AcceptedAt)?;
        Ok(at.is_some_and(|at| self.in_time(at)))
    }

    fn narrow_columns(&self) -> [(Option<u16>, Narrow); 2] {
        [
            (self.query.account.map(|account| account.0), Narrow::Account),
            (self.query.carrier.map(|carrier| carrier.0), Narrow::Carrier),
        ]
    }

    fn in_time(&self, at: u64) -> bool {
        self.query.since.is_none_or(|since| at >= since.0)
            && self.query.until.is_none_or(|until| at < until.0)
    }

    /// Looks at rows of one block.
    fn block(&mut self, index: &Index, segment: usize, rows: Range<usize>) -> io::Result<()> {
        let query = self.query;
        let block = index.geometry.block(rows.start);
        if let Some(disposition) = query.disposition {
            let counts = index.states.blocks(segment).get(block);
            if counts.is_none_or(|counts| counts.by[disposition as usize] == 0) {
                return Ok(());
            }
        }
        self.budget = self.budget.saturating_sub(rows.len() as u64);
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.rows.clear();
        scratch.fresh = true;
        self.filter(index, segment, rows, &mut scratch)?;
        for &row in &scratch.rows {
            if self.page.hits.len() >= query.limit.max(1) {
                break;
            }
            self.hit(index, index.geometry.ord(segment, row))?;
        }
        self.scratch = scratch;
        Ok(())
    }

    /// Keeps the rows whose columns match.
    fn filter(
        &self,
        index: &Index,
        segment: usize,
        rows: Range<usize>,
        scratch: &mut Scratch,
    ) -> io::Result<()> {
        for (wanted, column) in self.narrow_columns() {
            if let Some(wanted) = wanted
                && scratch.goes_on()
            {
                scratch.narrow.clear();
                index.narrows(segment, column, rows.clone(), &mut scratch.narrow)?;
                scratch.keep_narrow(rows.start, |value| value == wanted);
            }
        }
        let numbers = [(&self.query.to, Wide::To), (&self.query.from, Wide::From)];
        for (range, column) in numbers {
            if let Some(range) = range
                && scratch.goes_on()
            {
                scratch.wide.clear();
                index.wides(segment, column, rows.clone(), &mut scratch.wide)?;
                let keys = range.keys();
                scratch.keep_wide(rows.start, |key| keys.contains(&key));
            }
        }
        if (self.query.since.is_some() || self.query.until.is_some()) && scratch.goes_on() {
            scratch.wide.clear();
            index.wides(segment, Wide::AcceptedAt, rows.clone(), &mut scratch.wide)?;
            scratch.keep_wide(rows.start, |at| self.in_time(at));
        }
        if scratch.fresh {
            scratch.rows.extend(rows.clone().rev());
        }
        let by_state = self.query.disposition.is_some() || self.query.status.is_some();
        if by_state && scratch.rows.len() > ROWS_ONE_BY_ONE {
            scratch.states.clear();
            index.states.rows(segment, rows.clone(), &mut scratch.states)?;
            let Scratch { rows: kept, states, .. } = scratch;
            kept.retain(|row| states.get(row - rows.start).is_some_and(|row| self.wants(row)));
        }
        Ok(())
    }

    /// Whether a state matches.
    fn wants(&self, row: &Row) -> bool {
        row.state().is_some_and(|state| {
            self.query.disposition.is_none_or(|wanted| state.disposition == wanted)
                && self.query.status.is_none_or(|wanted| state.status == wanted)
        })
    }

    /// Takes a message in if its state matches.
    fn hit(&mut self, index: &Index, ord: MessageOrd) -> io::Result<()> {
        let Some(row) = index.states.row(ord)?.filter(|row| self.wants(row)) else {
            return Ok(());
        };
        let (state, at) = (row.state(), index.wide(ord, Wide::AcceptedAt)?);
        if let (Some(state), Some(at)) = (state, at) {
            self.page.hits.push(Hit { ord, state, accepted_at: Timestamp(at) });
        }
        Ok(())
    }
}

/// The shorter of the lists that a query could be answered from, if it is short enough.
fn shortest<'a>(numbers: &'a Arc<Numbers>, query: &'a Query) -> Option<(&'a Run, &'a NumberRange)> {
    [(&numbers.to, &query.to), (&numbers.from, &query.from)]
        .into_iter()
        .filter_map(|(run, range)| Some((run, range.as_ref()?)))
        .map(|(run, range)| (run.estimate(range.keys()), run, range))
        .filter(|(estimate, ..)| *estimate <= LIST_MAX)
        .min_by_key(|(estimate, ..)| *estimate)
        .map(|(_, run, range)| (run, range))
}
