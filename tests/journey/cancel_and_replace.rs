//! cancel_sm and replace_sm (SMPP v3.4 §4.9, §4.10), and cancelling by the API: what waits is taken back
//! or changed, what has left is not.

use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::pdu::{BindMode, CancelSm, Pdu, ReplaceSm, Sm, SubmitSm};
use serde_json::Value;

use crate::driver::carrier::{Carrier, take_submit};
use crate::driver::esme::{Esme, HANDSET, Told, message};
use crate::driver::http;
use crate::driver::peer::Frame;
use crate::driver::site::Site;

const ESME_ROK: u32 = 0;
const ESME_RINVSRCADR: u32 = 0x0A;
const ESME_RINVDSTADR: u32 = 0x0B;
const ESME_RINVMSGID: u32 = 0x0C;
const ESME_RCANCELFAIL: u32 = 0x11;
const ESME_RREPLACEFAIL: u32 = 0x13;
const DELETED: u8 = 4;

/// In an hour.
const LATER: &[u8] = b"000000010000000R";

/// A message that the gateway keeps for an hour.
fn scheduled(esme: &mut Esme, text: &[u8]) -> String {
    let sm = Sm { schedule_delivery_time: LATER, ..message(HANDSET, text) };
    let sequence = esme.request(&SubmitSm(sm));
    esme.outcome(sequence).unwrap()
}

fn cancel_from(esme: &mut Esme, source: &str, id: &str, to: &str) -> u32 {
    let sequence = esme.request(&CancelSm {
        message_id: id.as_bytes(),
        source_addr_ton: 5,
        source_addr: source.as_bytes(),
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr: to.as_bytes(),
        ..CancelSm::default()
    });
    let response = esme.response(sequence);
    assert_eq!(response.command(), CommandId::CANCEL_SM_RESP);
    response.status()
}

fn cancel(esme: &mut Esme, id: &str) -> u32 {
    cancel_from(esme, "ACME", id, "")
}

fn replace(esme: &mut Esme, id: &str, text: &[u8], schedule: &[u8]) -> u32 {
    let sequence = esme.request(&ReplaceSm {
        message_id: id.as_bytes(),
        source_addr_ton: 5,
        source_addr: b"ACME",
        schedule_delivery_time: schedule,
        registered_delivery: 1,
        short_message: text,
        ..ReplaceSm::default()
    });
    let response = esme.response(sequence);
    assert_eq!(response.command(), CommandId::REPLACE_SM_RESP);
    response.status()
}

fn text_of(submit: &Frame) -> Vec<u8> {
    match submit.pdu() {
        Pdu::SubmitSm(sm) => sm.0.user_data().to_vec(),
        other => panic!("not a submit_sm: {other:?}"),
    }
}

/// The names of a message's events, with who did each and what it says.
fn history(site: &Site, id: &str) -> Vec<(String, String, String)> {
    let (status, events) = http::get_json(site.http(), &format!("/v1/messages/{id}/events"));
    assert_eq!(status, 200, "{events}");
    let word = |event: &Value, key: &str| event[key].as_str().unwrap_or_default().to_owned();
    let events = events["data"].as_array().unwrap();
    events.iter().map(|it| (word(it, "type"), word(it, "by"), word(it, "summary"))).collect()
}

#[test]
fn a_message_that_waits_is_cancelled_over_a_restart_and_its_receipt_says_deleted() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let mut gateway = site.start();
    let smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    let (id, other) = (scheduled(&mut esme, b"one"), scheduled(&mut esme, b"two"));
    assert_eq!(cancel_from(&mut esme, "OTHER", &id, ""), ESME_RINVSRCADR);
    assert_eq!(cancel_from(&mut esme, "ACME", &id, "4915112345678"), ESME_RINVDSTADR);
    assert_eq!(cancel(&mut esme, "nonsense"), ESME_RINVMSGID);
    assert_eq!(cancel(&mut esme, &id), ESME_ROK);
    assert_eq!(esme.receipt(), Told { id: id.clone(), state: DELETED });
    assert_eq!(cancel(&mut esme, &id), ESME_RCANCELFAIL, "it has ended");
    let shown = http::message_that_is(site.http(), &id, "blocked");
    assert_eq!(
        (&shown["status"], &shown["reason"]["code"]),
        (&"cancelled".into(), &"cancelled".into())
    );
    let told = history(&site, &id);
    let (kind, by, summary) = &told[1];
    assert_eq!((kind.as_str(), by.as_str()), ("cancelled", "account"), "{told:?}");
    assert!(summary.contains("cancel_sm"), "{summary}");
    drop((esme, smsc));
    gateway.kill();
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    assert_eq!(cancel(&mut esme, &other), ESME_ROK, "after a restart");
    assert_eq!(esme.receipt(), Told { id: other, state: DELETED });
    assert!(smsc.is_quiet(std::time::Duration::from_millis(250)));
}

#[test]
fn a_replaced_message_leaves_with_its_new_text_and_time() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    let id = scheduled(&mut esme, b"at ten");
    assert_eq!(replace(&mut esme, &id, &[b'x'; 200], b""), ESME_RREPLACEFAIL, "two parts");
    assert_eq!(replace(&mut esme, &id, b"at eleven", b""), ESME_ROK);
    assert_eq!(replace(&mut esme, &id, b"now", b"000000000001000R"), ESME_ROK);
    assert_eq!(text_of(&take_submit(&mut smsc, "1")), b"now");
    assert_eq!(replace(&mut esme, &id, b"too late", b""), ESME_RREPLACEFAIL);
    assert_eq!(cancel(&mut esme, &id), ESME_RCANCELFAIL);
    let told = history(&site, &id);
    let kinds: Vec<&str> = told.iter().map(|(kind, ..)| kind.as_str()).collect();
    assert_eq!(kinds[..4], ["accepted", "replaced", "replaced", "sending"]);
    assert!(told.iter().all(|(.., said)| !said.contains("eleven")), "{told:?}");
}

#[test]
fn all_between_two_addresses_are_cancelled_without_an_id() {
    let carrier = Carrier::listen();
    let site = Site::new()
        .account("app", "")
        .account("other", "")
        .carrier("sink", carrier.address(), "")
        .route("", "sink");
    let _gateway = site.start();
    let _smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    let mut other = Esme::bind_as(site.smpp(), "other", BindMode::Transceiver);
    let ids = [scheduled(&mut esme, b"one"), scheduled(&mut esme, b"two")];
    let others = scheduled(&mut other, b"three");
    assert_eq!(cancel(&mut esme, &others), ESME_RINVMSGID, "of another account");
    assert_eq!(cancel_from(&mut esme, "ACME", "", ""), ESME_RINVDSTADR);
    assert_eq!(cancel_from(&mut esme, "ACME", "", HANDSET), ESME_ROK);
    let mut told = [esme.receipt().id, esme.receipt().id];
    told.sort();
    let mut both = ids;
    both.sort();
    assert_eq!(told, both);
    assert_eq!(cancel_from(&mut esme, "ACME", "", HANDSET), ESME_RCANCELFAIL, "nothing waits");
    assert_eq!(cancel(&mut other, &others), ESME_ROK, "untouched");
}

#[test]
fn a_message_is_cancelled_by_the_api_and_its_history_says_who() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    let id = scheduled(&mut esme, b"one");
    let path = format!("/v1/messages/{id}/cancel");
    let (status, shown) = http::post_json(site.http(), &path, "");
    assert_eq!((status, &shown["status"]), (200, &"cancelled".into()), "{shown}");
    assert_eq!(esme.receipt(), Told { id: id.clone(), state: DELETED });
    let (status, problem) = http::post_json(site.http(), &path, "");
    assert_eq!((status, &problem["code"]), (409, &"not_cancellable".into()), "{problem}");
    let told = history(&site, &id);
    assert_eq!((told[1].0.as_str(), told[1].1.as_str()), ("cancelled", "operator"), "{told:?}");
    let left = esme.try_submit(HANDSET, "gone").unwrap();
    take_submit(&mut smsc, "1");
    let (status, problem) =
        http::post_json(site.http(), &format!("/v1/messages/{left}/cancel"), "");
    assert_eq!(status, 409, "{problem}");
}
