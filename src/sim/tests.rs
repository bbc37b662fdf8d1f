//! A simulated SMSC as one ESME sees it, over a real socket.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::sim::config::{Config, Span};
use crate::sim::smsc::Smsc;
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::frame::{PDU_BYTES_MAX, Split, split};
use crate::wire::smpp::header::Header;
use crate::wire::smpp::limits::Limits;
use crate::wire::smpp::pdu::{Bind, Body, DeliverSmResp, Pdu, Sm, SubmitSm, encode};
use crate::wire::smpp::status::CommandStatus;

/// An ESME that does one thing at a time.
struct Esme {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Esme {
    fn bind(to: SocketAddr) -> Self {
        let stream = TcpStream::connect(to).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut esme = Self { stream, read: Vec::new() };
        esme.send(1, CommandStatus::ESME_ROK, &Bind { system_id: b"any", ..Bind::default() });
        assert_eq!(esme.next().command_id, CommandId::BIND_TRANSCEIVER_RESP);
        esme
    }

    fn send(&mut self, sequence_number: u32, status: CommandStatus, body: &impl Body) {
        let mut out = Vec::new();
        encode(&mut out, status, sequence_number, body);
        self.stream.write_all(&out).unwrap();
    }

    fn submit(&mut self, destination: &[u8]) {
        let submit = Sm {
            source_addr: b"ACME",
            destination_addr: destination,
            registered_delivery: 1,
            short_message: b"text",
            ..Sm::default()
        };
        self.send(2, CommandStatus::ESME_ROK, &SubmitSm(submit));
    }

    /// The next PDU whole.
    fn next_pdu(&mut self) -> Vec<u8> {
        loop {
            if let Split::Pdu(pdu) = split(&self.read, PDU_BYTES_MAX) {
                let pdu = pdu.to_vec();
                self.read.drain(..pdu.len());
                return pdu;
            }
            let mut octets = [0; 1024];
            let count = self.stream.read(&mut octets).unwrap();
            assert!(count > 0, "the SMSC closed the connection");
            self.read.extend_from_slice(&octets[..count]);
        }
    }

    fn next(&mut self) -> Header {
        Header::read(&self.next_pdu()).unwrap()
    }
}

fn start(config: Config) -> Smsc {
    let delay = Span::new(Duration::from_millis(5), Duration::from_millis(5));
    Smsc::start(Config { credentials: None, delay, ..config }).unwrap()
}

#[test]
fn a_receipt_not_confirmed_comes_again_on_the_next_bind() {
    let smsc = start(Config::default());
    let mut esme = Esme::bind(smsc.addr());
    esme.submit(b"447400000000");
    assert_eq!(esme.next().command_id, CommandId::SUBMIT_SM_RESP);
    assert_eq!(esme.next().command_id, CommandId::DELIVER_SM);
    drop(esme);
    let mut esme = Esme::bind(smsc.addr());
    let again = esme.next();
    assert_eq!(again.command_id, CommandId::DELIVER_SM);
    esme.send(again.sequence_number, CommandStatus::ESME_ROK, &DeliverSmResp::default());
    while smsc.stats().confirmed.get() == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!((smsc.stats().receipts.get(), smsc.stats().redelivered.get()), (2, 1));
}

#[test]
fn a_refused_receipt_comes_again() {
    let smsc = start(Config::default());
    let mut esme = Esme::bind(smsc.addr());
    esme.submit(b"447400000000");
    assert_eq!(esme.next().command_id, CommandId::SUBMIT_SM_RESP);
    let first = esme.next_pdu();
    let number = Header::read(&first).unwrap().sequence_number;
    esme.send(number, CommandStatus::ESME_RX_T_APPN, &DeliverSmResp::default());
    let second = esme.next_pdu();
    assert_eq!(first[16..], second[16..]);
    assert_ne!(first[12..16], second[12..16], "under a number of its own");
}

#[test]
fn ids_take_another_form_in_receipts_if_so_set() {
    use crate::sim::ids::IdStyle;
    let config = Config {
        ids: IdStyle::Hex,
        receipt_ids: IdStyle::Dec,
        seed: Some(0),
        outcomes: "undeliverable=1".parse().unwrap(),
        ..Config::default()
    };
    let smsc = start(Config { response_delay: Duration::ZERO, ..config });
    let mut esme = Esme::bind(smsc.addr());
    for (hex, dec) in (1..=10).map(|number: u32| (format!("{number:x}"), number.to_string())) {
        esme.submit(b"447400000000");
        let response = esme.next_pdu();
        let Ok((_, Pdu::SubmitSmResp(response))) = Pdu::decode(&response, &Limits::STANDARD) else {
            panic!("not a submit_sm_resp");
        };
        assert_eq!(response.message_id, Some(hex.as_bytes()));
        let receipt = esme.next_pdu();
        let Ok((_, Pdu::DeliverSm(receipt))) = Pdu::decode(&receipt, &Limits::STANDARD) else {
            panic!("not a deliver_sm");
        };
        assert_eq!(receipt.tlvs.receipted_message_id(), Some(dec.as_bytes()));
        assert_eq!(receipt.tlvs.message_state(), Some(5));
    }
}

#[test]
fn fates_refuse_and_stay_silent() {
    let smsc = start(Config::default());
    let mut esme = Esme::bind(smsc.addr());
    esme.submit(b"447700900504");
    esme.submit(b"447700900503");
    // The first is never answered, so this is the answer to the second.
    assert_eq!(esme.next().command_status, CommandStatus::ESME_RMSGQFUL);
    esme.submit(b"447700900501");
    assert_eq!(esme.next().command_status, CommandStatus::ESME_RINVDSTADR);
}

#[test]
fn a_stopped_smsc_unbinds_and_can_be_started_again_at_its_address() {
    let smsc = start(Config::default());
    let listen = smsc.addr();
    let mut esme = Esme::bind(listen);
    let stopping = std::thread::spawn(move || smsc.stop().binds.get());
    assert_eq!(esme.next().command_id, CommandId::UNBIND);
    drop(esme);
    assert_eq!(stopping.join().unwrap(), 1);
    let again = start(Config { listen, ..Config::default() });
    Esme::bind(again.addr());
}

#[test]
fn mobile_originated_messages_come_at_their_rate() {
    let smsc = start(Config { mobile_originated: 200, ..Config::default() });
    let mut esme = Esme::bind(smsc.addr());
    let message = esme.next_pdu();
    let Ok((_, Pdu::DeliverSm(message))) = Pdu::decode(&message, &Limits::STANDARD) else {
        panic!("not a deliver_sm");
    };
    assert_eq!((message.esm_class, message.destination_addr), (0, &b"12345"[..]));
}
