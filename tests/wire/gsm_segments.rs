//! Cutting, packing and reading back against recorded texts and PDUs.

use postrider::gsm::packing::unpack;
use postrider::gsm::udh::Ports;
use postrider::gsm::{
    Alphabet, DefaultAlphabet, National, Reference, Segment, SegmentOptions, Segments, Shifts,
    Text, UserData, count, decode, decode_parts, segment,
};
use postrider::intake::join::join;
use postrider::intake::part_of::{PartOf, part_of};
use postrider::message::record::Message;
use postrider::wire::smpp::limits::Limits;
use postrider::wire::smpp::pdu::{ESM_CLASS_UDHI, Pdu};
use postrider::wire::smpp::tlv_table::Tag;
use serde_json::Value;

use crate::vectors::{hex, octets, shared};

fn rows(name: &str) -> Option<Vec<Value>> {
    let text = shared(name)?;
    let lines = text.lines().filter(|line| !line.is_empty());
    Some(lines.map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn options(row: &Value, reference: Reference) -> SegmentOptions<'_> {
    let table = |key: &str| row[key].as_u64().map(|table| table as u8);
    let national = match (table("national_locking"), table("national_single")) {
        (None, None) => National::Off,
        (locking, single) => {
            National::Exactly(Shifts::from_identifiers(locking.unwrap_or(0), single.unwrap_or(0)))
        }
    };
    SegmentOptions { national, ..SegmentOptions::new(reference) }
}

fn numbers(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|number| number.as_u64().unwrap() as usize).collect()
}

#[test]
fn every_recorded_text_is_cut_as_told() {
    let Some(rows) = rows("sms-segments.jsonl") else { return };
    for row in &rows {
        for (key, reference) in
            [("ref8", Reference::Narrow(0xc3)), ("ref16", Reference::Wide(0x01c3))]
        {
            if row[key].is_object() {
                check(row, &row[key], reference);
            }
        }
    }
}

fn check(row: &Value, expected: &Value, reference: Reference) {
    let name = row["name"].as_str().unwrap();
    let text = row["text"].as_str().unwrap();
    let options = options(row, reference);
    let cut = segment(text, &options).unwrap();
    assert_eq!(cut.alphabet.name(), row["encoding"].as_str().unwrap(), "{name}");
    assert_eq!(cut.parts.len() as u64, expected["segments"].as_u64().unwrap(), "{name}");
    assert_eq!(count(text, &options).parts, cut.parts.len(), "{name}");
    let of = |measure: fn(&Segment) -> usize| cut.parts.iter().map(measure).collect::<Vec<_>>();
    if cut.alphabet == Alphabet::Gsm7 {
        assert_eq!(cut.units as u64, row["septets"].as_u64().unwrap(), "{name}");
        assert_eq!(of(|part| part.units), numbers(&expected["septets"]), "{name}");
        let sm_length = numbers(&expected["smpp_sm_length"]);
        assert_eq!(of(|part| part.short_message().len()), sm_length, "{name}");
        assert_eq!(of(Segment::tp_udl), numbers(&expected["tp_udl"]), "{name}");
        assert_eq!(of(|part| part.packed().len()), numbers(&expected["packed_octets"]), "{name}");
    } else {
        assert_eq!(cut.units as u64, row["utf16_units"].as_u64().unwrap(), "{name}");
        assert_eq!(of(|part| part.units), numbers(&expected["utf16_units"]), "{name}");
        assert_eq!(of(|part| part.short_message().len()), numbers(&expected["octets"]), "{name}");
    }
    check_octets(row, &cut);
    reads_back(name, text, &cut);
    joins(name, text, &cut);
}

fn check_octets(row: &Value, cut: &Segments) {
    let name = row["name"].as_str().unwrap();
    for key in ["unpacked_hex", "hex"] {
        if let Some(digits) = row[key].as_str() {
            assert_eq!(hex(&cut.parts[0].data), digits, "{name}");
        }
    }
    if let Some(digits) = row["packed_hex"].as_str() {
        assert_eq!(hex(&cut.parts[0].packed()), digits, "{name}");
        let septets = unpack(&octets(digits), 0, Some(cut.units));
        assert_eq!(septets, cut.parts[0].data, "{name}");
    }
}

fn reads_back(name: &str, text: &str, cut: &Segments) {
    let octets: Vec<Vec<u8>> = cut.parts.iter().map(Segment::short_message).collect();
    let parts = octets.iter().zip(&cut.parts).map(|(octets, part)| UserData {
        data_coding: cut.data_coding,
        udhi: part.esm_class() != 0,
        octets,
    });
    let again = decode_parts(parts, DefaultAlphabet::Gsm7);
    assert_eq!(again.as_deref(), Some(text), "{name}");
}

/// The parts as a carrier would bring them from a handset become one message with the text.
fn joins(name: &str, text: &str, cut: &Segments) {
    if cut.parts.len() < 2 {
        return;
    }
    for default in [DefaultAlphabet::Gsm7, DefaultAlphabet::Gsm7Packed] {
        let packed = default == DefaultAlphabet::Gsm7Packed;
        let octets = |part: &Segment| if packed { part.packed() } else { part.short_message() };
        let bodies: Vec<Vec<u8>> = cut.parts.iter().map(octets).collect();
        let parts: Vec<Message<'_>> = bodies
            .iter()
            .map(|body| Message {
                esm_class: ESM_CLASS_UDHI,
                data_coding: cut.data_coding,
                body,
                ..Message::default()
            })
            .collect();
        for (number, part) in (1..).zip(&parts) {
            let PartOf::Part(place) = part_of(part) else { panic!("{name}: no part") };
            assert_eq!((place.sequence, usize::from(place.total)), (number, parts.len()), "{name}");
        }
        let whole = join(&parts, default).unwrap();
        let udhi = whole.esm_class & ESM_CLASS_UDHI != 0;
        let shown = decode(whole.data_coding, default, udhi, &whole.body);
        assert_eq!(shown.text.as_deref(), Some(text), "{name}");
    }
}

#[test]
fn every_recorded_pdu_shows_the_text_and_header_that_are_told() {
    let Some(rows) = rows("smpp-pdus.jsonl") else { return };
    let told = |row: &&Value| row["text"].is_string() || row["udh"].is_array();
    let mut shown = 0;
    for row in rows.iter().filter(told).filter(|row| row["expect"] == "decode") {
        let name = row["name"].as_str().unwrap();
        let frame = octets(row["hex"].as_str().unwrap());
        let (_, pdu) = Pdu::decode(&frame, &Limits::LENIENT).unwrap();
        let (data_coding, esm_class, short_message, tlvs) = match pdu {
            Pdu::SubmitSm(sm) => (sm.data_coding, sm.esm_class, sm.short_message, sm.tlvs),
            Pdu::DeliverSm(sm) => (sm.data_coding, sm.esm_class, sm.short_message, sm.tlvs),
            Pdu::SubmitMulti(sm) => (sm.data_coding, sm.esm_class, sm.short_message, sm.tlvs),
            Pdu::DataSm(sm) => (sm.data_coding, sm.esm_class, &[][..], sm.tlvs),
            _ => continue,
        };
        let payload = tlvs.get(Tag::MESSAGE_PAYLOAD).unwrap_or_default();
        let body = if short_message.is_empty() { payload } else { short_message };
        let udhi = esm_class & ESM_CLASS_UDHI != 0;
        let text = decode(data_coding, DefaultAlphabet::Gsm7, udhi, body);
        if let Some(told) = row["text"].as_str() {
            assert_eq!(text.text.as_deref(), Some(told), "{name}");
        }
        row["udh"].as_array().into_iter().for_each(|told| check_header(name, &text, told));
        shown += 1;
    }
    assert!(shown > 10);
}

fn check_header(name: &str, text: &Text<'_>, told: &[Value]) {
    let udh = text.header.unwrap();
    let elements: Vec<String> =
        udh.elements().map(|it| format!("{:#04x} {}", it.iei, hex(it.data))).collect();
    let said = |it: &Value, key: &str| it[key].as_str().unwrap().to_lowercase();
    let expected: Vec<String> =
        told.iter().map(|it| format!("{} {}", said(it, "iei"), said(it, "data_hex"))).collect();
    assert_eq!(elements, expected, "{name}");
    for it in told {
        let number = |key: &str| it[key].as_u64();
        if let (Some(destination), Some(source)) = (number("dst_port"), number("src_port")) {
            let (destination, source) = (destination as u16, source as u16);
            let wide = it["iei"] == "0x05";
            assert_eq!(udh.ports(), Some(Ports { destination, source, wide }), "{name}");
        }
        if let (Some(total), Some(seq)) = (number("total"), number("seq")) {
            let part = udh.concatenation();
            assert_eq!(part.is_some(), (1..=total).contains(&seq), "{name}");
            if let Some(part) = part {
                let told = (number("concat_ref").unwrap(), number("ref_bits") == Some(16));
                assert_eq!((u64::from(part.reference), part.wide), told, "{name}");
                assert_eq!((u64::from(part.total), u64::from(part.sequence)), (total, seq));
            }
        }
        if let Some(single) = number("national_single_shift") {
            assert_eq!(udh.shifts(), Shifts::from_identifiers(0, single as u8), "{name}");
        }
    }
}
