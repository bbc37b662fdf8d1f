//! UCS-2, which everybody sends as UTF-16 in big endian with surrogates (3GPP TS 23.038 §6.2.3).

/// The octets of a text.
pub fn encode(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// The text of octets. A byte order mark is taken off, and turns the order if it says so; a lone
/// surrogate and an odd octet at the end are U+FFFD.
pub fn decode(octets: &[u8]) -> String {
    let (little, octets) = match octets {
        [0xfe, 0xff, rest @ ..] => (false, rest),
        [0xff, 0xfe, rest @ ..] => (true, rest),
        _ => (false, octets),
    };
    let (pairs, rest) = octets.as_chunks::<2>();
    let unit = |pair: [u8; 2]| {
        if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
    };
    let letters = char::decode_utf16(pairs.iter().copied().map(unit));
    let mut text = String::with_capacity(octets.len());
    text.extend(letters.map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)));
    text.extend(rest.iter().map(|_| char::REPLACEMENT_CHARACTER));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_read_back() {
        for text in ["", "ж", "smile 😀", "👩‍👩‍👧‍👦", "\u{a0}\t"] {
            assert_eq!(decode(&encode(text)), text);
        }
    }

    #[test]
    fn a_byte_order_mark_says_the_order_and_is_not_shown() {
        assert_eq!(decode(&[0xfe, 0xff, 0x04, 0x36]), "ж");
        assert_eq!(decode(&[0xff, 0xfe, 0x36, 0x04]), "ж");
        assert_eq!(decode(&[0x36, 0x04]), "㘄", "without one it is big endian");
    }

    #[test]
    fn what_is_no_character_is_replaced() {
        assert_eq!(decode(&[0xd8, 0x3d, 0x00, 0x41]), "\u{fffd}A", "a high surrogate alone");
        assert_eq!(decode(&[0xde, 0x00]), "\u{fffd}", "a low surrogate alone");
        assert_eq!(decode(&[0x00, 0x41, 0x00]), "A\u{fffd}", "an odd octet");
        assert_eq!(decode(&[0xff]), "\u{fffd}");
    }
}
