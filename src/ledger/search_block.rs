//! Checking a block of rows: column after column, each read once, and records last.
//!
//! **Invariants**: what comes out is a part of what went in, the newest row first; the state that a hit
//! is told with is the one that was checked.

use std::io;
use std::ops::Range;

use super::columns::{Narrow, Wide};
use super::marks::{MARKS, Mark, UNKNOWN, mark_of};
use super::predicate::{Predicate, Recorded};
use super::search_part::Part;
use super::search_rows::Rows;
use super::states::Row;
use super::store::Ledger;
use super::stored::{Hit, StoredMessage};
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::message::record::Direction;
use crate::message::state::State;

/// Rows whose columns are read one by one; those of more are read at once.
const ROWS_ONE_BY_ONE: usize = 16;

/// Rows of one block, and what was read of them.
pub(super) struct Block<'a> {
    ledger: &'a Ledger,
    part: &'a Part,
    rows: Range<usize>,
    /// Columns, once they were read whole.
    wide: [Option<Vec<u64>>; 4],
    narrow: [Option<Vec<u16>>; 2],
    marks: [Option<Vec<u32>>; MARKS],
    states: Option<Vec<Row>>,
    /// States that were read one by one.
    single: Vec<(usize, Option<State>)>,
    /// Records that were read, of the newest rows asked for.
    records: Vec<(usize, Option<StoredMessage>)>,
}

impl<'a> Block<'a> {
    pub(super) fn new(ledger: &'a Ledger, part: &'a Part, rows: Range<usize>) -> Self {
        Self {
            ledger,
            part,
            rows,
            wide: Default::default(),
            narrow: Default::default(),
            marks: Default::default(),
            states: None,
            single: Vec::new(),
            records: Vec::new(),
        }
    }

    /// Keeps the rows that a predicate holds for.
    pub(super) fn keep(&mut self, predicate: &Predicate, rows: &mut Rows) -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        match predicate {
            Predicate::To(set) => {
                self.keep_wide(Wide::To, rows, |key| set.contains(key))?;
                self.take_hidden(rows);
                Ok(())
            }
            Predicate::From(set) => {
                self.keep_wide(Wide::From, rows, |key| set.contains(key))?;
                self.take_hidden(rows);
                Ok(())
            }
            Predicate::Accepted(at) => {
                let at = at.start.0..at.end.0;
                self.keep_wide(Wide::AcceptedAt, rows, |value| at.contains(&value))
            }
            Predicate::Account(id) => self.keep_narrow(Narrow::Account, rows, id.0),
            Predicate::Carrier(id) => self.keep_narrow(Narrow::Carrier, rows, id.0),
            Predicate::Disposition(wanted) => {
                self.keep_state(rows, |state| state.disposition == *wanted)
            }
            Predicate::Status(wanted) => self.keep_state(rows, |state| state.status == *wanted),
            Predicate::Reason(wanted) => self.keep_state(rows, |state| state.reason == *wanted),
            Predicate::Direction(wanted) => {
                let inbound = *wanted == Direction::Inbound;
                self.keep_state(rows, |state| state.inbound() == inbound)
            }
            Predicate::Ords(ords) => {
                let (geometry, segment) = (self.part.geometry, self.part.segment);
                rows.retain(|row| ords.contains(geometry.ord(segment, row)));
                Ok(())
            }
            Predicate::Reference(wanted) => {
                self.keep_marks(Mark::Reference, rows, mark_of(wanted))?;
                self.keep_records(rows, &Recorded::Reference(wanted))
            }
            Predicate::Tag(wanted) => {
                self.keep_marks(Mark::Tag, rows, mark_of(wanted))?;
                self.keep_records(rows, &Recorded::Tag(wanted))
            }
            Predicate::Text(wanted) => self.keep_records(rows, &Recorded::Text(wanted)),
            Predicate::Any(any) => self.keep_any(any, rows),
            Predicate::Not(not) => {
                let mut held = rows.clone();
                self.keep(not, &mut held)?;
                rows.remove(&held);
                Ok(())
            }
        }
    }

    /// Keeps the rows that a predicate may hold for, as far as that can be told without records.
    pub(super) fn sift(&mut self, predicate: &Predicate, rows: &mut Rows) -> io::Result<()> {
        match predicate {
            Predicate::Reference(wanted) => self.keep_marks(Mark::Reference, rows, mark_of(wanted)),
            Predicate::Tag(wanted) => self.keep_marks(Mark::Tag, rows, mark_of(wanted)),
            Predicate::Any(any) if any.iter().all(is_sifted) => {
                let mut found = Rows::default();
                for one in any {
                    let mut held = rows.clone();
                    self.sift(one, &mut held)?;
                    rows.remove(&held);
                    found.add(held);
                }
                *rows = found;
                Ok(())
            }
            _ if predicate.reads_records() => Ok(()),
            _ => self.keep(predicate, rows),
        }
    }

    /// Keeps the rows with a mark, and those whose mark is not known.
    fn keep_marks(&mut self, mark: Mark, rows: &mut Rows, wanted: u32) -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let known = &mut self.marks[mark as usize];
        if known.is_none() && rows.len() <= ROWS_ONE_BY_ONE {
            return rows.try_retain(|row| {
                let value = self.part.marks(self.ledger, mark, row..row + 1)?;
                Ok(value.first().is_some_and(|value| [wanted, UNKNOWN].contains(value)))
            });
        }
        if known.is_none() {
            *known = Some(self.part.marks(self.ledger, mark, self.rows.clone())?);
        }
        let values = known.as_deref().unwrap_or_default();
        rows.keep_values(self.rows.start, values, |value| value == wanted || value == UNKNOWN);
        Ok(())
    }

    /// Takes out what is to be erased: nobody finds it by what it says any more.
    fn take_hidden(&self, rows: &mut Rows) {
        let erasing = &self.ledger.erasing;
        if erasing.hides_any() {
            rows.retain(|row| !erasing.hides(self.ord(row)));
        }
    }

    fn keep_any(&mut self, any: &[Predicate], rows: &mut Rows) -> io::Result<()> {
        let mut found = Rows::default();
        for one in any {
            let mut held = rows.clone();
            self.keep(one, &mut held)?;
            // What was found once is not asked for again.
            rows.remove(&held);
            found.add(held);
        }
        *rows = found;
        Ok(())
    }

    fn keep_wide(
        &mut self,
        column: Wide,
        rows: &mut Rows,
        wanted: impl Fn(u64) -> bool,
    ) -> io::Result<()> {
        let known = &mut self.wide[column as usize];
        if known.is_none() && rows.len() <= ROWS_ONE_BY_ONE {
            return rows.try_retain(|row| {
                let value = self.part.wides(self.ledger, column, row..row + 1)?;
                Ok(value.first().is_some_and(|&value| wanted(value)))
            });
        }
        if known.is_none() {
            *known = Some(self.part.wides(self.ledger, column, self.rows.clone())?);
        }
        let values = known.as_deref().unwrap_or_default();
        rows.keep_values(self.rows.start, values, wanted);
        Ok(())
    }

    fn keep_narrow(&mut self, column: Narrow, rows: &mut Rows, wanted: u16) -> io::Result<()> {
        let known = &mut self.narrow[column as usize];
        if known.is_none() && rows.len() <= ROWS_ONE_BY_ONE {
            return rows.try_retain(|row| {
                let value = self.part.narrows(self.ledger, column, row..row + 1)?;
                Ok(value.first() == Some(&wanted))
            });
        }
        if known.is_none() {
            *known = Some(self.part.narrows(self.ledger, column, self.rows.clone())?);
        }
        let values = known.as_deref().unwrap_or_default();
        rows.keep_values(self.rows.start, values, |value| value == wanted);
        Ok(())
    }

    fn keep_state(&mut self, rows: &mut Rows, wanted: impl Fn(&State) -> bool) -> io::Result<()> {
        if self.states.is_none() && rows.len() > ROWS_ONE_BY_ONE {
            let mut states = Vec::with_capacity(self.rows.len());
            self.ledger.read().states.rows(self.part.segment, self.rows.clone(), &mut states)?;
            self.states = Some(states);
        }
        rows.try_retain(|row| Ok(self.state(row)?.is_some_and(|state| wanted(&state))))
    }

    /// The state of a row, the same whenever it is asked for; `None` for a lost message.
    fn state(&mut self, row: usize) -> io::Result<Option<State>> {
        if let Some(&(_, state)) = self.single.iter().find(|(known, _)| *known == row) {
            return Ok(state);
        }
        if let Some(states) = &self.states {
            return Ok(states.get(row - self.rows.start).and_then(Row::state));
        }
        let state = self.ledger.read().states.row(self.ord(row))?.and_then(|row| row.state());
        self.single.push((row, state));
        Ok(state)
    }

    fn keep_records(&mut self, rows: &mut Rows, wanted: &Recorded<'_>) -> io::Result<()> {
        self.take_hidden(rows);
        rows.try_retain(|row| {
            let known = self.records.iter().position(|(known, _)| *known == row);
            if known.is_none() {
                self.records.push((row, self.ledger.message(self.ord(row))?));
            }
            let at = known.unwrap_or(self.records.len() - 1);
            let stored = self.records.get(at).and_then(|(_, stored)| stored.as_ref());
            Ok(stored.is_some_and(|stored| wanted.matches(&stored.message())))
        })
    }

    /// How many records were read since it was asked last; they are forgotten.
    pub(super) fn take_records(&mut self) -> u64 {
        let count = self.records.len() as u64;
        self.records.clear();
        count
    }

    /// What is told of a row; `None` for a lost message.
    pub(super) fn hit(&mut self, row: usize) -> io::Result<Option<Hit>> {
        let Some(state) = self.state(row)? else { return Ok(None) };
        let at = self.part.wides(self.ledger, Wide::AcceptedAt, row..row + 1)?;
        let ord = self.ord(row);
        Ok(at.first().map(|&at| Hit { ord, state, accepted_at: Timestamp(at) }))
    }

    fn ord(&self, row: usize) -> MessageOrd {
        self.part.geometry.ord(self.part.segment, row)
    }
}

/// Whether something can be told of it without records.
fn is_sifted(predicate: &Predicate) -> bool {
    match predicate {
        Predicate::Reference(_) | Predicate::Tag(_) => true,
        Predicate::Any(any) => any.iter().all(is_sifted),
        _ => !predicate.reads_records(),
    }
}
