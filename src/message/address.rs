//! Addresses: who a message is from and to, and the key they are searched by.
//!
//! An address keeps the octets that came (TS 23.040 §9.1.2.5 and SMPP §5.2.5-5.2.9 for TON and NPI);
//! nothing is rewritten here. Its [`NumberKey`] is what the number indexes are sorted by.

use std::fmt;

use crate::telemetry::log::shows_numbers;

/// An address as the wire had it: type of number, numbering plan, and its octets without NUL.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Address<'a> {
    /// Type of number.
    pub ton: u8,
    /// Numbering plan indicator.
    pub npi: u8,
    /// Digits, or the letters of an alphanumeric sender.
    pub addr: &'a [u8],
}

impl<'a> Address<'a> {
    /// An address of unknown type, as people and the API write it; the TON and NPI are inferred:
    /// `+…` is international, letters are alphanumeric, up to six digits are a short code.
    pub fn infer(addr: &'a [u8]) -> Self {
        let digits = addr.strip_prefix(b"+").unwrap_or(addr);
        let numeric = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        match (numeric, digits.len()) {
            (false, _) => Self { ton: 5, npi: 0, addr },
            (true, ..=6) => Self { ton: 3, npi: 0, addr: digits },
            (true, _) => Self { ton: 1, npi: 1, addr: digits },
        }
    }

    /// The key this address is indexed by.
    pub fn key(&self) -> NumberKey {
        NumberKey::of(self.addr)
    }
}

impl fmt::Debug for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.ton, self.npi, Masked(self.addr))
    }
}

/// An address as logs may show it: the first three and the last two characters of a number of
/// seven or more, and only the length of anything shorter. In full if the operator asked for that.
#[derive(Debug)]
pub struct Masked<'a>(pub &'a [u8]);

impl fmt::Display for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = String::from_utf8_lossy(self.0);
        if shows_numbers() {
            return f.write_str(&text);
        }
        let count = text.chars().count();
        if count < 7 {
            return write!(f, "({count})");
        }
        let head: String = text.chars().take(3).collect();
        let tail: String = text.chars().skip(count - 2).collect();
        write!(f, "{head}…{tail}")
    }
}

/// What an address is searched by: 15 digits left-justified in nibbles, so that a prefix is a range;
/// anything else (letters, longer numbers) a hash with the top bit set.
///
/// A leading `+` does not count. Digit `d` is nibble `d + 1` and 0 ends the number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct NumberKey(pub u64);

const DIGITS_MAX: usize = 15;

impl NumberKey {
    /// The key of an address's octets.
    pub fn of(addr: &[u8]) -> Self {
        let digits = addr.strip_prefix(b"+").unwrap_or(addr);
        if digits.len() > DIGITS_MAX || digits.is_empty() {
            return Self::hashed(addr);
        }
        let mut key = 0u64;
        for &octet in digits {
            if !octet.is_ascii_digit() {
                return Self::hashed(addr);
            }
            key = key << 4 | u64::from(octet - b'0' + 1);
        }
        Self(key << (4 * (DIGITS_MAX - digits.len())))
    }

    /// The keys of all numbers that begin with these digits, for a range search.
    pub fn prefix_range(digits: &[u8]) -> Option<std::ops::RangeInclusive<Self>> {
        let first = Self::of(digits);
        if first.0 >> 63 == 1 {
            return None;
        }
        let length = digits.strip_prefix(b"+").unwrap_or(digits).len();
        let open_bits = 4 * (DIGITS_MAX - length) as u32;
        let mask = 1u64.checked_shl(open_bits).map_or(u64::MAX, |bit| bit - 1);
        Some(first..=Self(first.0 | mask))
    }

    /// FNV-1a over the lower-case letters: alphanumeric senders are matched whatever their case.
    fn hashed(addr: &[u8]) -> Self {
        let hash = addr.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, octet| {
            (hash ^ u64::from(octet.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
        });
        Self(hash | 1 << 63)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leading_plus_does_not_change_the_key() {
        assert_eq!(NumberKey::of(b"+447700900123"), NumberKey::of(b"447700900123"));
        assert_ne!(NumberKey::of(b"0447700900123"), NumberKey::of(b"447700900123"));
        assert_ne!(NumberKey::of(b"44"), NumberKey::of(b"440"));
    }

    #[test]
    fn a_prefix_is_a_range_of_keys() {
        let range = NumberKey::prefix_range(b"4477").expect("digits");
        assert!(range.contains(&NumberKey::of(b"4477")));
        assert!(range.contains(&NumberKey::of(b"447700900123")));
        assert!(!range.contains(&NumberKey::of(b"447800900123")));
        assert!(!range.contains(&NumberKey::of(b"447")));
        assert!(NumberKey::prefix_range(b"ACME").is_none());
    }

    #[test]
    fn alphanumeric_senders_match_in_any_case_and_never_collide_with_numbers() {
        assert_eq!(NumberKey::of(b"ACME"), NumberKey::of(b"acme"));
        assert_eq!(NumberKey::of(b"ACME").0 >> 63, 1);
        assert_eq!(NumberKey::of(b"999999999999999").0 >> 63, 0);
    }

    #[test]
    fn logs_show_neither_a_whole_number_nor_a_short_one() {
        assert_eq!(Masked(b"447700900123").to_string(), "447…23");
        assert_eq!(Masked(b"12345").to_string(), "(5)");
    }
}
