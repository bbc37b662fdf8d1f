//! Under an Idempotency-Key a message is taken once, also when the gateway was killed before its client
//! had the answer.

use std::collections::HashSet;
use std::time::Duration;

use crate::driver::carrier::Carrier;
use crate::driver::http::{begin_under, get_json, post_under};
use crate::driver::patience::until;
use crate::driver::site::Site;

const ONE: &str = r#"{"account":"app","to":"+447700900123","from":"ACME","text":"One"}"#;
const TWO: &str = r#"{"account":"app","to":"+447700900123","from":"ACME","text":"Two"}"#;

/// A batch of a hundred.
fn batch(text: &str) -> String {
    let message = |number: usize| {
        // Too long for one part, in a text that is transliterated nowhere.
        format!(
            r#"{{"account":"app","to":"+4477009{number:05}","from":"ACME","text":"{}"}}"#,
            text.repeat(200)
        )
    };
    let messages: Vec<String> = (0..100).map(message).collect();
    format!(r#"{{"messages":[{}]}}"#, messages.join(","))
}

/// Messages that the gateway knows.
fn count(site: &Site) -> usize {
    let (mut ids, mut after) = (HashSet::new(), String::new());
    loop {
        let (_, page) = get_json(site.http(), &format!("/v1/messages?limit=200{after}"));
        let data = page["data"].as_array().unwrap();
        ids.extend(data.iter().map(|message| message["id"].as_str().unwrap().to_owned()));
        match page["page"]["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return ids.len(),
        }
    }
}

#[test]
fn the_same_key_gives_the_same_message_after_a_kill_and_another_body_is_refused() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let mut gateway = site.start();
    let (status, first) = post_under(site.http(), "order-1", "/v1/messages", ONE);
    assert_eq!(status, 202, "{first}");
    let (status, many) = post_under(site.http(), "orders", "/v1/messages/batch", &batch("a"));
    assert_eq!((status, &many["accepted"]), (202, &100.into()), "{many}");
    assert_eq!(many["results"][99]["message"]["parts"], 2);
    gateway.kill();
    let _gateway = site.start();
    assert_eq!(post_under(site.http(), "order-1", "/v1/messages", ONE), (202, first));
    let (status, problem) = post_under(site.http(), "order-1", "/v1/messages", TWO);
    assert_eq!((status, &problem["code"]), (422, &"idempotency_key_reused".into()));
    let again = post_under(site.http(), "orders", "/v1/messages/batch", &batch("a"));
    assert_eq!(again, (202, many));
    let (status, problem) = post_under(site.http(), "orders", "/v1/messages/batch", &batch("b"));
    assert_eq!((status, &problem["code"]), (422, &"idempotency_key_reused".into()));
    assert_eq!(count(&site), 101, "each once");
}

#[test]
fn a_batch_in_which_the_gateway_is_killed_is_gone_on_with_and_each_message_is_taken_once() {
    let carrier = Carrier::listen();
    let site = Site::with_sink(carrier.address(), "");
    let mut gateway = site.start();
    let body = batch("a");
    let mut interrupted = 0;
    for (number, after_ms) in (1..).zip([0, 2, 5, 10, 20]) {
        let key = format!("batch-{number}");
        let began = begin_under(site.http(), &key, "/v1/messages/batch", &body);
        std::thread::sleep(Duration::from_millis(after_ms));
        gateway.kill();
        drop(began);
        gateway = site.start();
        let before = count(&site);
        let (status, answer) = post_under(site.http(), &key, "/v1/messages/batch", &body);
        assert_eq!((status, &answer["accepted"]), (202, &100.into()), "{answer}");
        until("all are indexed", || (count(&site) >= number * 100).then_some(()));
        assert_eq!(count(&site), number * 100, "after {after_ms} ms there were {before}");
        interrupted += usize::from(before > (number - 1) * 100);
    }
    println!(
        "{interrupted} of 5 batches were in the ledger, in part or whole, before they were sent again"
    );
}
