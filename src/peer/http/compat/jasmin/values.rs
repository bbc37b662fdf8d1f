//! The arguments that there are, and what their values have to be.

use super::arguments::Argument;
use crate::peer::http::numbers::can_be_sender;

fn anything(_: &[u8]) -> bool {
    true
}

/// Up to 64 characters; Jasmin itself stops at 16.
fn credential(value: &[u8]) -> bool {
    (1..=64).contains(&value.len()) && !value.contains(&b'\n')
}

fn number(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"+").unwrap_or(value);
    (1..=15).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
}

/// None is the account's own.
fn sender(value: &[u8]) -> bool {
    value.is_empty() || std::str::from_utf8(value).is_ok_and(|text| can_be_sender(text.trim()))
}

fn coding(value: &[u8]) -> bool {
    matches!(value, [b'0'..=b'9'] | b"10" | b"13" | b"14")
}

fn digits(value: &[u8]) -> bool {
    !value.is_empty() && value.iter().all(u8::is_ascii_digit)
}

/// SMPP §7.1.1.
fn time(value: &[u8]) -> bool {
    let [numbers @ .., sign] = value else { return false };
    numbers.len() == 15 && numbers.iter().all(u8::is_ascii_digit) && b"+-R".contains(sign)
}

fn to_four(value: &[u8], lowest: u8) -> bool {
    matches!(value, [digit] if (lowest..=b'3').contains(digit))
}

fn method(value: &[u8]) -> bool {
    value.eq_ignore_ascii_case(b"get") || value.eq_ignore_ascii_case(b"post")
}

fn tags(value: &[u8]) -> bool {
    value.iter().all(|octet| octet.is_ascii_alphanumeric() || b"-,".contains(octet))
}

fn address(value: &[u8]) -> bool {
    crate::peer::http::compat::callbacks::address(value).is_some()
}

const USERNAME: Argument = Argument::must("username", credential);
const PASSWORD: Argument = Argument::must("password", credential);

/// Those of `/balance`.
pub(super) const OF_BALANCE: &[Argument] = &[USERNAME, PASSWORD];

/// Those of `/rate`.
pub(super) const OF_RATE: &[Argument] = &[
    Argument::must("to", number),
    Argument::may("from", sender),
    Argument::may("coding", coding),
    USERNAME,
    PASSWORD,
    Argument::may("priority", |value| to_four(value, b'0')),
    Argument::may("validity-period", digits),
    Argument::may("tags", tags),
    Argument::may("content", anything),
    Argument::may("hex-content", anything),
];

/// Those of `/send`.
pub(super) const OF_SEND: &[Argument] = &[
    Argument::must("to", number),
    Argument::may("from", sender),
    Argument::may("coding", coding),
    USERNAME,
    PASSWORD,
    Argument::may("priority", |value| to_four(value, b'0')),
    Argument::may("sdt", time),
    Argument::may("validity-period", digits),
    Argument::may("dlr", |value| value == b"yes" || value == b"no"),
    Argument::may("dlr-url", address),
    Argument::may("dlr-level", |value| to_four(value, b'1')),
    Argument::may("dlr-method", method),
    Argument::may("tags", tags),
    Argument::may("content", anything),
    Argument::may("hex-content", anything),
    // Parameters of a vendor's own, which nothing here would carry.
    Argument::may("custom_tlvs", |value| value.is_empty() || value == b"[]"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(name: &str, value: &str) -> bool {
        let argument = OF_SEND.iter().find(|argument| argument.name == name).expect("there is one");
        (argument.fits)(value.as_bytes())
    }

    #[test]
    fn values_are_what_jasmins_patterns_take() {
        for (name, right, wrong) in [
            ("to", &["+447700900123", "1"][..], &["", "+", "44x", "1234567890123456"][..]),
            ("from", &["", "ACME", " 447700900123"], &["a name too long", "я"]),
            ("coding", &["0", "9", "10", "13", "14"], &["", "11", "15", "00", "a"]),
            ("username", &["shop"], &["", "a\nb"]),
            ("priority", &["0", "3"], &["4", "", "00"]),
            ("sdt", &["000000000110000R", "261122010000000+"], &["000000000110000", "x", ""]),
            ("validity-period", &["0", "1440"], &["", "-1", "1.5"]),
            ("dlr", &["yes", "no"], &["YES", "1"]),
            ("dlr-url", &["http://shop.example/dlr"], &["shop.example", "ftp://shop.example"]),
            ("dlr-level", &["1", "2", "3"], &["0", "4"]),
            ("dlr-method", &["get", "POST"], &["put"]),
            ("tags", &["", "a-1,b"], &["a b", "a_b"]),
            ("custom_tlvs", &["[]"], &["[[1,2]]"]),
        ] {
            assert!(right.iter().all(|value| fits(name, value)), "{name} {right:?}");
            assert!(!wrong.iter().any(|value| fits(name, value)), "{name} {wrong:?}");
        }
    }
}
