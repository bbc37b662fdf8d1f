//! A query that was read: terms that all have to hold.

use super::when::When;
use crate::message::disposition::{Disposition, Status};
use crate::message::reason::Reason;
use crate::message::record::Direction;

/// What is looked for. Without terms it is everything.
///
/// `Display` writes it so that [`parse`](super::parse::parse) reads the same.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Expression {
    /// All of these have to hold.
    pub terms: Vec<Term>,
}

/// One thing that is looked for.
#[derive(Clone, Debug)]
pub struct Term {
    /// Whether it must not hold.
    pub negated: bool,
    /// What it is.
    pub wanted: Wanted,
    /// The character it begins with, counted from 1; 0 if it was not written.
    pub at: usize,
}

/// Where a term was written is no part of what it says.
impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        (self.negated, &self.wanted) == (other.negated, &other.wanted)
    }
}

impl Eq for Term {}

/// What a term looks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// A bare word: whatever it can be, see [`reading`](super::reading).
    Word(String),
    /// The destination.
    To(Pattern),
    /// The sender.
    From(Pattern),
    /// Either of the two.
    Number(Pattern),
    /// Our id.
    Id(String),
    /// A carrier's id, however it is written.
    CarrierId(String),
    /// The sender's own reference, as it is.
    Ref(String),
    /// The account's name.
    Account(String),
    /// The carrier's name.
    Carrier(String),
    /// What became of it.
    Disposition(Disposition),
    /// Where it is in its life.
    Status(Status),
    /// Why.
    Reason(Reason),
    /// Which way it goes.
    Direction(Direction),
    /// What kind of message it is.
    Type(Channel),
    /// A tag, as it is.
    Tag(String),
    /// Words of the text, one after another.
    Text(String),
    /// Accepted at this moment or later.
    Since(When),
    /// Accepted before this moment.
    Until(When),
}

/// Which numbers are meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pattern {
    /// One number, as `+` and digits or as digits, or a sender's name.
    Exact(String),
    /// All that begin so: digits, perhaps with `+`.
    Prefix(String),
    /// All that end so: digits.
    Last(String),
}

/// What kind of message it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Channel {
    /// A short message.
    Sms,
}

impl Channel {
    /// How it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sms => "sms",
        }
    }
}

/// How a direction is written.
pub const fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Outbound => "outbound",
        Direction::Inbound => "inbound",
    }
}
