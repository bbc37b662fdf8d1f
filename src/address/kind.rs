//! What kind of address this is, by its type of number, its numbering plan and its characters
//! (SMPP §5.2.5 and §5.2.6; TS 23.040 §9.1.2.5).
//!
//! Peers write the same address with many types: a short code comes with TON 0, 2, 3 or 6, a number
//! with TON 1 and a `+`, a name with TON 0. So the characters weigh more than the type, and where
//! both leave it open only a country's plan can tell ([`canonical`](super::canonical)).
//! No allocation, no table: this is for the hot path.

use std::fmt;

use super::sender::{self, ALPHANUMERIC_SEPTETS_MAX};
use crate::message::address::Address;

/// SMPP §5.2.5 `*_addr_ton`.
pub mod ton {
    /// 0.
    pub const UNKNOWN: u8 = 0;
    /// 1: with its country code.
    pub const INTERNATIONAL: u8 = 1;
    /// 2: without its country code.
    pub const NATIONAL: u8 = 2;
    /// 3: a code of the network.
    pub const NETWORK_SPECIFIC: u8 = 3;
    /// 4: without its area code.
    pub const SUBSCRIBER: u8 = 4;
    /// 5: a name.
    pub const ALPHANUMERIC: u8 = 5;
    /// 6: a short form of a number.
    pub const ABBREVIATED: u8 = 6;
}

/// SMPP §5.2.6 `*_addr_npi`.
pub mod npi {
    /// 0.
    pub const UNKNOWN: u8 = 0;
    /// 1: E.163/E.164.
    pub const ISDN: u8 = 1;
    /// 9: private.
    pub const PRIVATE: u8 = 9;
    /// 14: an IP address.
    pub const INTERNET: u8 = 14;
    /// 18: a WAP client id.
    pub const WAP_CLIENT: u8 = 18;
}

/// What an address is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// A number with its country code.
    International,
    /// A number of which only the country is missing.
    National,
    /// A number that does not say whether its country code is there.
    Unknown,
    /// A number within an area.
    Subscriber,
    /// A short code: 2 to 8 digits.
    ShortCode,
    /// A name: up to 11 septets of the GSM alphabet, not all of them digits.
    Alphanumeric,
    /// An IP address, or the name of a host.
    Internet,
    /// A WAP client id, an address of e-mail and the like.
    WapClient,
    /// Nothing that any of these could be.
    Invalid,
}

/// Longest number of E.164 §6.
pub const E164_DIGITS_MAX: usize = 15;

/// Digits of a short code. Those for messages have 3 to 8; emergency services have 2.
pub const SHORT_CODE_DIGITS: std::ops::RangeInclusive<usize> = 2..=8;

/// Digits up to which a number marked national is a short code: numbers of 7 and 8 digits are usual.
const NATIONAL_SHORT_CODE_DIGITS_MAX: usize = 6;

impl Kind {
    /// All kinds, in the order of their documentation.
    pub const ALL: [Self; 9] = [
        Self::International,
        Self::National,
        Self::Unknown,
        Self::Subscriber,
        Self::ShortCode,
        Self::Alphanumeric,
        Self::Internet,
        Self::WapClient,
        Self::Invalid,
    ];

    /// The kind of an address.
    pub fn of(address: &Address<'_>) -> Self {
        match address.npi {
            npi::INTERNET => return Self::Internet,
            npi::WAP_CLIENT => return Self::WapClient,
            _ => {}
        }
        let (plus, digits) = without_plus(address.addr);
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return Self::of_characters(address);
        }
        if digits.len() > E164_DIGITS_MAX {
            return Self::Invalid;
        }
        if plus {
            return Self::International;
        }
        Self::of_digits(address.ton, digits.len())
    }

    /// What digits without a `+` are. Digits alone are no name, whatever the type says.
    fn of_digits(ton: u8, count: usize) -> Self {
        let short = SHORT_CODE_DIGITS.contains(&count);
        match ton {
            ton::INTERNATIONAL => Self::International,
            ton::NATIONAL if short && count <= NATIONAL_SHORT_CODE_DIGITS_MAX => Self::ShortCode,
            ton::NATIONAL => Self::National,
            ton::SUBSCRIBER => Self::Subscriber,
            _ if short => Self::ShortCode,
            _ => Self::Unknown,
        }
    }

    /// What anything but digits is: a name, if it can be one.
    fn of_characters(address: &Address<'_>) -> Self {
        if sender::check_octets(address.addr).is_ok() { Self::Alphanumeric } else { Self::Invalid }
    }

    /// Whether it is a subscriber's number in any form.
    pub const fn is_number(self) -> bool {
        matches!(self, Self::International | Self::National | Self::Unknown | Self::Subscriber)
    }

    /// The word of the configuration and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::International => "international",
            Self::National => "national",
            Self::Unknown => "unknown",
            Self::Subscriber => "subscriber",
            Self::ShortCode => "short_code",
            Self::Alphanumeric => "alphanumeric",
            Self::Internet => "internet",
            Self::WapClient => "wap_client",
            Self::Invalid => "invalid",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether there is one leading `+`, and the address without it.
pub fn without_plus(addr: &[u8]) -> (bool, &[u8]) {
    match addr.strip_prefix(b"+") {
        Some(rest) => (true, rest),
        None => (false, addr),
    }
}

/// The digits of a number that could be one of E.164: one leading `+` at most, then 1 to 15 digits of
/// which the first is not 0. The check of the hot path; whether anybody has the number is for
/// [`plan`](super::plan).
pub fn e164_digits(addr: &[u8]) -> Option<&[u8]> {
    let (_, digits) = without_plus(addr);
    let plausible = (1..=E164_DIGITS_MAX).contains(&digits.len())
        && digits[0] != b'0'
        && digits.iter().all(u8::is_ascii_digit);
    plausible.then_some(digits)
}

// A name fits where a number of 20 octets does, so no limit of SMPP §5.2.8 is passed.
const _: () = assert!(ALPHANUMERIC_SEPTETS_MAX <= 20);

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(ton: u8, npi: u8, addr: &str) -> Kind {
        Kind::of(&Address { ton, npi, addr: addr.as_bytes() })
    }

    #[test]
    fn a_plus_makes_a_number_international_whatever_its_type() {
        for ton in [0, 1, 2, 3, 5, 6] {
            assert_eq!(kind(ton, 1, "+447700900123"), Kind::International);
        }
    }

    #[test]
    fn a_short_code_is_one_under_each_type_the_field_gives_it() {
        for (ton, npi) in [(3, 0), (3, 9), (6, 0), (0, 0), (0, 1), (2, 1), (5, 0)] {
            assert_eq!(kind(ton, npi, "60777"), Kind::ShortCode, "{ton}/{npi}");
        }
        assert_eq!(kind(2, 1, "12345678"), Kind::National, "Norway has 8 digits");
        assert_eq!(kind(1, 1, "60777"), Kind::International);
        assert_eq!(kind(3, 0, "123456789"), Kind::Unknown, "nine digits are too many");
    }

    #[test]
    fn digits_alone_are_no_name_and_letters_are_no_number() {
        assert_eq!(kind(5, 0, "447700900123"), Kind::Unknown);
        assert_eq!(kind(5, 0, "ACME"), Kind::Alphanumeric);
        assert_eq!(kind(1, 1, "ACME"), Kind::Alphanumeric, "a wrong type is usual");
        assert_eq!(kind(5, 0, "ACME-Notices"), Kind::Invalid, "twelve characters");
        assert_eq!(kind(5, 0, ""), Kind::Invalid);
        assert_eq!(kind(1, 1, "4477009001234567"), Kind::Invalid, "sixteen digits");
    }

    #[test]
    fn the_check_of_the_hot_path_takes_what_e164_allows() {
        assert_eq!(e164_digits(b"+447700900123"), Some(&b"447700900123"[..]));
        assert_eq!(e164_digits(b"123456789012345").map(<[u8]>::len), Some(15));
        for addr in [&b""[..], b"+", b"++44", b"0044", b"1234567890123456", b"44 77", b"ACME"] {
            assert_eq!(e164_digits(addr), None, "{addr:?}");
        }
    }
}
