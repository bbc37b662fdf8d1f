//! Things said beside a response that nobody asked for.
//!
//! None of them is a reason to end the session, or to do anything to a message (SMPP v3.4 §4.3: an
//! unknown operation gets a generic_nack; a response to nothing gets no answer).

use super::centre::Centre;
use super::dice::Draw;
use super::line::LineNo;
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::pdu::{DeliverSm, Sm, SubmitSmResp, encode, encode_header};
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::tlv::Tlvs;

/// An operation that no standard knows.
const UNKNOWN: CommandId = CommandId(0x0000_0777);

/// A number that an ESME's window never gets to in a test.
const NEVER_SENT: u32 = 0x7123_4567;

impl Centre {
    /// Says something beside the response `pdu`, if this is one of the times.
    pub(super) fn noise(&mut self, number: LineNo, pdu: &[u8]) {
        let share = self.config.profile.responses.noise_percent;
        if share == 0 {
            return;
        }
        self.noises += 1;
        let mut draw = self.dice.of(b"noise", self.noises);
        if !draw.percent(share) {
            return;
        }
        if let Some(line) = self.lines.get_mut(&number) {
            let sequence = line.next_sequence();
            let noise = noise(&mut draw, sequence, pdu);
            line.say(&noise);
        }
    }
}

fn noise(draw: &mut Draw, sequence: u32, pdu: &[u8]) -> Vec<u8> {
    let ok = CommandStatus::ESME_ROK;
    let mut out = Vec::new();
    match draw.0.u8(..7) {
        0 => out.extend_from_slice(pdu),
        1 => {
            let body = SubmitSmResp { message_id: Some(b"nobodys"), tlvs: Tlvs::default() };
            encode(&mut out, ok, NEVER_SENT, &body);
        }
        2 => {
            let status = CommandStatus::ESME_RINVCMDLEN;
            encode_header(&mut out, CommandId::GENERIC_NACK, status, NEVER_SENT);
        }
        3 => encode_header(&mut out, UNKNOWN, ok, sequence),
        4 => encode_header(&mut out, CommandId::ENQUIRE_LINK, ok, sequence),
        // A status in a request means nothing.
        5 => {
            encode_header(&mut out, CommandId::ENQUIRE_LINK, CommandStatus::ESME_RSYSERR, sequence)
        }
        _ => malformed(sequence, &mut out),
    }
    out
}

/// A deliver_sm that ends in the middle of its text, though its `command_length` is its own.
fn malformed(sequence: u32, out: &mut Vec<u8>) {
    let body = Sm {
        source_addr: b"447700900999",
        destination_addr: b"12345",
        short_message: b"this text is longer than what comes of it",
        ..Sm::default()
    };
    encode(out, CommandStatus::ESME_ROK, sequence, &DeliverSm(body));
    out.truncate(out.len().saturating_sub(10));
    let length = u32::try_from(out.len()).unwrap_or_default().to_be_bytes();
    if let Some(field) = out.get_mut(..4) {
        field.copy_from_slice(&length);
    }
}
