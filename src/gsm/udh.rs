//! The user data header (3GPP TS 23.040 §9.2.3.24): information elements before the text.
//!
//! Any elements in any order; of those that may stand once the last counts, as the standard asks, and
//! one that is too short or says nonsense is as if it were not there.
//! **Invariant**: what was read whole can be walked without another check.

use super::concatenation::Concatenation;
use super::language::Shifts;
use super::udh_table::iei;

/// Octets that the length octet can announce.
pub const UDHL_MAX: usize = 255;

/// Why there is no header to read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum UdhError {
    /// A header is promised, and there is not even its length.
    #[error("the user data has a header by its flag and not one octet")]
    Missing,
    /// The header ends beyond the user data.
    #[error("the header says {udhl} octets and {available} follow")]
    BeyondData {
        /// UDHL.
        udhl: u8,
        /// Octets after it.
        available: usize,
    },
    /// The last element does not end where the header does; the standard ignores the whole header.
    #[error("the element {iei:#04x} at octet {offset} does not end where the header does")]
    BeyondHeader {
        /// The identifier of that element.
        iei: u8,
        /// Where it begins, from the length octet.
        offset: usize,
    },
}

/// One information element.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Element<'a> {
    /// Its identifier.
    pub iei: u8,
    /// Its data.
    pub data: &'a [u8],
}

/// Application ports (§9.2.3.24.3 and .4).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ports {
    /// Where it goes.
    pub destination: u16,
    /// Where it comes from.
    pub source: u16,
    /// Whether they are of 16 bits; else of 8.
    pub wide: bool,
}

/// A header that was read whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Udh<'a> {
    /// The elements, without the length octet.
    octets: &'a [u8],
}

impl<'a> Udh<'a> {
    /// A header without elements.
    pub const EMPTY: Self = Self { octets: &[] };

    /// Reads the header at the beginning of user data and gives what follows it.
    pub fn read(user_data: &'a [u8]) -> Result<(Self, &'a [u8]), UdhError> {
        let (octets, rest) = split(user_data)?;
        let mut elements = Elements { rest: octets };
        let mut offset = 1;
        while let Some(&iei) = elements.rest.first() {
            let element = elements.next().ok_or(UdhError::BeyondHeader { iei, offset })?;
            offset += 2 + element.data.len();
        }
        Ok((Self { octets }, rest))
    }

    /// The elements in the order they came.
    pub const fn elements(self) -> Elements<'a> {
        Elements { rest: self.octets }
    }

    /// Its octets with the length octet.
    pub const fn octets_len(self) -> usize {
        1 + self.octets.len()
    }

    /// Which part of a longer message this is; `None` if it says impossible numbers.
    pub fn concatenation(self) -> Option<Concatenation> {
        self.elements().filter_map(Concatenation::from_element).last()
    }

    /// The ports it goes to and comes from.
    pub fn ports(self) -> Option<Ports> {
        let ports = |element: Element<'_>| match (element.iei, element.data) {
            (iei::PORTS_8, &[destination, source, ..]) => {
                Some(Ports { destination: destination.into(), source: source.into(), wide: false })
            }
            (iei::PORTS_16, &[high, low, from_high, from_low, ..]) => Some(Ports {
                destination: u16::from_be_bytes([high, low]),
                source: u16::from_be_bytes([from_high, from_low]),
                wide: true,
            }),
            _ => None,
        };
        self.elements().filter_map(ports).last()
    }

    /// The tables of its text.
    pub fn shifts(self) -> Shifts {
        let identifier = |wanted: u8| {
            let of_it = self.elements().filter(|element| element.iei == wanted);
            of_it.filter_map(|element| element.data.first().copied()).last().unwrap_or(0)
        };
        Shifts::from_identifiers(identifier(iei::LOCKING_SHIFT), identifier(iei::SINGLE_SHIFT))
    }
}

/// The octets that UDHL announces, and what follows them.
pub(super) fn split(user_data: &[u8]) -> Result<(&[u8], &[u8]), UdhError> {
    let (&udhl, rest) = user_data.split_first().ok_or(UdhError::Missing)?;
    let available = rest.len();
    rest.split_at_checked(udhl.into()).ok_or(UdhError::BeyondData { udhl, available })
}

/// Walks the elements; ends at one that is not whole.
#[derive(Clone, Debug)]
pub struct Elements<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        let (&[iei, length], rest) = self.rest.split_first_chunk()?;
        let (data, rest) = rest.split_at_checked(length.into())?;
        self.rest = rest;
        Some(Element { iei, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gsm::language::Language;

    #[test]
    fn elements_are_read_in_any_order_and_the_text_follows() {
        let octets = [11, 0x05, 4, 0x0b, 0x84, 0x23, 0xf0, 0x00, 3, 7, 2, 1, b'h', b'i'];
        let (udh, text) = Udh::read(&octets).expect("it is whole");
        assert_eq!(text, b"hi");
        let ports = Ports { destination: 2948, source: 9200, wide: true };
        assert_eq!(udh.ports(), Some(ports));
        let part = udh.concatenation().expect("a part");
        assert_eq!((part.reference, part.total, part.sequence, part.wide), (7, 2, 1, false));
        assert_eq!(udh.octets_len(), 12);
    }

    #[test]
    fn the_last_of_two_that_exclude_each_other_counts() {
        let octets = [11, 0x00, 3, 7, 2, 1, 0x08, 4, 1, 0, 3, 2];
        let (udh, _) = Udh::read(&octets).expect("it is whole");
        let part = udh.concatenation().expect("a part");
        assert_eq!((part.reference, part.total, part.sequence, part.wide), (256, 3, 2, true));
    }

    #[test]
    fn languages_are_named_by_their_elements() {
        let (udh, _) = Udh::read(&[6, 0x24, 1, 1, 0x25, 1, 99]).expect("it is whole");
        assert_eq!(udh.shifts(), Shifts { locking: None, single: Some(Language::Turkish) });
    }

    #[test]
    fn an_unknown_or_short_element_is_passed_over() {
        let (udh, _) = Udh::read(&[7, 0xc3, 0, 0x04, 1, 9, 0x24, 0]).expect("it is whole");
        assert_eq!(udh.elements().count(), 3);
        assert_eq!((udh.ports(), udh.shifts()), (None, Shifts::DEFAULT));
        let (empty, text) = Udh::read(&[0, b'x']).expect("no elements is whole too");
        assert_eq!((empty.elements().count(), text), (0, &b"x"[..]));
    }

    #[test]
    fn what_is_not_whole_is_told_apart() {
        assert_eq!(Udh::read(&[]), Err(UdhError::Missing));
        let beyond = UdhError::BeyondData { udhl: 5, available: 3 };
        assert_eq!(Udh::read(&[5, 0, 3, 1]), Err(beyond));
        let beyond = UdhError::BeyondHeader { iei: 0, offset: 5 };
        assert_eq!(Udh::read(&[6, 0x70, 2, 1, 1, 0, 3, 1, 2, 1]), Err(beyond));
        let half = UdhError::BeyondHeader { iei: 8, offset: 1 };
        assert_eq!(Udh::read(&[1, 8, 4]), Err(half), "an identifier without a length");
    }
}
