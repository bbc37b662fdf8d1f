//! The form in which a carrier wants addresses: TON and NPI of each kind, with or without `+`, numbers
//! of its own country with or without their country code.
//!
//! The defaults are what most take (SMPP §5.2.5–§5.2.6): 1/1 without `+`, 3/0 for short codes, 5/0
//! for names.

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

/// How one carrier wants addresses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Forms {
    /// Numbers with their country code.
    pub international: Form,
    /// Whether those begin with `+`.
    pub plus: bool,
    /// Numbers of `country` without their country code or trunk prefix (TS 23.040 §9.1.2.5); `None`
    /// sends them as international too.
    pub national: Option<Form>,
    /// Short codes.
    pub short_code: Form,
    /// Names.
    pub alphanumeric: Form,
    /// The country of numbers that come without a country code, and of `national`.
    pub country: Option<Country>,
}

impl Default for Forms {
    fn default() -> Self {
        Self {
            international: Form { ton: ton::INTERNATIONAL, npi: npi::ISDN },
            plus: false,
            national: None,
            short_code: Form { ton: ton::NETWORK_SPECIFIC, npi: npi::UNKNOWN },
            alphanumeric: Form { ton: ton::ALPHANUMERIC, npi: npi::UNKNOWN },
            country: None,
        }
    }
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

impl Forms {
    /// Writes an address as the carrier wants it. What is of no kind that the carrier has a form for
    /// (a number without a country that nobody knows, an IP address) goes as it came.
    pub fn write<'a>(&self, address: &Address<'a>) -> Outgoing<'a> {
        let canonical = canonical(address, self.country);
        let form = match canonical.kind {
            Kind::International => return self.number(address, canonical.addr, canonical.change),
            Kind::ShortCode => self.short_code,
            Kind::Alphanumeric => self.alphanumeric,
            _ => Form { ton: address.ton, npi: address.npi },
        };
        outgoing(address, form, canonical.addr, Change::default())
    }

    /// Writes a number in E.164 digits.
    fn number<'a>(
        &self,
        address: &Address<'a>,
        digits: Cow<'a, [u8]>,
        mut change: Change,
    ) -> Outgoing<'a> {
        if let (Some(form), Some(country)) = (self.national, self.country)
            && let Some((_, rest)) = plan::split(&digits)
            && !rest.is_empty()
            && plan::country_of(&digits) == Some(country)
        {
            let rest = rest.to_vec();
            // What came without its country code leaves as it came, but for the trunk prefix.
            change.digits =
                (rest != without_plus(address.addr).1).then_some(Digits::Shortened(country));
            return outgoing(address, form, Cow::Owned(rest), change);
        }
        let came_with_plus = address.addr.first() == Some(&b'+');
        change.plus = match (came_with_plus, self.plus) {
            (false, true) => Some(Plus::Added),
            (true, false) => Some(Plus::Dropped),
            _ => None,
        };
        let addr = match (self.plus, came_with_plus) {
            (true, true) => Cow::Borrowed(address.addr),
            (true, false) => Cow::Owned([b"+", &digits[..]].concat()),
            (false, _) => digits,
        };
        outgoing(address, self.international, addr, change)
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

    fn written(forms: &Forms, ton: u8, npi: u8, addr: &str) -> (u8, u8, String, String) {
        let outgoing = forms.write(&Address { ton, npi, addr: addr.as_bytes() });
        let addr = String::from_utf8(outgoing.addr.into_owned()).expect("ASCII");
        (outgoing.ton, outgoing.npi, addr, outgoing.change.to_string())
    }

    #[test]
    fn by_default_each_kind_goes_as_most_carriers_want_it() {
        let forms = Forms::default();
        for ((ton, npi, addr), (to_ton, to_npi, sent, change)) in [
            ((1, 1, "447700900123"), (1, 1, "447700900123", "")),
            ((1, 1, "+447700900123"), (1, 1, "447700900123", "+ dropped")),
            ((0, 1, "+447700900123"), (1, 1, "447700900123", "+ dropped, TON and NPI set")),
            ((0, 0, "60777"), (3, 0, "60777", "TON and NPI set")),
            ((2, 1, "60777"), (3, 0, "60777", "TON and NPI set")),
            ((0, 0, "ACME"), (5, 0, "ACME", "TON and NPI set")),
            ((5, 1, "ACME"), (5, 0, "ACME", "TON and NPI set")),
            ((2, 1, "07700900123"), (2, 1, "07700900123", "")),
            ((0, 14, "192.0.2.1"), (0, 14, "192.0.2.1", "")),
        ] {
            let expected = (to_ton, to_npi, sent.to_owned(), change.to_owned());
            assert_eq!(written(&forms, ton, npi, addr), expected, "{ton}/{npi} {addr}");
        }
    }

    #[test]
    fn a_carrier_that_wants_the_plus_gets_it_on_numbers_alone() {
        let forms = Forms { plus: true, ..Forms::default() };
        assert_eq!(written(&forms, 1, 1, "447700900123").2, "+447700900123");
        assert_eq!(written(&forms, 1, 1, "+447700900123").3, "");
        assert_eq!(written(&forms, 3, 0, "60777").2, "60777");
    }

    #[test]
    fn national_numbers_are_completed_by_the_carriers_country() {
        let forms = Forms { country: gb(), ..Forms::default() };
        let (ton, npi, addr, change) = written(&forms, 2, 1, "07400123456");
        assert_eq!((ton, npi, addr.as_str()), (1, 1, "447400123456"));
        assert_eq!(change, "completed by the plan of GB, TON and NPI set");
    }

    #[test]
    fn a_carrier_may_want_numbers_of_its_country_without_the_code() {
        let national = Some(Form { ton: 2, npi: 1 });
        let forms = Forms { country: gb(), national, ..Forms::default() };
        let (ton, npi, addr, change) = written(&forms, 1, 1, "+447400123456");
        assert_eq!((ton, npi, addr.as_str()), (2, 1, "7400123456"));
        assert_eq!(change, "country code of GB dropped, + dropped, TON and NPI set");
        assert_eq!(written(&forms, 2, 1, "7400123456"), (2, 1, "7400123456".into(), "".into()));
        assert_eq!(written(&forms, 1, 1, "447797712345").2, "447797712345", "Jersey shares +44");
        assert_eq!(written(&forms, 1, 1, "33612345678").2, "33612345678");
    }
}
