//! User data as people read it: one message, or the parts of a long one.
//!
//! **Invariants**: showing never fails and loses no octet that is not a header's: what cannot be shown
//! is U+FFFD, and what is no text has none. The octets of parts are joined before they are decoded,
//! since a sender may cut through an escape or a surrogate pair.

use std::borrow::Cow;

use super::alphabet::Alphabet;
use super::coding::{Coding, DefaultAlphabet};
use super::language::Shifts;
use super::udh::{Udh, UdhError, split};
use super::{one_octet, packing, septets, ucs2};

/// A message's user data, read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text<'a> {
    /// What its `data_coding` says.
    pub coding: Coding,
    /// Its header, if it has one that is whole.
    pub header: Option<Udh<'a>>,
    /// Why it has none though one was promised. If the header ends beyond the data, the body is all of
    /// the data; if its elements are wrong, the body is what follows the header all the same.
    pub header_error: Option<UdhError>,
    /// The tables of its septets.
    pub shifts: Shifts,
    /// The octets after the header, as they came.
    pub body: &'a [u8],
    /// The body as text; `None` if it is none, or in an alphabet that is not decoded here.
    pub text: Option<String>,
}

/// One message's user data as it came: a part, or all of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UserData<'a> {
    /// SMPP `data_coding`.
    pub data_coding: u8,
    /// Whether it begins with a header (`esm_class` 0x40).
    pub udhi: bool,
    /// `short_message` or `message_payload`.
    pub octets: &'a [u8],
}

/// Reads user data as SMPP carries it: `data_coding`, the carrier's default alphabet, whether
/// `esm_class` says that a header is there (UDHI), and the octets.
pub fn decode(data_coding: u8, default: DefaultAlphabet, udhi: bool, octets: &[u8]) -> Text<'_> {
    let mut text = opened(UserData { data_coding, udhi, octets }, default);
    text.text = shown(text.coding, text.shifts, &text.units(default));
    text
}

/// The text of the parts of one message, in their order. Neighbours of the same coding and tables are
/// joined as octets; `None` if any part is no text.
pub fn decode_parts<'a>(
    parts: impl IntoIterator<Item = UserData<'a>>,
    default: DefaultAlphabet,
) -> Option<String> {
    let (mut text, mut joined) = (String::new(), Vec::new());
    let mut current = None;
    for part in parts {
        let part = opened(part, default);
        let kind = (part.coding, part.shifts);
        match current.replace(kind) {
            Some((coding, shifts)) if (coding, shifts) != kind => {
                text += &shown(coding, shifts, &joined)?;
                joined.clear();
            }
            _ => {}
        }
        joined.extend_from_slice(&part.units(default));
    }
    if let Some((coding, shifts)) = current {
        text += &shown(coding, shifts, &joined)?;
    }
    Some(text)
}

impl Text<'_> {
    /// Characters that could not be shown.
    pub fn replaced(&self) -> usize {
        let letters = self.text.iter().flat_map(|text| text.chars());
        letters.filter(|letter| *letter == char::REPLACEMENT_CHARACTER).count()
    }

    /// The body with one septet to an octet if it is septets.
    fn units(&self, default: DefaultAlphabet) -> Cow<'_, [u8]> {
        let septets = self.coding.alphabet == Alphabet::Gsm7 && !self.coding.compressed;
        if !septets || default != DefaultAlphabet::Gsm7Packed {
            return Cow::Borrowed(self.body);
        }
        let fill = packing::fill_bits(self.header.map_or(0, Udh::octets_len));
        Cow::Owned(packing::unpack(self.body, fill, None))
    }
}

/// The user data without its text.
fn opened(data: UserData<'_>, default: DefaultAlphabet) -> Text<'_> {
    let coding = Coding::from_data_coding(data.data_coding, default);
    let (header, header_error, body) = match data.udhi.then(|| Udh::read(data.octets)) {
        None => (None, None, data.octets),
        Some(Ok((udh, body))) => (Some(udh), None, body),
        Some(Err(error)) => {
            let body = split(data.octets).map_or(data.octets, |(_, body)| body);
            (None, Some(error), body)
        }
    };
    let shifts = header.map_or(Shifts::DEFAULT, Udh::shifts);
    Text { coding, header, header_error, shifts, body, text: None }
}

fn shown(coding: Coding, shifts: Shifts, units: &[u8]) -> Option<String> {
    if !coding.is_text() {
        return None;
    }
    match coding.alphabet {
        Alphabet::Gsm7 => Some(septets::decode(units, shifts)),
        Alphabet::Ucs2 => Some(ucs2::decode(units)),
        alphabet => one_octet::decode(alphabet, units),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GSM: DefaultAlphabet = DefaultAlphabet::Gsm7;

    fn text(data_coding: u8, default: DefaultAlphabet, octets: &[u8]) -> Option<String> {
        decode(data_coding, default, false, octets).text
    }

    #[test]
    fn the_same_octets_are_another_text_by_another_default() {
        let octets = [0x40, 0x24, 0x23, 0x21];
        assert_eq!(text(0, GSM, &octets).as_deref(), Some("¡¤#!"));
        assert_eq!(text(0, DefaultAlphabet::Latin1, &octets).as_deref(), Some("@$#!"));
        assert_eq!(text(0, DefaultAlphabet::Ia5, &octets).as_deref(), Some("@$#!"));
        let packed = [0xe8, 0x32, 0x9b, 0xfd, 0x06];
        assert_eq!(text(0, DefaultAlphabet::Gsm7Packed, &packed).as_deref(), Some("hello"));
        assert_eq!(text(0xf0, DefaultAlphabet::Gsm7Packed, &packed).as_deref(), Some("hello"));
    }

    #[test]
    fn what_is_no_text_has_none_and_keeps_its_octets() {
        for data_coding in [0x02, 0x04, 0x05, 0x0e, 0x15, 0x20, 0xf5] {
            let text = decode(data_coding, GSM, false, b"\x00\xff");
            assert_eq!((text.text, text.body), (None, &b"\x00\xff"[..]), "{data_coding:02x}");
        }
    }

    #[test]
    fn a_header_is_taken_off_and_its_tables_are_used() {
        let octets = [6, 0x24, 1, 1, 0x25, 1, 1, 0x07, 0x1b, 0x73];
        let text = decode(0, GSM, true, &octets);
        assert_eq!(text.text.as_deref(), Some("ış"));
        assert_eq!(text.shifts, Shifts::from_identifiers(1, 1));
    }

    #[test]
    fn packed_text_begins_at_a_septet_after_its_header() {
        let mut octets = vec![5, 0, 3, 1, 2, 1];
        octets.extend(packing::pack(b"hello", packing::fill_bits(6)));
        let text = decode(0, DefaultAlphabet::Gsm7Packed, true, &octets);
        assert_eq!(text.text.as_deref(), Some("hello"));
    }

    #[test]
    fn a_header_beyond_the_data_is_told_and_nothing_is_lost() {
        let text = decode(0, GSM, true, &[9, b'h', b'i']);
        assert_eq!(text.header_error, Some(UdhError::BeyondData { udhl: 9, available: 2 }));
        assert_eq!(text.text.as_deref(), Some("Çhi"));
        let text = decode(0, GSM, true, &[2, 0, 9, b'h', b'i']);
        assert_eq!(text.header_error, Some(UdhError::BeyondHeader { iei: 0, offset: 1 }));
        assert_eq!(text.text.as_deref(), Some("hi"), "the header is ignored, not shown");
        assert_eq!(decode(8, GSM, true, &[]).text.as_deref(), Some(""));
    }

    #[test]
    fn parts_are_joined_before_they_are_decoded() {
        let part = |data_coding, octets| UserData { data_coding, udhi: true, octets };
        let joined = |parts: [UserData<'_>; 2]| decode_parts(parts, GSM);
        let cut_pair = [
            part(8, &[5, 0, 3, 1, 2, 1, 0xd8, 0x3d, 0xde][..]),
            part(8, &[5, 0, 3, 1, 2, 2, 0x00, 0x00, 0x41][..]),
        ];
        assert_eq!(joined(cut_pair).as_deref(), Some("😀A"));
        let cut_escape =
            [part(0, &[5, 0, 3, 1, 2, 1, 0x1b][..]), part(0, &[5, 0, 3, 1, 2, 2, 0x65][..])];
        assert_eq!(joined(cut_escape).as_deref(), Some("€"));
        let two_codings = [part(0, &[0, 0x00][..]), part(8, &[0, 0x04, 0x36][..])];
        assert_eq!(joined(two_codings).as_deref(), Some("@ж"));
        let not_all_text = [part(0, &[0, 0x00][..]), part(4, &[0, 0x04][..])];
        assert_eq!(joined(not_all_text), None);
    }

    #[test]
    fn what_could_not_be_shown_is_counted() {
        assert_eq!(decode(0, GSM, false, b"a\xffb\x80").replaced(), 2);
    }
}
