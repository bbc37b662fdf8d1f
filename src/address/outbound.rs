//! The form in which a carrier wants addresses: TON and NPI of each kind, with or without `+`, numbers
//! of its own country with or without their country code.
//!
//! What a carrier's profile does not say goes as it came. What most carriers take (SMPP §5.2.5, §5.2.6)
//! is 1/1 without `+` for numbers, 3/0 for short codes and 5/0 for names.

use std::borrow::Cow;

use super::canonical::canonical;
use super::change::{Change, Digits, Plus};
use super::country::Country;
use super::kind::{Kind, npi, ton, without_plus};
use super::plan;
use crate::message::address::Address;

/// How one kind of address is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Form {
    /// Type of number.
    pub ton: u8,
    /// Numbering plan indicator.
    pub npi: u8,
}

/// What to do with a `+` in front of a number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sign {
    /// As it came.
    #[default]
    Keep,
    /// Taken away.
    Strip,
    /// Put in front of numbers with a country code.
    Add,
}

impl Sign {
    /// The words of a profile, in the order of the documentation.
    pub const WORDS: [(&'static str, Self); 3] =
        [("keep", Self::Keep), ("strip", Self::Strip), ("add", Self::Add)];
}

/// How one carrier wants the addresses of one side of a message; what is `None` goes as it came.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Forms {
    /// Numbers with their country code, and those that do not say whether they have it.
    pub number: Option<Form>,
    /// Numbers of `country` without their country code or trunk prefix (TS 23.040 §9.1.2.5); `None`
    /// sends them as any other.
    pub national: Option<Form>,
    /// Short codes.
    pub short_code: Option<Form>,
    /// Names.
    pub alphanumeric: Option<Form>,
    /// The `+` in front of numbers.
    pub plus: Sign,
    /// The country of numbers that come without a country code from somebody who has no country, and
    /// that of `national`.
    pub country: Option<Country>,
}

/// An address in a carrier's form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outgoing<'a> {
    /// Type of number.
    pub ton: u8,
    /// Numbering plan indicator.
    pub npi: u8,
    /// What is sent.
    pub addr: Cow<'a, [u8]>,
    /// What is other than it came.
    pub change: Change,
}

impl Outgoing<'_> {
    /// The address as the wire has it.
    pub fn address(&self) -> Address<'_> {
        Address { ton: self.ton, npi: self.npi, addr: &self.addr }
    }
}

/// What a number that a plan has completed is, where the carrier does not say how it wants numbers.
const E164: Form = Form { ton: ton::INTERNATIONAL, npi: npi::ISDN };

/// No country has numbers of so few digits: a short code that is said to be international.
const SHORT_CODE_DIGITS_SURE: usize = 6;

impl Forms {
    /// Whether every address goes as it came.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Writes an address as the carrier wants it. `home` is the country of who wrote it, if that is
    /// known: a number without a country code is completed by its plan, or else by that of the
    /// carrier's country, if the carrier says how it wants numbers. What is of no kind that the carrier
    /// has a form for (a national number of nobody knows where, an IP address) goes as it came.
    pub fn write<'a>(&self, address: &Address<'a>, home: Option<Country>) -> Outgoing<'a> {
        let came = Form { ton: address.ton, npi: address.npi };
        if self.is_none() {
            return outgoing(address, came, Cow::Borrowed(address.addr), Change::default());
        }
        let asks = self.number.is_some() || self.country.is_some();
        let canonical = canonical(address, home.or(self.country).filter(|_| asks));
        let (plus, digits) = without_plus(address.addr);
        let completed = canonical.change.digits.is_some();
        let short = !plus && !completed && digits.len() <= SHORT_CODE_DIGITS_SURE;
        let form = match canonical.kind {
            Kind::International if short => self.short_code,
            Kind::International => {
                let form = self.number.unwrap_or(if completed { E164 } else { came });
                return self.number(address, form, canonical.addr, canonical.change);
            }
            Kind::Unknown if digits.first() != Some(&b'0') => {
                let form = self.number.unwrap_or(came);
                return self.signed(address, form, canonical.addr, canonical.change);
            }
            Kind::ShortCode => self.short_code,
            Kind::Alphanumeric => self.alphanumeric,
            Kind::Invalid if !digits.iter().all(u8::is_ascii_digit) => self.alphanumeric,
            _ => None,
        };
        let addr = Cow::Borrowed(address.addr);
        outgoing(address, form.unwrap_or(came), addr, Change::default())
    }

    /// Writes a number in E.164 digits, without the country code if it is of the carrier's country.
    fn number<'a>(
        &self,
        address: &Address<'a>,
        form: Form,
        digits: Cow<'a, [u8]>,
        change: Change,
    ) -> Outgoing<'a> {
        if let (Some(national), Some(country)) = (self.national, self.country)
            && let Some((_, rest)) = plan::split(&digits)
            && !rest.is_empty()
            && plan::country_of(&digits) == Some(country)
        {
            let rest = rest.to_vec();
            // What came without its country code leaves as it came, but for the trunk prefix.
            let told = change.digits.unwrap_or(Digits::Shortened(country));
            let digits = (rest != without_plus(address.addr).1).then_some(told);
            return outgoing(address, national, Cow::Owned(rest), Change { digits, ..change });
        }
        self.signed(address, form, digits, change)
    }

    /// Writes digits with or without a `+`.
    fn signed<'a>(
        &self,
        address: &Address<'a>,
        form: Form,
        digits: Cow<'a, [u8]>,
        change: Change,
    ) -> Outgoing<'a> {
        let came = address.addr.first() == Some(&b'+');
        let goes = match self.plus {
            Sign::Keep => came,
            Sign::Strip => false,
            // No country code begins with 0.
            Sign::Add => came || digits.first() != Some(&b'0'),
        };
        let plus = match (came, goes) {
            (false, true) => Some(Plus::Added),
            (true, false) => Some(Plus::Dropped),
            _ => None,
        };
        let addr = match (came, goes) {
            (true, true) => Cow::Borrowed(address.addr),
            (false, true) => Cow::Owned([b"+", &digits[..]].concat()),
            (_, false) => digits,
        };
        outgoing(address, form, addr, Change { plus, ..change })
    }
}

fn outgoing<'a>(
    address: &Address<'a>,
    form: Form,
    addr: Cow<'a, [u8]>,
    change: Change,
) -> Outgoing<'a> {
    let type_of_number = (address.ton, address.npi) != (form.ton, form.npi);
    Outgoing { ton: form.ton, npi: form.npi, addr, change: Change { type_of_number, ..change } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gb() -> Option<Country> {
        Country::from_code("GB")
    }

    const fn form(ton: u8, npi: u8) -> Option<Form> {
        Some(Form { ton, npi })
    }

    /// What most carriers take.
    const USUAL: Forms = Forms {
        number: form(1, 1),
        national: None,
        short_code: form(3, 0),
        alphanumeric: form(5, 0),
        plus: Sign::Strip,
        country: None,
    };

    fn written(forms: &Forms, ton: u8, npi: u8, addr: &str) -> (u8, u8, String, String) {
        let outgoing = forms.write(&Address { ton, npi, addr: addr.as_bytes() }, None);
        let addr = String::from_utf8(outgoing.addr.into_owned()).expect("ASCII");
        (outgoing.ton, outgoing.npi, addr, outgoing.change.to_string())
    }

    #[test]
    fn what_a_carrier_has_no_wishes_for_goes_as_it_came() {
        let forms = Forms::default();
        assert!(forms.is_none());
        for addr in ["ACME", "+447700900123", "447700900123", "07400123456", "85075", "", "*100#"] {
            assert_eq!(written(&forms, 6, 9, addr), (6, 9, addr.into(), String::new()));
            let outgoing = forms.write(&Address { ton: 2, npi: 1, addr: addr.as_bytes() }, gb());
            assert!(outgoing.change.is_none(), "{outgoing:?}");
        }
    }

    #[test]
    fn each_kind_goes_as_most_carriers_want_it() {
        for ((ton, npi, addr), (to_ton, to_npi, sent, change)) in [
            ((1, 1, "447700900123"), (1, 1, "447700900123", "")),
            ((1, 1, "+447700900123"), (1, 1, "447700900123", "+ dropped")),
            ((0, 1, "+447700900123"), (1, 1, "447700900123", "+ dropped, TON and NPI set")),
            ((0, 0, "447700900123"), (1, 1, "447700900123", "TON and NPI set")),
            ((0, 0, "60777"), (3, 0, "60777", "TON and NPI set")),
            ((2, 1, "60777"), (3, 0, "60777", "TON and NPI set")),
            ((1, 1, "60777"), (3, 0, "60777", "TON and NPI set")),
            ((1, 1, "2901234"), (1, 1, "2901234", "")),
            ((0, 0, "ACME"), (5, 0, "ACME", "TON and NPI set")),
            ((5, 1, "ACME"), (5, 0, "ACME", "TON and NPI set")),
            ((0, 0, "LONGER THAN A NAME"), (5, 0, "LONGER THAN A NAME", "TON and NPI set")),
            ((2, 1, "07700900123"), (2, 1, "07700900123", "")),
            ((0, 0, "00447700900123"), (0, 0, "00447700900123", "")),
            ((0, 14, "192.0.2.1"), (0, 14, "192.0.2.1", "")),
            ((0, 0, ""), (0, 0, "", "")),
            ((1, 1, "1234567890123456"), (1, 1, "1234567890123456", "")),
        ] {
            let expected = (to_ton, to_npi, sent.to_owned(), change.to_owned());
            assert_eq!(written(&USUAL, ton, npi, addr), expected, "{ton}/{npi} {addr}");
        }
    }

    #[test]
    fn a_carrier_that_wants_the_plus_gets_it_on_numbers_alone() {
        let forms = Forms { plus: Sign::Add, ..USUAL };
        assert_eq!(written(&forms, 1, 1, "447700900123").2, "+447700900123");
        assert_eq!(written(&forms, 0, 0, "447700900123").2, "+447700900123");
        assert_eq!(written(&forms, 1, 1, "+447700900123").3, "");
        assert_eq!(written(&forms, 3, 0, "60777").2, "60777");
        assert_eq!(written(&forms, 0, 0, "07700900123").2, "07700900123", "has no country code");
    }

    #[test]
    fn national_numbers_are_completed_by_the_carriers_country() {
        let forms = Forms { country: gb(), ..Forms::default() };
        for (ton, npi, addr) in [(2, 1, "07400123456"), (0, 0, "00447400123456")] {
            let expected = "completed by the plan of GB, TON and NPI set";
            let expected = (1, 1, "447400123456".to_owned(), expected.to_owned());
            assert_eq!(written(&forms, ton, npi, addr), expected);
        }
        let forms = Forms { plus: Sign::Add, ..forms };
        let (_, _, addr, change) = written(&forms, 0, 0, "00447400123456");
        assert_eq!(addr, "+447400123456");
        assert_eq!(change, "completed by the plan of GB, + added, TON and NPI set");
    }

    #[test]
    fn who_wrote_a_number_knows_its_country_better_than_the_carrier() {
        let france = Country::from_code("FR");
        let address = Address { ton: 2, npi: 1, addr: b"0612345678" };
        for forms in [USUAL, Forms { country: gb(), ..USUAL }] {
            let outgoing = forms.write(&address, france);
            assert_eq!(outgoing.addr.as_ref(), b"33612345678");
            assert_eq!(outgoing.change.digits, france.map(Digits::Completed));
        }
        let names = Forms { alphanumeric: form(5, 0), ..Forms::default() };
        assert!(names.write(&address, france).change.is_none(), "it says nothing of numbers");
    }

    #[test]
    fn a_carrier_may_want_numbers_of_its_country_without_the_code() {
        let forms = Forms { country: gb(), national: form(2, 1), ..USUAL };
        let (ton, npi, addr, change) = written(&forms, 1, 1, "+447400123456");
        assert_eq!((ton, npi, addr.as_str()), (2, 1, "7400123456"));
        assert_eq!(change, "country code of GB dropped, + dropped, TON and NPI set");
        assert_eq!(written(&forms, 2, 1, "7400123456"), (2, 1, "7400123456".into(), "".into()));
        let (_, _, addr, change) = written(&forms, 2, 1, "07400123456");
        assert_eq!((addr.as_str(), change.as_str()), ("7400123456", "completed by the plan of GB"));
        assert_eq!(written(&forms, 1, 1, "447797712345").2, "447797712345", "Jersey shares +44");
        assert_eq!(written(&forms, 1, 1, "33612345678").2, "33612345678");
    }
}
