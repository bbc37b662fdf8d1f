//! Where a part stands in the message that was cut.
//!
//! The parts of one message are accepted together, so their ordinals follow each other: any of them
//! leads to all. People and applications know the message by its first part.

use crate::base::id::MessageOrd;

/// Part `number` of `of`, counted from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// This part, 1 to `of`.
    pub number: u8,
    /// Parts of the message, 2 to 255.
    pub of: u8,
}

impl Place {
    /// The place with these numbers; `None` if they are those of a message that is whole, or
    /// impossible.
    pub const fn new(number: u8, of: u8) -> Option<Self> {
        if number == 0 || of < 2 || number > of { None } else { Some(Self { number, of }) }
    }

    /// The first part, for the part with this ordinal.
    pub const fn first(self, ord: MessageOrd) -> MessageOrd {
        MessageOrd(ord.0.saturating_sub(self.number as u64 - 1))
    }

    /// All parts in their order, for the part with this ordinal.
    pub fn all(self, ord: MessageOrd) -> impl Iterator<Item = MessageOrd> {
        let first = self.first(ord).0;
        (first..first + u64::from(self.of)).map(MessageOrd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_part_leads_to_all() {
        let place = Place::new(2, 3).expect("possible");
        assert_eq!(place.first(MessageOrd(41)), MessageOrd(40));
        assert!(place.all(MessageOrd(41)).eq([40, 41, 42].map(MessageOrd)));
    }

    #[test]
    fn a_whole_message_and_impossible_numbers_have_no_place() {
        for (number, of) in [(0, 1), (0, 3), (1, 1), (4, 3)] {
            assert_eq!(Place::new(number, of), None);
        }
    }
}
