//! Names as senders: TON 5, NPI 0, at most 11 septets of the GSM alphabet (TS 23.040 §9.1.2.5: an
//! address has room for 10 octets, which are 11 septets).

use crate::gsm::alphabet::{Alphabet, encode};

/// Septets of a name; a character of the extension table takes two.
pub const ALPHANUMERIC_SEPTETS_MAX: usize = 11;

/// Why a name cannot be a sender.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SenderError {
    /// There is nothing in it but spaces.
    #[error("is empty")]
    Empty,
    /// It does not fit; networks refuse it or cut it.
    #[error("takes {0} septets, and a name has room for 11")]
    TooLong(usize),
    /// It is a number or a short code, and shown as one.
    #[error("is digits alone, which are a number and no name")]
    Digits,
    /// A character that the GSM alphabet does not have.
    #[error("has a character outside the GSM alphabet")]
    NotGsm,
    /// A control character, or one whose septet would end the field.
    #[error("has a character that the field cannot carry")]
    Control,
}

/// Whether a text can be the name of a sender.
///
/// # Errors
/// The first thing wrong with it.
pub fn check(name: &str) -> Result<(), SenderError> {
    if name.trim().is_empty() {
        return Err(SenderError::Empty);
    }
    if name.chars().any(char::is_control) {
        return Err(SenderError::Control);
    }
    if name.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(SenderError::Digits);
    }
    if name.is_ascii() {
        return check_octets(name.as_bytes());
    }
    let encoded = encode(name);
    match encoded.alphabet {
        Alphabet::Gsm7 if encoded.units > ALPHANUMERIC_SEPTETS_MAX => {
            Err(SenderError::TooLong(encoded.units))
        }
        Alphabet::Gsm7 => Ok(()),
        _ => Err(SenderError::NotGsm),
    }
}

/// Whether octets of a `source_addr` can be the name of a sender. They are the letters that ASCII and
/// the GSM alphabet share, or septets of the latter; so only what neither has is refused.
///
/// # Errors
/// The first thing wrong with it.
pub fn check_octets(name: &[u8]) -> Result<(), SenderError> {
    if name.iter().all(|&octet| octet == b' ') {
        return Err(SenderError::Empty);
    }
    let mut septets = 0;
    for &octet in name {
        septets += match octet {
            // NUL would end the field; CR, LF and ESC are septets that no name has; GSM has no `.
            0 | b'\n' | b'\r' | 0x1b | 0x7f => return Err(SenderError::Control),
            b'`' | 0x80.. => return Err(SenderError::NotGsm),
            b'^' | b'{' | b'}' | b'\\' | b'[' | b'~' | b']' | b'|' => 2,
            _ => 1,
        };
    }
    if septets > ALPHANUMERIC_SEPTETS_MAX {
        return Err(SenderError::TooLong(septets));
    }
    if name.iter().all(u8::is_ascii_digit) {
        return Err(SenderError::Digits);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_to_eleven_characters_of_the_gsm_alphabet() {
        for name in ["A", "ACME Alerts", "H&M", "Café", "ΔΦΓΛΩΠΨΣΘΞ", "7-Eleven", "@ACME"]
        {
            assert_eq!(check(name), Ok(()), "{name}");
        }
        assert_eq!(check("ACME Notices"), Err(SenderError::TooLong(12)));
        assert_eq!(check("[ACME Shop]"), Err(SenderError::TooLong(13)), "brackets take two");
        assert_eq!(check("Почта"), Err(SenderError::NotGsm));
        assert_eq!(check("a`b"), Err(SenderError::NotGsm));
        assert_eq!(check("  "), Err(SenderError::Empty));
        assert_eq!(check(""), Err(SenderError::Empty));
        assert_eq!(check("60777"), Err(SenderError::Digits));
        assert_eq!(check("AC\nME"), Err(SenderError::Control));
        assert_eq!(check("AC\0ME"), Err(SenderError::Control));
    }

    #[test]
    fn octets_of_either_alphabet_can_be_a_name() {
        assert_eq!(check_octets(b"ACME"), Ok(()));
        assert_eq!(check_octets(b"Caf\x05"), Ok(()), "septets");
        assert_eq!(check_octets(&[0xe9; 3]), Err(SenderError::NotGsm));
        assert_eq!(check_octets(&[b'a'; 64]), Err(SenderError::TooLong(64)));
    }
}
