//! What a delivery receipt says: optional parameters and text together (SMPP v3.4 Appendix B,
//! §5.2.12).
//!
//! Its place: reads a deliver_sm or data_sm that [`ReceiptKind::of`] says is a receipt. The rules:
//! the id of the parameters wins over that of the text; the state of the parameters wins over the
//! text's unless it is no number of v3.4 (1 to 8). Both, and the raw text, stay readable.
//!
//! **Invariants**: a text without an announcing `esm_class` is a text, however it looks; nothing is
//! ever refused. **Not here**: which message it is, and what the state means for it.

use crate::wire::smpp::message_state::MessageState;
use crate::wire::smpp::pdu::{DataSm, Sm};
use crate::wire::smpp::receipt_text::ReceiptText;
use crate::wire::smpp::tlv::{NetworkErrorCode, Tlvs};

/// What kind of word on a message a PDU brings.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ReceiptKind {
    /// A delivery receipt.
    Receipt,
    /// An intermediate notification: never the end of a message.
    Intermediate,
}

impl ReceiptKind {
    /// The type bits of `esm_class` (§5.2.12); mode, header and reply path bits do not matter, and
    /// acknowledgements of the handset's user are no receipts.
    pub const fn of(esm_class: u8) -> Option<Self> {
        match esm_class & 0x3C {
            0x04 => Some(Self::Receipt),
            // Seen with the receipt bit as well; the more careful reading.
            0x20 | 0x24 => Some(Self::Intermediate),
            _ => None,
        }
    }
}

/// A delivery receipt, read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Receipt<'a> {
    /// The message's name at the SMSC: the parameter's, else the text's.
    pub id: Option<&'a [u8]>,
    /// The state: the parameter's, else the text's.
    pub state: Option<MessageState>,
    /// `message_state` as it came, whether it is known or not.
    pub message_state: Option<u32>,
    /// `receipted_message_id`, without its NUL.
    pub receipted_message_id: Option<&'a [u8]>,
    /// `network_error_code`.
    pub network_error_code: Option<NetworkErrorCode>,
    /// What the text says.
    pub text: ReceiptText<'a>,
    /// The text itself, in its own alphabet.
    pub raw: &'a [u8],
}

impl<'a> Receipt<'a> {
    /// Reads a deliver_sm's receipt. `room` is used for a text in UCS-2 only; keep it and hand it
    /// in again.
    pub fn of_sm(sm: &Sm<'a>, room: &'a mut Vec<u8>) -> Self {
        let (_, text) = sm.header_and_text();
        Self::of(text, sm.data_coding, &sm.tlvs, room)
    }

    /// Reads a data_sm's receipt.
    pub fn of_data_sm(data_sm: &DataSm<'a>, room: &'a mut Vec<u8>) -> Self {
        let text = data_sm.tlvs.message_payload().unwrap_or_default();
        Self::of(text, data_sm.data_coding, &data_sm.tlvs, room)
    }

    /// Reads a receipt of this text and these parameters.
    pub fn of(raw: &'a [u8], data_coding: u8, tlvs: &Tlvs<'a>, room: &'a mut Vec<u8>) -> Self {
        let text = if is_ucs2(raw, data_coding) {
            ucs2_to_utf8(raw, room);
            ReceiptText::parse(room)
        } else {
            ReceiptText::parse(raw)
        };
        // An empty name is no name.
        let receipted_message_id = tlvs.receipted_message_id().filter(|id| !id.is_empty());
        let message_state = tlvs.message_state();
        let of_number = message_state.and_then(MessageState::from_number);
        let state = match message_state {
            Some(1..=8) => of_number,
            _ => text.message_state().or(of_number),
        };
        Self {
            id: receipted_message_id.or(text.id.filter(|id| !id.is_empty())),
            state,
            message_state,
            receipted_message_id,
            network_error_code: tlvs.network_error_code(),
            text,
            raw,
        }
    }
}

/// Whether the octets are UCS-2: `data_coding` says so (8, or a GSM group with alphabet 10), and
/// they do not look like plain letters all the same.
fn is_ucs2(raw: &[u8], data_coding: u8) -> bool {
    let announced = data_coding == 8 || (data_coding & 0xC0 == 0 && data_coding & 0x0C == 8);
    announced && raw.first().is_some_and(|&octet| octet == 0)
}

fn ucs2_to_utf8(raw: &[u8], room: &mut Vec<u8>) {
    room.clear();
    let units = raw.chunks_exact(2).map(|unit| match *unit {
        [high, low] => u16::from_be_bytes([high, low]),
        _ => 0,
    });
    for character in char::decode_utf16(units) {
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        room.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::smpp::tlv::TlvBuf;
    use crate::wire::smpp::tlv_table::Tag;

    const TEXT: &[u8] = b"id:77 stat:UNDELIV err:001 text:";

    #[test]
    fn only_the_type_bits_make_a_receipt() {
        assert_eq!(ReceiptKind::of(0x04), Some(ReceiptKind::Receipt));
        assert_eq!(ReceiptKind::of(0x44), Some(ReceiptKind::Receipt));
        assert_eq!(ReceiptKind::of(0xC7), Some(ReceiptKind::Receipt));
        assert_eq!(ReceiptKind::of(0x20), Some(ReceiptKind::Intermediate));
        for esm_class in [0x00, 0x08, 0x48, 0x10, 0x18, 0x40, 0x03] {
            assert_eq!(ReceiptKind::of(esm_class), None);
        }
    }

    #[test]
    fn the_parameters_id_wins_over_the_texts() {
        let (mut tlvs, mut room) = (TlvBuf::default(), Vec::new());
        tlvs.push_c_string(Tag::RECEIPTED_MESSAGE_ID, b"4d");
        let receipt = Receipt::of(TEXT, 0, &tlvs.as_tlvs(), &mut room);
        assert_eq!((receipt.id, receipt.text.id), (Some(&b"4d"[..]), Some(&b"77"[..])));
    }

    #[test]
    fn the_texts_state_wins_over_a_number_outside_the_standard() {
        for (number, expected) in [
            (0, MessageState::Undeliverable),
            (2, MessageState::Delivered),
            (9, MessageState::Undeliverable),
            (99, MessageState::Undeliverable),
        ] {
            let (mut tlvs, mut room) = (TlvBuf::default(), Vec::new());
            tlvs.push_u8(Tag::MESSAGE_STATE, number);
            let receipt = Receipt::of(TEXT, 0, &tlvs.as_tlvs(), &mut room);
            assert_eq!(receipt.state, Some(expected), "{number}");
        }
    }

    #[test]
    fn a_text_in_ucs2_is_read_by_data_coding_and_plain_letters_all_the_same() {
        let wide: Vec<u8> = TEXT.iter().flat_map(|&octet| [0, octet]).collect();
        for raw in [&wide[..], TEXT] {
            let mut room = Vec::new();
            let receipt = Receipt::of(raw, 8, &Tlvs::default(), &mut room);
            assert_eq!(receipt.id, Some(&b"77"[..]));
            assert_eq!(receipt.state, Some(MessageState::Undeliverable));
        }
    }
}
