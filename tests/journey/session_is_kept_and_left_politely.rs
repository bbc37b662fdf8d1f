//! enquire_link and unbind, from either side (SMPP v3.4 §4.2, §4.11, §7.2).

use std::io::Read as _;
use std::time::Duration;

use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::pdu::{EnquireLink, Unbind, UnbindResp};

use crate::driver::carrier::Carrier;
use crate::driver::esme::Esme;
use crate::driver::patience::PATIENCE;
use crate::driver::peer::Peer;
use crate::driver::site::Site;
use crate::driver::smsc::Smsc;

#[test]
fn an_enquire_link_is_answered_bound_or_not() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    let mut unbound = Peer::connect(site.smpp());
    let sequence = unbound.request(&EnquireLink::default());
    assert_eq!(unbound.response(sequence).command(), CommandId::ENQUIRE_LINK_RESP);
    let mut esme = Esme::bind(site.smpp());
    let sequence = esme.request(&EnquireLink::default());
    let response = esme.response(sequence);
    assert_eq!((response.command(), response.status()), (CommandId::ENQUIRE_LINK_RESP, 0));
}

#[test]
fn an_unbind_is_answered_and_the_connection_closed() {
    let smsc = Smsc::start();
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    let sequence = esme.request(&Unbind::default());
    let response = esme.response(sequence);
    assert_eq!((response.command(), response.status()), (CommandId::UNBIND_RESP, 0));
    esme.ended();
}

#[test]
fn a_gateway_that_stops_unbinds_from_both_sides() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let mut gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    let (esme, smsc) = std::thread::scope(|scope| {
        let stopping = scope.spawn(|| gateway.terminate());
        for peer in [&mut *esme, &mut smsc] {
            let unbind = peer.wait(CommandId::UNBIND);
            peer.answer(&unbind, 0, &UnbindResp::default());
        }
        stopping.join().unwrap();
        (esme, smsc)
    });
    for mut peer in [esme.into_peer(), smsc] {
        peer.ended();
    }
}

#[test]
fn a_silent_application_is_enquired_about_and_closed_when_it_does_not_answer() {
    let smsc = Smsc::start();
    let site =
        Site::with_sink(smsc.address(), "").smpp_keys("enquire_link_s = 1\nresponse_timeout_s = 1");
    let _gateway = site.start();
    let mut living = Esme::bind(site.smpp());
    let silent = Esme::bind(site.smpp());
    let mut octets = Vec::new();
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let mut stream = silent.stream();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            // Reading without answering: enquire_link comes, and then the end.
            stream.read_to_end(&mut octets).unwrap();
        });
        while !reading.is_finished() {
            assert!(living.is_quiet(Duration::from_millis(50)));
        }
    });
    assert_eq!(octets.get(4..8), Some(&CommandId::ENQUIRE_LINK.0.to_be_bytes()[..]));
    assert!(!living.submit("still bound").is_empty());
}
