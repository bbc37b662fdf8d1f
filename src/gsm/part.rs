//! One part of a message, ready for SMPP or for a TPDU.

use super::alphabet::Alphabet;
use super::language::Shifts;
use super::packing::{fill_bits, header_septets, pack};

/// `esm_class` of user data with a header (SMPP §5.2.12).
pub const UDHI: u8 = 0x40;

/// One part: its header and its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segment {
    /// The alphabet of the data.
    pub alphabet: Alphabet,
    /// The header with its length octet; empty if there is none.
    pub udh: Vec<u8>,
    /// The octets after the header, septets one to an octet.
    pub data: Vec<u8>,
    /// What the data takes of a part: septets, UCS-2 units or octets.
    pub units: usize,
}

impl Segment {
    /// `short_message` as SMPP carries it: the header and the data, septets unpacked. Up to 160 octets
    /// in septets, else 140.
    pub fn short_message(&self) -> Vec<u8> {
        [&self.udh[..], &self.data[..]].concat()
    }

    /// `esm_class` bits of it.
    pub const fn esm_class(&self) -> u8 {
        if self.udh.is_empty() { 0 } else { UDHI }
    }

    /// TP-UD (TS 23.040 §9.2.3.24): septets packed, after fill bits. At most 140 octets.
    pub fn packed(&self) -> Vec<u8> {
        if self.alphabet != Alphabet::Gsm7 {
            return self.short_message();
        }
        let mut octets = self.udh.clone();
        octets.extend(pack(&self.data, fill_bits(self.udh.len())));
        octets
    }

    /// TP-UDL: in septets with those of the header for septets, else in octets.
    pub const fn tp_udl(&self) -> usize {
        match self.alphabet {
            Alphabet::Gsm7 => header_septets(self.udh.len()) + self.data.len(),
            _ => self.udh.len() + self.data.len(),
        }
    }
}

/// A message in its parts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Segments {
    /// Its alphabet.
    pub alphabet: Alphabet,
    /// The tables of its septets, named in every header.
    pub shifts: Shifts,
    /// SMPP `data_coding` of every part.
    pub data_coding: u8,
    /// Units of the whole: septets with their escapes, UCS-2 units or octets.
    pub units: usize,
    /// At least one, at most 255. All headers share one reference.
    pub parts: Vec<Segment>,
}

/// Why something is not cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SegmentError {
    /// It takes more parts than may be.
    #[error("{parts} parts are needed and {max} may be")]
    TooManyParts {
        /// How many it takes.
        parts: usize,
        /// How many may be.
        max: usize,
    },
    /// Octets with a header that cannot be read.
    #[error("the header cannot be carried over to parts: {0}")]
    Header(#[from] super::udh::UdhError),
    /// Octets with a header that leaves no room for data.
    #[error("a header of {octets} octets leaves no room for data in a part")]
    HeaderTooLong {
        /// Its octets with a concatenation.
        octets: usize,
    },
    /// Octets that are too long for one part and are already one part of a message.
    #[error("this is already a part of a longer message and does not fit into one part")]
    AlreadyPart,
}
