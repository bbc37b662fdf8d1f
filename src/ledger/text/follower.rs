//! The thread that keeps the words of the newest messages findable.
//!
//! It stays behind the ledger's indexes and reads what they have added from the log, a batch of rows at a time:
//! the path of a message knows nothing of it. When it is more than a segment behind, it goes on with the
//! newest one and leaves the rest to the keeper.

use std::cmp::Ordering;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use super::bodies::Bodies;
use super::index::{State, TextIndex};
use super::table::Table;
use super::turns::take_turns;
use crate::base::id::MessageOrd;
use crate::ledger::store::Ledger;
use crate::spool::unpoisoned;

/// How long it sleeps when there is nothing new, or no room.
const IDLE_WAIT: Duration = Duration::from_millis(20);

/// Adds the words of new messages.
#[derive(Debug)]
pub struct TextFollower {
    ledger: Arc<Ledger>,
    bodies: Bodies,
    /// Up to which message the ledger's indexes were seen to go.
    seen: MessageOrd,
}

impl TextFollower {
    pub(in crate::ledger) fn new(ledger: Arc<Ledger>) -> Self {
        Self { ledger, bodies: Bodies::default(), seen: MessageOrd(0) }
    }

    /// Adds the words of a batch of messages; `false` if there are none, or no room until the keeper has
    /// written a table.
    ///
    /// # Errors
    /// What the disk said; nothing is lost and the next call tries again.
    pub fn step(&mut self) -> io::Result<bool> {
        let ledger = Arc::clone(&self.ledger);
        let Some(text) = &ledger.text else { return Ok(false) };
        let forgotten = unpoisoned::read(&text.state).forgotten;
        let Some((segment, rows)) = self.next_rows(text) else { return Ok(false) };
        if rows.is_empty() {
            return Ok(self.look(&ledger));
        }
        let first = rows.start;
        self.bodies.read(&ledger, segment as usize, rows)?;
        let mut state = unpoisoned::write(&text.state);
        // Unless the keeper has begun anew meanwhile.
        let there = (state.segment, state.live.rows().end, state.forgotten);
        if there == (segment, first, forgotten) {
            self.bodies.put(&mut state.live);
        }
        Ok(true)
    }

    /// The rows of a segment that are next, as far as they were seen; `None` without room for any.
    fn next_rows(&self, text: &TextIndex) -> Option<(u32, Range<u32>)> {
        let newest = text.geometry.segment(self.seen) as u32;
        let mut state = unpoisoned::write(&text.state);
        if !text.make_room(&mut state, newest) {
            return None;
        }
        let (segment, first) = (state.segment, state.live.rows().end);
        let end = match segment.cmp(&newest) {
            Ordering::Less => text.segment_rows(),
            Ordering::Equal => text.geometry.row(self.seen) as u32,
            Ordering::Greater => first,
        };
        Some((segment, first..end.max(first)))
    }

    /// Looks how far the ledger's indexes are; `false` if there is nothing new.
    fn look(&mut self, ledger: &Ledger) -> bool {
        ledger.take_replaced();
        let next = ledger.read().next_ord;
        std::mem::replace(&mut self.seen, next) != next
    }

    /// Runs until [`Ledger::stop`].
    pub fn run(&mut self) {
        let ledger = Arc::clone(&self.ledger);
        take_turns(
            &ledger,
            IDLE_WAIT,
            "new words cannot be indexed for now: they are looked for in the log",
            || Ok((self.step()?, self.bodies.take_count())),
        );
    }
}

impl TextIndex {
    /// Hands a full table over to be written; `false` if there is no room for another row.
    fn make_room(&self, state: &mut State, newest: u32) -> bool {
        let rows = state.live.rows();
        let behind = newest > state.segment + 1;
        let segment_ended = rows.end == self.segment_rows();
        let full = state.live.bytes() >= self.config.table_bytes();
        if !behind && !segment_ended && !full {
            return true;
        }
        if !rows.is_empty() {
            if state.frozen.is_some() {
                return false;
            }
            let next = state.spare.take().unwrap_or_else(|| Table::new(0));
            let table = std::mem::replace(&mut state.live, next);
            state.frozen = Some((state.segment, Arc::new(table)));
        }
        let mut first_row = rows.end;
        if behind || segment_ended {
            state.segment = if behind { newest } else { state.segment + 1 };
            first_row = state.filed(state.segment);
        }
        state.live.restart(first_row);
        true
    }
}
