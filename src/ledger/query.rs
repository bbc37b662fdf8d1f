//! What can be asked of the ledger, and how an answer is paged.

use std::ops::RangeInclusive;

use super::stored::Hit;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::message::address::NumberKey;
use crate::message::disposition::{Disposition, Status};

/// Rows that a search looks at before it gives back what it has. Default of [`Query::rows_max`].
pub const ROWS_MAX: u64 = 2 << 20;

/// Hits of a page. Default of [`Query::limit`].
pub const LIMIT: usize = 50;

/// Numbers to search for: one, or all that begin alike.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NumberRange(RangeInclusive<u64>);

impl NumberRange {
    /// One number or alphanumeric sender.
    pub const fn exact(key: NumberKey) -> Self {
        Self(key.0..=key.0)
    }

    /// All numbers that begin with these digits; `None` if they are no digits.
    pub fn prefix(digits: &[u8]) -> Option<Self> {
        let keys = NumberKey::prefix_range(digits)?;
        Some(Self(keys.start().0..=keys.end().0))
    }

    pub(super) const fn keys(&self) -> &RangeInclusive<u64> {
        &self.0
    }
}

/// A search. What is `None` does not matter; all that is given must hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query {
    /// Destination.
    pub to: Option<NumberRange>,
    /// Source.
    pub from: Option<NumberRange>,
    /// Account.
    pub account: Option<AccountId>,
    /// Carrier of the route.
    pub carrier: Option<CarrierId>,
    /// Disposition now.
    pub disposition: Option<Disposition>,
    /// Status now.
    pub status: Option<Status>,
    /// Accepted at this moment or later.
    pub since: Option<Timestamp>,
    /// Accepted before this moment.
    pub until: Option<Timestamp>,
    /// Hits wanted, at least 1.
    pub limit: usize,
    /// Only messages older than this: [`Page::next`] of the page before.
    pub after: Option<MessageOrd>,
    /// Rows to look at before giving back what was found.
    pub rows_max: u64,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            to: None,
            from: None,
            account: None,
            carrier: None,
            disposition: None,
            status: None,
            since: None,
            until: None,
            limit: LIMIT,
            after: None,
            rows_max: ROWS_MAX,
        }
    }
}

/// Part of an answer, newest first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Page {
    /// What was found.
    pub hits: Vec<Hit>,
    /// What to give as [`Query::after`] to go on; `None` if everything was looked at.
    pub next: Option<MessageOrd>,
    /// Whether everything was looked at. If not, and there are fewer hits than wanted, the search
    /// came to its row budget.
    pub complete: bool,
}
