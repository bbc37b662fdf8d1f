//! Sessions brought into a state, and what they answer.

use postrider::base::clock::Timestamp;
use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::event::Event;
use postrider::wire::smpp::frame::{Split, split};
use postrider::wire::smpp::header::Header;
use postrider::wire::smpp::pdu::{
    Bind, BindMode, BindResp, Body, DeliverSm, EnquireLink, SubmitSm, encode,
};
use postrider::wire::smpp::session::{Session, SessionConfig, Side};
use postrider::wire::smpp::status::CommandStatus;
use postrider::wire::smpp::tlv::TlvBuf;
use postrider::wire::smpp::tlv_table::Tag;

pub const START: Timestamp = Timestamp(1_795_000_000_000_000);

/// So many seconds after the start.
pub fn at(seconds: u64) -> Timestamp {
    Timestamp(START.0 + seconds * 1_000_000)
}

pub fn pdu(status: u32, sequence: u32, body: &impl Body) -> Vec<u8> {
    let mut out = Vec::new();
    encode(&mut out, CommandStatus(status), sequence, body);
    out
}

/// The headers of all PDUs in `octets`.
pub fn headers(octets: &[u8]) -> Vec<Header> {
    let mut rest = octets;
    let mut headers = Vec::new();
    while let Split::Pdu(frame) = split(rest, usize::MAX) {
        headers.push(Header::read(frame).unwrap());
        rest = &rest[frame.len()..];
    }
    assert!(rest.is_empty(), "half a pdu was written");
    headers
}

/// Id, status and number of all PDUs in `octets`.
pub fn answers(octets: &[u8]) -> Vec<(CommandId, u32, u32)> {
    let triple =
        |header: Header| (header.command_id, header.command_status.0, header.sequence_number);
    headers(octets).into_iter().map(triple).collect()
}

/// A session as `side`, bound in `mode` at the start, whose peer speaks v3.4.
pub fn bound(side: Side, mode: BindMode, config: SessionConfig) -> Session<u32> {
    let mut session = Session::new(side, config, START);
    let mut out = Vec::new();
    let bind = Bind { mode, system_id: b"esme", interface_version: 0x34, ..Bind::default() };
    match side {
        Side::Smsc => {
            let input = pdu(0, 1, &bind);
            let event = session.receive(START, &mut &input[..], &mut out);
            assert!(matches!(event, Some(Event::Bind { .. })), "{event:?}");
            assert!(session.accept_bind(START, b"smsc", &mut out));
        }
        Side::Esme => {
            assert!(session.bind(START, &bind, &mut out));
            let sequence = headers(&out)[0].sequence_number;
            let mut tlvs = TlvBuf::default();
            tlvs.push_u8(Tag::SC_INTERFACE_VERSION, 0x34);
            let resp = BindResp { mode, system_id: Some(b"smsc"), tlvs: tlvs.as_tlvs() };
            let input = pdu(0, sequence, &resp);
            let event = session.receive(START, &mut &input[..], &mut out);
            assert!(matches!(event, Some(Event::Bound { .. })), "{event:?}");
        }
    }
    assert!(session.state().is_bound());
    session
}

/// A session that a PDU of this header would reach in the right state, with a request waiting for
/// that number where the PDU is a response.
pub fn prepared(header: Header) -> Session<u32> {
    let command = header.command_id;
    let config = SessionConfig::default();
    let mut out = Vec::new();
    if let Some(mode) = BindMode::of(command) {
        let side = if command.is_response() { Side::Esme } else { Side::Smsc };
        let mut session = Session::new(side, config, START);
        session.set_next_sequence(header.sequence_number);
        if command.is_response() {
            session.bind(START, &Bind { mode, ..Bind::default() }, &mut out);
        }
        return session;
    }
    let from_smsc = [
        CommandId::DELIVER_SM,
        CommandId::ALERT_NOTIFICATION,
        CommandId::SUBMIT_SM_RESP,
        CommandId::GENERIC_NACK,
    ];
    match command {
        CommandId::OUTBIND => Session::new(Side::Esme, config, START),
        _ if from_smsc.contains(&command)
            || (command.is_response() && command != CommandId::DELIVER_SM_RESP) =>
        {
            let mut session = bound(Side::Esme, BindMode::Transceiver, config);
            session.set_next_sequence(header.sequence_number);
            session.request(START, &SubmitSm::default(), 77, &mut out).unwrap();
            session
        }
        _ => {
            let mut session = bound(Side::Smsc, BindMode::Transceiver, config);
            session.set_next_sequence(header.sequence_number);
            session.request(START, &DeliverSm::default(), 77, &mut out).unwrap();
            session
        }
    }
}

/// Whether the session still answers an enquire_link, as one in step with its stream does.
pub fn is_in_step(session: &mut Session<u32>) -> bool {
    let mut out = Vec::new();
    let input = pdu(0, 0xFEED, &EnquireLink::default());
    let event = session.receive(at(1), &mut &input[..], &mut out);
    event.is_none() && answers(&out) == [(CommandId::ENQUIRE_LINK_RESP, 0, 0xFEED)]
}
