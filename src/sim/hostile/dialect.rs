//! Receipts in the words of one vendor or another.

use super::profile::{Addresses, Dialect, ErrForm, Operation, Parameters, Text};
use crate::base::clock::Timestamp;
use crate::sim::outcome::Outcome;
use crate::wire::smpp::pdu::{DataSm, DeliverSm, Sm, encode};
use crate::wire::smpp::receipt_date::ReceiptDate;
use crate::wire::smpp::receipt_write::ClassicReceipt;
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::tlv::TlvBuf;
use crate::wire::smpp::tlv_table::Tag;

/// `esm_class` of a receipt and of an intermediate notification (SMPP v3.4 §5.2.12).
const RECEIPT: u8 = 0x04;
const INTERMEDIATE: u8 = 0x20;

/// `data_coding` of UCS-2 (§5.2.19).
const UCS2: u8 = 8;

/// GSM, the network type of a `network_error_code` (§5.3.2.31).
const NETWORK_GSM: u8 = 3;

/// Parameters of a vendor's own (§5.3.2: 0x1400 to 0x3FFF).
const VENDOR_TAGS: [Tag; 3] = [Tag(0x1400), Tag(0x1501), Tag(0x3FFF)];

/// What one receipt says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said<'a> {
    pub(super) id: &'a [u8],
    pub(super) says: Outcome,
    /// The state's word in the text.
    pub(super) text_stat: &'static str,
    pub(super) intermediate: bool,
    pub(super) submitted: Timestamp,
    pub(super) done: Timestamp,
}

/// Writes the receipt of `submit` at the end of `out`, with sequence number 0.
pub(super) fn write(dialect: Dialect, submit: &Sm<'_>, said: &Said<'_>, out: &mut Vec<u8>) {
    let text = text(dialect, submit, said);
    let mut tlvs = parameters(dialect, said);
    let data_coding = if dialect.text == Text::Ucs2 { UCS2 } else { 0 };
    let esm_class = if said.intermediate { INTERMEDIATE } else { RECEIPT };
    let status = CommandStatus::ESME_ROK;
    let [source, destination] = addresses(dialect.addresses, submit);
    match dialect.operation {
        Operation::DeliverSm => {
            let body = Sm {
                source_addr_ton: source.ton,
                source_addr_npi: source.npi,
                source_addr: &source.addr,
                dest_addr_ton: destination.ton,
                dest_addr_npi: destination.npi,
                destination_addr: &destination.addr,
                esm_class,
                data_coding,
                short_message: &text,
                tlvs: tlvs.as_tlvs(),
                ..Sm::default()
            };
            encode(out, status, 0, &DeliverSm(body));
        }
        Operation::DataSm => {
            tlvs.push(Tag::MESSAGE_PAYLOAD, &text);
            let body = DataSm {
                source_addr_ton: source.ton,
                source_addr_npi: source.npi,
                source_addr: &source.addr,
                dest_addr_ton: destination.ton,
                dest_addr_npi: destination.npi,
                destination_addr: &destination.addr,
                esm_class,
                data_coding,
                tlvs: tlvs.as_tlvs(),
                ..DataSm::default()
            };
            encode(out, status, 0, &body);
        }
    }
}

/// An address as a receipt has it.
#[derive(Debug)]
struct Party {
    ton: u8,
    npi: u8,
    addr: Vec<u8>,
}

/// National, a type of number (§5.2.5).
const NATIONAL: u8 = 2;

/// Octets of a country code, and digits at both ends of a number that stay when it is masked.
const COUNTRY: usize = 2;
const SHOWN: usize = 3;

/// Source and destination of a receipt.
fn addresses(form: Addresses, submit: &Sm<'_>) -> [Party; 2] {
    let sender = Party {
        ton: submit.source_addr_ton,
        npi: submit.source_addr_npi,
        addr: submit.source_addr.to_vec(),
    };
    let mut handset = Party {
        ton: submit.dest_addr_ton,
        npi: submit.dest_addr_npi,
        addr: submit.destination_addr.to_vec(),
    };
    match form {
        Addresses::Swapped => {}
        Addresses::Unswapped => return [sender, handset],
        Addresses::National => {
            let digits = handset.addr.get(COUNTRY..).unwrap_or_default();
            handset = Party { ton: NATIONAL, addr: [b"0", digits].concat(), ..handset };
        }
        Addresses::Plus => handset.addr.insert(0, b'+'),
        Addresses::Masked => {
            let end = handset.addr.len().saturating_sub(SHOWN);
            handset.addr.get_mut(SHOWN..end).unwrap_or_default().fill(b'*');
        }
        Addresses::Absent => handset = Party { ton: 0, npi: 0, addr: Vec::new() },
    }
    [handset, sender]
}

/// The error in the form of this dialect.
pub(super) fn err_text(dialect: Dialect, err: u16) -> String {
    match dialect.err {
        ErrForm::Three => format!("{err:03}"),
        ErrForm::Four => format!("{err:04}"),
        ErrForm::Hex => format!("{err:02X}"),
    }
}

fn text(dialect: Dialect, submit: &Sm<'_>, said: &Said<'_>) -> Vec<u8> {
    let err = err_text(dialect, said.says.err);
    let mut text = Vec::new();
    let classic = ClassicReceipt {
        id: said.id,
        sub: 1,
        dlvrd: u16::from(said.says == Outcome::DELIVERED),
        submit_date: ReceiptDate::at(said.submitted, 0),
        done_date: ReceiptDate::at(said.done, 0),
        stat: said.text_stat.as_bytes(),
        err: err.as_bytes(),
        text: submit.user_data(),
    };
    match dialect.text {
        Text::Empty => {}
        Text::Classic => classic.write(&mut text),
        Text::Lower => {
            classic.write(&mut text);
            text.make_ascii_lowercase();
        }
        Text::UpperKeys => {
            ClassicReceipt { text: b"", ..classic }.write(&mut text);
            text = upper_keys(&text, said.id);
        }
        Text::NoStat => {
            ClassicReceipt { stat: b"", ..classic }.write(&mut text);
            text = without(&text, b"stat: ");
        }
        Text::Ucs2 => {
            // Twice as many octets, which have to fit into 254.
            ClassicReceipt { text: b"", ..classic }.write(&mut text);
            text = without(&text, b"sub:001 ").iter().flat_map(|&octet| [0, octet]).collect();
        }
    }
    text
}

/// A text with its first `part` taken out.
fn without(text: &[u8], part: &[u8]) -> Vec<u8> {
    let at = text.windows(part.len()).position(|window| window == part);
    let (front, rest) = text.split_at(at.unwrap_or(text.len()));
    [front, rest.get(part.len()..).unwrap_or_default()].concat()
}

/// Upper case, but for the id, whose case is its own.
fn upper_keys(text: &[u8], id: &[u8]) -> Vec<u8> {
    let (front, rest) = text.split_at((3 + id.len()).min(text.len()));
    let front = [b"ID:", front.get(3..).unwrap_or_default()].concat();
    [front, rest.to_ascii_uppercase()].concat()
}

fn parameters(dialect: Dialect, said: &Said<'_>) -> TlvBuf {
    let mut tlvs = TlvBuf::default();
    match dialect.parameters {
        Parameters::Absent => return tlvs,
        Parameters::Standard => {}
        Parameters::Vendor => {
            for (tag, value) in VENDOR_TAGS.into_iter().zip([&b"\x01"[..], b"", b"of our own"]) {
                tlvs.push(tag, value);
            }
        }
    }
    tlvs.push_c_string(Tag::RECEIPTED_MESSAGE_ID, said.id);
    tlvs.push_u8(Tag::MESSAGE_STATE, said.says.message_state);
    if said.says.err != 0 {
        let [high, low] = said.says.err.to_be_bytes();
        tlvs.push(Tag::NETWORK_ERROR_CODE, &[NETWORK_GSM, high, low]);
    }
    tlvs
}

#[cfg(test)]
mod tests {
    use super::super::profile::CLASSIC;
    use super::super::profiles::all::all;
    use super::*;
    use crate::wire::smpp::limits::Limits;
    use crate::wire::smpp::message_state::MessageState;
    use crate::wire::smpp::pdu::Pdu;
    use crate::wire::smpp::receipt::Receipt;

    fn submit() -> Sm<'static> {
        Sm {
            source_addr: b"ACME",
            destination_addr: b"447700900123",
            short_message: b"a text of more than twenty characters",
            ..Sm::default()
        }
    }

    fn said(id: &[u8]) -> Said<'_> {
        Said {
            id,
            says: Outcome::undeliverable(40),
            text_stat: "UNDELIV",
            intermediate: false,
            submitted: Timestamp(1_700_000_000_000_000),
            done: Timestamp(1_700_000_000_000_000),
        }
    }

    #[test]
    fn every_dialect_says_whose_it_is_and_how_it_ended() {
        for profile in all() {
            for &dialect in profile.receipts.dialects {
                let mut pdu = Vec::new();
                write(dialect, &submit(), &said(b"1A2b"), &mut pdu);
                let mut room = Vec::new();
                let receipt = match Pdu::decode(&pdu, &Limits::STANDARD).unwrap().1 {
                    Pdu::DeliverSm(sm) => Receipt::of_sm(&sm, &mut room),
                    Pdu::DataSm(data_sm) => Receipt::of_data_sm(&data_sm, &mut room),
                    other => panic!("{other:?}"),
                };
                let id = receipt.id.map(<[u8]>::to_ascii_lowercase);
                assert_eq!(id.as_deref(), Some(&b"1a2b"[..]), "{dialect:?}");
                assert_eq!(receipt.state, Some(MessageState::Undeliverable), "{dialect:?}");
            }
        }
    }

    #[test]
    fn each_form_of_address_is_written() {
        let source = |form| {
            let [source, _] = addresses(form, &submit());
            String::from_utf8(source.addr).unwrap()
        };
        assert_eq!(source(Addresses::Swapped), "447700900123");
        assert_eq!(source(Addresses::Unswapped), "ACME");
        assert_eq!(source(Addresses::National), "07700900123");
        assert_eq!(source(Addresses::Plus), "+447700900123");
        assert_eq!(source(Addresses::Masked), "447******123");
        assert_eq!(source(Addresses::Absent), "");
    }

    #[test]
    fn keys_in_upper_case_leave_the_id_as_it_is() {
        let dialect = Dialect { text: Text::UpperKeys, ..CLASSIC };
        let text = text(dialect, &submit(), &said(b"1a2b"));
        assert!(text.starts_with(b"ID:1a2b SUB:001 DLVRD:000 SUBMIT DATE:"), "{text:?}");
    }
}
