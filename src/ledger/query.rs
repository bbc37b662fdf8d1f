//! A search: what has to hold, how much of the answer is wanted, and how much may be looked at.

use std::time::Duration;

use super::predicate::Predicate;
use super::stored::Hit;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;

/// Rows that a search looks at before it gives back what it has. Default of [`Query::rows_max`].
pub const ROWS_MAX: u64 = 2 << 20;

/// What reading the record of a message counts for, in rows.
pub const RECORD_ROWS: u64 = 32;

/// How long a search looks before it gives back what it has. Default of [`Query::time_max`].
pub const TIME_MAX: Duration = Duration::from_millis(100);

/// Hits of a page. Default of [`Query::limit`].
pub const LIMIT: usize = 50;

/// A search.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query {
    /// All of these have to hold.
    pub all: Vec<Predicate>,
    /// Hits wanted, at least 1.
    pub limit: usize,
    /// Only messages older than this: [`Page::next`] of the page before.
    pub after: Option<MessageOrd>,
    /// Rows to look at before giving back what was found; a record counts for [`RECORD_ROWS`].
    pub rows_max: u64,
    /// Time to look before giving back what was found. One block of rows is always looked at.
    pub time_max: Duration,
}

impl Query {
    /// A search for all of these, with the defaults.
    pub fn of(all: Vec<Predicate>) -> Self {
        Self { all, ..Self::default() }
    }
}

impl Default for Query {
    fn default() -> Self {
        Self { all: Vec::new(), limit: LIMIT, after: None, rows_max: ROWS_MAX, time_max: TIME_MAX }
    }
}

/// Part of an answer, newest first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Page {
    /// What was found.
    pub hits: Vec<Hit>,
    /// What to give as [`Query::after`] to go on; `None` if everything was looked at.
    pub next: Option<MessageOrd>,
    /// When the message was accepted at which it is to go on; `None` if everything was looked at.
    pub back_to: Option<Timestamp>,
    /// Whether everything was looked at.
    pub complete: bool,
    /// When the oldest message that is kept was accepted, once older ones were let go: nothing is said of those.
    pub kept_since: Option<Timestamp>,
    /// Whether the budget of rows or time ended it, before there were as many hits as wanted.
    pub budget_spent: bool,
}
