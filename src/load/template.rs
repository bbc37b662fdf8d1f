//! A submit_sm written once and patched per message: sequence number, destination and text.
//!
//! The text is a tag of the run, the message's number and filler, so every text is unique and a
//! lost message can be named. **Invariants**: a patched PDU is what the codec would have written.

use std::io::Write;

use crate::wire::smpp::pdu::{Sm, SubmitSm, encode};
use crate::wire::smpp::status::CommandStatus;

/// Digits of a message's number in its text.
const NUMBER_DIGITS: usize = 10;

/// Characters of the tag of a run.
const TAG: usize = 6;

/// The shortest text: tag, a blank and the number.
pub(crate) const TEXT_MIN: usize = TAG + 1 + NUMBER_DIGITS;

/// The longest text of one submit_sm.
pub(crate) const TEXT_MAX: usize = 160;

/// Octets of filler to choose from, all of them in every alphabet.
const FILLER: &[u8] = b" The parcel comes between nine and ten; show this text at the door. ";

/// Digits of a destination.
const DESTINATION_DIGITS: usize = 12;

/// A submit_sm to be patched.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pdu: Vec<u8>,
    destination_at: usize,
    text_at: usize,
    first_destination: u64,
    destinations: u64,
}

/// What all messages of a flow have in common.
#[derive(Clone, Debug)]
pub(crate) struct Common<'a> {
    pub(crate) source: &'a str,
    pub(crate) first_destination: u64,
    pub(crate) destinations: u64,
    pub(crate) text_len: usize,
    pub(crate) receipts: bool,
}

impl Template {
    /// Writes the PDU; `tag` tells this run's texts from those of others.
    pub(crate) fn new(common: &Common<'_>, tag: u64) -> Self {
        let mut text = format!("{} {:010} ", base36(tag), 0).into_bytes();
        text.truncate(TEXT_MIN);
        let text_len = common.text_len.clamp(TEXT_MIN, TEXT_MAX);
        text.extend(FILLER.iter().cycle().take(text_len - TEXT_MIN));
        let destination = [b'0'; DESTINATION_DIGITS];
        let alphanumeric = !common.source.bytes().all(|octet| octet.is_ascii_digit());
        let submit = Sm {
            source_addr_ton: if alphanumeric { 5 } else { 1 },
            source_addr_npi: u8::from(!alphanumeric),
            source_addr: common.source.as_bytes(),
            dest_addr_ton: 1,
            dest_addr_npi: 1,
            destination_addr: &destination,
            registered_delivery: u8::from(common.receipts),
            short_message: &text,
            ..Sm::default()
        };
        let mut pdu = Vec::new();
        encode(&mut pdu, CommandStatus::ESME_ROK, 0, &SubmitSm(submit));
        Self {
            // Header, empty service_type, TON, NPI, source and NUL, TON, NPI.
            destination_at: 16 + 1 + 2 + common.source.len() + 1 + 2,
            text_at: pdu.len() - text_len,
            pdu,
            first_destination: common.first_destination,
            destinations: common.destinations.max(1),
        }
    }

    /// Appends message `number` to `out`.
    #[inline]
    pub(crate) fn write(&self, number: u64, sequence_number: u32, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(&self.pdu);
        let Some(pdu) = out.get_mut(start..) else { return };
        if let Some(field) = pdu.get_mut(12..16) {
            field.copy_from_slice(&sequence_number.to_be_bytes());
        }
        let destination = self.first_destination + number % self.destinations;
        let at = self.destination_at;
        decimal(destination, pdu.get_mut(at..at + DESTINATION_DIGITS));
        let at = self.text_at + TAG + 1;
        decimal(number, pdu.get_mut(at..at + NUMBER_DIGITS));
    }

    /// Writes the part of message `number`'s text that no other message has.
    pub(crate) fn unique_text(&self, number: u64, out: &mut Vec<u8>) {
        let tag = self.pdu.get(self.text_at..self.text_at + TAG).unwrap_or_default();
        out.extend_from_slice(tag);
        // Writing to a Vec cannot fail.
        let _ = write!(out, " {number:010}");
    }
}

/// Fills a field with digits, leading zeros included.
#[inline]
fn decimal(number: u64, field: Option<&mut [u8]>) {
    let mut rest = number;
    for digit in field.unwrap_or_default().iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}

/// Six characters of a number.
fn base36(number: u64) -> String {
    let digit = |place: u32| {
        let value = number / 36_u64.pow(place) % 36;
        char::from_digit(value as u32, 36).unwrap_or('0')
    };
    (0..TAG as u32).rev().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::smpp::limits::Limits;
    use crate::wire::smpp::pdu::Pdu;

    #[test]
    fn a_patched_pdu_decodes_to_what_was_meant() {
        let common = Common {
            source: "ACME",
            first_destination: 447_400_000_000,
            destinations: 100,
            text_len: 60,
            receipts: true,
        };
        let template = Template::new(&common, 36);
        let mut out = Vec::new();
        template.write(1_234_567_890, 77, &mut out);
        let (header, pdu) = Pdu::decode(&out, &Limits::STANDARD).unwrap();
        let Pdu::SubmitSm(submit) = pdu else { panic!("not a submit_sm") };
        assert_eq!(header.sequence_number, 77);
        assert_eq!((submit.source_addr, submit.source_addr_ton), (&b"ACME"[..], 5));
        assert_eq!(submit.destination_addr, b"447400000090");
        assert_eq!((submit.short_message.len(), submit.registered_delivery), (60, 1));
        let mut unique = Vec::new();
        template.unique_text(1_234_567_890, &mut unique);
        assert_eq!(unique, b"000010 1234567890");
        assert!(submit.short_message.starts_with(&unique));
        let mut again = Vec::new();
        encode(&mut again, CommandStatus::ESME_ROK, 77, &submit);
        assert_eq!(out, again);
    }
}
