//! Cuts a stream of octets into PDUs by `command_length` (SMPP v3.4 §3.2).
//!
//! Its place: the first thing that sees what a socket read; one read may hold many PDUs or a part
//! of one. **Invariants**: the length is judged as soon as its four octets are there, before any
//! room is made for the rest; nothing beyond `command_length` is looked at.
//! **Not here**: what the PDU says, and the answer to a bad length (see [`super::session`]).

use crate::wire::smpp::header::{HEADER_OCTETS, Header};

/// The greatest PDU taken unless configured otherwise; the largest message payload fits.
pub const PDU_BYTES_MAX: usize = 64 * 1024;

/// What the front of a stream holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Split<'a> {
    /// Fewer octets than one PDU; wait for more, it is not an error.
    Incomplete,
    /// One PDU: exactly `command_length` octets, sixteen at least.
    Pdu(&'a [u8]),
    /// A length that cannot be: nothing after it can be trusted, for where the next PDU begins is
    /// unknown. Answer generic_nack with ESME_RINVCMDLEN and close.
    Bad(BadLength),
}

/// A `command_length` below sixteen or above the maximum.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BadLength {
    /// The length as it came.
    pub command_length: u32,
    /// The header, if its sixteen octets came.
    pub header: Option<Header>,
}

impl BadLength {
    /// The number the generic_nack carries: the PDU's own, or zero where it did not come.
    pub fn sequence_number(&self) -> u32 {
        self.header.map_or(0, |header| header.sequence_number)
    }
}

/// Looks at the front of `input` for one PDU of at most `max` octets.
#[inline]
pub fn split(input: &[u8], max: usize) -> Split<'_> {
    let Some(&length) = input.first_chunk::<4>() else {
        return Split::Incomplete;
    };
    let command_length = u32::from_be_bytes(length);
    let octets = command_length as usize;
    if octets < HEADER_OCTETS || octets > max {
        return Split::Bad(BadLength { command_length, header: Header::read(input) });
    }
    input.get(..octets).map_or(Split::Incomplete, Split::Pdu)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_pdu_waits_and_a_whole_one_is_cut_exactly() {
        let two = [[0, 0, 0, 16, 0, 0, 0, 21, 0, 0, 0, 0, 0, 0, 0, 7]; 2].concat();
        for end in 0..16 {
            assert_eq!(split(&two[..end], PDU_BYTES_MAX), Split::Incomplete);
        }
        assert_eq!(split(&two[..20], PDU_BYTES_MAX), Split::Pdu(&two[..16]));
    }

    #[test]
    fn an_impossible_length_is_known_from_its_four_octets() {
        for length in [0_u32, 4, 15, 65_537, u32::MAX] {
            let octets = length.to_be_bytes();
            let bad = BadLength { command_length: length, header: None };
            assert_eq!(split(&octets, PDU_BYTES_MAX), Split::Bad(bad));
        }
    }

    #[test]
    fn a_bad_length_tells_the_sequence_number_if_it_came() {
        let input = [0, 0, 0, 15, 0, 0, 0, 21, 0, 0, 0, 0, 0, 0, 0, 9];
        let Split::Bad(bad) = split(&input, PDU_BYTES_MAX) else { panic!("a length of 15 passed") };
        assert_eq!(bad.sequence_number(), 9);
    }
}
