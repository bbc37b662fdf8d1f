//! Any PDU is read or refused, and what was read is written back to the same value.

use postrider::base::clock::Timestamp;
use postrider::message::carrier_id::NormalId;
use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::limits::Limits;
use postrider::wire::smpp::pdu::{Body, Pdu, Raw, encode};
use postrider::wire::smpp::receipt::Receipt;
use postrider::wire::smpp::receipt_date::ReceiptDate;

/// The first octet chooses the operation and the limits, the rest is the body.
pub fn run(data: &[u8]) {
    let Some((&choice, body)) = data.split_first() else { return };
    let commands = CommandId::ALL;
    let command_id = commands[usize::from(choice) % commands.len()];
    let limits = if choice & 0x80 == 0 { Limits::STANDARD } else { Limits::LENIENT };
    let mut frame = Vec::new();
    encode(&mut frame, Default::default(), 7, &Raw { command_id, body });
    match Pdu::decode(&frame, &limits) {
        Ok((header, pdu)) => {
            assert_eq!(header.command_id, command_id);
            written_back(&pdu);
            receipts(&pdu);
        }
        Err(error) => {
            assert!(error.offset <= frame.len());
            assert!(!error.status.is_ok());
            assert!(!error.to_string().is_empty());
        }
    }
}

fn written_back(pdu: &Pdu<'_>) {
    macro_rules! body {
        ($($variant:ident)*) => {
            match pdu {
                $(Pdu::$variant(body) => body as &dyn Body,)*
                _ => return,
            }
        };
    }
    let body = body!(Bind BindResp Outbind SubmitSm SubmitSmResp SubmitMulti SubmitMultiResp
        DeliverSm DeliverSmResp DataSm DataSmResp QuerySm QuerySmResp CancelSm ReplaceSm
        AlertNotification BroadcastSm BroadcastSmResp QueryBroadcastSm QueryBroadcastSmResp
        CancelBroadcastSm);
    let mut out = Vec::new();
    encode(&mut out, Default::default(), 7, body);
    assert!(out.len() <= 16 + body.octets_max(), "less room than the body takes");
    let (_, again) = Pdu::decode(&out, &Limits::LENIENT).expect("what we write can be read");
    // A text of 255 octets moves to message_payload, so it is not where it was.
    let moved = match pdu {
        Pdu::SubmitSm(sm) => sm.short_message.len() > 254,
        Pdu::DeliverSm(sm) => sm.short_message.len() > 254,
        Pdu::SubmitMulti(sm) => sm.short_message.len() > 254,
        Pdu::ReplaceSm(sm) => sm.short_message.len() > 254,
        _ => false,
    };
    assert!(moved || again == *pdu, "{again:?} is not {pdu:?}");
}

fn receipts(pdu: &Pdu<'_>) {
    let mut room = Vec::new();
    let receipt = match pdu {
        Pdu::DeliverSm(sm) => Receipt::of_sm(&sm.0, &mut room),
        Pdu::DataSm(sm) => Receipt::of_data_sm(sm, &mut room),
        _ => return,
    };
    let now = Timestamp(1_795_000_000_000_000);
    for date in [receipt.text.submit_date, receipt.text.done_date].into_iter().flatten() {
        if let Some(date) = ReceiptDate::parse(date, now) {
            assert!((1..=12).contains(&date.month) && (1..=31).contains(&date.day));
        }
    }
    if let Some(id) = receipt.id {
        let normal = NormalId::new(id);
        assert_eq!(NormalId::new(normal.as_octets()), normal, "not canonical");
        assert!(normal.candidates().any(|form| form == normal));
    }
}
