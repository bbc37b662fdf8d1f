//! Who answers STOP is not written to by that sender, over kills too, until START or somebody with a proof.

use std::time::Duration;

use postrider::wire::smpp::pdu::{DeliverSm, Sm, SubmitSm};
use postrider::wire::smpp::status::CommandStatus;

use crate::driver::carrier::Carrier;
use crate::driver::esme::Esme;
use crate::driver::http::post_json;
use crate::driver::patience::until;
use crate::driver::peer::Peer;
use crate::driver::process::Process;
use crate::driver::receiver::{Manner, Receiver};
use crate::driver::site::{Site, text};

const HANDSET: &str = "+447700900777";

fn says(smsc: &mut Peer, word: &str) {
    let sequence = smsc.request(&DeliverSm(Sm {
        source_addr_ton: 1,
        source_addr_npi: 1,
        source_addr: b"447700900777",
        destination_addr: b"60777",
        short_message: word.as_bytes(),
        ..Sm::default()
    }));
    assert_eq!(smsc.response(sequence).status(), 0);
}

/// The code of the refusal, or nothing.
fn writes(site: &Site) -> Option<String> {
    let body = format!(r#"{{"account":"app","from":"60777","to":"{HANDSET}","text":"news"}}"#);
    let (status, answer) = post_json(site.http(), "/v1/messages", &body);
    (status != 202).then(|| format!("{status} {}", answer["code"].as_str().unwrap()))
}

fn submits(esme: &mut Esme) -> Result<String, u32> {
    let sequence = esme.request(&SubmitSm(Sm {
        source_addr: b"60777",
        dest_addr_ton: 1,
        destination_addr: b"447700900777",
        short_message: b"news",
        ..Sm::default()
    }));
    esme.outcome(sequence)
}

/// What `postrider opt-outs` says to an operator.
fn operator(site: &Site, arguments: &[&str]) -> String {
    let socket = site.data().join("operator.sock");
    let all = [&["opt-outs"], arguments, &["--socket", text(&socket)]].concat();
    let mut process = Process::postrider(&all);
    process.complete()
}

#[test]
fn who_says_stop_is_left_alone_until_start_and_everybody_is_told() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "mo_account = \"app\"");
    let mut gateway = site.start();
    let mut smsc = carrier.bound();
    let mut esme = Esme::bind(site.smpp());
    let heard = Receiver::start(Manner::Healthy, Duration::ZERO);
    heard.subscribe(&site, &["number.opted_out", "number.opted_in"]);
    assert_eq!(writes(&site), None);
    says(&mut smsc, "Stop!");
    until("the sender is refused", || (writes(&site)? == "422 opted_out").then_some(()));
    assert_eq!(submits(&mut esme), Err(CommandStatus::ESME_RSUBMITFAIL.0));
    assert!(esme.try_submit("447700900777", "of another sender").is_ok());
    let listed = operator(&site, &["ls"]);
    assert!(
        listed.contains("+447700900777 takes nothing from 60777  (keyword: Stop! in msg_"),
        "{listed}"
    );

    gateway.kill();
    let _gateway = site.start();
    assert_eq!(writes(&site).as_deref(), Some("422 opted_out"), "it outlives a kill");
    let mut smsc = carrier.bound();
    says(&mut smsc, "START");
    until("the sender may write", || writes(&site).is_none().then_some(()));
    assert!(operator(&site, &["ls"]).contains("none"));
    until("both were told", || (heard.count() == 2).then_some(()));
}

#[test]
fn an_operator_records_an_opt_out_and_lifts_it_with_a_proof() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let _gateway = site.start();
    let added = operator(&site, &["add", HANDSET, "--note", "letter of 5 May"]);
    assert!(added.contains("takes nothing from everybody  (operator: letter of 5 May)"), "{added}");
    assert_eq!(writes(&site).as_deref(), Some("422 opted_out"));
    assert!(operator(&site, &["find", HANDSET, "--sender", "60777"]).contains("everybody"));
    assert!(operator(&site, &["lift", HANDSET, "--note", "call of 6 May"]).contains("lifted"));
    assert_eq!(writes(&site), None);
    let body = format!(r#"{{"number":"{HANDSET}","note":"again"}}"#);
    let (status, answer) = post_json(site.http(), "/v1/opt-outs/lift", &body);
    assert_eq!((status, &answer["code"]), (404, &"not_found".into()));
    for (body, field) in [
        ("{}", "/number"),
        (r#"{"number":"1"}"#, "/number"),
        (r#"{"number":"+447700900777"}"#, "/note"),
    ] {
        let (status, answer) = post_json(site.http(), "/v1/opt-outs", body);
        assert_eq!((status, &answer["errors"][0]["pointer"]), (422, &field.into()), "{answer}");
    }
}
