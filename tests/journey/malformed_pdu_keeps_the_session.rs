//! Octets that are wrong get the standard's answer, and the session lives as long as it is known
//! where the next PDU begins (SMPP v3.4 §3.2, §4.3, §5.1.3).

use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::pdu::{Raw, Sm, SubmitSm, encode};
use postrider::wire::smpp::status::CommandStatus;

use crate::driver::esme::{Esme, HANDSET, message};
use crate::driver::http;
use crate::driver::peer::Frame;
use crate::driver::site::Site;
use crate::driver::smsc::Smsc;

const ESME_RINVMSGLEN: u32 = 0x01;
const ESME_RINVCMDLEN: u32 = 0x02;
const ESME_RINVCMDID: u32 = 0x03;
const ESME_RALYBND: u32 = 0x05;
const ESME_RINVSRCADR: u32 = 0x0A;
const ESME_RINVDSTADR: u32 = 0x0B;
const ESME_RINVSERTYP: u32 = 0x15;
const ESME_RINVOPTPARSTREAM: u32 = 0xC0;

/// The body of a submit_sm as octets.
fn body(sm: Sm<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    encode(&mut out, CommandStatus(0), 0, &SubmitSm(sm));
    out.split_off(16)
}

fn ask(esme: &mut Esme, command_id: CommandId, body: &[u8]) -> Frame {
    let sequence = esme.request(&Raw { command_id, body });
    esme.response(sequence)
}

/// What a submit_sm of these octets is refused with.
fn refusal(esme: &mut Esme, octets: &[u8]) -> u32 {
    let response = ask(esme, CommandId::SUBMIT_SM, octets);
    assert_eq!(response.command(), CommandId::SUBMIT_SM_RESP);
    response.status()
}

fn bound(smsc: &Smsc) -> (Site, crate::driver::process::Process, Esme) {
    let site = Site::with_sink(smsc.address(), "");
    let gateway = site.start();
    let esme = Esme::bind(site.smpp());
    (site, gateway, esme)
}

#[test]
fn a_body_that_is_wrong_is_refused_with_the_status_of_its_field() {
    let smsc = Smsc::start();
    let (_site, _gateway, mut esme) = bound(&smsc);
    let whole = body(message(HANDSET, b"hello"));
    let long = "1".repeat(40);
    let bad_tlv = [&whole[..], &[0x04, 0x24, 0x00, 0xFF, 0x01]].concat();
    let mut liar = whole.clone();
    let at = liar.len() - 6;
    liar[at] = 200;
    let service_type = Sm { service_type: b"MUCHTOOLONG", ..message(HANDSET, b"x") };
    let source = Sm { source_addr: long.as_bytes(), ..message(HANDSET, b"x") };
    for (octets, status) in [
        (liar, ESME_RINVMSGLEN),
        (bad_tlv, ESME_RINVOPTPARSTREAM),
        (body(service_type), ESME_RINVSERTYP),
        (body(source), ESME_RINVSRCADR),
        (body(message(&long, b"x")), ESME_RINVDSTADR),
        (body(message("", b"x")), ESME_RINVDSTADR),
        (body(message("not a number", b"x")), ESME_RINVDSTADR),
    ] {
        assert_eq!(refusal(&mut esme, &octets), status, "for {octets:?}");
    }
    for end in 0..whole.len() {
        assert_ne!(refusal(&mut esme, &whole[..end]), 0, "a submit_sm cut at {end} was taken");
    }
    let id = esme.submit("the session lives");
    assert_eq!(esme.receipt().id, id);
}

#[test]
fn an_unknown_operation_is_nacked_and_an_unknown_response_is_passed_over() {
    let smsc = Smsc::start();
    let (_site, _gateway, mut esme) = bound(&smsc);
    let response = ask(&mut esme, CommandId(0x0000_0999), b"whatever");
    assert_eq!((response.command(), response.status()), (CommandId::GENERIC_NACK, ESME_RINVCMDID));
    esme.pdu(0, 4711, &Raw { command_id: CommandId(0x8000_0999), body: b"" });
    esme.pdu(0, 4712, &Raw { command_id: CommandId::SUBMIT_SM_RESP, body: b"" });
    esme.assert_quiet();
    assert!(!esme.submit("the session lives").is_empty());
}

#[test]
fn an_operation_that_is_not_offered_is_refused_in_its_own_response() {
    let smsc = Smsc::start();
    let (_site, _gateway, mut esme) = bound(&smsc);
    let bind = ask(&mut esme, CommandId::BIND_TRANSCEIVER, b"app\0secret\0\0\x34\0\0\0");
    assert_eq!((bind.command(), bind.status()), (CommandId::BIND_TRANSCEIVER_RESP, ESME_RALYBND));
    for (command, body) in [
        (CommandId::CANCEL_SM, &b"\0id\0\0\0\0\0\0\0"[..]),
        (CommandId::REPLACE_SM, b"id\0\0\0\0\0\0\0\0\0"),
        (CommandId::BROADCAST_SM, b"\0\0\0\0\0\0\0\0\0\0\0"),
        (CommandId::QUERY_BROADCAST_SM, b"id\0\0\0\0"),
        (CommandId::CANCEL_BROADCAST_SM, b"\0id\0\0\0\0"),
    ] {
        let response = ask(&mut esme, command, body);
        assert_eq!(response.command(), command.response());
        assert_ne!(response.status(), 0, "{command} was taken");
    }
    assert!(!esme.submit("the session lives").is_empty());
}

#[test]
fn a_length_that_cannot_be_is_nacked_and_ends_only_that_session() {
    let smsc = Smsc::start();
    let (site, _gateway, mut other) = bound(&smsc);
    for length in [0_u32, 15, 65_537, u32::MAX] {
        let mut esme = Esme::bind(site.smpp());
        let mut octets = length.to_be_bytes().to_vec();
        octets.extend_from_slice(&[0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 99]);
        esme.octets(&octets);
        let nack = esme.wait(CommandId::GENERIC_NACK);
        assert_eq!((nack.status(), nack.header().sequence_number), (ESME_RINVCMDLEN, 99));
        esme.ended();
    }
    assert!(!other.submit("undisturbed").is_empty());
}

#[test]
fn a_pdu_in_many_pieces_and_many_pdus_in_one_are_all_answered() {
    let smsc = Smsc::start();
    let (site, _gateway, mut esme) = bound(&smsc);
    let mut one = Vec::new();
    encode(&mut one, CommandStatus(0), 1000, &SubmitSm(message(HANDSET, b"in pieces")));
    for octet in &one {
        esme.octets(&[*octet]);
    }
    let id = esme.outcome(1000).unwrap();
    let mut many = Vec::new();
    for sequence in 2000..2200 {
        encode(&mut many, CommandStatus(0), sequence, &SubmitSm(message(HANDSET, b"in one")));
    }
    esme.octets(&many);
    for sequence in 2000..2200 {
        esme.outcome(sequence).unwrap();
    }
    http::message_that_is(site.http(), &id, "delivered");
}
