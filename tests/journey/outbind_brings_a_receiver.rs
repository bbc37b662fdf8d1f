//! outbind, from both sides: the SMSC connects and the ESME binds as receiver on that connection
//! (SMPP v3.4 §2.2.1, §4.1.7).

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::pdu::{
    Bind, BindMode, BindResp, DeliverSm, DeliverSmResp, Outbind, Pdu, Sm,
};

use crate::driver::carrier::Carrier;
use crate::driver::esme::Esme;
use crate::driver::patience::until;
use crate::driver::peer::Peer;
use crate::driver::pki::Authority;
use crate::driver::site::{Site, listener};

/// A gateway that a carrier may call, and where.
fn called() -> (Site, Carrier, SocketAddr) {
    let (carrier, address) = (Carrier::listen(), listener().local_addr().unwrap());
    let keys = format!(
        "mo_account = \"app\"\n\
         outbind = {{ listen = \"{address}\", system_id = \"smsc\", password = \"knock\" }}"
    );
    let site = Site::with_sink(carrier.address(), &keys).smpp_keys("session_init_timeout_s = 1");
    (site, carrier, address)
}

fn outbind(to: SocketAddr, password: &[u8]) -> Peer {
    let mut peer = Peer::connect(to);
    peer.request(&Outbind { system_id: b"smsc", password, ..Outbind::default() });
    peer
}

fn originate(smsc: &mut Peer, text: &str) {
    let sequence = smsc.request(&DeliverSm(Sm {
        source_addr: b"447700900777",
        destination_addr: b"12345",
        short_message: text.as_bytes(),
        ..Sm::default()
    }));
    assert_eq!(smsc.response(sequence).status(), 0);
}

fn take_message(peer: &mut Peer) -> Vec<u8> {
    let delivery = peer.wait(CommandId::DELIVER_SM);
    let body = DeliverSmResp { message_id: Some(b""), ..DeliverSmResp::default() };
    peer.answer(&delivery, 0, &body);
    let Pdu::DeliverSm(sm) = delivery.pdu() else { panic!("{delivery:?}") };
    sm.short_message.to_vec()
}

#[test]
fn a_carrier_that_calls_gets_our_receiver_bind_and_its_messages_arrive() {
    let (site, _carrier, address) = called();
    let _gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    // Twice, one after the other: nothing of the first stands in the way of the second.
    for text in ["first", "second"] {
        let mut smsc = outbind(address, b"knock");
        let bind = smsc.wait(CommandId::BIND_RECEIVER);
        let Pdu::Bind(asked) = bind.pdu() else { panic!("{bind:?}") };
        assert_eq!((asked.system_id, asked.password), (&b"sink"[..], &b"sink"[..]));
        let mode = BindMode::Receiver;
        let resp = BindResp { mode, system_id: Some(b"smsc"), ..BindResp::default() };
        smsc.answer(&bind, 0, &resp);
        originate(&mut smsc, text);
        assert_eq!(take_message(&mut esme), text.as_bytes());
    }
}

#[test]
fn a_carrier_that_calls_with_the_wrong_password_or_says_nothing_is_left() {
    let (site, _carrier, address) = called();
    let mut gateway = site.start();
    outbind(address, b"wrong").ended();
    gateway.line("that it was refused", |line| {
        (line.contains("outbind of") && line.contains("refused")).then_some(())
    });
    Peer::connect(address).ended();
    gateway
        .line("that nothing came", |line| line.contains("sends no outbind in time").then_some(()));
    // A bind has no business here: we are the ESME.
    let mut esme = Peer::connect(address);
    let sequence = esme.request(&Bind { system_id: b"app", ..Bind::default() });
    assert_ne!(esme.response(sequence).status(), 0);
    assert!(!gateway.written().contains("knock"));
}

#[test]
fn no_more_connections_are_taken_from_a_carrier_than_are_configured() {
    let (site, _carrier, address) = called();
    let mut gateway = site.start();
    let mut peers: Vec<Peer> = (0..4).map(|_| outbind(address, b"knock")).collect();
    for peer in &mut peers {
        peer.wait(CommandId::BIND_RECEIVER);
    }
    Peer::connect(address).ended();
    gateway.line("that there are too many", |line| line.contains("too many").then_some(()));
}

/// A gateway that calls its account, and where that listens.
fn calling() -> (Site, Carrier, TcpListener) {
    let (carrier, app) = (Carrier::listen(), listener());
    let address = app.local_addr().unwrap();
    let site = Site::new()
        .account(
            "app",
            &format!(
                "outbind = {{ address = \"{address}\", system_id = \"us\", password = \"knock\", \
                 retry_min_ms = 100, retry_max_ms = 400 }}"
            ),
        )
        .account("other", "")
        .carrier("sink", carrier.address(), "mo_account = \"app\"")
        .route("", "sink")
        .smpp_keys("session_init_timeout_s = 1");
    (site, carrier, app)
}

/// The next outbind that comes, and its connection.
fn taken(app: &TcpListener) -> Peer {
    app.set_nonblocking(true).unwrap();
    let stream = until("the gateway calls", || app.accept().ok()).0;
    stream.set_nonblocking(false).unwrap();
    let mut peer = Peer::over(stream);
    let outbind = peer.wait(CommandId::OUTBIND);
    let Pdu::Outbind(said) = outbind.pdu() else { panic!("{outbind:?}") };
    assert_eq!((said.system_id, said.password), (&b"us"[..], &b"knock"[..]));
    peer
}

fn bind(peer: &mut Peer, system_id: &[u8], mode: BindMode) -> u32 {
    let password = b"secret";
    let sequence = peer.request(&Bind { mode, system_id, password, ..Bind::default() });
    peer.response(sequence).status()
}

#[test]
fn an_account_without_a_receiver_is_called_when_something_waits_for_it() {
    let (site, carrier, app) = calling();
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    app.set_nonblocking(true).unwrap();
    std::thread::sleep(Duration::from_millis(600));
    assert!(app.accept().is_err(), "called although nothing waits");
    originate(&mut smsc, "knock knock");
    // It hangs up once; it is called again.
    drop(taken(&app));
    let mut peer = taken(&app);
    assert_ne!(bind(&mut peer, b"other", BindMode::Receiver), 0, "somebody else may not bind here");
    assert_eq!(bind(&mut peer, b"app", BindMode::Receiver), 0);
    assert_eq!(take_message(&mut peer), b"knock knock");
    originate(&mut smsc, "and again");
    assert_eq!(take_message(&mut peer), b"and again");
}

#[test]
fn one_gateway_calls_another_in_tls_and_hands_over_what_waits() {
    let authority = Authority::new("ca");
    let files = "certificates = \"localhost.pem\", key = { file = \"localhost.key\" }";
    // The ESME's side: its carrier may call it, in TLS.
    let door = listener().local_addr().unwrap();
    let nowhere = Carrier::listen();
    let called = Site::with_sink(
        nowhere.address(),
        &format!(
            "mo_account = \"app\"\noutbind = {{ listen = \"{door}\", system_id = \"us\", \
             password = \"knock\", tls = {{ {files} }} }}"
        ),
    );
    authority.issue(&called, "localhost");
    // The SMSC's side: the account binds as `sink` once it has been called.
    let carrier = Carrier::listen();
    let port = door.port();
    let calling = Site::new()
        .sections(&format!(
            "[[account]]\nname = \"app\"\nsystem_id = \"sink\"\npassword = \"sink\"\n\
             outbind = {{ address = \"localhost:{port}\", system_id = \"us\", \
             password = \"knock\", tls = {{ ca = \"ca.pem\" }} }}\n"
        ))
        .carrier("sink", carrier.address(), "mo_account = \"app\"")
        .route("", "sink");
    authority.put(&calling, "ca.pem");
    let _called = called.start();
    let mut gateway = calling.start();
    let mut esme = Esme::bind(called.smpp());
    originate(&mut carrier.bound(), "through two gateways");
    assert_eq!(take_message(&mut esme), b"through two gateways");
    gateway.line("who has bound", |line| line.contains("localhost:").then_some(()));
}

#[test]
fn an_account_that_does_not_bind_is_left_and_called_again_over_a_kill() {
    let (site, carrier, app) = calling();
    let mut gateway = site.start();
    originate(&mut carrier.bound(), "patience");
    let mut silent = taken(&app);
    silent.ended();
    gateway.kill();
    // What it left in the queue of the listener.
    while app.accept().is_ok() {}
    let _next = site.start();
    let mut peer = taken(&app);
    assert_eq!(bind(&mut peer, b"app", BindMode::Receiver), 0);
    assert_eq!(take_message(&mut peer), b"patience");
}

#[test]
fn an_account_that_has_bound_by_itself_is_not_called() {
    let (site, carrier, app) = calling();
    let _gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    originate(&mut carrier.bound(), "here");
    assert_eq!(take_message(&mut esme), b"here");
    app.set_nonblocking(true).unwrap();
    std::thread::sleep(Duration::from_millis(600));
    assert!(app.accept().is_err(), "called although it is bound");
}
