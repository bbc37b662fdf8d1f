//! Mobile-originated messages: from a carrier to the account they are for, kept until it takes them.

use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::pdu::{DeliverSm, Pdu, Sm};

use crate::driver::carrier::Carrier;
use crate::driver::esme::Esme;
use crate::driver::patience::until;
use crate::driver::peer::{Frame, Peer};
use crate::driver::site::Site;
use crate::driver::smsc::Smsc;

const FOR_APP: &str = "mo_account = \"app\"";

fn originate(smsc: &mut Peer, text: &str) {
    let sequence = smsc.request(&DeliverSm(Sm {
        source_addr_ton: 1,
        source_addr_npi: 1,
        source_addr: b"447700900777",
        destination_addr: b"12345",
        short_message: text.as_bytes(),
        ..Sm::default()
    }));
    let response = smsc.response(sequence);
    assert_eq!((response.command(), response.status()), (CommandId::DELIVER_SM_RESP, 0));
}

fn text(delivery: &Frame) -> Vec<u8> {
    let Pdu::DeliverSm(sm) = delivery.pdu() else { panic!("{delivery:?}") };
    assert_eq!((sm.source_addr, sm.destination_addr), (&b"447700900777"[..], &b"12345"[..]));
    sm.short_message.to_vec()
}

#[test]
fn an_inbound_message_reaches_its_account_unchanged() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), FOR_APP);
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    originate(&mut smsc, "STOP");
    let delivery = esme.delivery();
    assert_eq!(text(&delivery), b"STOP");
    esme.answer_delivery(&delivery, 0);
    esme.assert_quiet();
}

#[test]
fn an_inbound_message_that_was_answered_survives_a_kill_and_waits_for_its_account() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), FOR_APP);
    let mut gateway = site.start();
    let mut smsc = carrier.bound();
    originate(&mut smsc, "keep this");
    gateway.kill();
    let _next = site.start();
    let mut esme = Esme::bind(site.smpp());
    let delivery = esme.delivery();
    assert_eq!(text(&delivery), b"keep this");
    esme.answer_delivery(&delivery, 0);
}

#[test]
fn a_stream_of_inbound_messages_from_the_simulated_smsc_arrives() {
    let smsc = Smsc::with(&["--mo", "50", "--mo-to", "12345"]);
    let site = Site::with_sink(smsc.address(), FOR_APP);
    let _gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    let mut came = 0;
    until("a hundred inbound messages come", || {
        let delivery = esme.delivery();
        esme.answer_delivery(&delivery, 0);
        came += 1;
        (came == 100).then_some(())
    });
}
