//! Searching: newest segment first, by the shortest list there is, the rest by column.
//!
//! Of each segment the planner asks every predicate for a list (`driver`); the shortest gives the rows,
//! block by block, and without one a block gives all of its rows, unless counts say that it has none. The
//! other predicates are checked, the cheapest first (`search_block`).
//! **Invariants**: no lock is held for longer than it takes to copy a column of one block; no search
//! looks at more than its budget, but for the block it is at, and it continues where it stopped.

use std::io;
use std::ops::Range;
use std::time::Instant;

use super::cells::Cell;
use super::columns::Wide;
use super::driver::{Driver, LIST_MAX};
use super::filter::mask::MaybeIn;
use super::predicate::Predicate;
use super::query::{Page, Query, RECORD_ROWS};
use super::search_block::Block;
use super::search_part::Part;
use super::search_rows::Rows;
use super::store::Ledger;
use super::text::phrase::Words;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::spool::frame::FRAME_HEADER_BYTES;

/// Rows with the words of a query that are found before any is looked at.
const WORDS_AT_ONCE: usize = 1024;

/// The fewest entries of lists of words that are looked at, so that every page goes on.
const STEPS_MIN: u64 = 4096;

/// Rows whose records are read before the budget is looked at again.
const RECORDS_AT_ONCE: usize = 64;

impl Ledger {
    /// Messages that match a query, newest first.
    pub fn search(&self, query: &Query) -> io::Result<Page> {
        let (newest, kept_from, kept_since) = {
            let index = self.read();
            (index.next_ord, index.kept_from(), index.kept_since())
        };
        let mut before = query.after.map_or(newest, |after| after.min(newest));
        let mut search = Search::new(self, query);
        // Every page goes on by a block at least, however small the budget.
        while before > kept_from {
            before = search.segment(before)?;
            if search.is_over() {
                break;
            }
        }
        let mut page = search.page;
        let full = page.hits.len() >= query.limit.max(1);
        page.kept_since = kept_since;
        page.complete = before <= kept_from && !full;
        page.budget_spent = !page.complete && !full;
        page.next = match (page.complete, full) {
            (true, _) => None,
            (false, true) => page.hits.last().map(|hit| hit.ord),
            (false, false) => Some(before),
        };
        if let Some(next) = page.next {
            page.back_to = self.read().wide(next, Wide::AcceptedAt)?.map(Timestamp);
        }
        Ok(page)
    }

    /// Up to when everything that happened can be found, at a moment: until now, unless the index is
    /// behind the disk.
    pub fn complete_until(&self, now: Timestamp) -> io::Result<Timestamp> {
        let durable = self.durable();
        let indexed = self.indexed();
        if indexed >= durable {
            return Ok(now);
        }
        // What comes next begins with the time at which it was written.
        let next = self.log.chunk_time(indexed.plus(FRAME_HEADER_BYTES as u64))?;
        Ok(next.filter(|next| *next <= now).unwrap_or_else(|| {
            let index = self.read();
            let before = index.segments.last().map_or(Timestamp(0), |full| full.span.last);
            index.tail_span.last.max(before)
        }))
    }
}

/// Rows of a segment that may match, the newest first.
struct List {
    rows: Vec<usize>,
    /// The first row of those that the list has looked at.
    from: usize,
}

struct Search<'a> {
    ledger: &'a Ledger,
    query: &'a Query,
    /// The cheapest first.
    all: Vec<&'a Predicate>,
    /// How many of them need no records.
    cheap: usize,
    /// The words that all have to be there.
    words: Vec<Words>,
    /// What the filters say that were asked last.
    maybe_in: Option<MaybeIn>,
    page: Page,
    rows_left: u64,
    until: Option<Instant>,
}

impl<'a> Search<'a> {
    fn new(ledger: &'a Ledger, query: &'a Query) -> Self {
        let mut all: Vec<&Predicate> = query.all.iter().collect();
        all.sort_by_key(|predicate| predicate.cost());
        let cheap = all.partition_point(|predicate| !predicate.reads_records());
        let words = all.iter().filter_map(|predicate| match predicate {
            Predicate::Text(words) => Some(words.clone()),
            _ => None,
        });
        Self {
            ledger,
            query,
            words: words.collect(),
            all,
            cheap,
            maybe_in: None,
            page: Page::default(),
            rows_left: query.rows_max.max(1),
            until: Instant::now().checked_add(query.time_max),
        }
    }

    fn is_full(&self) -> bool {
        self.page.hits.len() >= self.query.limit.max(1)
    }

    fn is_over(&self) -> bool {
        self.is_full()
            || self.rows_left == 0
            || self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// Looks at the newest segment before an ordinal; returns where to go on.
    fn segment(&mut self, before: MessageOrd) -> io::Result<MessageOrd> {
        let geometry = self.ledger.config.geometry();
        let newest = geometry.segment(MessageOrd(before.0 - 1));
        if !self.may_be_in(newest)? {
            return Ok(geometry.ord(newest, 0));
        }
        let part = Part::before(&self.ledger.read(), before);
        let first = part.ords.start;
        if self.all.iter().any(|predicate| predicate.excludes_span(part.span)) {
            return Ok(first);
        }
        let list = self.list_if_whole(&part)?;
        if list.is_none() && self.is_excluded_by_counts(&part) {
            return Ok(first);
        }
        let from = list.as_ref().map_or(0, |list| list.from);
        let mut left = list.as_ref().map(|list| list.rows.as_slice());
        let mut end = part.geometry.row(MessageOrd(before.0 - 1)) + 1;
        while end > from {
            if let Some(list) = left {
                let Some(&newest) = list.first() else {
                    return Ok(part.geometry.ord(part.segment, from));
                };
                end = newest + 1;
            }
            let start = part.geometry.block(end - 1) * part.geometry.block_rows();
            let start = start.max(from);
            let rows = match &mut left {
                None => Rows::all(start..end),
                Some(list) => {
                    let (here, rest) = list.split_at(list.partition_point(|row| *row >= start));
                    *list = rest;
                    Rows::of(here.to_vec())
                }
            };
            end = self.block(&part, start..end, rows)?;
            if self.is_over() {
                break;
            }
        }
        Ok(part.geometry.ord(part.segment, end))
    }

    /// Whether a segment may have a hit, as far as filters tell.
    fn may_be_in(&mut self, segment: usize) -> io::Result<bool> {
        if let Some(told) = self.maybe_in.as_ref().and_then(|maybe| maybe.of(segment)) {
            return Ok(told);
        }
        self.maybe_in = self.ledger.maybe_in(segment, &self.all)?;
        Ok(self.maybe_in.as_ref().and_then(|maybe| maybe.of(segment)).unwrap_or(true))
    }

    /// The list of a segment; none if the file of its lists was just found damaged, which is made again.
    fn list_if_whole(&mut self, part: &Part) -> io::Result<Option<List>> {
        let outcome = self.list(part);
        let distrusted = || part.lists.is_some() && !self.ledger.trusts_lists(part.segment);
        match outcome {
            Err(error) if error.kind() == io::ErrorKind::InvalidData && distrusted() => Ok(None),
            outcome => outcome,
        }
    }

    /// The rows of the shortest list that the segment has, the newest first, if it is short enough. Those of
    /// words may be many: they are found together, and some at a time.
    fn list(&mut self, part: &Part) -> io::Result<Option<List>> {
        let mut shortest: Option<(usize, Driver<'_>)> = None;
        // What words have is asked for once for all of them.
        let others = self.all.iter().filter(|it| !matches!(it, Predicate::Text(_)));
        for driver in others.filter_map(|predicate| predicate.driver(part)) {
            let length = driver.length(self.ledger, part)?;
            if shortest.as_ref().is_none_or(|(known, _)| length < *known) {
                shortest = Some((length, driver));
            }
        }
        let length = shortest.as_ref().map_or(usize::MAX, |(length, _)| *length);
        let with_words = match self.words.is_empty() {
            true => usize::MAX,
            false => part.words_length(self.ledger, &self.words)?,
        };
        if with_words < usize::MAX && with_words <= length {
            return self.some_with_words(part).map(Some);
        }
        let Some((_, driver)) = shortest.filter(|(length, _)| *length <= LIST_MAX) else {
            return Ok(None);
        };
        let mut ords = Vec::new();
        driver.collect(self.ledger, part, &mut ords)?;
        let here = ords.into_iter().map(MessageOrd).filter(|ord| part.ords.contains(ord));
        let mut rows: Vec<usize> = here.map(|ord| part.geometry.row(ord)).collect();
        rows.sort_unstable_by(|a, b| b.cmp(a));
        rows.dedup();
        if !self.words.is_empty() {
            // An entry of a list is sooner looked at than a record.
            self.ledger.keep_with_words(part.segment, &self.words, &mut rows)?;
        }
        Ok(Some(List { rows, from: 0 }))
    }

    /// The newest rows that may have all words of the query.
    fn some_with_words(&mut self, part: &Part) -> io::Result<List> {
        let mut found = Vec::new();
        let mut steps = self.rows_left.max(STEPS_MIN);
        let before = steps;
        let all = 0..part.end_row();
        let (segment, words) = (part.segment, &self.words);
        let from = self.ledger.rows_with_words(
            segment,
            all,
            words,
            WORDS_AT_ONCE,
            &mut steps,
            &mut found,
        )?;
        self.rows_left = self.rows_left.saturating_sub(before - steps);
        Ok(List { rows: found.iter().map(|row| *row as usize).collect(), from: from as usize })
    }

    /// Looks at rows of one block; returns the first of those that it has done with.
    fn block(&mut self, part: &Part, range: Range<usize>, mut rows: Rows) -> io::Result<usize> {
        let start = range.start;
        if self.is_excluded(part, start) {
            return Ok(start);
        }
        self.rows_left = self.rows_left.saturating_sub(rows.len() as u64);
        let mut block = Block::new(self.ledger, part, range);
        for predicate in &self.all[..self.cheap] {
            block.keep(predicate, &mut rows)?;
        }
        if self.cheap == self.all.len() {
            self.hits(&mut block, rows.listed())?;
            return Ok(start);
        }
        for predicate in &self.all[self.cheap..] {
            block.sift(predicate, &mut rows)?;
        }
        for some in rows.listed().chunks(RECORDS_AT_ONCE) {
            let mut rows = Rows::of(some.to_vec());
            for predicate in &self.all[self.cheap..] {
                block.keep(predicate, &mut rows)?;
            }
            self.hits(&mut block, rows.listed())?;
            self.rows_left = self.rows_left.saturating_sub(block.take_records() * RECORD_ROWS);
            if let Some(&last) = some.last()
                && self.is_over()
            {
                return Ok(last);
            }
        }
        Ok(start)
    }

    /// Takes in the messages of rows that match.
    fn hits(&mut self, block: &mut Block<'_>, rows: &[usize]) -> io::Result<()> {
        for &row in rows {
            if self.is_full() {
                break;
            }
            self.page.hits.extend(block.hit(row)?);
        }
        Ok(())
    }

    /// Whether the counts of a row's block, or its values, say that there is nothing in it.
    fn is_excluded(&self, part: &Part, row: usize) -> bool {
        let index = self.ledger.read();
        let counts = index.states.blocks(part.segment).get(part.geometry.block(row));
        if counts.is_none_or(|counts| self.all.iter().any(|one| one.excludes_block(counts))) {
            return true;
        }
        let mask = index.tallies.mask(part.segment, row, part.end_row() as usize);
        mask.is_some_and(|mask| self.all.iter().any(|one| one.excludes_mask(mask)))
    }

    /// Whether the counts of a segment say that there is nothing in it.
    fn is_excluded_by_counts(&self, part: &Part) -> bool {
        let index = self.ledger.read();
        let Some(tally) = index.tallies.of(part.segment) else { return false };
        let counted = tally.counted >= part.end_row() as usize && !tally.cells.is_overflown();
        let may = |cell: &Cell| self.all.iter().all(|one| one.holds_for(cell) != Some(false));
        counted && !tally.cells.iter().any(|(cell, _)| may(&cell))
    }
}
