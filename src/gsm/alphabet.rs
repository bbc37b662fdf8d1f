//! Encoding a text in the smallest alphabet that holds it, and showing what was encoded.
//!
//! Septets are one to an octet, as SMPP carries `data_coding` 0; packing is the SMSC's business.
//! **Invariants**: decoding what was encoded gives the same text; decoding never fails, what cannot
//! be shown is U+FFFD. Not here: segmentation, national language tables.

use super::alphabet_table::{DEFAULT, ESCAPE, EXTENSION};

/// Septets of one part without a user data header (TS 23.040 §9.2.3.16: 140 octets).
pub const SEPTETS_MAX: usize = 160;

/// UCS-2 units of one part without a user data header.
pub const UNITS_MAX: usize = 70;

/// Which alphabet a text is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Alphabet {
    /// The GSM 7 bit default alphabet, `data_coding` 0.
    Gsm7,
    /// UTF-16 in big endian, `data_coding` 8. Networks say UCS-2 and pass surrogates through.
    Ucs2,
}

impl Alphabet {
    /// SMPP §5.2.19.
    pub const fn data_coding(self) -> u8 {
        match self {
            Self::Gsm7 => 0x00,
            Self::Ucs2 => 0x08,
        }
    }

    /// What the API calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gsm7 => "gsm7",
            Self::Ucs2 => "ucs2",
        }
    }

    /// The alphabet of a `data_coding`, if it is one of these.
    pub const fn of(data_coding: u8) -> Option<Self> {
        match data_coding {
            0x00 => Some(Self::Gsm7),
            0x08 => Some(Self::Ucs2),
            _ => None,
        }
    }

    /// How many of its units one part holds.
    pub const fn units_max(self) -> usize {
        match self {
            Self::Gsm7 => SEPTETS_MAX,
            Self::Ucs2 => UNITS_MAX,
        }
    }
}

/// A text in octets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Encoded {
    /// Its alphabet.
    pub alphabet: Alphabet,
    /// Its octets.
    pub octets: Vec<u8>,
    /// Septets with their escapes, or UCS-2 units.
    pub units: usize,
}

/// Encodes a text: in the default alphabet if every character is there, else in UCS-2.
pub fn encode(text: &str) -> Encoded {
    if let Some(octets) = septets(text) {
        return Encoded { alphabet: Alphabet::Gsm7, units: octets.len(), octets };
    }
    let octets: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    Encoded { alphabet: Alphabet::Ucs2, units: octets.len() / 2, octets }
}

fn septets(text: &str) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len());
    for letter in text.chars() {
        match septet(letter) {
            Some(septet) => octets.push(septet),
            None => {
                let (septet, _) = EXTENSION.iter().find(|(_, extended)| *extended == letter)?;
                octets.extend([ESCAPE, *septet]);
            }
        }
    }
    Some(octets)
}

fn septet(letter: char) -> Option<u8> {
    // Letters, digits and most marks are where ASCII has them.
    let ascii = letter as usize;
    if ascii < DEFAULT.len() && DEFAULT[ascii] == letter {
        return Some(ascii as u8);
    }
    let place = DEFAULT.iter().position(|&known| known == letter)?;
    (place != usize::from(ESCAPE)).then_some(place as u8)
}

/// Shows user data as text; `None` if its `data_coding` says that it is none.
pub fn decode(data_coding: u8, octets: &[u8]) -> Option<String> {
    match data_coding {
        0x00 => Some(from_septets(octets)),
        // IA5 (SMPP §5.2.19).
        0x01 => Some(octets.iter().map(|&octet| shown(octet, octet < 0x80)).collect()),
        // Latin 1.
        0x03 => Some(octets.iter().map(|&octet| char::from(octet)).collect()),
        0x08 => Some(from_ucs2(octets)),
        // TS 23.038 §4: message class or compression bits, with the alphabet in bits 3-2.
        0x10..=0x1f | 0xf0..=0xf3 => Some(from_septets(octets)),
        _ => None,
    }
}

fn from_septets(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    let mut rest = octets.iter();
    while let Some(&octet) = rest.next() {
        if octet != ESCAPE {
            text.push(default(octet));
            continue;
        }
        let Some(&next) = rest.next() else { break };
        // TS 23.038 §6.2.1.1: what is not in the extension is shown from the default alphabet.
        let extended = EXTENSION.iter().find(|(septet, _)| *septet == next);
        text.push(extended.map_or_else(|| default(next), |(_, letter)| *letter));
    }
    text
}

fn default(octet: u8) -> char {
    DEFAULT.get(usize::from(octet)).copied().unwrap_or(char::REPLACEMENT_CHARACTER)
}

fn from_ucs2(octets: &[u8]) -> String {
    let (pairs, rest) = octets.as_chunks::<2>();
    let units = pairs.iter().map(|&pair| u16::from_be_bytes(pair));
    let mut text: String =
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    text.extend(rest.iter().map(|_| char::REPLACEMENT_CHARACTER));
    text
}

fn shown(octet: u8, known: bool) -> char {
    if known { char::from(octet) } else { char::REPLACEMENT_CHARACTER }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_the_default_alphabet_reads_back() {
        let text: String = DEFAULT
            .iter()
            .enumerate()
            .filter(|&(place, _)| place != usize::from(ESCAPE))
            .map(|(_, letter)| *letter)
            .chain(EXTENSION.iter().map(|(_, letter)| *letter))
            .collect();
        let encoded = encode(&text);
        assert_eq!(encoded.alphabet, Alphabet::Gsm7);
        assert_eq!(encoded.units, 127 + 2 * EXTENSION.len());
        assert_eq!(decode(0, &encoded.octets).as_deref(), Some(text.as_str()));
    }

    #[test]
    fn septets_are_those_of_the_standard() {
        assert_eq!(encode("@£€").octets, [0x00, 0x01, 0x1b, 0x65]);
        assert_eq!(encode("[a_Z]").octets, [0x1b, 0x3c, 0x61, 0x11, 0x5a, 0x1b, 0x3e]);
    }

    #[test]
    fn one_character_outside_makes_it_ucs_2() {
        for text in ["ç", "`", "Привет", "smile 😀", "\u{a0}", "\t"] {
            let encoded = encode(text);
            assert_eq!(encoded.alphabet, Alphabet::Ucs2, "{text}");
            assert_eq!(encoded.units, text.encode_utf16().count());
            assert_eq!(decode(8, &encoded.octets).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_cannot_be_shown_is_replaced_and_never_panics() {
        assert_eq!(decode(0, &[0x41, 0xff, 0x1b]).as_deref(), Some("A\u{fffd}"));
        assert_eq!(decode(8, &[0xd8, 0x00, 0x00]).as_deref(), Some("\u{fffd}\u{fffd}"));
        assert_eq!(decode(1, &[0x41, 0x80]).as_deref(), Some("A\u{fffd}"));
        assert_eq!(decode(4, b"\x00\x01"), None, "binary");
    }
}
