//! Under an Idempotency-Key a message is taken once, also when the gateway was killed before its client
//! had the answer.

use crate::driver::carrier::Carrier;
use crate::driver::http::{get_json, post_under};
use crate::driver::site::Site;

const ONE: &str = r#"{"account":"app","to":"+447700900123","from":"ACME","text":"One"}"#;
const TWO: &str = r#"{"account":"app","to":"+447700900123","from":"ACME","text":"Two"}"#;

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
    let (mut count, mut after) = (0, String::new());
    loop {
        let (_, page) = get_json(site.http(), &format!("/v1/messages?limit=200{after}"));
        count += page["data"].as_array().map_or(0, Vec::len);
        match page["page"]["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return count,
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
