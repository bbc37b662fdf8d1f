//! Alphabets of one octet a character: IA5 and the parts of ISO 8859 that SMPP §5.2.19 names.

use super::alphabet::Alphabet;

/// The text of octets; `None` if the alphabet is not one of one octet a character.
pub(super) fn decode(alphabet: Alphabet, octets: &[u8]) -> Option<String> {
    let letter = match alphabet {
        Alphabet::Ia5 => ia5,
        Alphabet::Latin1 => char::from,
        Alphabet::Cyrillic => cyrillic,
        Alphabet::Hebrew => hebrew,
        _ => return None,
    };
    Some(octets.iter().map(|&octet| letter(octet)).collect())
}

/// International Alphabet No. 5, which is ASCII.
pub(super) fn ia5(octet: u8) -> char {
    if octet.is_ascii() { char::from(octet) } else { char::REPLACEMENT_CHARACTER }
}

/// ISO 8859-5: the upper half is the Cyrillic block less 0x360, but for three marks.
fn cyrillic(octet: u8) -> char {
    match octet {
        0xa1..=0xac | 0xae..=0xef | 0xf1..=0xfc | 0xfe..=0xff => shifted(octet, 0x360),
        0xf0 => '№',
        0xfd => '§',
        _ => char::from(octet),
    }
}

/// ISO 8859-8: Latin-1's marks with two changed, then the Hebrew letters.
fn hebrew(octet: u8) -> char {
    match octet {
        0xaa => '×',
        0xba => '÷',
        0xdf => '‗',
        0xe0..=0xfa => shifted(octet, 0x4f0),
        0xfd => '\u{200e}',
        0xfe => '\u{200f}',
        0xa1 | 0xbf..=0xde | 0xfb | 0xfc | 0xff => char::REPLACEMENT_CHARACTER,
        _ => char::from(octet),
    }
}

fn shifted(octet: u8, by: u32) -> char {
    char::from_u32(u32::from(octet) + by).unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_alphabet_shows_its_own_letters() {
        let all = |alphabet, octets: &[u8]| decode(alphabet, octets).expect("it is one of them");
        assert_eq!(all(Alphabet::Ia5, b"A@\x80"), "A@\u{fffd}");
        assert_eq!(all(Alphabet::Latin1, b"A@\xe9"), "A@é");
        assert_eq!(all(Alphabet::Cyrillic, b"\xbf\xe0\xd8\xf1\xad\xff"), "При\u{451}\u{ad}џ");
        assert_eq!(all(Alphabet::Hebrew, b"\xe0\xfa\xa1"), "את\u{fffd}");
    }

    #[test]
    fn other_alphabets_are_not_its_business() {
        for alphabet in [Alphabet::Gsm7, Alphabet::Ucs2, Alphabet::Octets, Alphabet::KsC5601] {
            assert_eq!(decode(alphabet, b"A"), None);
        }
    }
}
