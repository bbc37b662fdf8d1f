//! Octets nobody meant: no panic, and the stream stays in step.

use postrider::wire::smpp::event::Event;
use postrider::wire::smpp::frame::{PDU_BYTES_MAX, Split, split};
use postrider::wire::smpp::header::Header;
use postrider::wire::smpp::limits::Limits;
use postrider::wire::smpp::pdu::Pdu;
use postrider::wire::smpp::receipt::Receipt;
use serde_json::Value;

use crate::smpp_harness::{START, is_in_step, prepared};
use crate::vectors::{octets, own, shared};

const ROUNDS: usize = 200_000;

fn seeds() -> Vec<Vec<u8>> {
    let text = own("smpp-pdus.jsonl") + &shared("smpp-pdus.jsonl").unwrap_or_default();
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|row| octets(row["hex"].as_str().unwrap()))
        .filter(|input| input.len() >= 16 && input.len() <= 400)
        .collect()
}

fn mutate(random: &mut fastrand::Rng, input: &mut Vec<u8>) {
    for _ in 0..random.usize(1..6) {
        let at = random.usize(0..input.len());
        match random.u8(0..5) {
            0 => input[at] = random.u8(..),
            1 => input[at] ^= 1 << random.u8(0..8),
            2 => input[at] = 0,
            3 => input.insert(at, random.u8(..)),
            _ if input.len() > 16 => {
                input.remove(at);
            }
            _ => {}
        }
    }
}

#[test]
fn no_mutation_of_a_pdu_panics_or_puts_the_session_out_of_step() {
    let mut random = fastrand::Rng::with_seed(0x5359);
    let seeds = seeds();
    for round in 0..ROUNDS {
        let mut input = seeds[random.usize(0..seeds.len())].clone();
        mutate(&mut random, &mut input);
        // Most rounds keep the length sound, to get past it.
        if round % 8 != 0 {
            let length = (input.len() as u32).to_be_bytes();
            input[..4].copy_from_slice(&length);
        }
        let limits = if round % 2 == 0 { Limits::STANDARD } else { Limits::LENIENT };
        if let Ok((_, pdu)) = Pdu::decode(&input, &limits) {
            let mut room = Vec::new();
            if let Pdu::DeliverSm(sm) = pdu {
                let _receipt = Receipt::of_sm(&sm.0, &mut room);
            }
        }
        through_a_session(&input);
    }
}

fn through_a_session(input: &[u8]) {
    let Some(header) = Header::read(input) else { return };
    let sound =
        matches!(split(input, PDU_BYTES_MAX), Split::Pdu(frame) if frame.len() == input.len());
    let mut session = prepared(header);
    let (mut rest, mut out) = (input, Vec::new());
    let mut closed = false;
    while let Some(event) = session.receive(START, &mut rest, &mut out) {
        closed |= matches!(event, Event::Close(_) | Event::Unbind);
    }
    if sound && !closed {
        assert!(is_in_step(&mut session), "{:?} of {input:02x?}", header.command_id);
    }
}
