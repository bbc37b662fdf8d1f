//! What a session does with requests, responses and binds.

use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::event::{CloseReason, Event, Fault};
use postrider::wire::smpp::pdu::*;
use postrider::wire::smpp::session::{Session, SessionConfig, Side, State};
use postrider::wire::smpp::status::CommandStatus;
use postrider::wire::smpp::tlv::TlvBuf;
use postrider::wire::smpp::tlv_table::Tag;

use crate::smpp_harness::{START, answers, at, bound, headers, is_in_step, pdu};

const OK: CommandStatus = CommandStatus::ESME_ROK;

fn smsc() -> Session<u32> {
    bound(Side::Smsc, BindMode::Transceiver, SessionConfig::default())
}

fn esme() -> Session<u32> {
    bound(Side::Esme, BindMode::Transceiver, SessionConfig::default())
}

fn submit() -> SubmitSm<'static> {
    SubmitSm(Sm { short_message: b"hello", destination_addr: b"15550100001", ..Sm::default() })
}

fn resp(id: &[u8]) -> SubmitSmResp<'_> {
    SubmitSmResp { message_id: Some(id), ..SubmitSmResp::default() }
}

#[test]
fn a_bind_is_told_and_accepted_with_our_version() {
    let mut session = Session::<u32>::new(Side::Smsc, SessionConfig::default(), START);
    let bind = Bind { system_id: b"esme", interface_version: 0x34, ..Bind::default() };
    let (input, mut out) = (pdu(0, 5, &bind), Vec::new());
    let event = session.receive(START, &mut &input[..], &mut out);
    assert!(matches!(event, Some(Event::Bind { bind: told, .. }) if told == bind));
    assert_eq!((session.state(), out.len()), (State::Open, 0));
    session.accept_bind(START, b"postrider", &mut out);
    assert_eq!(answers(&out), [(CommandId::BIND_TRANSCEIVER_RESP, 0, 5)]);
    assert_eq!(session.state(), State::BoundTrx);
    assert!(session.peer_takes_tlvs());
    assert!(out.ends_with(&[0x02, 0x10, 0, 1, 0x34]));
}

#[test]
fn a_peer_of_an_older_version_is_sent_no_parameters() {
    let mut session = Session::<u32>::new(Side::Smsc, SessionConfig::default(), START);
    let bind = Bind { interface_version: 0x33, ..Bind::default() };
    let (input, mut out) = (pdu(0, 5, &bind), Vec::new());
    session.receive(START, &mut &input[..], &mut out);
    session.accept_bind(START, b"postrider", &mut out);
    assert!(!session.peer_takes_tlvs());
    assert!(out.ends_with(b"postrider\0"));
}

#[test]
fn a_peer_is_told_our_highest_version_or_its_own_if_that_is_lower() {
    for (theirs, told) in [(0x34, 0x34), (0x50, 0x50), (0xFF, 0x50)] {
        let config = SessionConfig { interface_version: 0x50, ..SessionConfig::default() };
        let mut session = Session::<u32>::new(Side::Smsc, config, START);
        let bind = Bind { interface_version: theirs, ..Bind::default() };
        let (input, mut out) = (pdu(0, 5, &bind), Vec::new());
        session.receive(START, &mut &input[..], &mut out);
        session.accept_bind(START, b"postrider", &mut out);
        assert!(out.ends_with(&[0x02, 0x10, 0, 1, told]), "{theirs:#x}");
    }
}

#[test]
fn an_smsc_we_bound_to_as_of_3_3_is_sent_no_parameters_whatever_it_tells() {
    let mut session = Session::<u32>::new(Side::Esme, SessionConfig::default(), START);
    let mut out = Vec::new();
    let bind = Bind { interface_version: 0x33, ..Bind::default() };
    assert!(session.bind(START, &bind, &mut out));
    let mut tlvs = TlvBuf::default();
    tlvs.push_u8(Tag::SC_INTERFACE_VERSION, 0x34);
    let input = pdu(0, 1, &BindResp { tlvs: tlvs.as_tlvs(), ..BindResp::default() });
    session.receive(START, &mut &input[..], &mut out);
    assert_eq!(session.state(), State::BoundTrx);
    assert!(!session.peer_takes_tlvs());
}

#[test]
fn an_smsc_that_does_not_tell_its_version_is_sent_no_parameters() {
    let mut session = Session::<u32>::new(Side::Esme, SessionConfig::default(), START);
    let mut out = Vec::new();
    assert!(session.bind(START, &Bind::default(), &mut out));
    let input = pdu(0, 1, &BindResp::default());
    let event = session.receive(START, &mut &input[..], &mut out);
    let expected = Event::Bound { system_id: b"", sc_interface_version: None };
    assert_eq!(event, Some(expected));
    assert!(!session.peer_takes_tlvs());
}

#[test]
fn a_refused_bind_leaves_the_connection_open_for_another() {
    let mut session = Session::<u32>::new(Side::Smsc, SessionConfig::default(), START);
    let (input, mut out) = (pdu(0, 5, &Bind::default()), Vec::new());
    session.receive(START, &mut &input[..], &mut out);
    session.refuse_bind(CommandStatus::ESME_RINVPASWD, &mut out);
    assert_eq!(answers(&out), [(CommandId::BIND_TRANSCEIVER_RESP, 0x0E, 5)]);
    let event = session.receive(START, &mut &input[..], &mut out);
    assert!(matches!(event, Some(Event::Bind { .. })));
}

#[test]
fn a_bind_of_ours_that_is_refused_tells_why() {
    for input in [pdu(0x0E, 1, &BindResp::default()), pdu(0x0E, 1, &GenericNack::default())] {
        let mut session = Session::<u32>::new(Side::Esme, SessionConfig::default(), START);
        let mut out = Vec::new();
        session.bind(START, &Bind::default(), &mut out);
        let event = session.receive(START, &mut &input[..], &mut out);
        let status = CommandStatus::ESME_RINVPASWD;
        assert_eq!(event, Some(Event::BindRefused { status }));
        assert_eq!(session.state(), State::Open);
    }
}

#[test]
fn a_second_bind_is_answered_already_bound() {
    let (mut session, mut out) = (smsc(), Vec::new());
    let input = pdu(0, 9, &Bind::default());
    let event = session.receive(START, &mut &input[..], &mut out);
    assert!(matches!(event, Some(Event::Malformed { fault: Fault::AlreadyBound, .. })));
    assert_eq!(answers(&out), [(CommandId::BIND_TRANSCEIVER_RESP, 5, 9)]);
    assert!(is_in_step(&mut session));
}

#[test]
fn nothing_is_submitted_before_a_bind_but_an_enquire_link_is_answered() {
    let mut session = Session::<u32>::new(Side::Smsc, SessionConfig::default(), START);
    let mut out = Vec::new();
    let input = pdu(0, 3, &submit());
    let event = session.receive(START, &mut &input[..], &mut out);
    assert!(matches!(event, Some(Event::Malformed { fault: Fault::WrongState, .. })));
    assert_eq!(answers(&out), [(CommandId::SUBMIT_SM_RESP, 4, 3)]);
    assert!(is_in_step(&mut session));
}

#[test]
fn a_receiver_may_not_submit_and_is_not_delivered_what_a_transmitter_is_not() {
    let config = SessionConfig::default();
    let mut session = bound(Side::Smsc, BindMode::Receiver, config);
    let (input, mut out) = (pdu(0, 3, &submit()), Vec::new());
    session.receive(START, &mut &input[..], &mut out);
    assert_eq!(answers(&out), [(CommandId::SUBMIT_SM_RESP, 4, 3)]);
    let mut session = bound(Side::Smsc, BindMode::Transmitter, config);
    assert_eq!(session.request(START, &DeliverSm::default(), 1, &mut out), Err(1));
}

#[test]
fn a_request_is_answered_with_its_own_number_whatever_that_is() {
    let (mut session, mut out) = (smsc(), Vec::new());
    for sequence in [0, 7, 7, 0x8000_0000, u32::MAX] {
        out.clear();
        let input = pdu(0, sequence, &submit());
        let event = session.receive(START, &mut &input[..], &mut out);
        assert!(matches!(event, Some(Event::Request { .. })));
        assert_eq!(session.unanswered_from_peer(), 1);
        session.respond(sequence, OK, &resp(b"1"), &mut out);
        assert_eq!(answers(&out), [(CommandId::SUBMIT_SM_RESP, 0, sequence)]);
        assert_eq!(session.unanswered_from_peer(), 0);
    }
}

#[test]
fn a_refusal_is_a_header_and_counts_as_an_answer() {
    let (mut session, mut out) = (smsc(), Vec::new());
    let input = pdu(0, 7, &submit());
    session.receive(START, &mut &input[..], &mut out);
    session.refuse(CommandId::SUBMIT_SM, 7, CommandStatus::ESME_RTHROTTLED, &mut out);
    assert_eq!((out.len(), session.unanswered_from_peer()), (16, 0));
    assert_eq!(answers(&out), [(CommandId::SUBMIT_SM_RESP, 0x58, 7)]);
}

#[test]
fn responses_find_their_requests_in_any_order() {
    let (mut session, mut out) = (esme(), Vec::new());
    let mut sequences = Vec::new();
    for token in 0..10 {
        sequences.push(session.request(at(1), &submit(), token, &mut out).unwrap());
    }
    assert_eq!(session.request(at(1), &submit(), 10, &mut out), Err(10));
    assert_eq!((session.window_free(), session.in_flight()), (0, 10));
    assert_eq!(headers(&out).len(), 10);
    for (token, &sequence) in sequences.iter().enumerate().rev() {
        let input = pdu(0, sequence, &resp(b"abc"));
        match session.receive(at(2), &mut &input[..], &mut out) {
            Some(Event::Response {
                token: told, sent_at, pdu: Pdu::SubmitSmResp(resp), ..
            }) => {
                assert_eq!((told as usize, sent_at), (token, at(1)));
                assert_eq!(resp.message_id, Some(&b"abc"[..]));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(session.window_free(), 10);
}

#[test]
fn a_peers_request_never_matches_a_request_of_ours() {
    let (mut session, mut out) = (smsc(), Vec::new());
    let sequence = session.request(START, &DeliverSm::default(), 1, &mut out).unwrap();
    let input = pdu(0, sequence, &submit());
    let event = session.receive(START, &mut &input[..], &mut out);
    assert!(matches!(event, Some(Event::Request { .. })));
    assert_eq!(session.in_flight(), 1);
}

#[test]
fn a_generic_nack_frees_the_place_of_the_request_it_names() {
    let (mut session, mut out) = (esme(), Vec::new());
    let sequence = session.request(START, &submit(), 5, &mut out).unwrap();
    let input = pdu(3, sequence, &GenericNack::default());
    let event = session.receive(START, &mut &input[..], &mut out);
    let nacked = matches!(event, Some(Event::Response { token: 5, pdu: Pdu::GenericNack(_), .. }));
    assert!(nacked, "{event:?}");
    assert_eq!(session.in_flight(), 0);
}

#[test]
fn a_response_nobody_waits_for_is_told_and_never_answered() {
    let (mut session, mut out) = (esme(), Vec::new());
    for input in [
        pdu(0, 99, &resp(b"1")),
        pdu(2, 0, &GenericNack::default()),
        pdu(0, 1, &BindResp::default()),
        pdu(0, 99, &UnbindResp::default()),
    ] {
        let event = session.receive(START, &mut &input[..], &mut out);
        assert!(matches!(event, Some(Event::Unmatched { .. })), "{event:?}");
    }
    assert!(out.is_empty());
}

#[test]
fn several_pdus_of_one_read_come_one_by_one() {
    let (mut session, mut out) = (smsc(), Vec::new());
    let mut input = pdu(0, 1, &EnquireLink::default());
    input.extend(pdu(0, 2, &submit()));
    input.extend(pdu(0, 3, &submit()));
    input.extend(&pdu(0, 4, &submit())[..20]);
    let mut rest = &input[..];
    for sequence in [2, 3] {
        match session.receive(START, &mut rest, &mut out) {
            Some(Event::Request { header, .. }) => assert_eq!(header.sequence_number, sequence),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(session.receive(START, &mut rest, &mut out), None);
    assert_eq!(rest.len(), 20);
    assert_eq!(answers(&out), [(CommandId::ENQUIRE_LINK_RESP, 0, 1)]);
}

#[test]
fn an_unbind_is_answered_after_the_requests_before_it() {
    let (mut session, mut out) = (smsc(), Vec::new());
    let mut input = pdu(0, 1, &submit());
    input.extend(pdu(0, 2, &Unbind::default()));
    let mut rest = &input[..];
    session.receive(START, &mut rest, &mut out);
    assert_eq!(session.receive(START, &mut rest, &mut out), Some(Event::Unbind));
    assert_eq!(session.receive(START, &mut rest, &mut out), None);
    assert!(out.is_empty());
    assert_eq!(session.request(START, &DeliverSm::default(), 1, &mut out), Err(1));
    session.respond(1, OK, &resp(b"1"), &mut out);
    let expected = [(CommandId::SUBMIT_SM_RESP, 0, 1), (CommandId::UNBIND_RESP, 0, 2)];
    assert_eq!(answers(&out), expected);
    assert!(session.deadline() <= at(0));
    let event = session.timeout(at(0), &mut out);
    assert_eq!(event, Some(Event::Close(CloseReason::PeerUnbound)));
    assert_eq!(session.timeout(at(9), &mut out), None);
}

#[test]
fn a_peers_unbind_is_answered_after_what_it_has_of_ours_is() {
    let (mut session, mut out) = (esme(), Vec::new());
    let sequence = session.request(START, &submit(), 1, &mut out).unwrap();
    out.clear();
    let input = pdu(0, 7, &Unbind::default());
    assert_eq!(session.receive(START, &mut &input[..], &mut out), Some(Event::Unbind));
    assert!(out.is_empty(), "the submit may still be answered");
    let input = pdu(0, sequence, &resp(b"1"));
    let event = session.receive(START, &mut &input[..], &mut out);
    assert!(matches!(event, Some(Event::Response { token: 1, .. })), "{event:?}");
    assert_eq!(answers(&out), [(CommandId::UNBIND_RESP, 0, 7)]);
}

#[test]
fn our_unbind_waits_for_our_requests_and_closes_when_answered() {
    let (mut session, mut out) = (esme(), Vec::new());
    let sequence = session.request(START, &submit(), 1, &mut out).unwrap();
    out.clear();
    session.unbind(START, &mut out);
    assert!(out.is_empty());
    assert_eq!(session.window_free(), 0);
    // What comes meanwhile is still taken.
    let input = pdu(0, 9, &DeliverSm::default());
    assert!(matches!(
        session.receive(START, &mut &input[..], &mut out),
        Some(Event::Request { .. })
    ));
    let input = pdu(0, sequence, &resp(b"1"));
    session.receive(START, &mut &input[..], &mut out);
    let sent = headers(&out)[0];
    assert_eq!(sent.command_id, CommandId::UNBIND);
    let input = pdu(0, sent.sequence_number, &UnbindResp::default());
    let event = session.receive(START, &mut &input[..], &mut out);
    assert_eq!(event, Some(Event::Close(CloseReason::Unbound)));
    assert_eq!(session.state(), State::Closed);
}

#[test]
fn an_outbind_is_told_and_lets_a_receiver_bind() {
    let mut esme = Session::<u32>::new(Side::Esme, SessionConfig::default(), START);
    let mut smsc = Session::<u32>::new(Side::Smsc, SessionConfig::default(), START);
    let (mut to_esme, mut to_smsc) = (Vec::new(), Vec::new());
    assert!(smsc.outbind(&Outbind { system_id: b"smsc", ..Outbind::default() }, &mut to_esme));
    assert_eq!(smsc.state(), State::Outbound);
    let event = esme.receive(START, &mut &to_esme[..], &mut to_smsc);
    assert!(matches!(event, Some(Event::Outbind { .. })));
    assert!(to_smsc.is_empty());
    let bind = Bind { mode: BindMode::Receiver, ..Bind::default() };
    assert!(esme.bind(START, &bind, &mut to_smsc));
    let event = smsc.receive(START, &mut &to_smsc[..], &mut Vec::new());
    assert!(matches!(event, Some(Event::Bind { .. })));
}

#[test]
fn an_alert_is_told_and_owes_no_answer() {
    let (mut session, mut out) = (esme(), Vec::new());
    let input = pdu(0, 7, &AlertNotification::default());
    let event = session.receive(START, &mut &input[..], &mut out);
    assert!(matches!(event, Some(Event::Request { pdu: Pdu::AlertNotification(_), .. })));
    assert_eq!((session.unanswered_from_peer(), out.len()), (0, 0));
    let mut smsc = smsc();
    assert!(smsc.request(START, &AlertNotification::default(), 1, &mut out).is_ok());
    assert_eq!(smsc.in_flight(), 0);
}

#[test]
fn after_the_end_nothing_is_read_written_or_told() {
    let (mut session, mut out) = (smsc(), Vec::new());
    let event = session.receive(START, &mut &[0_u8; 20][..], &mut out);
    assert_eq!(event, Some(Event::Close(CloseReason::BadLength { command_length: 0 })));
    out.clear();
    let input = pdu(0, 7, &submit());
    assert_eq!(session.receive(START, &mut &input[..], &mut out), None);
    session.respond(7, OK, &resp(b"1"), &mut out);
    assert_eq!(session.request(START, &DeliverSm::default(), 1, &mut out), Err(1));
    session.unbind(START, &mut out);
    assert_eq!(session.timeout(at(1_000_000), &mut out), None);
    assert!(out.is_empty());
}

#[test]
fn a_drain_gives_back_what_is_in_flight() {
    let (mut session, mut out) = (esme(), Vec::new());
    for token in 0..4 {
        session.request(START, &submit(), token, &mut out).unwrap();
    }
    let tokens: Vec<u32> = session.drain_window().map(|(_, token)| token).collect();
    assert_eq!(tokens, [0, 1, 2, 3]);
}
