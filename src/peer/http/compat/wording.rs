//! Texts and octets as the pipeline takes them, in the coding that a client asked for.

use crate::gsm::alphabet::encode;
use crate::gsm::coding::DefaultAlphabet;
use crate::gsm::concatenation::Reference;
use crate::gsm::language::Shifts;
use crate::gsm::octet_segments::segment_octets;
use crate::gsm::part::{SegmentError, UDHI};
use crate::gsm::septets;
use crate::gsm::text::UserData;
use crate::gsm::ucs2;
use crate::peer::http::submission::TEXT_PARTS_MAX;

/// User data with its coding.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::peer::http) struct Content {
    /// SMPP §5.2.19; 0 are septets, one to an octet.
    pub(in crate::peer::http) data_coding: u8,
    /// SMPP §5.2.12.
    pub(in crate::peer::http) esm_class: u8,
    /// Behind its header, if it has one.
    pub(in crate::peer::http) body: Vec<u8>,
}

/// What stands where the GSM alphabet has not what was written, as Kannel and Jasmin do.
const MISSING: u8 = b'?';

/// A text in septets and 0, or in UCS-2 and 8 if the GSM alphabet has not all of it.
pub(in crate::peer::http) fn cheapest(text: &str) -> Content {
    let encoded = encode(text);
    Content { data_coding: encoded.alphabet.data_coding(), esm_class: 0, body: encoded.octets }
}

/// A text in septets, with `?` for what the GSM alphabet has not.
pub(in crate::peer::http) fn in_septets(text: &str) -> Vec<u8> {
    septets::encode(text, Shifts::DEFAULT).unwrap_or_else(|| {
        let mut room = [0; 4];
        let one = |letter: char| {
            let septets = septets::encode(letter.encode_utf8(&mut room), Shifts::DEFAULT);
            septets.unwrap_or_else(|| vec![MISSING])
        };
        text.chars().flat_map(one).collect()
    })
}

/// A text in UCS-2.
pub(in crate::peer::http) fn in_ucs2(text: &str) -> Vec<u8> {
    ucs2::encode(text)
}

impl Content {
    /// Puts a header before it.
    pub(in crate::peer::http) fn behind(mut self, udh: &[u8]) -> Self {
        if !udh.is_empty() {
            self.esm_class |= UDHI;
            self.body = [udh, &self.body].concat();
        }
        self
    }

    /// Parts that it takes; `None` when it cannot be sent at all: it takes too many, or its header is none.
    pub(in crate::peer::http) fn parts(&self) -> Option<usize> {
        let data = UserData {
            data_coding: self.data_coding,
            udhi: self.esm_class & UDHI != 0,
            octets: &self.body,
        };
        match segment_octets(data, DefaultAlphabet::Gsm7, Reference::Narrow(0)) {
            Ok(segments) => Some(segments.parts.len()).filter(|&parts| parts <= TEXT_PARTS_MAX),
            // It goes as its sender cut it.
            Err(SegmentError::AlreadyPart) => Some(1).filter(|_| self.body.len() <= PART_OCTETS),
            Err(_) => None,
        }
    }
}

/// Septets of one part, each in an octet of its own: nothing has more.
const PART_OCTETS: usize = 160;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_counted_in_parts_with_its_header() {
        assert_eq!(cheapest(&"a".repeat(161)).parts(), Some(2));
        assert_eq!(cheapest(&"a".repeat(1_531)).parts(), None);
        assert_eq!(cheapest("").parts(), Some(1));
        let ports = [6, 5, 4, 0x0b, 0x84, 0x23, 0xf0];
        let content = cheapest(&"a".repeat(153)).behind(&ports);
        assert_eq!((content.parts(), content.esm_class), (Some(2), 0x40));
        assert_eq!(cheapest("a").behind(&[9, 1]).parts(), None, "a header that is none");
        assert_eq!(cheapest("a").behind(&[5, 0, 3, 1, 2, 1]).parts(), Some(1));
        assert_eq!(cheapest(&"a".repeat(200)).behind(&[5, 0, 3, 1, 2, 1]).parts(), None);
    }

    #[test]
    fn what_the_alphabet_has_not_is_a_question_mark_only_where_septets_were_asked_for() {
        assert_eq!(in_septets("1 € я@"), b"1 \x1be ?\0");
        assert_eq!(cheapest("я").data_coding, 8);
        assert_eq!(in_ucs2("я"), [4, 0x4f]);
    }
}
