//! A text without a coding of its own goes in what its carrier reads, and what was changed is told.

use postrider::wire::smpp::pdu::{Pdu, Sm, SubmitSm};

use crate::driver::carrier::{Carrier, take_submit};
use crate::driver::esme::{Esme, message};
use crate::driver::http;
use crate::driver::patience::until;
use crate::driver::peer::Peer;
use crate::driver::process::Process;
use crate::driver::site::{KEY, Site};

/// Sends a text by the API, which answers at once; what it answered.
fn send(site: &Site, text: &str) -> serde_json::Value {
    let url = format!("http://{}", site.http());
    let message = ["--account", "app", "--from", "ACME", "--to", "447700900123", "--text", text];
    let mut all = vec!["send", "--url", &url, "--key", KEY, "--json"];
    all.extend(message);
    let mut process = Process::postrider(&all);
    process.end();
    let said = process.complete();
    serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
}

/// The next submit: `data_coding`, whether it has a header, and its octets.
fn given(smsc: &mut Peer, id: &str) -> (u8, bool, Vec<u8>) {
    let submit = take_submit(smsc, id);
    let Pdu::SubmitSm(SubmitSm(sm)) = submit.pdu() else { panic!("{submit:?}") };
    (sm.data_coding, sm.esm_class & 0x40 != 0, sm.short_message.to_vec())
}

/// The history, once it has this in it.
fn history_with(site: &Site, id: &str, part: &str) -> String {
    until(&format!("{part} is in the history"), || {
        let (_, events) = http::get_json(site.http(), &format!("/v1/messages/{id}/events"));
        let events = events.to_string();
        events.contains(part).then_some(events)
    })
}

#[test]
fn look_alikes_are_changed_where_the_account_says_so_and_both_sides_are_told() {
    let carrier = Carrier::listen();
    let site = Site::new()
        .account("app", "transliterate = true")
        .carrier("sink", carrier.address(), "")
        .route("", "sink");
    let _gateway = site.start();
    let mut smsc = carrier.bound();
    let answer = send(&site, "“it’s” ready");
    assert_eq!((&answer["transliterated"], &answer["encoding"]), (&3.into(), &"gsm7".into()));
    assert_eq!(given(&mut smsc, "1"), (0, false, b"\"it's\" ready".to_vec()));
    let id = answer["id"].as_str().expect("an id");
    history_with(&site, id, "3 characters changed to what stands for them");
    let mut esme = Esme::bind(site.smpp());
    let ucs2: Vec<u8> = "it’s".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let sm = Sm { data_coding: 8, ..message("447700900123", &ucs2) };
    let sequence = esme.request(&SubmitSm(sm));
    let id = esme.outcome(sequence).expect("taken");
    assert_eq!(given(&mut smsc, "2"), (0, false, b"it's".to_vec()));
    history_with(&site, &id, "1 character changed");
    assert_eq!(send(&site, "“привет”")["transliterated"], 0);
    assert_eq!(given(&mut smsc, "3").0, 8);
}

#[test]
fn a_carrier_gets_its_own_alphabet_or_the_tables_it_takes() {
    let (latin, turkish) = (Carrier::listen(), Carrier::listen());
    let site = Site::new()
        .account("app", "")
        .carrier("latin", latin.address(), "profile = \"latin1\"")
        .route("", "latin");
    let _gateway = site.start();
    let mut smsc = latin.bound();
    assert_eq!(send(&site, "a@b é")["encoding"], "gsm7");
    assert_eq!(given(&mut smsc, "1"), (0, false, b"a@b \xe9".to_vec()));

    let site = Site::new()
        .account("app", "")
        .carrier("turkish", turkish.address(), "profile = \"ours.toml\"")
        .route("", "turkish");
    std::fs::write(site.file("ours.toml"), "national_language = [\"turkish\"]\n").unwrap();
    let _gateway = site.start();
    let mut smsc = turkish.bound();
    let answer = send(&site, &"ı".repeat(160));
    assert_eq!((&answer["parts"], &answer["transliterated"]), (&2.into(), &0.into()));
    for (number, units) in [(1, 149), (2, 11)] {
        let (data_coding, headed, octets) = given(&mut smsc, &format!("{number}"));
        assert_eq!((data_coding, headed), (0, true));
        assert_eq!((octets[0], octets[5], octets[6]), (8, number, 0x25), "{octets:x?}");
        assert_eq!(octets.len(), 9 + units);
    }
    let id = answer["id"].as_str().expect("an id");
    history_with(&site, id, "with the tables of turkish: no character changed");
}
