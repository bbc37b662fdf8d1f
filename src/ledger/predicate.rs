//! What can be asked of a message: each predicate by a column, a list of an index, or the record.
//!
//! The planner asks every predicate for three things: whether a stretch of time, a segment by its counts or a block
//! by its values can hold a hit at all, which of a segment's lists it could be answered from (`driver`), and a check of a row
//! (`search_block`). A new index is a new driver here; a predicate without one is checked by the
//! columns, and the last ones by reading the record.

use std::ops::Range;

use super::block_mask::BlockMask;
use super::cells::Cell;
use super::counts::BlockCounts;
use super::driver::Driver;
use super::index::Span;
use super::lists::Listed;
use super::marks::mark_of;
use super::number_set::NumberSet;
use super::search_part::Part;
use super::text::phrase::Words;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::message::disposition::{Disposition, Status};
use crate::message::reason::Reason;
use crate::message::record::{Direction, Message};

/// One thing that has to hold of a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Predicate {
    /// The destination is one of these.
    To(NumberSet),
    /// The source is one of these.
    From(NumberSet),
    /// It is of this account.
    Account(AccountId),
    /// It was routed to this carrier, or came from it.
    Carrier(CarrierId),
    /// What became of it.
    Disposition(Disposition),
    /// Where it is in its life.
    Status(Status),
    /// Why.
    Reason(Reason),
    /// Which way it goes.
    Direction(Direction),
    /// Accepted at the start or later, and before the end.
    Accepted(Range<Timestamp>),
    /// It is one of these; in any order.
    Ords(Ords),
    /// The sender's own reference is this, octet for octet.
    Reference(Vec<u8>),
    /// The tag (SMPP `service_type`, §5.2.11) is this, octet for octet.
    Tag(Vec<u8>),
    /// Its text has these words, one after another.
    Text(Words),
    /// At least one of these holds.
    Any(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
}

/// Messages, the newest first, none twice.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ords(Vec<MessageOrd>);

impl Ords {
    /// The messages of a list in any order.
    pub fn new(mut ords: Vec<MessageOrd>) -> Self {
        ords.sort_unstable_by(|a, b| b.cmp(a));
        ords.dedup();
        Self(ords)
    }

    /// Whether a message is one of them.
    pub fn contains(&self, ord: MessageOrd) -> bool {
        self.0.binary_search_by(|have| ord.cmp(have)).is_ok()
    }

    /// All of them, the newest first.
    pub fn iter(&self) -> impl Iterator<Item = MessageOrd> {
        self.0.iter().copied()
    }

    /// Those of a range, the newest first.
    pub(super) fn between(&self, ords: Range<MessageOrd>) -> &[MessageOrd] {
        let from = self.0.partition_point(|ord| *ord >= ords.end);
        let to = self.0.partition_point(|ord| *ord >= ords.start);
        &self.0[from..to.max(from)]
    }
}

/// What cannot be known without the record.
pub(super) enum Recorded<'a> {
    Reference(&'a [u8]),
    Tag(&'a [u8]),
    Text(&'a Words),
}

impl Recorded<'_> {
    pub(super) fn matches(&self, message: &Message<'_>) -> bool {
        match self {
            Self::Reference(wanted) => message.client_ref == *wanted,
            Self::Tag(wanted) => message.service_type == *wanted,
            Self::Text(wanted) => wanted.are_in(message),
        }
    }
}

impl Predicate {
    /// The list of a segment that holds every row this can hold for; `None` if there is none.
    pub(super) fn driver<'a>(&'a self, part: &'a Part) -> Option<Driver<'a>> {
        match self {
            Self::To(numbers) => Driver::numbers(part, Listed::To, numbers),
            Self::From(numbers) => Driver::numbers(part, Listed::From, numbers),
            Self::Account(id) => Driver::listed(part, Listed::Account, one(u32::from(id.0))),
            Self::Carrier(id) => Driver::listed(part, Listed::Carrier, one(u32::from(id.0))),
            // What has none of them is in no list.
            Self::Reference(text) | Self::Tag(text) if text.is_empty() => None,
            Self::Reference(text) => Driver::listed(part, Listed::Reference, one(mark_of(text))),
            Self::Tag(text) => Driver::listed(part, Listed::Tag, one(mark_of(text))),
            Self::Ords(ords) => Some(Driver::Ords(ords.between(part.ords.clone()))),
            Self::Text(words) => Some(Driver::Words(words)),
            Self::Any(any) => {
                any.iter().map(|one| one.driver(part)).collect::<Option<_>>().map(Driver::Union)
            }
            _ => None,
        }
    }

    /// Whether it holds for messages of a kind; `None` if it does for some at most.
    pub(super) fn holds_for(&self, cell: &Cell) -> Option<bool> {
        match self {
            Self::Account(id) => Some(*id == cell.account),
            Self::Carrier(id) => Some(*id == cell.carrier),
            Self::Disposition(wanted) => Some(*wanted == cell.disposition),
            Self::Reason(wanted) => Some(*wanted == cell.reason),
            Self::Direction(wanted) => Some(*wanted == cell.direction),
            Self::Accepted(at) => {
                let (start, end) = cell.span();
                let inside = at.start <= start && end <= at.end;
                let outside = at.end <= start || at.start >= end;
                if inside || outside { Some(inside) } else { None }
            }
            Self::Any(any) => {
                let mut all = any.iter().map(|one| one.holds_for(cell));
                let none = all.try_fold((), |(), one| (one == Some(false)).then_some(()));
                if none.is_some() { Some(false) } else { None }
            }
            Self::Not(not) => not.holds_for(cell).map(|holds| !holds),
            _ => None,
        }
    }

    /// Whether nothing in a block with these values can match.
    pub(super) fn excludes_mask(&self, mask: &BlockMask) -> bool {
        match self {
            Self::Account(id) => !mask.has_account(*id),
            Self::Carrier(id) => !mask.has_carrier(*id),
            Self::Reason(wanted) => !mask.has_reason(*wanted),
            Self::Status(wanted) => !mask.has_status(*wanted),
            Self::Direction(wanted) => !mask.has_direction(*wanted),
            Self::Accepted(_) => self.excludes_span(mask.span()),
            Self::Any(any) => any.iter().all(|one| one.excludes_mask(mask)),
            _ => false,
        }
    }

    /// Whether nothing that was accepted in this span can match.
    pub(super) fn excludes_span(&self, span: Span) -> bool {
        match self {
            Self::Accepted(at) => span.last < at.start || span.first >= at.end,
            Self::Any(any) => any.iter().all(|one| one.excludes_span(span)),
            _ => false,
        }
    }

    /// Whether nothing in a block with these counts can match.
    pub(super) fn excludes_block(&self, counts: &BlockCounts) -> bool {
        match self {
            Self::Disposition(wanted) => counts.by[*wanted as usize] == 0,
            Self::Any(any) => any.iter().all(|one| one.excludes_block(counts)),
            Self::Not(not) => match **not {
                Self::Disposition(unwanted) => {
                    let others = counts.by.iter().enumerate();
                    others.filter(|(at, _)| *at != unwanted as usize).all(|(_, count)| *count == 0)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// What checking a row costs: the cheap ones go first.
    pub(super) fn cost(&self) -> u32 {
        match self {
            Self::Ords(_) => 0,
            Self::Account(_) | Self::Carrier(_) => 1,
            Self::To(_) | Self::From(_) | Self::Accepted(_) => 2,
            Self::Disposition(_) | Self::Status(_) | Self::Reason(_) | Self::Direction(_) => 4,
            Self::Reference(_) | Self::Tag(_) => 1_000,
            Self::Text(_) => 2_000,
            Self::Any(any) => any.iter().map(Self::cost).sum(),
            Self::Not(not) => not.cost(),
        }
    }

    /// Whether checking a row reads its record.
    pub(super) fn reads_records(&self) -> bool {
        self.cost() >= 1_000
    }
}

const fn one(key: u32) -> std::ops::RangeInclusive<u32> {
    key..=key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_a_list_are_found_in_any_range() {
        let ords = Ords::new([5, 9, 5, 1, 300].map(MessageOrd).to_vec());
        assert_eq!(ords.between(MessageOrd(0)..MessageOrd(10)), [9, 5, 1].map(MessageOrd));
        assert_eq!(ords.between(MessageOrd(9)..MessageOrd(300)), [MessageOrd(9)]);
        assert_eq!(ords.between(MessageOrd(10)..MessageOrd(20)), []);
        assert!(ords.contains(MessageOrd(300)) && !ords.contains(MessageOrd(2)));
    }

    #[test]
    fn a_block_of_one_fate_is_skipped_by_whoever_does_not_want_it() {
        let mut counts = BlockCounts::default();
        counts.by[Disposition::Delivered as usize] = 4096;
        let delivered = Predicate::Disposition(Disposition::Delivered);
        assert!(!delivered.excludes_block(&counts));
        assert!(Predicate::Not(Box::new(delivered)).excludes_block(&counts));
        assert!(Predicate::Disposition(Disposition::Bounced).excludes_block(&counts));
    }
}
