//! The public id of a message in the forms that clients of other gateways expect: a UUID, and the `SM…` of
//! Twilio.
//!
//! Both hold the 64 bits of the public id and can be turned back, so that whatever a client was given
//! names its message everywhere.
//! **Invariant**: `number(uuid(id))` and `number(sid(id))` are the number of `id`.

use super::id::PublicId;

/// Digits of either form, without marks.
const DIGITS: usize = 32;

/// What every one of them ends with, after the 64 bits of the id: 58 bits that tell it from others.
const OURS: u128 = u64::from_be_bytes(*b"\0postrid") as u128;

/// Version 4, which Jasmin writes: some clients check for it (RFC 9562 §5.4).
const VERSION: u128 = 4 << 76;

/// The variant of RFC 9562 §4.1.
const VARIANT: u128 = 0b10 << 62;

/// The id as a UUID: 36 characters in lower case.
pub fn uuid(id: PublicId) -> String {
    let digits = digits(id);
    let groups = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    groups.join("-")
}

/// The id as Twilio's message SID: `SM` and 32 hexadecimal digits in lower case.
pub fn sid(id: PublicId) -> String {
    format!("SM{}", digits(id))
}

/// The number of the id that either form stands for, in capitals or not.
pub fn number(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    let plain = match text.len() {
        36 => {
            let marks = [8, 13, 18, 23];
            let placed = marks.iter().all(|&place| text.as_bytes()[place] == b'-');
            placed.then(|| text.replace('-', ""))?
        }
        34 => text.strip_prefix("SM")?.to_owned(),
        _ => return None,
    };
    if plain.len() != DIGITS || !plain.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let value = u128::from_str_radix(&plain, 16).ok()?;
    let number = (value >> 80) << 16 | (value >> 64 & 0xfff) << 4 | value >> 58 & 0xf;
    let number = u64::try_from(number).ok()?;
    (layout(number) == value).then_some(number)
}

fn digits(id: PublicId) -> String {
    format!("{:032x}", layout(id.number()))
}

/// 48 bits of the number, the version, 12 bits, the variant, 4 bits, and our mark.
fn layout(number: u64) -> u128 {
    let number = u128::from(number);
    (number >> 16) << 80
        | VERSION
        | (number >> 4 & 0xfff) << 64
        | VARIANT
        | (number & 0xf) << 58
        | OURS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::{IdCipher, MessageOrd};

    #[test]
    fn either_form_leads_back_to_its_message() {
        let cipher = IdCipher::new(7);
        for ord in (0..1_000).chain([u64::MAX, 1 << 40]).map(MessageOrd) {
            let id = cipher.seal(ord);
            let (uuid, sid) = (uuid(id), sid(id));
            assert_eq!((uuid.len(), &uuid[14..15], sid.len()), (36, "4", 34));
            for text in [uuid.clone(), uuid.to_uppercase(), sid.clone()] {
                assert_eq!(cipher.open(text.as_bytes()), Some(ord), "{text}");
            }
        }
    }

    #[test]
    fn what_others_made_is_nobodys() {
        let id = sid(IdCipher::new(7).seal(MessageOrd(1)));
        let others = [
            "00000000-0000-4000-8000-000000000000",
            "SM00000000000000000000000000000000",
            "SMé0000000000000000000000000000000",
            "00000000x0000x4000x8000x000000000000",
            "",
        ];
        for other in others.into_iter().chain([&id[..33], &id.replace("SM", "MM")]) {
            assert_eq!(number(other.as_bytes()), None, "{other}");
        }
    }
}
