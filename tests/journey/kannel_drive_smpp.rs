//! Kannel's own SMSC for tests, `drive_smpp`, as a carrier: its requests begin at sequence number 0, its
//! responses to submits name no id, and its inbound messages carry a parameter of receipts.

use std::collections::HashSet;
use std::net::{SocketAddr, TcpListener};
use std::process::Command;

use postrider::wire::smpp::pdu::Pdu;
use serde_json::Value;

use crate::driver::esme::{Esme, HANDSET};
use crate::driver::http;
use crate::driver::patience::until;
use crate::driver::process::Process;
use crate::driver::site::{Site, listener};
use crate::driver::tools::is_there;

/// Where Debian's kannel-extras puts it.
const PROGRAM: &str = "/usr/lib/kannel/test/drive_smpp";

/// Messages each way.
const MESSAGES: usize = 100;

/// Starts one. It ends when nobody takes its connection as a smsbox, so somebody has to: a bearerbox that
/// runs here already, or else the listener given back.
fn start() -> (Process, SocketAddr, Option<TcpListener>) {
    let bearerbox = TcpListener::bind("127.0.0.1:13001").ok();
    let address = listener().local_addr().unwrap();
    let (port, messages) = (address.port().to_string(), MESSAGES.to_string());
    let mut smsc = Process::start(
        "drive_smpp",
        Command::new(PROGRAM).args(["-v", "0", "-p", &port, "-m", &messages]),
    );
    smsc.line("that it starts", |line| line.contains("Starting").then_some(()));
    (smsc, address, bearerbox)
}

#[test]
fn a_hundred_messages_go_each_way_through_kannels_own_smsc() {
    if !is_there("drive_smpp of kannel-extras", Command::new(PROGRAM).arg("-h")) {
        return;
    }
    let (mut smsc, address, _bearerbox) = start();
    let keys = "bind_mode = \"transmitter\"\nmo_account = \"app\"";
    let site = Site::with_sink(address, keys);
    let _gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    let sent: Vec<u32> =
        (0..MESSAGES).map(|number| esme.send(HANDSET, &format!("number {number}"))).collect();
    let ids: HashSet<String> =
        sent.into_iter().map(|sequence| esme.outcome(sequence).unwrap()).collect();
    assert_eq!(ids.len(), MESSAGES);

    let mut came = HashSet::new();
    for _ in 0..MESSAGES {
        let delivery = esme.delivery();
        esme.answer_delivery(&delivery, 0);
        let Pdu::DeliverSm(sm) = delivery.pdu() else { panic!("{delivery:?}") };
        assert_eq!((sm.source_addr, sm.destination_addr), (&b"456"[..], &b"123"[..]), "{sm:?}");
        let text = std::str::from_utf8(sm.short_message).unwrap();
        came.insert(text.parse::<usize>().unwrap());
    }
    assert_eq!(came, (1..=MESSAGES).collect());
    smsc.line("that it has all", |line| {
        line.contains("ESME has submitted all messages").then_some(())
    });
    for id in &ids {
        let found = until("it is sent", || {
            let (_, found) = http::get_json(site.http(), &format!("/v1/messages/{id}"));
            (found["status"] == "sent").then_some(found)
        });
        assert_eq!(found["carrier"]["message_id"], Value::Null);
        let (_, events) = http::get_json(site.http(), &format!("/v1/messages/{id}/events"));
        assert_eq!(events["data"][2]["summary"], "sink took it without an id");
    }
}
