//! Recorded PDUs: every field, parameter and header as expected, and every fault handled.

use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::event::{CloseReason, Event};
use postrider::wire::smpp::frame::{PDU_BYTES_MAX, Split, split};
use postrider::wire::smpp::header::Header;
use postrider::wire::smpp::limits::Limits;
use postrider::wire::smpp::pdu::{
    DestAddress, Pdu, Sm, SubmitMulti, SubmitMultiResp, UnsuccessSme,
};
use postrider::wire::smpp::receipt::{Receipt, ReceiptKind};
use postrider::wire::smpp::tlv::{Tlv, Tlvs};
use serde_json::{Map, Value, json};

use crate::smpp_harness::{START, answers, at, is_in_step, prepared};
use crate::vectors::{hex, latin1, octets, own, shared};

type Fields = Map<String, Value>;

#[test]
fn every_recorded_pdu_is_read_as_expected_or_refused_as_expected() {
    if let Some(text) = shared("smpp-pdus.jsonl") {
        assert!(check_all(&text) > 0);
    }
}

#[test]
fn every_pdu_of_our_own_is_read_as_expected_or_refused_as_expected() {
    assert!(check_all(&own("smpp-pdus.jsonl")) > 0);
}

fn check_all(text: &str) -> usize {
    let mut checked = 0;
    for line in text.lines().filter(|line| !line.is_empty()) {
        let row: Value = serde_json::from_str(line).unwrap();
        let input = octets(row["hex"].as_str().unwrap());
        match row["expect"].as_str().unwrap() {
            "decode" => decodes(&row, &input, &Limits::STANDARD),
            "violation" => violates(&row, &input),
            "error" => fails(&row, &input),
            other => panic!("unknown expectation {other}"),
        }
        checked += 1;
    }
    checked
}

fn name(row: &Value) -> &str {
    row["name"].as_str().unwrap_or("?")
}

fn first_frame<'a>(row: &Value, input: &'a [u8]) -> &'a [u8] {
    match split(input, PDU_BYTES_MAX) {
        Split::Pdu(frame) => frame,
        other => panic!("{}: {other:?}", name(row)),
    }
}

/// Reads the PDU, compares all that is told of it, and passes it through a session.
fn decodes(row: &Value, input: &[u8], limits: &Limits) {
    let frame = first_frame(row, input);
    let (header, pdu) =
        Pdu::decode(frame, limits).unwrap_or_else(|error| panic!("{}: {error}", name(row)));
    check_header(row, &header);
    let fields = fields(&pdu);
    assert_eq!(Some(&fields), row["fields"].as_object(), "{}", name(row));
    let none = Vec::new();
    check_tlvs(row, tlvs_of(&pdu), row["tlvs"].as_array().unwrap_or(&none));
    if let Pdu::SubmitSm(sm) = &pdu {
        check_sm(row, &sm.0);
    }
    if let Pdu::DeliverSm(sm) = &pdu {
        check_sm(row, &sm.0);
    }
    if *limits == Limits::STANDARD {
        stays(row, &header, frame);
    }
    if row["handling"].as_str().is_some_and(|handling| handling.contains("two PDUs")) {
        let rest = &input[frame.len()..];
        assert!(Pdu::decode(first_frame(row, rest), limits).is_ok(), "{}", name(row));
    }
}

fn check_header(row: &Value, header: &Header) {
    let command_id = format!("{:#010x}", header.command_id.0);
    assert_eq!(json!(command_id), row["command_id"], "{}", name(row));
    let command = header.command_id.name().unwrap_or("unknown");
    assert_eq!(json!(command), row["command"], "{}", name(row));
    assert_eq!(json!(header.command_length), row["command_length"], "{}", name(row));
    assert_eq!(json!(header.command_status.0), row["command_status"], "{}", name(row));
    assert_eq!(json!(header.sequence_number), row["sequence_number"], "{}", name(row));
}

fn check_tlvs(row: &Value, tlvs: Tlvs<'_>, expected: &[Value]) {
    assert_eq!(tlvs.iter().count(), expected.len(), "{}", name(row));
    for (Tlv { tag, value }, expected) in tlvs.iter().zip(expected) {
        assert_eq!(json!(format!("{:#06x}", tag.0)), expected["tag"], "{}", name(row));
        assert_eq!(json!(value.len()), expected["length"], "{}", name(row));
        assert_eq!(json!(hex(value)), expected["value_hex"], "{}", name(row));
        if let Some(known) = tag.name() {
            assert_eq!(json!(known), expected["name"], "{}", name(row));
        }
        let one = Tlvs::new(tlvs.as_octets()).unwrap();
        match &expected["value"] {
            Value::Number(_) => {
                assert_eq!(json!(one.integer(tag)), expected["value"], "{}", name(row));
            }
            Value::String(_) => {
                let string = one.c_string(tag).map(latin1);
                assert_eq!(json!(string), expected["value"], "{}", name(row));
            }
            Value::Object(code) => {
                let read = one.network_error_code().unwrap();
                assert_eq!(json!(read.network_type), code["network_type"], "{}", name(row));
                assert_eq!(json!(read.error_code), code["error_code"], "{}", name(row));
            }
            _ => {}
        }
    }
}

fn check_sm(row: &Value, sm: &Sm<'_>) {
    let (mut header, _) = sm.header_and_text();
    if let Some(elements) = row["udh"].as_array() {
        header = header.get(1..).unwrap_or_default();
        for element in elements {
            let [iei, length, rest @ ..] = header else { panic!("{}: udh ends", name(row)) };
            let (data, rest) = rest.split_at(usize::from(*length));
            assert_eq!(json!(format!("{iei:#04x}")), element["iei"], "{}", name(row));
            assert_eq!(json!(hex(data)), element["data_hex"], "{}", name(row));
            header = rest;
        }
        let noted = row["notes"].to_string().contains("UDH");
        assert!(header.is_empty() || noted, "{}: more udh than expected", name(row));
    }
    if !row["receipt_text_without_receipt_esm_class"].is_null() {
        assert_eq!(ReceiptKind::of(sm.esm_class), None, "{}", name(row));
    }
    if let Some(expected) = row["receipt"].as_object() {
        assert!(ReceiptKind::of(sm.esm_class).is_some(), "{}", name(row));
        let mut room = Vec::new();
        let receipt = Receipt::of_sm(sm, &mut room);
        crate::smpp_receipts::check_text(name(row), &receipt.text, expected);
    }
}

/// A PDU that can be read never costs the session.
fn stays(row: &Value, header: &Header, input: &[u8]) {
    let mut session = prepared(*header);
    let mut out = Vec::new();
    let mut rest = input;
    let mut events = Vec::new();
    while let Some(event) = session.receive(START, &mut rest, &mut out) {
        let closes = matches!(event, Event::Close(_));
        events.push(event);
        if closes {
            break;
        }
    }
    let command = header.command_id;
    let sequence = header.sequence_number;
    let known = command.name().is_some();
    match command {
        CommandId::ENQUIRE_LINK => {
            assert!(answers(&out).contains(&(CommandId::ENQUIRE_LINK_RESP, 0, sequence)));
        }
        CommandId::UNBIND => {
            // After its patience for what the peer may still answer.
            events.extend(std::iter::from_fn(|| session.timeout(at(6), &mut out)));
            assert_eq!(answers(&out), [(CommandId::UNBIND_RESP, 0, sequence)]);
            assert_eq!(events.last(), Some(&Event::Close(CloseReason::PeerUnbound)));
            return;
        }
        _ if !known && command.is_response() => {
            assert!(out.is_empty(), "{}: an unknown response was answered", name(row));
            assert!(matches!(events[..], [Event::Unmatched { .. }]), "{}", name(row));
        }
        _ if !known => {
            assert_eq!(answers(&out), [(CommandId::GENERIC_NACK, 3, sequence)], "{}", name(row));
        }
        _ => assert!(out.is_empty(), "{}: {:?}", name(row), answers(&out)),
    }
    assert!(events.iter().all(|event| !matches!(event, Event::Close(_))), "{}", name(row));
    assert!(is_in_step(&mut session), "{}", name(row));
}

/// A limit of the standard is broken: refused with the field's own status, taken when lenient.
fn violates(row: &Value, input: &[u8]) {
    decodes(row, input, &Limits::LENIENT);
    let handling = row["handling"].as_str().unwrap_or_default();
    let Err(error) = Pdu::decode(first_frame(row, input), &Limits::STANDARD) else {
        assert!(handling.contains("accept"), "{}: was read", name(row));
        return;
    };
    refused(row, input, error.header, error.status.0, handling);
}

/// The PDU cannot be read: waits, closes, or answers and stays, as told.
fn fails(row: &Value, input: &[u8]) {
    let handling = row["handling"].as_str().unwrap_or_default();
    match split(input, PDU_BYTES_MAX) {
        Split::Incomplete => assert!(handling.contains("wait"), "{}", name(row)),
        Split::Bad(bad) => {
            let closes = handling.contains("0x02") || handling.contains("before allocating");
            assert!(closes, "{}: {handling}", name(row));
            let header = Header::default();
            let mut session = prepared(header);
            let mut out = Vec::new();
            let event = session.receive(START, &mut &input[..], &mut out);
            assert!(matches!(event, Some(Event::Close(CloseReason::BadLength { .. }))));
            let nack = (CommandId::GENERIC_NACK, 2, bad.sequence_number());
            assert_eq!(answers(&out), [nack], "{}", name(row));
            assert_eq!(session.receive(START, &mut &input[..], &mut out), None);
        }
        Split::Pdu(frame) => match Pdu::decode(frame, &Limits::STANDARD) {
            Ok((header, _)) => {
                assert!(handling.contains("accept leniently"), "{}: was read", name(row));
                stays(row, &header, input);
            }
            Err(error) => refused(row, input, error.header, error.status.0, handling),
        },
    }
}

fn refused(row: &Value, input: &[u8], header: Header, status: u32, handling: &str) {
    let mut session = prepared(header);
    let mut out = Vec::new();
    let event = session.receive(START, &mut &input[..], &mut out);
    let command = header.command_id;
    if command.is_response() {
        assert!(out.is_empty(), "{}: a response was answered", name(row));
        let usable = match event {
            Some(Event::Response { pdu: Pdu::Unreadable { .. }, .. }) => true,
            // Such numbers are never ours.
            Some(Event::Unmatched { .. }) => !(1..=0x7FFF_FFFF).contains(&header.sequence_number),
            Some(Event::Bound { .. }) => header.command_status.is_ok(),
            Some(Event::BindRefused { .. }) => !header.command_status.is_ok(),
            _ => false,
        };
        assert!(usable, "{}: {event:?}", name(row));
    } else {
        assert!(matches!(event, Some(Event::Malformed { .. })), "{}: {event:?}", name(row));
        if command.has_response() {
            let expected = (command.response(), status, header.sequence_number);
            assert_eq!(answers(&out), [expected], "{}", name(row));
        }
        let listed: Vec<u32> = handling
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter_map(|word| u32::from_str_radix(word.strip_prefix("0x")?, 16).ok())
            .collect();
        assert!(listed.is_empty() || listed.contains(&status), "{}: {status:#x}", name(row));
        assert_ne!(status, 0, "{}", name(row));
    }
    assert!(is_in_step(&mut session), "{}", name(row));
}

fn put(fields: &mut Fields, name: &str, value: impl Into<Value>) {
    fields.insert(name.to_owned(), value.into());
}

macro_rules! fields {
    ($body:expr; $($string:ident)*; $($number:ident)*) => {{
        let mut fields = Fields::new();
        $(put(&mut fields, stringify!($string), latin1($body.$string));)*
        $(put(&mut fields, stringify!($number), $body.$number);)*
        fields
    }};
}

fn id_fields(message_id: Option<&[u8]>) -> Fields {
    let mut fields = Fields::new();
    if let Some(id) = message_id {
        put(&mut fields, "message_id", latin1(id));
    }
    fields
}

/// The fields of a PDU under the standard's names.
fn fields(pdu: &Pdu<'_>) -> Fields {
    match pdu {
        Pdu::Bind(bind) => fields!(bind;
            system_id password system_type address_range; interface_version addr_ton addr_npi),
        Pdu::BindResp(resp) => {
            let mut fields = Fields::new();
            if let Some(id) = resp.system_id {
                put(&mut fields, "system_id", latin1(id));
            }
            fields
        }
        Pdu::Outbind(outbind) => fields!(outbind; system_id password;),
        Pdu::SubmitSm(sm) => sm_fields(sm),
        Pdu::DeliverSm(sm) => sm_fields(sm),
        Pdu::SubmitSmResp(resp) => id_fields(resp.message_id),
        Pdu::DeliverSmResp(resp) => id_fields(resp.message_id),
        Pdu::DataSmResp(resp) => id_fields(resp.message_id),
        Pdu::BroadcastSmResp(resp) => id_fields(resp.message_id),
        Pdu::QueryBroadcastSmResp(resp) => id_fields(resp.message_id),
        Pdu::SubmitMulti(multi) => multi_fields(multi),
        Pdu::SubmitMultiResp(resp) => multi_resp_fields(resp),
        Pdu::DataSm(sm) => fields!(sm; service_type source_addr destination_addr;
            source_addr_ton source_addr_npi dest_addr_ton dest_addr_npi esm_class
            registered_delivery data_coding),
        Pdu::QuerySm(query) => {
            fields!(query; message_id source_addr; source_addr_ton source_addr_npi)
        }
        Pdu::QuerySmResp(resp) => match resp.message_id {
            None => Fields::new(),
            Some(id) => {
                let mut fields = fields!(resp; final_date; message_state error_code);
                put(&mut fields, "message_id", latin1(id));
                fields
            }
        },
        Pdu::CancelSm(cancel) => fields!(cancel;
            service_type message_id source_addr destination_addr;
            source_addr_ton source_addr_npi dest_addr_ton dest_addr_npi),
        Pdu::ReplaceSm(replace) => {
            let mut fields = fields!(replace;
                message_id source_addr schedule_delivery_time validity_period;
                source_addr_ton source_addr_npi registered_delivery sm_default_msg_id);
            put(&mut fields, "sm_length", replace.short_message.len());
            put(&mut fields, "short_message_hex", hex(replace.short_message));
            fields
        }
        Pdu::AlertNotification(alert) => fields!(alert; source_addr esme_addr;
            source_addr_ton source_addr_npi esme_addr_ton esme_addr_npi),
        Pdu::BroadcastSm(sm) => fields!(sm;
            service_type source_addr message_id schedule_delivery_time validity_period;
            source_addr_ton source_addr_npi priority_flag replace_if_present_flag data_coding
            sm_default_msg_id),
        Pdu::QueryBroadcastSm(query) => {
            fields!(query; message_id source_addr; source_addr_ton source_addr_npi)
        }
        Pdu::CancelBroadcastSm(cancel) => fields!(cancel;
            service_type message_id source_addr; source_addr_ton source_addr_npi),
        Pdu::Unknown { body, .. } => {
            let mut fields = Fields::new();
            put(&mut fields, "body_hex", hex(body));
            fields
        }
        _ => Fields::new(),
    }
}

fn sm_fields(sm: &Sm<'_>) -> Fields {
    let mut fields = fields!(sm;
        service_type source_addr destination_addr schedule_delivery_time validity_period;
        source_addr_ton source_addr_npi dest_addr_ton dest_addr_npi esm_class protocol_id
        priority_flag registered_delivery replace_if_present_flag data_coding sm_default_msg_id);
    put(&mut fields, "sm_length", sm.short_message.len());
    put(&mut fields, "short_message_hex", hex(sm.short_message));
    fields
}

fn multi_fields(multi: &SubmitMulti<'_>) -> Fields {
    let mut fields = fields!(multi;
        service_type source_addr schedule_delivery_time validity_period;
        source_addr_ton source_addr_npi esm_class protocol_id priority_flag registered_delivery
        replace_if_present_flag data_coding sm_default_msg_id);
    let addresses = multi.dest_address.iter().map(|address| match address {
        DestAddress::Sme { dest_addr_ton, dest_addr_npi, destination_addr } => json!({
            "dest_flag": 1,
            "ton": dest_addr_ton,
            "npi": dest_addr_npi,
            "addr": latin1(destination_addr),
        }),
        DestAddress::DistributionList { dl_name } => {
            json!({ "dest_flag": 2, "dl_name": latin1(dl_name) })
        }
    });
    put(&mut fields, "dest_address", addresses.collect::<Vec<_>>());
    put(&mut fields, "number_of_dests", multi.dest_address.len());
    put(&mut fields, "sm_length", multi.short_message.len());
    put(&mut fields, "short_message_hex", hex(multi.short_message));
    fields
}

fn multi_resp_fields(resp: &SubmitMultiResp<'_>) -> Fields {
    let mut fields = id_fields(resp.message_id);
    if resp.message_id.is_some() {
        let failed = resp.unsuccess_sme.iter().map(|sme: UnsuccessSme<'_>| {
            json!({
                "ton": sme.dest_addr_ton,
                "npi": sme.dest_addr_npi,
                "addr": latin1(sme.destination_addr),
                "error_status_code": sme.error_status_code.0,
            })
        });
        put(&mut fields, "unsuccess_sme", failed.collect::<Vec<_>>());
        put(&mut fields, "no_unsuccess", resp.unsuccess_sme.len());
    }
    fields
}

fn tlvs_of<'a>(pdu: &Pdu<'a>) -> Tlvs<'a> {
    match pdu {
        Pdu::Bind(body) => body.tlvs,
        Pdu::BindResp(body) => body.tlvs,
        Pdu::Outbind(body) => body.tlvs,
        Pdu::Unbind(body) => body.tlvs,
        Pdu::UnbindResp(body) => body.tlvs,
        Pdu::GenericNack(body) => body.tlvs,
        Pdu::EnquireLink(body) => body.tlvs,
        Pdu::EnquireLinkResp(body) => body.tlvs,
        Pdu::SubmitSm(body) => body.tlvs,
        Pdu::SubmitSmResp(body) => body.tlvs,
        Pdu::SubmitMulti(body) => body.tlvs,
        Pdu::SubmitMultiResp(body) => body.tlvs,
        Pdu::DeliverSm(body) => body.tlvs,
        Pdu::DeliverSmResp(body) => body.tlvs,
        Pdu::DataSm(body) => body.tlvs,
        Pdu::DataSmResp(body) => body.tlvs,
        Pdu::QuerySm(body) => body.tlvs,
        Pdu::QuerySmResp(body) => body.tlvs,
        Pdu::CancelSm(body) => body.tlvs,
        Pdu::CancelSmResp(body) => body.tlvs,
        Pdu::ReplaceSm(body) => body.tlvs,
        Pdu::ReplaceSmResp(body) => body.tlvs,
        Pdu::AlertNotification(body) => body.tlvs,
        Pdu::BroadcastSm(body) => body.tlvs,
        Pdu::BroadcastSmResp(body) => body.tlvs,
        Pdu::QueryBroadcastSm(body) => body.tlvs,
        Pdu::QueryBroadcastSmResp(body) => body.tlvs,
        Pdu::CancelBroadcastSm(body) => body.tlvs,
        Pdu::CancelBroadcastSmResp(body) => body.tlvs,
        _ => Tlvs::default(),
    }
}
