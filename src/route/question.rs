//! What a route is asked for, and what is known about it on the way.

use std::cell::OnceCell;
use std::time::Duration;

use crate::address::country::Country;
use crate::address::kind::{Kind, without_plus};
use crate::address::plan;
use crate::base::id::{AccountId, CarrierId};
use crate::message::address::Address;

/// A message, as routes see it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Question<'a> {
    /// E.164 digits or a short code; one leading `+` does not count.
    pub destination: &'a [u8],
    /// The sender.
    pub source: Address<'a>,
    /// Who submitted it.
    pub account: AccountId,
    /// The carrier it came from, which it is never routed back to.
    pub origin: Option<CarrierId>,
    /// What it was marked with; an empty one is none.
    pub tags: &'a [&'a [u8]],
    /// How many parts it has; 0 counts as 1.
    pub parts: u8,
    /// How long it has been tried, for the budget of a failover.
    pub age: Duration,
}

/// A question with what costs something to find out, found out once and only if somebody asks.
#[derive(Debug)]
pub(super) struct Facts<'q, 'a> {
    pub(super) question: &'q Question<'a>,
    pub(super) digits: &'a [u8],
    sender: &'a [u8],
    country: OnceCell<Option<Country>>,
    sender_kind: OnceCell<Kind>,
}

impl<'q, 'a> Facts<'q, 'a> {
    pub(super) fn new(question: &'q Question<'a>) -> Self {
        Self {
            question,
            digits: without_plus(question.destination).1,
            sender: without_plus(question.source.addr).1,
            country: OnceCell::new(),
            sender_kind: OnceCell::new(),
        }
    }

    /// The sender without `+`.
    pub(super) const fn sender(&self) -> &'a [u8] {
        self.sender
    }

    /// The country of the destination.
    pub(super) fn country(&self) -> Option<Country> {
        *self.country.get_or_init(|| plan::country_of(self.digits))
    }

    pub(super) fn sender_kind(&self) -> Kind {
        *self.sender_kind.get_or_init(|| Kind::of(&self.question.source))
    }

    pub(super) fn parts(&self) -> u8 {
        self.question.parts.max(1)
    }
}
