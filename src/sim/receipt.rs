//! The deliver_sm PDUs of a simulated SMSC: receipts after SMPP v3.4 Appendix B, and MO texts.
//!
//! They are written with sequence number 0, which is put in when they leave.

use crate::base::clock::Timestamp;
use crate::sim::outcome::Outcome;
use crate::wire::smpp::frame::{PDU_BYTES_MAX, Split, split};
use crate::wire::smpp::pdu::{DeliverSm, Sm, encode};
use crate::wire::smpp::receipt_date::ReceiptDate;
use crate::wire::smpp::receipt_write::ClassicReceipt;
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::tlv::TlvBuf;
use crate::wire::smpp::tlv_table::Tag;

/// `esm_class` of a receipt (§5.2.12).
const ESM_CLASS_RECEIPT: u8 = 0x04;

/// GSM, the network type of a `network_error_code` (§5.3.2.31).
const NETWORK_GSM: u8 = 3;

/// Writes receipts, with room of its own that is used again.
#[derive(Debug, Default)]
pub(crate) struct ReceiptWriter {
    text: Vec<u8>,
    tlvs: TlvBuf,
    submitted: Stamp,
    done: Stamp,
}

/// What one receipt says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said<'a> {
    /// The message's id as the receipt gives it.
    pub(crate) id: &'a [u8],
    /// How it ended.
    pub(crate) outcome: Outcome,
    /// When it was submitted.
    pub(crate) submitted: Timestamp,
    /// When it ended.
    pub(crate) done: Timestamp,
}

impl ReceiptWriter {
    /// Writes the receipt of `submit` at the end of `out`.
    pub(crate) fn write(&mut self, submit: &Sm<'_>, said: &Said<'_>, out: &mut Vec<u8>) {
        let Outcome { stat, message_state, err } = said.outcome;
        let err_digits = [err / 100 % 10, err / 10 % 10, err % 10].map(|digit| b'0' + digit as u8);
        self.text.clear();
        let text = ClassicReceipt {
            id: said.id,
            sub: 1,
            dlvrd: u16::from(message_state == 2),
            submit_date: self.submitted.of(said.submitted),
            done_date: self.done.of(said.done),
            stat: stat.as_bytes(),
            err: &err_digits,
            text: submit.user_data(),
        };
        text.write(&mut self.text);
        self.tlvs.clear();
        self.tlvs.push_c_string(Tag::RECEIPTED_MESSAGE_ID, said.id);
        self.tlvs.push_u8(Tag::MESSAGE_STATE, message_state);
        if err != 0 {
            let [high, low] = err.to_be_bytes();
            self.tlvs.push(Tag::NETWORK_ERROR_CODE, &[NETWORK_GSM, high, low]);
        }
        let receipt = Sm {
            source_addr_ton: submit.dest_addr_ton,
            source_addr_npi: submit.dest_addr_npi,
            source_addr: submit.destination_addr,
            dest_addr_ton: submit.source_addr_ton,
            dest_addr_npi: submit.source_addr_npi,
            destination_addr: submit.source_addr,
            esm_class: ESM_CLASS_RECEIPT,
            short_message: &self.text,
            tlvs: self.tlvs.as_tlvs(),
            ..Sm::default()
        };
        encode(out, CommandStatus::ESME_ROK, 0, &DeliverSm(receipt));
    }
}

/// Writes a mobile-originated text at the end of `out`.
pub(crate) fn mobile_originated(from: &[u8], to: &[u8], text: &[u8], out: &mut Vec<u8>) {
    let message = Sm {
        source_addr_ton: 1,
        source_addr_npi: 1,
        source_addr: from,
        destination_addr: to,
        short_message: text,
        ..Sm::default()
    };
    encode(out, CommandStatus::ESME_ROK, 0, &DeliverSm(message));
}

/// The PDUs in `octets`, which hold nothing else.
pub(crate) fn pdus(octets: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = octets;
    std::iter::from_fn(move || {
        let Split::Pdu(pdu) = split(rest, PDU_BYTES_MAX) else { return None };
        rest = rest.get(pdu.len()..)?;
        Some(pdu)
    })
}

/// The date of a moment in UTC, worked out once a minute, which is as exact as receipts are.
#[derive(Debug, Default)]
struct Stamp {
    known: Option<(u64, ReceiptDate)>,
}

impl Stamp {
    fn of(&mut self, at: Timestamp) -> ReceiptDate {
        let minute = at.as_millis() / 60_000;
        match self.known {
            Some((known, date)) if known == minute => date,
            _ => self.known.insert((minute, ReceiptDate::at(at, 0))).1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::outcome::{Fate, fate_of};
    use crate::wire::smpp::limits::Limits;
    use crate::wire::smpp::pdu::Pdu;

    #[test]
    fn a_receipt_reads_as_appendix_b_wants() {
        let submit = Sm {
            source_addr: b"ACME",
            destination_addr: b"447700900404",
            short_message: b"a text of more than twenty characters",
            ..Sm::default()
        };
        let Some(Fate::Ends(outcome)) = fate_of(submit.destination_addr, b"447700900") else {
            panic!("404 has a fate");
        };
        let at = Timestamp(1_700_000_000_000_000);
        let said = Said { id: b"beef", outcome, submitted: at, done: at };
        let mut out = Vec::new();
        ReceiptWriter::default().write(&submit, &said, &mut out);
        let (_, Pdu::DeliverSm(receipt)) = Pdu::decode(&out, &Limits::STANDARD).unwrap() else {
            panic!("not a deliver_sm");
        };
        assert_eq!(
            std::str::from_utf8(receipt.short_message).unwrap(),
            "id:beef sub:001 dlvrd:000 submit date:2311142213 done date:2311142213 \
             stat:UNDELIV err:040 text:a text of more than "
        );
        assert_eq!(receipt.source_addr, submit.destination_addr);
        assert_eq!(receipt.tlvs.receipted_message_id(), Some(&b"beef"[..]));
        assert_eq!(receipt.tlvs.network_error_code().map(|code| code.error_code), Some(40));
        assert_eq!(pdus(&out).count(), 1);
    }
}
