//! A carrier's message id in the forms that ids are compared in.
//!
//! What an SMSC called a message in its response and what it calls it in the receipt are the same
//! name up to case, leading zeros, and being written in hexadecimal once and in decimal the other
//! time. The name itself is kept as it came elsewhere; here are the forms to look it up under. The
//! canonical form is hashed into the durable index, so a change of it is a change of format.
//!
//! **Invariants**: no heap; two ways to write one name share their canonical form or a candidate.
//! **Not here**: the scope of a name (account, peer, time), and a route's word on how it writes them.

use std::fmt;

/// The most octets of a name that count: `message_id` has 65 with its NUL (SMPP v3.4 §5.2.23).
pub const MESSAGE_ID_MAX: usize = 65;

/// A name in one form.
#[derive(Clone, Copy)]
pub struct NormalId {
    octets: [u8; MESSAGE_ID_MAX],
    length: u8,
}

impl NormalId {
    /// The canonical form: lower case, no blanks or NULs around it, no leading zeros. Of a name
    /// beyond 65 octets, the first 65 count.
    pub fn new(id: &[u8]) -> Self {
        let padding = |octet: &u8| octet.is_ascii_whitespace() || *octet == 0;
        let mut id = trim_end(id, padding);
        // A name of nothing but zeros keeps one.
        while let [first, rest @ ..] = id
            && !rest.is_empty()
            && (padding(first) || *first == b'0')
        {
            id = rest;
        }
        let id = trim_end(id.get(..MESSAGE_ID_MAX).unwrap_or(id), padding);
        let mut normal = Self::default();
        if let Some(octets) = normal.octets.get_mut(..id.len()) {
            octets.copy_from_slice(id);
            octets.make_ascii_lowercase();
            normal.length = id.len() as u8;
        }
        normal
    }

    /// The form's octets.
    #[inline]
    pub fn as_octets(&self) -> &[u8] {
        self.octets.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// Every form the message may be known under: the canonical one, the name read as hexadecimal
    /// and written in decimal, and the other way, where the number fits in 128 bits.
    pub fn candidates(&self) -> Candidates {
        let octets = self.as_octets();
        Candidates { forms: [Some(*self), from_hexadecimal(octets), from_decimal(octets)], next: 0 }
    }

    /// The name read as a decimal number and written in hexadecimal, if it is one of 128 bits.
    pub fn in_hexadecimal(&self) -> Option<Self> {
        from_decimal(self.as_octets())
    }

    /// The name read as a hexadecimal number and written in decimal, if it is one of 128 bits.
    pub fn in_decimal(&self) -> Option<Self> {
        from_hexadecimal(self.as_octets())
    }

    fn push(&mut self, octet: u8) {
        if let Some(place) = self.octets.get_mut(usize::from(self.length)) {
            *place = octet;
            self.length += 1;
        }
    }

    fn push_digit(&mut self, digit: u8) {
        self.push(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 });
    }

    /// Digits come lowest first.
    fn reversed(mut self) -> Self {
        if let Some(octets) = self.octets.get_mut(..usize::from(self.length)) {
            octets.reverse();
        }
        self
    }
}

fn trim_end(octets: &[u8], padding: impl Fn(&u8) -> bool) -> &[u8] {
    let length = octets.iter().rposition(|octet| !padding(octet)).map_or(0, |last| last + 1);
    octets.get(..length).unwrap_or_default()
}

/// The candidates of `id` in its canonical form.
pub fn candidates(id: &[u8]) -> Candidates {
    NormalId::new(id).candidates()
}

/// The forms of one name, the canonical one first, none twice.
#[derive(Clone, Debug)]
pub struct Candidates {
    forms: [Option<NormalId>; 3],
    next: usize,
}

impl Iterator for Candidates {
    type Item = NormalId;

    fn next(&mut self) -> Option<NormalId> {
        while let Some(form) = self.forms.get(self.next) {
            let before = self.forms.iter().take(self.next);
            let new = form.is_some() && !before.flatten().any(|other| Some(*other) == *form);
            let form = *form;
            self.next += 1;
            if new {
                return form;
            }
        }
        None
    }
}

fn from_hexadecimal(octets: &[u8]) -> Option<NormalId> {
    number::<16>(octets).map(digits::<10>)
}

fn from_decimal(octets: &[u8]) -> Option<NormalId> {
    number::<10>(octets).map(digits::<16>)
}

fn number<const RADIX: u32>(octets: &[u8]) -> Option<u128> {
    let digit = |octet: u8| char::from(octet).to_digit(RADIX);
    // Up to fifteen digits cannot overflow the narrower number, which is much quicker.
    match octets.len() {
        0 => None,
        1..=15 => octets
            .iter()
            .try_fold(0_u64, |number, &octet| {
                Some(number * u64::from(RADIX) + u64::from(digit(octet)?))
            })
            .map(u128::from),
        _ => octets.iter().try_fold(0_u128, |number, &octet| {
            number.checked_mul(u128::from(RADIX))?.checked_add(u128::from(digit(octet)?))
        }),
    }
}

fn digits<const RADIX: u64>(value: u128) -> NormalId {
    let mut normal = NormalId::default();
    let mut wide = value;
    let mut rest = loop {
        match u64::try_from(wide) {
            Ok(rest) => break rest,
            Err(_) => {
                normal.push_digit((wide % u128::from(RADIX)) as u8);
                wide /= u128::from(RADIX);
            }
        }
    };
    loop {
        normal.push_digit((rest % RADIX) as u8);
        rest /= RADIX;
        if rest == 0 {
            return normal.reversed();
        }
    }
}

impl Default for NormalId {
    fn default() -> Self {
        Self { octets: [0; MESSAGE_ID_MAX], length: 0 }
    }
}

impl PartialEq for NormalId {
    fn eq(&self, other: &Self) -> bool {
        self.as_octets() == other.as_octets()
    }
}

impl Eq for NormalId {}

impl std::hash::Hash for NormalId {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.as_octets().hash(state);
    }
}

impl std::ops::Deref for NormalId {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.as_octets()
    }
}

impl AsRef<[u8]> for NormalId {
    fn as_ref(&self) -> &[u8] {
        self.as_octets()
    }
}

impl fmt::Debug for NormalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.as_octets().escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(id: &str) -> Vec<String> {
        candidates(id.as_bytes())
            .map(|form| String::from_utf8_lossy(form.as_octets()).into_owned())
            .collect()
    }

    #[test]
    fn a_name_in_decimal_and_in_hexadecimal_share_a_form() {
        assert_eq!(forms("1A2B3C4D"), ["1a2b3c4d", "439041101"]);
        assert!(forms("0439041101").contains(&"1a2b3c4d".to_owned()));
    }

    #[test]
    fn digits_may_be_either() {
        assert_eq!(forms("5000"), ["5000", "20480", "1388"]);
        assert_eq!(forms("7"), ["7"]);
    }

    #[test]
    fn an_opaque_name_has_one_form() {
        assert_eq!(forms("ABC-def@smsc"), ["abc-def@smsc"]);
        assert_eq!(forms("7E82912F50E44B058E9A1FDEB41D67B301").len(), 1);
        assert_eq!(forms("000"), ["0"]);
        assert_eq!(forms(""), [""]);
    }

    #[test]
    fn the_canonical_form_of_a_canonical_form_is_itself() {
        for id in ["f\0\0\0", " 0 05 ", "0\x0b0", "000", &format!("{} x", "y".repeat(64))] {
            let normal = NormalId::new(id.as_bytes());
            assert_eq!(NormalId::new(normal.as_octets()), normal, "{id:?}");
        }
    }

    #[test]
    fn thirty_digits_and_a_whole_uuid_fit() {
        let digits = "123456789012345678901234567890";
        assert!(forms(digits).contains(&format!("{:x}", digits.parse::<u128>().unwrap())));
        assert!(forms(&"f".repeat(32)).contains(&u128::MAX.to_string()));
        assert_eq!(NormalId::new(&[b'x'; 99]).as_octets().len(), MESSAGE_ID_MAX);
    }
}
