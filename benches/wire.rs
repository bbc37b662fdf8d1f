//! What reading and writing SMPP costs per PDU; the budget is 0.3 µs for the four of a message.
#![allow(missing_docs, reason = "criterion's macros make items without documentation")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use postrider::base::clock::Timestamp;
use postrider::gsm;
use postrider::message::carrier_id::candidates;
use postrider::wire::smpp::event::Event;
use postrider::wire::smpp::frame::{PDU_BYTES_MAX, Split, split};
use postrider::wire::smpp::limits::Limits;
use postrider::wire::smpp::pdu::{Bind, Body, DeliverSm, Pdu, Sm, SubmitSm, SubmitSmResp, encode};
use postrider::wire::smpp::receipt::Receipt;
use postrider::wire::smpp::session::{Session, SessionConfig, Side};
use postrider::wire::smpp::status::CommandStatus;
use postrider::wire::smpp::tlv::{TlvBuf, Tlvs};
use postrider::wire::smpp::tlv_table::Tag;

const OK: CommandStatus = CommandStatus::ESME_ROK;

const RECEIPT: &[u8] = b"id:1a2b3c4d sub:001 dlvrd:001 submit date:2611211530 \
    done date:2611211531 stat:DELIVRD err:000 text:Your code is 123456.";

fn submit() -> SubmitSm<'static> {
    SubmitSm(Sm {
        source_addr_ton: 5,
        source_addr: b"Postrider",
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr: b"15550100001",
        registered_delivery: 1,
        short_message: b"Your code is 123456. Do not tell it to anyone, not even to us.",
        ..Sm::default()
    })
}

fn deliver(tlvs: Tlvs<'_>) -> DeliverSm<'_> {
    let Sm { source_addr, destination_addr, .. } = submit().0;
    DeliverSm(Sm {
        source_addr: destination_addr,
        destination_addr: source_addr,
        esm_class: 4,
        short_message: RECEIPT,
        tlvs,
        ..Sm::default()
    })
}

fn submit_resp() -> SubmitSmResp<'static> {
    SubmitSmResp { message_id: Some(b"1a2b3c4d"), ..SubmitSmResp::default() }
}

fn receipt_tlvs() -> TlvBuf {
    let mut tlvs = TlvBuf::default();
    tlvs.push_c_string(Tag::RECEIPTED_MESSAGE_ID, b"1a2b3c4d");
    tlvs.push_u8(Tag::MESSAGE_STATE, 2).push(Tag::NETWORK_ERROR_CODE, &[3, 0, 0]);
    tlvs
}

fn octets(body: &impl Body) -> Vec<u8> {
    let mut out = Vec::new();
    encode(&mut out, OK, 7, body);
    out
}

fn decode(c: &mut Criterion) {
    let tlvs = receipt_tlvs();
    let mut group = c.benchmark_group("decode");
    for (name, frame) in [
        ("submit_sm", octets(&submit())),
        ("deliver_sm receipt with tlvs", octets(&deliver(tlvs.as_tlvs()))),
        ("submit_sm_resp", octets(&submit_resp())),
    ] {
        group.bench_function(name, |b| {
            b.iter(|| Pdu::decode(black_box(&frame), &Limits::STANDARD).is_ok());
        });
    }
    group.finish();
    c.bench_function("read receipt", |b| {
        let (deliver, mut room) = (deliver(tlvs.as_tlvs()), Vec::new());
        b.iter(|| Receipt::of_sm(black_box(&deliver), &mut room).state);
    });
    c.bench_function("candidates of a message_id", |b| {
        b.iter(|| candidates(black_box(b"0439041101")).count());
    });
}

fn write(c: &mut Criterion) {
    let tlvs = receipt_tlvs();
    let mut group = c.benchmark_group("encode");
    let mut out = Vec::with_capacity(4096);
    group.bench_function("submit_sm", |b| {
        b.iter(|| {
            out.clear();
            encode(&mut out, OK, 7, black_box(&submit()));
        });
    });
    group.bench_function("deliver_sm receipt with tlvs", |b| {
        b.iter(|| {
            out.clear();
            encode(&mut out, OK, 7, black_box(&deliver(tlvs.as_tlvs())));
        });
    });
    group.bench_function("submit_sm_resp", |b| {
        b.iter(|| {
            out.clear();
            encode(&mut out, OK, 7, black_box(&submit_resp()));
        });
    });
    group.finish();
}

fn stream(c: &mut Criterion) {
    let tlvs = receipt_tlvs();
    let mut read = Vec::new();
    while read.len() < 64 * 1024 {
        read.extend(octets(&submit()));
        read.extend(octets(&deliver(tlvs.as_tlvs())));
        read.extend(octets(&submit_resp()));
    }
    read.truncate(64 * 1024);
    let mut group = c.benchmark_group("a read of 64 KiB");
    group.throughput(Throughput::Bytes(read.len() as u64));
    group.bench_function("split", |b| {
        b.iter(|| {
            let (mut rest, mut pdus) = (black_box(&read[..]), 0_usize);
            while let Split::Pdu(frame) = split(rest, PDU_BYTES_MAX) {
                rest = &rest[frame.len()..];
                pdus += 1;
            }
            pdus
        });
    });
    group.bench_function("split and decode", |b| {
        b.iter(|| {
            let (mut rest, mut pdus) = (black_box(&read[..]), 0_usize);
            while let Split::Pdu(frame) = split(rest, PDU_BYTES_MAX) {
                rest = &rest[frame.len()..];
                pdus += usize::from(Pdu::decode(frame, &Limits::STANDARD).is_ok());
            }
            pdus
        });
    });
    group.finish();
}

/// One message through both ends' sessions: submit_sm, its response, deliver_sm, its response.
fn session(c: &mut Criterion) {
    let now = Timestamp(1_000_000);
    let config = SessionConfig::default();
    let mut esme = Session::<u32>::new(Side::Esme, config, now);
    let mut smsc = Session::<u32>::new(Side::Smsc, config, now);
    let (mut up, mut down) = (Vec::with_capacity(4096), Vec::with_capacity(4096));
    esme.bind(now, &Bind { interface_version: 0x34, ..Bind::default() }, &mut up);
    let _bind = smsc.receive(now, &mut &up[..], &mut down);
    smsc.accept_bind(now, b"postrider", &mut down);
    let _bound = esme.receive(now, &mut &down[..], &mut up);
    let tlvs = receipt_tlvs();
    let resp = submit_resp();
    c.bench_function("a message and its receipt through two sessions", |b| {
        b.iter(|| {
            up.clear();
            down.clear();
            let _sent = esme.request(now, &submit(), 1, &mut up);
            if let Some(Event::Request { header, .. }) = smsc.receive(now, &mut &up[..], &mut down)
            {
                smsc.respond(header.sequence_number, OK, &resp, &mut down);
            }
            let _sent = smsc.request(now, &deliver(tlvs.as_tlvs()), 2, &mut down);
            up.clear();
            let mut rest = &down[..];
            while let Some(event) = esme.receive(now, &mut rest, &mut up) {
                if let Event::Request { header, .. } = event {
                    esme.respond(header.sequence_number, OK, &resp, &mut up);
                }
            }
            smsc.receive(now, &mut &up[..], &mut down).is_some()
        });
    });
}

/// Texts in and out of octets: one part in each alphabet, and a long one into its parts.
fn text(c: &mut Criterion) {
    let options = gsm::SegmentOptions::new(gsm::Reference::Narrow(7));
    let default = gsm::DefaultAlphabet::Gsm7;
    let mut group = c.benchmark_group("text");
    for (name, data_coding, text) in [
        ("140 septets", 0, "Your code is 123456. ".repeat(7)),
        ("70 units of ucs2", 8, "Ваш код 123456. ".repeat(4) + "ждите😀"),
    ] {
        let octets = gsm::alphabet::encode(&text).octets;
        group.throughput(Throughput::Elements(1));
        group.bench_function(format!("encode {name}"), |b| {
            b.iter(|| gsm::alphabet::encode(black_box(&text)).units);
        });
        group.bench_function(format!("decode {name}"), |b| {
            b.iter(|| gsm::decode(data_coding, default, false, black_box(&octets)).text);
        });
        let long = text.repeat(4);
        group.bench_function(format!("cut 4 x {name}"), |b| {
            b.iter(|| gsm::segment(black_box(&long), &options).map(|cut| cut.parts.len()));
        });
    }
    group.finish();
}

criterion_group!(benches, decode, write, stream, session, text);
criterion_main!(benches);
