//! What a session does when nothing comes.

use std::time::Duration;

use postrider::base::clock::Timestamp;
use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::event::{CloseReason, Event};
use postrider::wire::smpp::pdu::*;
use postrider::wire::smpp::session::{Session, SessionConfig, Side, Timers};

use crate::smpp_harness::{START, answers, at, bound, headers, pdu};

fn config() -> SessionConfig {
    let timers = Timers {
        session_init: Duration::from_secs(10),
        enquire_link: Duration::from_secs(30),
        response: Duration::from_secs(15),
        inactivity: None,
        unbind: Duration::from_secs(5),
    };
    SessionConfig { timers, ..SessionConfig::default() }
}

fn esme() -> Session<u32> {
    bound(Side::Esme, BindMode::Transceiver, config())
}

fn resp() -> SubmitSmResp<'static> {
    SubmitSmResp { message_id: Some(b"late"), ..SubmitSmResp::default() }
}

#[test]
fn a_connection_without_a_bind_is_closed_in_time() {
    for side in [Side::Smsc, Side::Esme] {
        let mut session = Session::<u32>::new(side, config(), START);
        let mut out = Vec::new();
        assert_eq!(session.deadline(), at(10));
        assert_eq!(session.timeout(at(9), &mut out), None);
        let event = session.timeout(at(10), &mut out);
        assert_eq!(event, Some(Event::Close(CloseReason::SessionInit)));
        assert!(out.is_empty(), "an open session was enquired");
    }
}

#[test]
fn a_bind_that_is_being_decided_is_not_overdue() {
    let mut session = Session::<u32>::new(Side::Smsc, config(), START);
    let (input, mut out) = (pdu(0, 1, &Bind::default()), Vec::new());
    session.receive(at(9), &mut &input[..], &mut out);
    assert_eq!(session.timeout(at(11), &mut out), None);
    assert_eq!(session.deadline(), Timestamp::NEVER);
}

#[test]
fn a_bind_of_ours_without_an_answer_closes() {
    let mut session = Session::<u32>::new(Side::Esme, config(), START);
    let mut out = Vec::new();
    session.bind(at(1), &Bind::default(), &mut out);
    assert_eq!(session.deadline(), at(16));
    let event = session.timeout(at(16), &mut out);
    assert_eq!(event, Some(Event::Close(CloseReason::BindExpired)));
}

#[test]
fn silence_is_enquired_after_and_two_missed_answers_close() {
    let (mut session, mut out) = (esme(), Vec::new());
    assert_eq!(session.deadline(), at(30));
    assert_eq!(session.timeout(at(30), &mut out), None);
    assert_eq!(session.deadline(), at(45));
    assert_eq!(session.timeout(at(45), &mut out), None);
    assert_eq!(headers(&out).len(), 2);
    assert!(headers(&out).iter().all(|header| header.command_id == CommandId::ENQUIRE_LINK));
    assert_eq!(session.timeout(at(60), &mut out), Some(Event::Close(CloseReason::Silent)));
}

#[test]
fn any_pdu_ends_the_silence() {
    let (mut session, mut out) = (esme(), Vec::new());
    session.timeout(at(30), &mut out);
    let input = pdu(0, 77, &GenericNack::default());
    session.receive(at(31), &mut &input[..], &mut out);
    assert_eq!(session.deadline(), at(61));
    session.timeout(at(61), &mut out);
    let sequence = headers(&out)[1].sequence_number;
    let input = pdu(0, sequence, &EnquireLinkResp::default());
    assert_eq!(session.receive(at(62), &mut &input[..], &mut out), None);
    assert_eq!(session.deadline(), at(92));
}

#[test]
fn a_request_without_an_answer_expires_and_a_late_answer_still_finds_it() {
    let (mut session, mut out) = (esme(), Vec::new());
    let sequence_number = session.request(at(1), &SubmitSm::default(), 7, &mut out).unwrap();
    assert_eq!(session.deadline(), at(16));
    let event = session.timeout(at(16), &mut out);
    assert_eq!(event, Some(Event::Expired { token: 7, sequence_number }));
    assert_eq!((session.in_flight(), session.timeout(at(16), &mut out)), (0, None));
    let input = pdu(0, sequence_number, &resp());
    match session.receive(at(20), &mut &input[..], &mut out) {
        Some(Event::Late { token: 7, pdu: Pdu::SubmitSmResp(resp), .. }) => {
            assert_eq!(resp.message_id, Some(&b"late"[..]));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_unbind_goes_after_the_last_answer_or_when_patience_ends() {
    let (mut session, mut out) = (esme(), Vec::new());
    session.request(START, &SubmitSm::default(), 7, &mut out).unwrap();
    out.clear();
    session.unbind(at(1), &mut out);
    assert_eq!(session.deadline(), at(6));
    assert_eq!(session.timeout(at(6), &mut out), None);
    assert_eq!(headers(&out)[0].command_id, CommandId::UNBIND);
    assert!(matches!(session.timeout(at(15), &mut out), Some(Event::Expired { token: 7, .. })));
    let event = session.timeout(at(21), &mut out);
    assert_eq!(event, Some(Event::Close(CloseReason::UnbindExpired)));
}

#[test]
fn a_peers_unbind_is_answered_when_patience_ends_even_if_answers_are_owed() {
    let mut session = bound(Side::Smsc, BindMode::Transceiver, config());
    let mut input = pdu(0, 1, &SubmitSm::default());
    input.extend(pdu(0, 2, &Unbind::default()));
    let (mut rest, mut out) = (&input[..], Vec::new());
    while session.receive(at(1), &mut rest, &mut out).is_some() {}
    assert_eq!(session.timeout(at(5), &mut out), None);
    let event = session.timeout(at(6), &mut out);
    assert_eq!(event, Some(Event::Close(CloseReason::PeerUnbound)));
    assert_eq!(answers(&out), [(CommandId::UNBIND_RESP, 0, 2)]);
}

#[test]
fn nothing_but_enquire_link_for_too_long_is_inactivity() {
    let timers = Timers { inactivity: Some(Duration::from_secs(60)), ..config().timers };
    let config = SessionConfig { timers, ..config() };
    let mut session = bound(Side::Smsc, BindMode::Transceiver, config);
    let mut out = Vec::new();
    for second in (10..60).step_by(10) {
        let input = pdu(0, 1, &EnquireLink::default());
        session.receive(at(second), &mut &input[..], &mut out);
        assert_eq!(session.timeout(at(second), &mut out), None);
    }
    assert_eq!(session.deadline(), at(60));
    let event = session.timeout(at(60), &mut out);
    assert_eq!(event, Some(Event::Close(CloseReason::Inactive)));
}
