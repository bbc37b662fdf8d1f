//! One form for every address: a number as its E.164 digits without `+`, anything else as it came.
//!
//! This is what routes and searches compare. **Invariant**: digits change only when the plan of the
//! country given says that they are a number of it; without a country nothing but one `+` goes.

use std::borrow::Cow;

use super::change::{Change, Digits, Plus};
use super::country::Country;
use super::kind::{Kind, ton, without_plus};
use super::plan::{self, Verdict};
use crate::message::address::Address;

/// An address in its one form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Canonical<'a> {
    /// What it is, after the plan was asked.
    pub kind: Kind,
    /// E.164 digits of an international number, else the characters that came.
    pub addr: Cow<'a, [u8]>,
    /// What was changed.
    pub change: Change,
}

/// Brings an address into its one form. `country` is that of numbers without a country code: the
/// account's or the carrier's, by where the address came from. Asks the plan (some µs) only for a
/// number that does not say its country.
pub fn canonical<'a>(address: &Address<'a>, country: Option<Country>) -> Canonical<'a> {
    let kind = Kind::of(address);
    let (plus, digits) = without_plus(address.addr);
    let undecided = match kind {
        Kind::International => digits.first() == Some(&b'0') && !plus,
        Kind::National | Kind::Unknown => true,
        Kind::ShortCode => matches!(address.ton, ton::UNKNOWN | ton::NATIONAL),
        _ => false,
    };
    if let (true, Some(country)) = (undecided, country)
        && let Some(e164) = completed(address, kind, country)
    {
        let change = Change { digits: Some(Digits::Completed(country)), ..Change::default() };
        return Canonical { kind: Kind::International, addr: Cow::Owned(e164), change };
    }
    if kind == Kind::International {
        let change = Change { plus: plus.then_some(Plus::Dropped), ..Change::default() };
        return Canonical { kind, addr: Cow::Borrowed(digits), change };
    }
    Canonical { kind, addr: Cow::Borrowed(address.addr), change: Change::default() }
}

/// The E.164 digits of a number of a country, if its plan has it. A number that says that it is
/// national may be in a range that the plan does not know yet; any other has to be in one that it
/// does.
fn completed(address: &Address<'_>, kind: Kind, country: Country) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(address.addr).ok()?;
    let number = plan::parse(text, Some(country)).ok()?;
    let enough = match kind {
        Kind::National => Verdict::Possible,
        _ => Verdict::Valid,
    };
    (number.verdict >= enough).then(|| number.e164.into_bytes().split_off(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(ton: u8, npi: u8, addr: &str, country: Option<&str>) -> (String, Kind, Change) {
        let country = country.map(|code| Country::from_code(code).expect("a code"));
        let address = Address { ton, npi, addr: addr.as_bytes() };
        let canonical = canonical(&address, country);
        let text = String::from_utf8(canonical.addr.into_owned()).expect("ASCII");
        (text, canonical.kind, canonical.change)
    }

    fn digits(ton: u8, npi: u8, addr: &str, country: Option<&str>) -> String {
        made(ton, npi, addr, country).0
    }

    #[test]
    fn a_national_number_becomes_one_of_its_country() {
        for (addr, country, e164) in [
            ("07400123456", "GB", "447400123456"),
            ("7400123456", "GB", "447400123456"),
            ("0212345678", "IT", "390212345678"),
            ("01115 23456789", "AR", "01115 23456789"),
            ("0111523456789", "AR", "5491123456789"),
            ("89123456789", "RU", "79123456789"),
            ("12345678", "NO", "4712345678"),
        ] {
            assert_eq!(digits(2, 1, addr, Some(country)), e164, "{addr} of {country}");
        }
        let (_, kind, change) = made(2, 1, "07400123456", Some("GB"));
        assert_eq!(kind, Kind::International);
        assert_eq!(change.to_string(), "completed by the plan of GB");
    }

    #[test]
    fn without_a_country_nothing_but_the_plus_goes() {
        assert_eq!(digits(2, 1, "07400123456", None), "07400123456");
        assert_eq!(digits(0, 0, "00447400123456", None), "00447400123456");
        let (addr, _, change) = made(1, 1, "+447400123456", None);
        assert_eq!((addr.as_str(), change.plus), ("447400123456", Some(Plus::Dropped)));
        assert_eq!(digits(1, 1, "++447400123456", None), "++447400123456");
    }

    #[test]
    fn a_number_with_its_country_code_stays_whatever_the_country() {
        for country in [None, Some("US"), Some("GB")] {
            assert_eq!(digits(1, 1, "447400123456", country), "447400123456");
            assert_eq!(digits(0, 1, "447400123456", country), "447400123456", "{country:?}");
            assert_eq!(digits(0, 0, "+5219981234567", country), "5219981234567", "not mended");
        }
    }

    #[test]
    fn an_international_prefix_goes_by_the_plan_of_the_country_that_dials_it() {
        assert_eq!(digits(0, 0, "00447400123456", Some("DE")), "447400123456");
        assert_eq!(digits(1, 1, "00447400123456", Some("DE")), "447400123456");
        assert_eq!(digits(0, 0, "011447400123456", Some("US")), "447400123456");
    }

    #[test]
    fn short_codes_and_names_are_left_alone() {
        for (ton, addr, country) in [
            (3, "60777", "GB"),
            (0, "60777", "GB"),
            (0, "112", "DE"),
            (2, "40404", "IN"),
            (5, "ACME", "GB"),
            (3, "62889", "AC"),
        ] {
            let (made, _, change) = made(ton, 0, addr, Some(country));
            assert_eq!(made, addr);
            assert!(change.is_none());
        }
        assert_eq!(digits(0, 0, "62889", Some("AC")), "24762889", "a line of Ascension Island");
    }
}
