//! What a bare word can be: everything that it looks like is looked for.

use super::number_text;
use crate::base::id::PUBLIC_ID_LEN;
use crate::ledger::text::phrase::Words;
use crate::message::carrier_id::MESSAGE_ID_MAX;

/// One thing that a word can be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reading {
    /// Our id, without its prefix.
    MessageId,
    /// A phone number or short code, as sender or destination.
    Number,
    /// The id a carrier gave.
    CarrierId,
    /// A sender's name.
    Sender,
    /// The sender's own reference.
    Reference,
    /// A word of the text.
    Text,
}

/// Digits of what can be a phone number or a short code.
const NUMBER_DIGITS: std::ops::RangeInclusive<usize> = 3..=15;

/// Octets of the longest sender (SMPP §5.2.9).
const SENDER_BYTES_MAX: usize = 20;

/// Octets of the longest reference.
const REFERENCE_BYTES_MAX: usize = 100;

/// Characters of the shortest carrier's id that is looked for without its key.
const CARRIER_ID_MIN: usize = 4;

impl Reading {
    /// How it is told.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MessageId => "id",
            Self::Number => "number",
            Self::CarrierId => "carrier_id",
            Self::Sender => "from",
            Self::Reference => "ref",
            Self::Text => "text",
        }
    }

    /// All that a word can be.
    ///
    /// Digits are a number, an id or somebody's reference, which are found at once; that they stand in a
    /// text has to be said (`text:`), unless there are too many for a number.
    pub fn all_of(word: &str) -> Vec<Self> {
        let mut readings = Vec::new();
        let mut can_be = |reading, can: bool| readings.extend(can.then_some(reading));
        let alphanumeric = word.bytes().all(|octet| octet.is_ascii_alphanumeric());
        can_be(Self::MessageId, alphanumeric && word.len() == PUBLIC_ID_LEN);
        let number = number_text::read(word);
        let digits = number.as_deref().map_or(0, |number| number.trim_start_matches('+').len());
        let is_number = NUMBER_DIGITS.contains(&digits);
        can_be(Self::Number, is_number);
        let id = word.bytes().any(|octet| octet.is_ascii_digit())
            && word.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet));
        let length = CARRIER_ID_MIN..=MESSAGE_ID_MAX;
        can_be(Self::CarrierId, id && length.contains(&word.len()));
        let only_digits = word.bytes().all(|octet| octet.is_ascii_digit());
        can_be(Self::Sender, word.len() <= SENDER_BYTES_MAX && !only_digits);
        can_be(Self::Reference, word.len() <= REFERENCE_BYTES_MAX);
        can_be(Self::Text, !(only_digits && is_number) && Words::of(word).is_some());
        readings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Reading::*;

    #[test]
    fn a_word_is_read_as_everything_it_can_be() {
        for (word, expected) in [
            ("447700900123", &[Number, CarrierId, Reference][..]),
            ("07700-900123", &[Number, CarrierId, Sender, Reference, Text]),
            ("60777", &[Number, CarrierId, Reference]),
            ("8fmwvqwy3ewcz", &[MessageId, CarrierId, Sender, Reference, Text]),
            ("13006AC1", &[CarrierId, Sender, Reference, Text]),
            ("1234567890123", &[MessageId, Number, CarrierId, Reference]),
            ("12345678901234567", &[CarrierId, Reference, Text]),
            ("ACME", &[Sender, Reference, Text]),
            ("order-881", &[CarrierId, Sender, Reference, Text]),
            ("验证码", &[Sender, Reference, Text]),
            ("12", &[Reference, Text]),
            ("?!", &[Sender, Reference]),
        ] {
            assert_eq!(Reading::all_of(word), expected, "{word}");
        }
    }
}
