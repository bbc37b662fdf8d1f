//! Messages and receipts as PDUs, and PDUs as messages and receipts.
//!
//! Neither `wire` nor `message` knows the other; only here do they meet.

use crate::base::clock::Timestamp;
use crate::base::id::PublicId;
use crate::message::address::Address;
use crate::message::record::{Direction, Message};
use crate::receipt::owed::OwedReceipt;
use crate::wire::smpp::message_state::MessageState;
use crate::wire::smpp::pdu::{DataSm, Sm};
use crate::wire::smpp::receipt::Receipt;
use crate::wire::smpp::receipt_date::ReceiptDate;
use crate::wire::smpp::receipt_write::ClassicReceipt;
use crate::wire::smpp::tlv::{TlvBuf, Tlvs};
use crate::wire::smpp::tlv_table::Tag;

/// The message in a submit_sm or deliver_sm. `room` takes the optional parameters that are carried
/// through, when the text was among them.
pub fn message_of_sm<'a>(sm: &Sm<'a>, direction: Direction, room: &'a mut TlvBuf) -> Message<'a> {
    Message {
        direction,
        source: Address { ton: sm.source_addr_ton, npi: sm.source_addr_npi, addr: sm.source_addr },
        destination: Address {
            ton: sm.dest_addr_ton,
            npi: sm.dest_addr_npi,
            addr: sm.destination_addr,
        },
        esm_class: sm.esm_class,
        protocol_id: sm.protocol_id,
        priority_flag: sm.priority_flag,
        registered_delivery: sm.registered_delivery,
        data_coding: sm.data_coding,
        sm_default_msg_id: sm.sm_default_msg_id,
        parts: 1,
        service_type: sm.service_type,
        validity_period: sm.validity_period,
        schedule_delivery_time: sm.schedule_delivery_time,
        body: sm.user_data(),
        tlvs: without_payload(sm.tlvs, room),
        ..Message::default()
    }
}

/// The message in a data_sm.
pub fn message_of_data_sm<'a>(
    data_sm: &DataSm<'a>,
    direction: Direction,
    room: &'a mut TlvBuf,
) -> Message<'a> {
    Message {
        direction,
        source: Address {
            ton: data_sm.source_addr_ton,
            npi: data_sm.source_addr_npi,
            addr: data_sm.source_addr,
        },
        destination: Address {
            ton: data_sm.dest_addr_ton,
            npi: data_sm.dest_addr_npi,
            addr: data_sm.destination_addr,
        },
        esm_class: data_sm.esm_class,
        registered_delivery: data_sm.registered_delivery,
        data_coding: data_sm.data_coding,
        parts: 1,
        service_type: data_sm.service_type,
        body: data_sm.tlvs.message_payload().unwrap_or_default(),
        tlvs: without_payload(data_sm.tlvs, room),
        ..Message::default()
    }
}

/// The text is kept as the body; every other parameter goes through as it came.
fn without_payload<'a>(tlvs: Tlvs<'a>, room: &'a mut TlvBuf) -> &'a [u8] {
    if tlvs.message_payload().is_none() {
        return tlvs.as_octets();
    }
    room.clear();
    for tlv in tlvs.iter().filter(|tlv| tlv.tag != Tag::MESSAGE_PAYLOAD) {
        room.push(tlv.tag, tlv.value);
    }
    room.as_tlvs().as_octets()
}

/// A message as the body of a submit_sm or deliver_sm. `registered_delivery` is what this hop asks
/// for, whatever the account did.
pub fn sm_of_message<'a>(
    message: &Message<'a>,
    registered_delivery: u8,
    takes_tlvs: bool,
) -> Sm<'a> {
    let tlvs =
        if takes_tlvs { Tlvs::new(message.tlvs).unwrap_or_default() } else { Tlvs::default() };
    Sm {
        service_type: message.service_type,
        source_addr_ton: message.source.ton,
        source_addr_npi: message.source.npi,
        source_addr: message.source.addr,
        dest_addr_ton: message.destination.ton,
        dest_addr_npi: message.destination.npi,
        destination_addr: message.destination.addr,
        esm_class: message.esm_class,
        protocol_id: message.protocol_id,
        priority_flag: message.priority_flag,
        schedule_delivery_time: message.schedule_delivery_time,
        validity_period: message.validity_period,
        registered_delivery,
        data_coding: message.data_coding,
        sm_default_msg_id: message.sm_default_msg_id,
        short_message: message.body,
        tlvs,
        ..Sm::default()
    }
}

/// What a submit asks of a carrier: a receipt of every outcome, since every message has to be
/// explained, and what else the account asked for (§5.2.17).
pub const fn asked_of_carrier(registered_delivery: u8) -> u8 {
    registered_delivery & !0b11 | 0b01
}

/// Room for a receipt on its way to an application, used again for each.
#[derive(Debug, Default)]
pub struct ReceiptRoom {
    text: Vec<u8>,
    tlvs: TlvBuf,
    submit_date: LastDate,
    done_date: LastDate,
}

/// The date written last: those of receipts in a row are of the same minute, as a rule, and the text
/// shows no more.
#[derive(Debug, Default)]
struct LastDate(Option<(u64, ReceiptDate)>);

impl LastDate {
    /// The date of a moment, in UTC, without its seconds.
    fn at(&mut self, moment: Timestamp) -> ReceiptDate {
        let minute = moment.0 / 60_000_000;
        match self.0 {
            Some((last, date)) if last == minute => date,
            _ => {
                let date = ReceiptDate::at(Timestamp(minute * 60_000_000), 0);
                self.0 = Some((minute, date));
                date
            }
        }
    }
}

/// SMSC delivery receipt (§5.2.12).
const ESM_CLASS_RECEIPT: u8 = 0x04;

/// A receipt as the body of a deliver_sm: Appendix B text, and parameters if the peer takes them.
pub fn sm_of_receipt<'a>(
    id: PublicId,
    receipt: &'a OwedReceipt,
    takes_tlvs: bool,
    room: &'a mut ReceiptRoom,
) -> Sm<'a> {
    let state = MessageState::from_number(u32::from(receipt.message_state));
    let state = state.unwrap_or(MessageState::Unknown);
    room.text.clear();
    let classic = ClassicReceipt {
        id: id.as_bytes(),
        sub: u16::from(receipt.parts),
        dlvrd: u16::from(receipt.delivered),
        submit_date: room.submit_date.at(receipt.submitted_at),
        done_date: room.done_date.at(receipt.done_at),
        stat: state.stat().as_bytes(),
        err: receipt.err.text(),
        text: b"",
    };
    classic.write(&mut room.text);
    room.tlvs.clear();
    if takes_tlvs {
        room.tlvs.push_c_string(Tag::RECEIPTED_MESSAGE_ID, id.as_bytes());
        room.tlvs.push_u8(Tag::MESSAGE_STATE, receipt.message_state);
    }
    let (source, destination) = (receipt.destination.address(), receipt.source.address());
    Sm {
        source_addr_ton: source.ton,
        source_addr_npi: source.npi,
        source_addr: source.addr,
        dest_addr_ton: destination.ton,
        dest_addr_npi: destination.npi,
        destination_addr: destination.addr,
        esm_class: ESM_CLASS_RECEIPT,
        short_message: &room.text,
        tlvs: room.tlvs.as_tlvs(),
        ..Sm::default()
    }
}

/// The error of a receipt as text: its `err`, or the code of `network_error_code` in decimal, or
/// `DFR` and the number of `delivery_failure_reason` (§5.3.2.33), whichever says something first.
pub fn err_of<'a>(
    receipt: &Receipt<'a>,
    delivery_failure_reason: Option<u32>,
    room: &'a mut [u8; 5],
) -> &'a [u8] {
    match (receipt.text.err, receipt.network_error_code) {
        (Some(err), _) if err.iter().any(|&octet| octet != b'0') => err,
        (_, Some(code)) => decimal(code.error_code, room),
        (err, None) => match delivery_failure_reason {
            Some(number @ 0..=9) => {
                *room = [b'D', b'F', b'R', b'0' + number as u8, 0];
                &room[..4]
            }
            _ => err.unwrap_or_default(),
        },
    }
}

fn decimal(mut number: u16, room: &mut [u8; 5]) -> &[u8] {
    let mut first = room.len();
    for (place, digit) in room.iter_mut().enumerate().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        first = place;
        if number == 0 {
            break;
        }
    }
    &room[first..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_payload_is_the_body_and_goes_through_once() {
        let mut tlvs = TlvBuf::default();
        tlvs.push_u16(Tag::USER_MESSAGE_REFERENCE, 7);
        tlvs.push(Tag::MESSAGE_PAYLOAD, b"long text");
        let sm = Sm { destination_addr: b"447700900123", tlvs: tlvs.as_tlvs(), ..Sm::default() };
        let mut room = TlvBuf::default();
        let message = message_of_sm(&sm, Direction::Outbound, &mut room);
        assert_eq!(message.body, b"long text");
        let carried = Tlvs::new(message.tlvs).expect("well formed");
        assert_eq!(carried.iter().count(), 1);
        assert_eq!(carried.integer(Tag::USER_MESSAGE_REFERENCE), Some(7));
    }

    #[test]
    fn a_message_goes_out_as_it_came_in() {
        let sm = Sm {
            source_addr_ton: 5,
            source_addr: b"ACME",
            dest_addr_ton: 1,
            dest_addr_npi: 1,
            destination_addr: b"447700900123",
            esm_class: 0x40,
            data_coding: 8,
            registered_delivery: 1,
            short_message: b"\x05\x00\x03\x07\x02\x01hello",
            ..Sm::default()
        };
        let mut room = TlvBuf::default();
        let message = message_of_sm(&sm, Direction::Outbound, &mut room);
        assert_eq!(sm_of_message(&message, 1, true), sm);
    }

    #[test]
    fn a_receipt_is_asked_for_whatever_the_account_asked() {
        assert_eq!(asked_of_carrier(0), 1);
        assert_eq!(asked_of_carrier(0b10), 1);
        assert_eq!(asked_of_carrier(0b11), 1, "success only, of 5.0");
        assert_eq!(asked_of_carrier(0x10), 0x11, "the intermediate notification stays asked for");
    }

    #[test]
    fn a_receipts_dates_are_those_of_its_own_minutes_whatever_came_before() {
        let mut dates = LastDate::default();
        for seconds in [0, 59, 60, 61, 1_795_312_799, 1_795_312_800, 61, 86_400, 86_399] {
            let moment = Timestamp(seconds * 1_000_000 + 999_999);
            let (mut written, mut expected) = (Vec::new(), Vec::new());
            dates.at(moment).write_ten_digits(&mut written);
            ReceiptDate::at(moment, 0).write_ten_digits(&mut expected);
            assert_eq!(written, expected, "{seconds}");
        }
    }

    #[test]
    fn numbers_are_written_without_zeros_in_front() {
        let mut room = [0; 5];
        assert_eq!(decimal(0, &mut room), b"0");
        assert_eq!(decimal(2050, &mut room), b"2050");
        assert_eq!(decimal(65_535, &mut room), b"65535");
    }
}
