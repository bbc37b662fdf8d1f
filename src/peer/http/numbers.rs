//! What can be a sender and a destination where messages come in over HTTP.

use crate::address::canonical::canonical;
use crate::message::address::Address;

/// Digits of the longest number (E.164 §6.2.1).
const DIGITS_MAX: usize = 15;

/// Characters of the longest name (TS 23.040 §9.1.2.5).
const NAME_CHARS_MAX: usize = 11;

/// Whether this is up to 15 digits, with or without `+`.
pub fn can_be_destination(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (1..=DIGITS_MAX).contains(&digits.len()) && all_digits(digits)
}

/// Whether this is a number, a short code, or a name of up to 11 characters of printable ASCII.
pub fn can_be_sender(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    if !digits.is_empty() && all_digits(digits) {
        return digits.len() <= DIGITS_MAX;
    }
    let printable = |octet: u8| (0x20..0x7f).contains(&octet);
    !text.trim().is_empty() && text.len() <= NAME_CHARS_MAX && text.bytes().all(printable)
}

/// A number as opt-outs are kept for it: its digits with the country code; `None` if it has none. No country code
/// begins with a zero: such a number is meant within its country, and would never match.
pub fn with_country_code(text: &str) -> Option<String> {
    let number = canonical(&Address::infer(text.as_bytes()), None).addr;
    let number = String::from_utf8(number.into_owned()).ok()?;
    let whole = (3..=DIGITS_MAX).contains(&number.len()) && !number.starts_with('0');
    (whole && all_digits(&number)).then_some(number)
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|octet| octet.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opt_outs_are_of_numbers_with_a_country_code() {
        assert_eq!(with_country_code("+447700900123").as_deref(), Some("447700900123"));
        assert_eq!(with_country_code("447700900123").as_deref(), Some("447700900123"));
        for none in ["07700900123", "ACME", "", "12345678901234567"] {
            assert_eq!(with_country_code(none), None, "{none}");
        }
    }

    #[test]
    fn numbers_are_both_and_names_are_senders_only() {
        for number in ["+447700900123", "60777", "1"] {
            assert!(can_be_destination(number) && can_be_sender(number), "{number}");
        }
        assert!(can_be_sender("ACME Alerts") && !can_be_destination("ACME Alerts"));
        for neither in ["", "+", " ", "1234567890123456", "ACME Alerts!", "Grüße"] {
            assert!(!can_be_destination(neither), "{neither}");
            assert_eq!(can_be_sender(neither), neither == "+", "{neither}");
        }
    }
}
