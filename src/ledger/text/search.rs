//! Which rows of a segment have some words: from the files, from the tables, and all rows of no index.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use super::cursor::{Cursor, ListCursor, intersect, intersect_windows, read_together};
use super::file::{Source, TextFile};
use super::index::{State, TextIndex};
use super::table::Table;
use crate::spool::unpoisoned;

/// Steps that are made while the newest rows cannot be added to.
const LIVE_STEPS: u64 = 4096;

/// Rows of a segment with the same source, newest first.
enum Stretch {
    /// Rows that no index has: each may have the words.
    Unknown(Range<u32>),
    Table(Arc<Table>),
    Live(Range<u32>),
    File(Arc<TextFile>),
}

impl Stretch {
    fn rows(&self) -> Range<u32> {
        match self {
            Self::Unknown(rows) | Self::Live(rows) => rows.clone(),
            Self::Table(table) => table.rows(),
            Self::File(file) => file.rows(),
        }
    }
}

impl TextIndex {
    /// What a segment with so many rows is made of, the newest rows first.
    fn stretches(&self, segment: u32, rows: u32) -> Vec<Stretch> {
        let state = unpoisoned::read(&self.state);
        let mut known: Vec<Stretch> = Vec::new();
        if state.segment == segment {
            known.push(Stretch::Live(state.live.rows()));
        }
        if let Some((_, table)) = state.frozen.as_ref().filter(|frozen| frozen.0 == segment) {
            known.push(Stretch::Table(Arc::clone(table)));
        }
        let files = state.files.get(&segment).map(Vec::as_slice).unwrap_or_default();
        known.extend(files.iter().rev().map(|file| Stretch::File(Arc::clone(file))));
        let mut all = Vec::with_capacity(known.len() + 1);
        let mut before = rows;
        for stretch in known {
            let here = stretch.rows();
            if here.is_empty() || here.start >= before {
                continue;
            }
            if here.end < before {
                all.push(Stretch::Unknown(here.end..before));
            }
            before = here.start;
            all.push(stretch);
        }
        if before > 0 {
            all.push(Stretch::Unknown(0..before));
        }
        all
    }

    /// How many rows of a segment with so many the search for some words has to look at, at most: for each
    /// stretch of rows the shortest list.
    pub(in crate::ledger) fn length(
        &self,
        segment: u32,
        rows: u32,
        terms: &[&[u8]],
    ) -> io::Result<u64> {
        let mut length = 0;
        for stretch in self.stretches(segment, rows) {
            length += match &stretch {
                Stretch::Unknown(rows) => rows.len() as u64,
                Stretch::Table(table) => shortest_in(table, terms),
                Stretch::Live(_) => {
                    let state = unpoisoned::read(&self.state);
                    if state.segment == segment { shortest_in(&state.live, terms) } else { 0 }
                }
                Stretch::File(file) => self.told(segment, self.shortest_of(file, terms))?,
            };
        }
        Ok(length)
    }

    fn shortest_of(&self, file: &TextFile, terms: &[&[u8]]) -> io::Result<u64> {
        let mut shortest = u64::MAX;
        for term in terms {
            let found = file.find(&mut Source::cached(&self.cache), term)?;
            shortest = shortest.min(found.map_or(0, |found| u64::from(found.count())));
        }
        Ok(shortest)
    }

    /// Adds the rows of a range, newest first, that have all words, and those that may have them because no
    /// index knows; until there are about `max` of them or the steps are used up. Returns the row before which
    /// nothing was looked at: that of the range's start when everything was. There is at least one word.
    pub(in crate::ledger) fn rows_with(
        &self,
        segment: u32,
        rows: Range<u32>,
        terms: &[&[u8]],
        max: usize,
        steps: &mut u64,
        out: &mut Vec<u32>,
    ) -> io::Result<u32> {
        let from = out.len();
        let before = self.rows_indexed(segment, rows.clone(), terms, max, steps, out)?;
        self.add_late(segment, before..rows.end, out, from);
        Ok(before)
    }

    /// The same without those that have other words now.
    fn rows_indexed(
        &self,
        segment: u32,
        rows: Range<u32>,
        terms: &[&[u8]],
        max: usize,
        steps: &mut u64,
        out: &mut Vec<u32>,
    ) -> io::Result<u32> {
        let wanted = out.len().saturating_add(max);
        for stretch in self.stretches(segment, rows.end) {
            let here = stretch.rows();
            let mut before = here.end.min(rows.end);
            while before > here.start.max(rows.start) {
                if out.len() >= wanted || *steps == 0 {
                    return Ok(before);
                }
                let left = wanted - out.len();
                let ask = Ask { terms, before, left };
                before = match &stretch {
                    Stretch::Unknown(_) => {
                        let first = before.saturating_sub(left.min(u32::MAX as usize) as u32);
                        let first = first.max(here.start).max(rows.start);
                        *steps = steps.saturating_sub(u64::from(before - first));
                        out.extend((first..before).rev());
                        first
                    }
                    Stretch::Table(table) => ask.table(table, steps, out)?,
                    Stretch::Live(known) => {
                        let state = unpoisoned::read(&self.state);
                        match state.live_again(segment, known) {
                            Some(live) => ask.live(live, steps, out)?,
                            // It was handed over meanwhile: what is left may have the words.
                            None => {
                                drop(state);
                                let unknown = here.start.max(rows.start)..before;
                                return self
                                    .rows_indexed(segment, unknown, terms, left, steps, out);
                            }
                        }
                    }
                    Stretch::File(file) => self.told(segment, self.file(file, &ask, steps, out))?,
                };
            }
            while out.last().is_some_and(|row| *row < rows.start) {
                out.pop();
            }
        }
        Ok(rows.start)
    }

    fn file(
        &self,
        file: &TextFile,
        ask: &Ask<'_>,
        steps: &mut u64,
        out: &mut Vec<u32>,
    ) -> io::Result<u32> {
        let mut lists = Vec::with_capacity(ask.terms.len());
        for term in ask.terms {
            let mut source = Source::cached(&self.cache);
            let Some(found) = file.find(&mut source, term)? else { return Ok(file.rows().start) };
            lists.push((found.count(), found));
        }
        lists.sort_by_key(|list| list.0);
        let counts: Vec<u32> = lists.iter().map(|list| list.0).collect();
        let mut cursors: Vec<Box<dyn Cursor + '_>> = Vec::with_capacity(lists.len());
        for (_, found) in lists {
            let source = Source::cached(&self.cache);
            cursors.push(Box::new(ListCursor::new(file, source, found)?));
        }
        ask.together(&mut cursors, &counts, file.rows(), steps, out)
    }

    /// Keeps those of some rows of a segment, the newest first, that have all words or may have them.
    pub(in crate::ledger) fn keep_rows(
        &self,
        segment: u32,
        terms: &[&[u8]],
        rows: &mut Vec<usize>,
    ) -> io::Result<()> {
        let Some(end) = rows.first().map(|row| *row as u32 + 1) else { return Ok(()) };
        let (mut kept, mut left) = (Vec::with_capacity(rows.len()), &rows[..]);
        for stretch in self.stretches(segment, end) {
            let here = stretch.rows();
            let (some, rest) = left.split_at(left.partition_point(|row| *row as u32 >= here.start));
            left = rest;
            if some.is_empty() {
                continue;
            }
            match &stretch {
                // What was handed over meanwhile may have them.
                Stretch::Unknown(_) | Stretch::Live(_) => kept.extend_from_slice(some),
                Stretch::Table(table) => {
                    let cursors = terms.iter().map(|term| {
                        table.cursor(term).map(|cursor| Box::new(cursor) as Box<dyn Cursor + '_>)
                    });
                    if let Some(mut cursors) = cursors.collect::<Option<Vec<_>>>() {
                        keep(&mut cursors, table.rows(), some, &mut kept)?;
                    }
                }
                Stretch::File(file) => {
                    let outcome = self.cursors(file, terms).and_then(|cursors| match cursors {
                        Some(mut cursors) => keep(&mut cursors, file.rows(), some, &mut kept),
                        None => Ok(()),
                    });
                    self.told(segment, outcome)?;
                }
            }
        }
        self.add_late_of(segment, rows, &mut kept);
        *rows = kept;
        Ok(())
    }

    /// A cursor for each word; none if the file does not have all.
    fn cursors<'a>(
        &'a self,
        file: &'a TextFile,
        terms: &[&[u8]],
    ) -> io::Result<Option<Vec<Box<dyn Cursor + 'a>>>> {
        let mut cursors: Vec<Box<dyn Cursor + '_>> = Vec::with_capacity(terms.len());
        for term in terms {
            let Some(found) = file.find(&mut Source::cached(&self.cache), term)? else {
                return Ok(None);
            };
            cursors.push(Box::new(ListCursor::new(file, Source::cached(&self.cache), found)?));
        }
        Ok(Some(cursors))
    }

    /// Remembers a segment in whose files damage was met, so that they are made again.
    fn told<T>(&self, segment: u32, outcome: io::Result<T>) -> io::Result<T> {
        outcome.inspect_err(|error| {
            if error.kind() == io::ErrorKind::InvalidData {
                let mut state = unpoisoned::write(&self.state);
                if !state.suspects.contains(&segment) {
                    state.suspects.push(segment);
                }
            }
        })
    }
}

impl State {
    /// The newest rows, if they are those that were there before.
    fn live_again(&self, segment: u32, known: &Range<u32>) -> Option<&Table> {
        let same = self.segment == segment && self.live.rows().start == known.start;
        (same && self.live.rows().end >= known.end).then_some(&self.live)
    }
}

/// Words, the row before which they are looked for, and how many rows are wanted.
struct Ask<'a> {
    terms: &'a [&'a [u8]],
    before: u32,
    left: usize,
}

impl Ask<'_> {
    fn live(&self, table: &Table, steps: &mut u64, out: &mut Vec<u32>) -> io::Result<u32> {
        let mut some = (*steps).min(LIVE_STEPS);
        let given = some;
        let next = self.table(table, &mut some, out);
        *steps -= given - some;
        next
    }

    fn table(&self, table: &Table, steps: &mut u64, out: &mut Vec<u32>) -> io::Result<u32> {
        let mut cursors: Vec<Box<dyn Cursor + '_>> = Vec::with_capacity(self.terms.len());
        let mut terms = self.terms.to_vec();
        terms.sort_by_key(|term| table.count(term));
        for term in terms {
            let Some(cursor) = table.cursor(term) else { return Ok(table.rows().start) };
            cursors.push(Box::new(cursor));
        }
        self.together(&mut cursors, &[], table.rows(), steps, out)
    }

    fn together(
        &self,
        cursors: &mut [Box<dyn Cursor + '_>],
        counts: &[u32],
        rows: Range<u32>,
        steps: &mut u64,
        out: &mut Vec<u32>,
    ) -> io::Result<u32> {
        let (first, from, count) = (out.len(), rows.end - self.before, rows.len() as u32);
        let next = if read_together(counts, count) {
            intersect_windows(cursors, (from, count), self.left, steps, out)?
        } else {
            intersect(cursors, from, self.left, steps, out)?
        };
        out[first..].iter_mut().for_each(|place| *place = rows.end - 1 - *place);
        Ok(next.map_or(rows.start, |place| rows.end.saturating_sub(place).max(rows.start)))
    }
}

/// Adds those of some rows, the newest first, that all cursors have.
fn keep(
    cursors: &mut [Box<dyn Cursor + '_>],
    rows: Range<u32>,
    some: &[usize],
    out: &mut Vec<usize>,
) -> io::Result<()> {
    'rows: for &row in some {
        let Some(place) = rows.end.checked_sub(row as u32 + 1) else { continue };
        for cursor in &mut *cursors {
            if cursor.at_least(place)? != Some(place) {
                continue 'rows;
            }
        }
        out.push(row);
    }
    Ok(())
}

fn shortest_in(table: &Table, terms: &[&[u8]]) -> u64 {
    terms.iter().map(|term| u64::from(table.count(term))).min().unwrap_or(0)
}
