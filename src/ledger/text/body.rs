//! The text of a message as it lies in the log.

use std::borrow::Cow;

use super::tokens::{Scratch, ascii_terms, terms};
use crate::gsm::coding::DefaultAlphabet;
use crate::gsm::part::UDHI;
use crate::gsm::text::decode;
use crate::message::record::Message;

/// The text of a message, or of the part of one that this is; `None` if it is none.
pub(super) fn text<'a>(message: &Message<'a>) -> Option<Cow<'a, str>> {
    if is_plain(message) {
        return str::from_utf8(message.body).ok().map(Cow::Borrowed);
    }
    let udhi = message.esm_class & UDHI != 0;
    let read = decode(message.data_coding, DefaultAlphabet::Gsm7, udhi, message.body);
    read.text.map(Cow::Owned)
}

/// Calls a function with what the index holds of a message.
pub(in crate::ledger) fn message_terms(
    message: &Message<'_>,
    scratch: &mut Scratch,
    each: impl FnMut(&[u8]),
) {
    if is_plain(message) {
        ascii_terms(message.body, scratch, each);
    } else if let Some(text) = text(message) {
        terms(&text, scratch, each);
    }
}

/// The words of a message, as somebody may ask for them.
pub(in crate::ledger) fn sampled_terms(message: &Message<'_>) -> Vec<String> {
    let mut words = Vec::new();
    message_terms(message, &mut Scratch::default(), |term| {
        words.extend(str::from_utf8(term).map(str::to_owned));
    });
    words
}

/// Whether the octets are ASCII as they are: most texts need no decoding.
fn is_plain(message: &Message<'_>) -> bool {
    // `$`, `@`, and what stands around the letters are others in the alphabet of GSM (TS 23.038 §6.2.1).
    let same = |octet: &u8| matches!(octet, b'\n' | b'\r' | b' '..=b'#' | b'%'..=b'?' | b'A'..=b'Z' | b'a'..=b'z');
    message.data_coding == 0
        && message.esm_class & UDHI == 0
        && message.body.iter().fold(true, |all, octet| all & same(octet))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_the_same_whether_it_is_decoded_or_not() {
        for octet in 0..=0x7f_u8 {
            let body = [b'a', octet, b'b'];
            let message = Message { body: &body, ..Message::default() };
            let decoded = decode(0, DefaultAlphabet::Gsm7, false, &body).text;
            assert_eq!(text(&message).map(Cow::into_owned), decoded, "{octet:02x}");
        }
    }

    #[test]
    fn what_is_no_text_has_no_terms() {
        let message = Message { data_coding: 4, body: b"abc", ..Message::default() };
        message_terms(&message, &mut Scratch::default(), |term| panic!("{term:?}"));
        assert_eq!(text(&message), None);
    }
}
