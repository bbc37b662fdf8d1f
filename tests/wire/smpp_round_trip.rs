//! What is written is read back, for every PDU.

use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::frame::{PDU_BYTES_MAX, Split, split};
use postrider::wire::smpp::limits::Limits;
use postrider::wire::smpp::pdu::*;
use postrider::wire::smpp::status::CommandStatus;
use postrider::wire::smpp::tlv::{TlvBuf, Tlvs};
use postrider::wire::smpp::tlv_table::Tag;

fn check<'a>(room: &'a mut Vec<u8>, body: &impl Body, status: u32) -> Pdu<'a> {
    room.clear();
    encode(room, CommandStatus(status), 0x8000_0001, body);
    assert!(room.len() <= 16 + body.octets_max(), "{} was not given room", body.command());
    assert_eq!(split(room, PDU_BYTES_MAX), Split::Pdu(room));
    let (header, pdu) = Pdu::decode(room, &Limits::STANDARD).unwrap();
    assert_eq!(header.command_id, body.command());
    assert_eq!(header.command_status, CommandStatus(status));
    assert_eq!(header.sequence_number, 0x8000_0001);
    pdu
}

fn tlvs() -> TlvBuf {
    let mut tlvs = TlvBuf::default();
    tlvs.push_u16(Tag::USER_MESSAGE_REFERENCE, 7).push_c_string(Tag(0x1401), b"1207");
    tlvs.push(Tag(0x3FFF), b"");
    tlvs
}

fn sm(tlvs: Tlvs<'_>) -> Sm<'_> {
    Sm {
        service_type: b"CMT",
        source_addr_ton: 5,
        source_addr_npi: 0,
        source_addr: b"Postrider",
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr: b"15550100001",
        esm_class: 0x40,
        protocol_id: 0x7F,
        priority_flag: 3,
        schedule_delivery_time: b"000002000000000R",
        validity_period: b"261121153000004+",
        registered_delivery: 0x11,
        replace_if_present_flag: 1,
        data_coding: 8,
        sm_default_msg_id: 9,
        short_message: b"\x05\x00\x03\x01\x02\x01hi\0there",
        tlvs,
    }
}

macro_rules! round_trip {
    ($($name:ident: $variant:ident($body:expr);)*) => {$(
        #[test]
        fn $name() {
            let buf = tlvs();
            let build = $body;
            let (mut room, bare) = (Vec::new(), build(Tlvs::default()));
            assert_eq!(check(&mut room, &bare, 0), Pdu::$variant(bare));
            let full = build(buf.as_tlvs());
            assert_eq!(check(&mut room, &full, 0x58), Pdu::$variant(full));
        }
    )*};
}

round_trip! {
    a_submit_sm_comes_back: SubmitSm(|tlvs| SubmitSm(sm(tlvs)));
    a_deliver_sm_comes_back: DeliverSm(|tlvs| DeliverSm(sm(tlvs)));
    a_submit_sm_resp_comes_back:
        SubmitSmResp(|tlvs| SubmitSmResp { message_id: Some(b"1a2b"), tlvs });
    a_deliver_sm_resp_comes_back:
        DeliverSmResp(|tlvs| DeliverSmResp { message_id: Some(b""), tlvs });
    a_data_sm_resp_comes_back: DataSmResp(|tlvs| DataSmResp { message_id: Some(b"x"), tlvs });
    a_broadcast_sm_resp_comes_back:
        BroadcastSmResp(|tlvs| BroadcastSmResp { message_id: Some(b"x"), tlvs });
    a_query_broadcast_sm_resp_comes_back:
        QueryBroadcastSmResp(|tlvs| QueryBroadcastSmResp { message_id: Some(b"x"), tlvs });
    an_outbind_comes_back:
        Outbind(|tlvs| Outbind { system_id: b"SMSC", password: b"secret", tlvs });
    a_data_sm_comes_back: DataSm(|tlvs| DataSm {
        service_type: b"USSD", source_addr_ton: 1, source_addr_npi: 2, source_addr: &[b'1'; 64],
        dest_addr_ton: 3, dest_addr_npi: 4, destination_addr: b"15550100001", esm_class: 4,
        registered_delivery: 1, data_coding: 8, tlvs,
    });
    a_query_sm_comes_back: QuerySm(|tlvs| QuerySm {
        message_id: b"1", source_addr_ton: 1, source_addr_npi: 2, source_addr: b"2", tlvs,
    });
    a_query_sm_resp_comes_back: QuerySmResp(|tlvs| QuerySmResp {
        message_id: Some(b"1"), final_date: b"261121153000004+", message_state: 2, error_code: 3,
        tlvs,
    });
    a_cancel_sm_comes_back: CancelSm(|tlvs| CancelSm {
        service_type: b"", message_id: b"1", source_addr_ton: 1, source_addr_npi: 2,
        source_addr: b"2", dest_addr_ton: 3, dest_addr_npi: 4, destination_addr: b"5", tlvs,
    });
    a_replace_sm_comes_back: ReplaceSm(|tlvs| ReplaceSm {
        message_id: b"1", source_addr_ton: 1, source_addr_npi: 2, source_addr: b"2",
        schedule_delivery_time: b"", validity_period: b"000002000000000R",
        registered_delivery: 1, sm_default_msg_id: 0, short_message: b"new", tlvs,
    });
    an_alert_notification_comes_back: AlertNotification(|tlvs| AlertNotification {
        source_addr_ton: 1, source_addr_npi: 2, source_addr: b"3", esme_addr_ton: 4,
        esme_addr_npi: 5, esme_addr: b"esme", tlvs,
    });
    a_broadcast_sm_comes_back: BroadcastSm(|tlvs| BroadcastSm {
        service_type: b"CBS", source_addr_ton: 1, source_addr_npi: 2, source_addr: b"3",
        message_id: b"4", priority_flag: 1, schedule_delivery_time: b"", validity_period: b"",
        replace_if_present_flag: 1, data_coding: 8, sm_default_msg_id: 1, tlvs,
    });
    a_query_broadcast_sm_comes_back: QueryBroadcastSm(|tlvs| QueryBroadcastSm {
        message_id: b"1", source_addr_ton: 1, source_addr_npi: 2, source_addr: b"2", tlvs,
    });
    a_cancel_broadcast_sm_comes_back: CancelBroadcastSm(|tlvs| CancelBroadcastSm {
        service_type: b"CBS", message_id: b"1", source_addr_ton: 1, source_addr_npi: 2,
        source_addr: b"2", tlvs,
    });
}

#[test]
fn a_bind_and_its_response_come_back_in_every_mode() {
    let buf = tlvs();
    for mode in [BindMode::Transmitter, BindMode::Receiver, BindMode::Transceiver] {
        let bind = Bind {
            mode,
            system_id: b"esme-of-fifteen",
            password: b"8letters",
            system_type: b"VMA",
            interface_version: 0x34,
            addr_ton: 1,
            addr_npi: 2,
            address_range: b"^1555",
            tlvs: Tlvs::default(),
        };
        assert_eq!(check(&mut Vec::new(), &bind, 0), Pdu::Bind(bind));
        for system_id in [None, Some(&b"smsc"[..])] {
            let tlvs = if system_id.is_some() { buf.as_tlvs() } else { Tlvs::default() };
            let resp = BindResp { mode, system_id, tlvs };
            assert_eq!(check(&mut Vec::new(), &resp, 13), Pdu::BindResp(resp));
        }
    }
}

#[test]
fn a_pdu_without_a_body_is_sixteen_octets() {
    fn bare(body: &impl Body) {
        let mut room = Vec::new();
        check(&mut room, body, 0);
        assert_eq!(room.len(), 16);
    }
    bare(&GenericNack::default());
    bare(&EnquireLink::default());
    bare(&EnquireLinkResp::default());
    bare(&Unbind::default());
    bare(&UnbindResp::default());
    bare(&CancelSmResp::default());
    bare(&ReplaceSmResp::default());
    bare(&CancelBroadcastSmResp::default());
    // A response that names no message has no body either.
    bare(&SubmitSmResp::default());
    bare(&DeliverSmResp::default());
    bare(&DataSmResp::default());
    bare(&QuerySmResp::default());
    bare(&SubmitMultiResp::default());
    bare(&BindResp::default());
}

#[test]
fn a_submit_multi_and_its_response_come_back() {
    let (mut addresses, mut failed, buf) = (Vec::new(), Vec::new(), tlvs());
    let to = [
        DestAddress::Sme { dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: b"15550100001" },
        DestAddress::DistributionList { dl_name: b"friends" },
    ];
    let multi = SubmitMulti {
        service_type: b"",
        source_addr: b"1234",
        dest_address: DestAddresses::write_to(&mut addresses, &to).unwrap(),
        short_message: b"hello",
        tlvs: buf.as_tlvs(),
        ..SubmitMulti::default()
    };
    assert_eq!(check(&mut Vec::new(), &multi, 0), Pdu::SubmitMulti(multi));
    assert_eq!(multi.dest_address.iter().collect::<Vec<_>>(), to);
    let sme = UnsuccessSme {
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr: b"15550100001",
        error_status_code: CommandStatus::ESME_RINVDSTADR,
    };
    let resp = SubmitMultiResp {
        message_id: Some(b"1"),
        unsuccess_sme: UnsuccessSmes::write_to(&mut failed, &[sme]).unwrap(),
        tlvs: buf.as_tlvs(),
    };
    assert_eq!(check(&mut Vec::new(), &resp, 0), Pdu::SubmitMultiResp(resp));
    assert_eq!(resp.unsuccess_sme.iter().collect::<Vec<_>>(), [sme]);
}

#[test]
fn a_text_beyond_254_octets_goes_as_a_message_payload() {
    let text = vec![b'x'; 255];
    let long = SubmitSm(Sm { short_message: &text, ..Sm::default() });
    let mut room = Vec::new();
    let Pdu::SubmitSm(read) = check(&mut room, &long, 0) else { panic!("another pdu") };
    assert!(read.short_message.is_empty());
    assert_eq!(read.user_data(), text);
    let fits = SubmitSm(Sm { short_message: &text[..254], ..Sm::default() });
    assert_eq!(check(&mut room, &fits, 0), Pdu::SubmitSm(fits));
}

#[test]
fn a_nul_within_a_string_does_not_shift_the_fields_after_it() {
    let body = SubmitSm(Sm { source_addr: b"12\x0034", esm_class: 0x40, ..Sm::default() });
    let mut room = Vec::new();
    let Pdu::SubmitSm(read) = check(&mut room, &body, 0) else { panic!("another pdu") };
    assert_eq!((read.source_addr, read.esm_class), (&b"12"[..], 0x40));
}

#[test]
fn octets_are_passed_on_as_they_came() {
    let raw = Raw { command_id: CommandId(0x77), body: b"whatever" };
    let expected = Pdu::Unknown { command_id: CommandId(0x77), body: b"whatever" };
    assert_eq!(check(&mut Vec::new(), &raw, 0), expected);
}
