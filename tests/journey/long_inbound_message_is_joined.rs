//! Long messages from handsets: their parts become one, whatever bind they come over and whether the
//! gateway lives on in between, and go to the account that their first word names.

use postrider::wire::smpp::pdu::{BindMode, DeliverSm, Pdu, Sm};
use serde_json::Value;

use crate::driver::carrier::Carrier;
use crate::driver::esme::Esme;
use crate::driver::http;
use crate::driver::patience::until;
use crate::driver::peer::{Frame, Peer};
use crate::driver::site::Site;

const HANDSET: &str = "447700900777";

/// Brings part `number` of three; it is acknowledged.
fn bring(smsc: &mut Peer, reference: u8, number: u8, text: &str) {
    let user_data = [&[5, 0, 3, reference, 3, number][..], text.as_bytes()].concat();
    let sequence = smsc.request(&DeliverSm(Sm {
        source_addr_ton: 1,
        source_addr_npi: 1,
        source_addr: HANDSET.as_bytes(),
        destination_addr: b"60777",
        esm_class: 0x40,
        short_message: &user_data,
        ..Sm::default()
    }));
    assert_eq!(smsc.response(sequence).status(), 0);
}

/// The text of a delivery, and whether it came as a payload.
fn text(delivery: &Frame) -> (String, bool) {
    let Pdu::DeliverSm(sm) = delivery.pdu() else { panic!("{delivery:?}") };
    assert_eq!((sm.source_addr, sm.esm_class), (HANDSET.as_bytes(), 0));
    (String::from_utf8(sm.user_data().to_vec()).unwrap(), sm.short_message.is_empty())
}

/// All messages from the handset, the newest first.
fn kept(site: &Site) -> Vec<Value> {
    let (status, list) = http::get_json(site.http(), &format!("/v1/messages?from={HANDSET}"));
    assert_eq!(status, 200, "{list}");
    list["data"].as_array().unwrap().clone()
}

#[test]
fn the_parts_of_two_binds_are_one_message_that_names_them_over_a_kill() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "binds = 2\nmo_account = \"app\"");
    let mut gateway = site.start();
    let (mut one, mut other) = (carrier.bound(), carrier.bound());
    bring(&mut one, 9, 2, &"b".repeat(153));
    bring(&mut other, 9, 3, "c");
    gateway.kill();
    drop((one, other));
    let _next = site.start();
    let mut esme = Esme::bind(site.smpp());
    let (mut one, _other) = (carrier.bound(), carrier.bound());
    let waiting = until("the parts are found", || Some(kept(&site)).filter(|all| all.len() == 2));
    for part in &waiting {
        assert_eq!(part["hold"]["kind"], "reassembly", "{part}");
    }
    bring(&mut one, 9, 1, &"a".repeat(153));
    let delivery = esme.delivery();
    let whole = ["a".repeat(153), "b".repeat(153), "c".to_owned()].concat();
    assert_eq!(text(&delivery), (whole, true));
    esme.answer_delivery(&delivery, 0);
    esme.assert_quiet();

    let all = until("the whole is forwarded", || {
        let all = kept(&site);
        (all.len() == 4 && all.iter().all(|one| one["status"] == "forwarded")).then_some(all)
    });
    let (whole, parts) = all.split_first().unwrap();
    assert_eq!((&whole["parts"], &whole["account"]), (&3.into(), &"app".into()));
    for part in parts {
        assert_eq!((&part["whole"], &part["reason"]["code"]), (&whole["id"], &"part_of".into()));
        assert!(whole["joined_of"].as_array().unwrap().contains(&part["id"]));
    }
}

#[test]
fn the_first_word_of_the_joined_text_names_the_account() {
    let carrier = Carrier::listen();
    let site = Site::new()
        .account("app", "")
        .account("stops", "")
        .carrier("sink", carrier.address(), "mo_account = \"app\"")
        .route("", "sink")
        .sections("[[mo_route]]\nname = \"stop\"\nkeyword = [\"STOP\"]\naccount = \"stops\"");
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut app = Esme::bind(site.smpp());
    let mut stops = Esme::bind_as(site.smpp(), "stops", BindMode::Transceiver);
    for (number, part) in [(3, "all of this"), (2, "sending "), (1, "Stop ")] {
        bring(&mut smsc, 7, number, part);
    }
    let delivery = stops.delivery();
    assert_eq!(text(&delivery), ("Stop sending all of this".to_owned(), false));
    stops.answer_delivery(&delivery, 0);
    for (number, part) in [(1, "one "), (2, "two "), (3, "three")] {
        bring(&mut smsc, 8, number, part);
    }
    let delivery = app.delivery();
    assert_eq!(text(&delivery).0, "one two three");
    app.answer_delivery(&delivery, 0);
    stops.assert_quiet();

    let whole = until("the routed one is found", || {
        kept(&site).into_iter().find(|one| one["account"] == "stops")
    });
    let path = whole["links"]["events"].as_str().unwrap().to_owned();
    let (_, events) = http::get_json(site.http(), &path);
    let events = events.to_string();
    for said in ["to account stops by mo_route stop", "joined of 3 parts: "] {
        assert!(events.contains(said), "{said} is not in {events}");
    }
}
