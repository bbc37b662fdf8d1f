//! Counts over time and conversations: what they say, to whom, and what they refuse.

use serde_json::{Value, json};

use super::gateway::{ADMIN, Gateway, LOAD, LOAD_KEY, SHOP, SHOP_READER, SINK};
use crate::base::id::AccountId;
use crate::message::address::Address;
use crate::message::event::What;
use crate::message::reason::Reason;
use crate::message::record::{Direction, Message};

fn message(account: AccountId, from: &'static [u8], to: &'static [u8]) -> Message<'static> {
    let direction = if to == b"60777" { Direction::Inbound } else { Direction::Outbound };
    Message {
        direction,
        account,
        carrier: SINK,
        source: Address::infer(from),
        destination: Address::infer(to),
        parts: 1,
        ..Message::default()
    }
}

/// What the counts say, without the times.
async fn counts(gateway: &Gateway, key: &str, query: &str) -> Vec<Value> {
    let answer = gateway.get(key, &format!("/v1/stats{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    let answer = answer.json();
    assert_eq!(answer["uncounted_messages"], 0);
    assert!(answer["complete_until"].as_str().is_some_and(|until| until.len() == 24));
    let data = answer["data"].as_array().expect("a list").iter();
    data.map(|count| {
        let mut count = count.clone();
        count.as_object_mut().and_then(|count| count.remove("start")).expect("a start");
        count
    })
    .collect()
}

#[tokio::test]
async fn messages_are_counted_by_two_things_and_an_account_sees_its_own() {
    let gateway = Gateway::start().await;
    for _ in 0..3 {
        gateway.arrives(&message(LOAD, b"ACME", b"447700900123"));
    }
    let ord = gateway.arrives(&message(SHOP, b"ACME", b"447700900123"));
    gateway.happens(ord, What::Ended { reason: Reason::NoRoute });
    let both = counts(&gateway, ADMIN, "?by=disposition,account").await;
    let load = json!({ "disposition": "in_progress", "account": "load", "messages": 3 });
    let shop = json!({ "disposition": "blocked", "account": "shop", "messages": 1 });
    assert!(both.len() == 2 && both.contains(&load) && both.contains(&shop), "{both:?}");
    let per_day = counts(&gateway, ADMIN, "?by=&per=day").await;
    assert_eq!(per_day, [json!({ "messages": 4 })]);
    assert_eq!(counts(&gateway, LOAD_KEY, "?by=account&account=load").await.len(), 1);
    assert_eq!(counts(&gateway, SHOP_READER, "?by=").await, [json!({ "messages": 1 })]);
    assert_eq!(counts(&gateway, ADMIN, "?until=2020-01-01T00:00:00Z").await, [] as [Value; 0]);
    gateway.end().await;
}

#[tokio::test]
async fn counts_that_cannot_be_made_are_refused_with_the_parameter() {
    let gateway = Gateway::start().await;
    gateway.arrives(&message(SHOP, b"ACME", b"447700900123"));
    for (query, parameter) in [
        ("?by=colour", "by"),
        ("?by=reason,carrier,account", "by"),
        ("?per=week", "per"),
        ("?since=yesterday", "since"),
        ("?since=2020-01-01T00:00:00Z", "since"),
        ("?carrier=nobody", "carrier"),
        ("?account=nobody", "account"),
        ("?by=reason&by=reason", "by"),
        ("?number=447700900123", "number"),
    ] {
        let answer = gateway.get(ADMIN, &format!("/v1/stats{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.json()["errors"][0]["parameter"], parameter, "{}", answer.body);
    }
    assert_eq!(gateway.get(SHOP_READER, "/v1/stats?account=load").await.status, 403);
    gateway.end().await;
}

async fn ids(gateway: &Gateway, key: &str, body: Value) -> Vec<String> {
    let request = "POST /v1/conversations/search";
    let answer = gateway.ask(key, request, &body.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let page = answer.json();
    let data = page["data"].as_array().expect("a list").iter();
    data.map(|message| message["id"].as_str().unwrap_or("?").to_owned()).collect()
}

#[tokio::test]
async fn a_conversation_has_both_ways_in_one_order_and_what_the_key_may_see() {
    let gateway = Gateway::start().await;
    let asked = gateway.arrives(&message(SHOP, b"60777", b"447400123456"));
    gateway.arrives(&message(SHOP, b"60777", b"447400123457"));
    let answered = gateway.arrives(&message(SHOP, b"447400123456", b"60777"));
    let other = gateway.arrives(&message(LOAD, b"ACME", b"447400123456"));
    let all = [other, answered, asked].map(|ord| gateway.id(ord));
    for number in ["+44 7400 123456", "07400123456", "447400123456"] {
        assert_eq!(ids(&gateway, ADMIN, json!({ "number": number })).await, all, "{number}");
    }
    let own = ids(&gateway, SHOP_READER, json!({ "number": "+447400123456" })).await;
    assert_eq!(own, all[1..]);
    let body = json!({ "number": "+447400123456", "limit": 1, "after": all[0] });
    assert_eq!(ids(&gateway, ADMIN, body).await, all[1..2]);
    for wrong in
        [json!({}), json!({ "number": "" }), json!({ "number": 7 }), json!({ "query": "x" })]
    {
        let answer = gateway.ask(ADMIN, "POST /v1/conversations/search", &wrong.to_string()).await;
        assert_eq!(answer.status, 422, "{wrong}: {}", answer.body);
    }
    gateway.end().await;
}
