//! Which limits a message counts in, beside its carrier's.
//!
//! Numbers only: what they mean is known to whoever gave them. A message is under one limit of its
//! route and one of its destination's prefix at most.

/// The numbers of the limits a message counts in, and whether one has held it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Limits {
    /// From 1; 0 is none.
    numbers: [u16; 2],
    /// Of which book these are the numbers.
    edition: u8,
    /// It has waited for one of them and comes before those that have not.
    pub released: bool,
}

impl Limits {
    /// In none.
    pub const NONE: Self = Self { numbers: [0; 2], edition: 0, released: false };

    /// By places of limits; of each kind there may be one. A place beyond 65,534 is none.
    pub fn new(prefix: Option<usize>, route: Option<usize>) -> Self {
        let number = |place: Option<usize>| {
            place.and_then(|place| u16::try_from(place + 1).ok()).unwrap_or_default()
        };
        Self { numbers: [number(prefix), number(route)], ..Self::NONE }
    }

    /// The same, of this edition of the book.
    pub const fn of_edition(self, edition: u8) -> Self {
        Self { edition, ..self }
    }

    /// Whether the numbers are of this edition.
    pub const fn is_of(self, edition: u8) -> bool {
        self.edition == edition
    }

    /// Whether it counts in none: the one question that costs on the way of most messages.
    pub const fn is_none(self) -> bool {
        self.numbers[0] | self.numbers[1] == 0
    }

    /// The places of its limits, the prefix's first.
    pub fn places(self) -> impl Iterator<Item = usize> {
        self.numbers.into_iter().filter_map(|number| usize::from(number).checked_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_with_the_prefixs_first() {
        let places = |limits: Limits| limits.places().collect::<Vec<_>>();
        assert_eq!(places(Limits::new(Some(7), Some(0))), [7, 0]);
        assert_eq!(places(Limits::new(None, Some(3))), [3]);
        assert!(places(Limits::NONE).is_empty());
        assert!(Limits::new(Some(70_000), None).is_none());
    }
}
