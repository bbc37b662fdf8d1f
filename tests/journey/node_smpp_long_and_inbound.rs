//! The npm package `smpp` on both sides of us: a long text that we cut, one that it cuts itself, and
//! inbound messages in several alphabets, long ones joined.

use std::collections::HashMap;

use postrider::wire::smpp::pdu::BindMode;
use serde_json::Value;

use crate::driver::esme::{Esme, HANDSET};
use crate::driver::http;
use crate::driver::node;
use crate::driver::site::Site;
use crate::driver::smsc_of_others::{SmscOfOthers, messages};

/// The texts that parts join to, by their reference and how many they are.
fn joined(parts: &[Value]) -> HashMap<String, (String, usize)> {
    let mut texts: HashMap<String, Vec<(String, &str)>> = HashMap::new();
    for part in parts {
        let header = part["udh"][0].as_str().unwrap();
        assert_eq!(&header[..4], "0003", "a reference of eight bits: {part}");
        let text = part["text"].as_str().unwrap();
        texts.entry(header[4..8].to_owned()).or_default().push((header[8..].to_owned(), text));
    }
    let join = |mut parts: Vec<(String, &str)>| {
        parts.sort();
        for (number, (place, _)) in (1..).zip(&parts) {
            assert_eq!(*place, format!("{number:02x}"));
        }
        (parts.iter().map(|(_, text)| *text).collect(), parts.len())
    };
    texts.into_iter().map(|(reference, parts)| (reference, join(parts))).collect()
}

#[test]
fn a_long_text_has_one_receipt_as_a_payload_and_one_for_each_part_its_sender_cut() {
    if !node::is_installed() {
        return;
    }
    let smsc = SmscOfOthers::node();
    let site = Site::with_sink(smsc.address(), "");
    let _gateway = site.start();
    let said = node::application("long.js", &site, HANDSET);
    let text: String = serde_json::from_str(&said[0]).unwrap();
    let ids = |kind| said.iter().filter_map(move |line| line.strip_prefix(kind));
    let (payloads, parts): (Vec<_>, Vec<_>) = (ids("payload ").collect(), ids("part ").collect());
    assert_eq!((payloads.len(), parts.len()), (1, 4), "{said:?}");

    // The carrier had parts of both, and each group joins to the text.
    let mut texts = joined(&smsc.messages("took"));
    assert_eq!(texts.remove("e504"), Some((text.clone(), 4)), "as its sender cut it");
    let ours: Vec<_> = texts.into_values().collect();
    assert_eq!(ours, [(text, 3)], "as we cut it");
    assert_eq!(http::message_that_is(site.http(), payloads[0], "delivered")["parts"], 3);
    for id in parts {
        assert_eq!(http::message_that_is(site.http(), id, "delivered")["parts"], 1);
    }
}

#[test]
fn inbound_messages_in_every_alphabet_reach_the_application_long_ones_in_one() {
    if !node::is_installed() {
        return;
    }
    let smsc = SmscOfOthers::node();
    let site = Site::with_sink(smsc.address(), "mo_account = \"app\"");
    let _gateway = site.start();
    Esme::bind_as(site.smpp(), "app", BindMode::Transmitter).submit("originate");
    let heard = node::application("inbound.js", &site, "6");
    let mut heard = messages(heard.iter().map(String::as_str), "heard");
    let said = smsc.messages("said");
    assert_eq!(said.len(), 9);
    let (mut parts, mut said): (Vec<Value>, Vec<Value>) =
        said.into_iter().partition(|message| message["udh"] != Value::Array(Vec::new()));
    parts.sort_by_key(|part| part["udh"].to_string());
    for (of, long) in [(2, false), (3, true)] {
        said.push(whole(&parts, of, long));
    }
    for list in [&mut heard, &mut said] {
        list.sort_by_key(Value::to_string);
    }
    assert_eq!(heard, said);
    for coding in [0, 3, 8] {
        assert!(said.iter().any(|message| message["data_coding"] == coding), "{said:?}");
    }
}

/// What the parts of so many are as one message: without a header, and in the payload if it is long.
fn whole(parts: &[Value], of: usize, long: bool) -> Value {
    let total = format!("{of:02x}");
    let is_one = |part: &&Value| part["udh"][0].as_str().is_some_and(|udh| udh[6..8] == total);
    let parts: Vec<_> = parts.iter().filter(is_one).collect();
    assert_eq!(parts.len(), of, "{parts:?}");
    let mut whole = parts[0].clone();
    let texts = parts.iter().map(|part| part["text"].as_str().unwrap());
    whole["text"] = Value::String(texts.collect());
    whole["udh"] = Value::Array(Vec::new());
    whole["payload"] = Value::Bool(long);
    whole
}
