//! Searching by a query, in a body and in the address of a request.

use serde_json::{Value, json};

use super::gateway::{ADMIN, Answer, Gateway, LOAD, LOAD_KEY, SHOP, SHOP_READER, SINK};
use crate::base::id::{AccountId, MessageOrd};
use crate::message::address::Address;
use crate::message::event::{NO_MESSAGE, Report, What};
use crate::message::record::Message;

fn message(account: AccountId, to: &'static str, reference: &'static str) -> Message<'static> {
    Message {
        account,
        carrier: SINK,
        source: Address::infer(b"ACME"),
        destination: Address::infer(to.as_bytes()),
        client_ref: reference.as_bytes(),
        service_type: b"otp",
        body: b"Your code is 1234",
        registered_delivery: 1,
        parts: 1,
        ..Message::default()
    }
}

async fn search(gateway: &Gateway, key: &str, body: Value) -> Answer {
    gateway.ask(key, "POST /v1/messages/search", &body.to_string()).await
}

/// The ids of the messages that are found.
async fn found(gateway: &Gateway, key: &str, query: &str) -> Vec<String> {
    let answer = search(gateway, key, json!({ "query": query })).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    ids(&answer.json())
}

fn ids(page: &Value) -> Vec<String> {
    let list = page["data"].as_array().expect("a list");
    list.iter().map(|message| message["id"].as_str().unwrap_or("?").to_owned()).collect()
}

#[tokio::test]
async fn a_message_is_found_by_anything_a_caller_can_read_out() {
    let gateway = Gateway::start().await;
    let ord = gateway.arrives(&message(LOAD, "+447400123456", "order-881"));
    gateway.arrives(&message(LOAD, "+33612345678", "order-882"));
    let sent = What::Sent { carrier: SINK, carrier_message_id: b"13006AC1" };
    gateway.happens(ord, sent);
    let id = gateway.id(ord);
    let bare = id[4..].to_owned();
    for query in [
        "+447400123456",
        "+44 7400 123456",
        "07400123456",
        "447400123456",
        "*3456",
        "+4474*",
        "to:*56",
        "13006ac1",
        "318794433",
        "order-881",
        "ref:order-881",
        &id,
        &bare,
        "status:sent tag:otp",
        "\"code is 1234\" -to:+33*",
        "acme number:07400123456",
        "from:ACME since:2h status:sent",
    ] {
        assert_eq!(found(&gateway, ADMIN, query).await, [&*id], "{query}");
    }
    assert_eq!(found(&gateway, ADMIN, "from:ACME").await.len(), 2);
    assert_eq!(found(&gateway, ADMIN, "").await.len(), 2);
    for query in ["from:ACME until:2020-01-01", "disposition:bounced", "account:load direction:mo"]
    {
        assert!(found(&gateway, ADMIN, query).await.is_empty(), "{query}");
    }
    let answer = search(&gateway, ADMIN, json!({ "query": "07400 123456 disp:in-progress" })).await;
    let told = &answer.json()["search"];
    assert_eq!(told["query"], "07400123456 disposition:in_progress");
    assert_eq!(
        told["words"],
        json!([{ "word": "07400123456", "read_as": ["number", "carrier_id", "ref"] }])
    );
    assert_eq!((&told["budget_spent"], &told["back_to"]), (&false.into(), &Value::Null));
    assert!(told["complete_until"].as_str().is_some_and(|until| until.len() == 24));
    gateway.end().await;
}

#[tokio::test]
async fn a_search_is_paged() {
    let gateway = Gateway::start().await;
    let ords: Vec<MessageOrd> =
        (0..10).map(|_| gateway.arrives(&message(LOAD, "447700900123", ""))).collect();
    let all = found(&gateway, ADMIN, "").await;
    let expected: Vec<String> = ords.iter().rev().map(|&ord| gateway.id(ord)).collect();
    assert_eq!(all, expected);
    let (mut after, mut paged) = (Value::Null, Vec::new());
    while paged.is_empty() || !after.is_null() {
        let body = json!({ "query": "to:*0123", "limit": 4, "after": after });
        let page = search(&gateway, ADMIN, body).await.json();
        paged.extend(ids(&page));
        assert_eq!(page["search"]["back_to"].is_null(), page["page"]["next"].is_null());
        after = page["page"]["next"].clone();
    }
    assert_eq!(paged, expected);
    gateway.end().await;
}

#[tokio::test]
async fn a_message_in_parts_is_listed_once_over_all_pages() {
    let gateway = Gateway::start().await;
    let mut firsts = Vec::new();
    for _ in 0..4 {
        for part in 1..=3 {
            let message = Message { part, parts: 3, ..message(LOAD, "447700900123", "") };
            let ord = gateway.arrives(&message);
            if part == 1 {
                firsts.push(gateway.id(ord));
            }
        }
    }
    firsts.reverse();
    for limit in 1..8 {
        let (mut after, mut paged) = (Value::Null, Vec::new());
        while paged.is_empty() || !after.is_null() {
            let body = json!({ "query": "to:447700900123", "limit": limit, "after": after });
            let page = search(&gateway, ADMIN, body).await.json();
            paged.extend(ids(&page));
            after = page["page"]["next"].clone();
        }
        assert_eq!(paged, firsts, "by {limit}");
    }
    gateway.end().await;
}

#[tokio::test]
async fn a_key_finds_nothing_by_what_it_may_not_see() {
    let gateway = Gateway::start().await;
    let load = gateway.id(gateway.arrives(&message(LOAD, "447700900123", "order-1")));
    let shop = gateway.id(gateway.arrives(&message(SHOP, "447700900123", "order-1")));
    for query in ["", "447700900123", "*0123", "order-1", "from:ACME", "-from:X", &load, &shop] {
        let seen = found(&gateway, SHOP_READER, query).await;
        assert!(!seen.contains(&load), "{query}");
        assert_eq!(seen.len(), usize::from(query != load), "{query}");
    }
    assert_eq!(found(&gateway, SHOP_READER, "account:shop").await, [&*shop]);
    let other = search(&gateway, SHOP_READER, json!({ "query": "-account:load" })).await;
    assert_eq!((other.status, &other.json()["code"]), (403, &"account_not_allowed".into()));
    // Texts are for keys that may read them: neither asked for nor guessed.
    let words = search(&gateway, LOAD_KEY, json!({ "query": "\"code is\"" })).await;
    assert_eq!((words.status, &words.json()["code"]), (403, &"scope_missing".into()));
    assert!(found(&gateway, LOAD_KEY, "code").await.is_empty());
    assert_eq!(found(&gateway, ADMIN, "code").await.len(), 2);
    assert_eq!(search(&gateway, "nobody", json!({ "query": "" })).await.status, 401);
    gateway.end().await;
}

#[tokio::test]
async fn a_receipt_without_a_message_is_found_beside_what_was_asked_for() {
    let gateway = Gateway::start().await;
    let report = Report { message_state: 2, carrier_message_id: b"STRAY7", ..Report::default() };
    let (source, destination) = (Address::infer(b"447700900123"), Address::infer(b"ACME"));
    gateway.happens(NO_MESSAGE, What::Orphan { carrier: SINK, report, source, destination });
    for (query, there) in
        [("stray7", true), ("carrier_id:STRAY7 carrier:sink", true), ("stray7 to:1", false)]
    {
        let page = search(&gateway, ADMIN, json!({ "query": query })).await.json();
        assert_eq!(page["orphans"].is_array(), there, "{query}: {page}");
    }
    let page = search(&gateway, LOAD_KEY, json!({ "query": "stray7" })).await.json();
    assert!(page.get("orphans").is_none(), "{page}");
    gateway.end().await;
}

#[tokio::test]
async fn what_cannot_be_searched_for_is_told_with_its_place() {
    let gateway = Gateway::start().await;
    for (body, told) in [
        (
            json!({ "query": "dispositon:bounced" }),
            "at character 1: `dispositon` is no key; did you mean `disposition`?",
        ),
        (
            json!({ "query": "carrier:sunk" }),
            "at character 1: `sunk` is no carrier that is known; did you mean `sink`?",
        ),
        (json!({ "query": "a b", "limit": 201 }), "is not a whole number from 1 to 200"),
        (json!({ "query": "", "after": "x" }), "is not the `next` of a page"),
        (json!({}), "has to be there"),
        (json!({ "query": 1 }), "is not a text"),
        (json!({ "query": "", "q": "" }), "no such field"),
    ] {
        let answer = search(&gateway, ADMIN, body.clone()).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.body);
        let detail = answer.json()["detail"].as_str().unwrap_or_default().to_owned();
        assert!(detail.starts_with(told), "{body}: {detail}");
        assert!(answer.json()["errors"][0]["pointer"].is_string());
    }
    let answer = gateway.ask(ADMIN, "POST /v1/messages/search", "[").await;
    assert_eq!(answer.status, 400);
    gateway.end().await;
}

#[tokio::test]
async fn the_address_of_a_request_takes_what_is_nobodys_business() {
    let gateway = Gateway::start().await;
    let ord = gateway.arrives(&message(LOAD, "447700900123", ""));
    gateway.happens(ord, What::Sent { carrier: SINK, carrier_message_id: b"1" });
    gateway.arrives(&message(SHOP, "447700900123", ""));
    let path = "/v1/messages?q=status:sent%20-account:shop&to=447700900123";
    let page = gateway.get(ADMIN, path).await.json();
    assert_eq!(ids(&page), [gateway.id(ord)]);
    for q in ["447700900123", "to:447700900123", "ACME", "%22a%20b%22"] {
        let answer = gateway.get(ADMIN, &format!("/v1/messages?q={q}")).await;
        assert_eq!(answer.status, 400, "{q}");
        assert_eq!(answer.json()["errors"][0]["parameter"], "q");
        assert!(answer.body.contains("POST the query to /v1/messages/search"), "{}", answer.body);
        assert!(!answer.body.contains("7700900"), "{}", answer.body);
    }
    let answer = gateway.get(ADMIN, "/v1/messages?q=carrier:sunk").await.json();
    assert_eq!(answer["errors"][0]["parameter"], "q");
    gateway.end().await;
}

#[tokio::test]
async fn what_messages_say_is_shown_on_request_and_to_those_who_may_see_it() {
    let gateway = Gateway::start().await;
    gateway.arrives(&message(LOAD, "447700900123", ""));
    gateway.arrives(&Message { data_coding: 4, ..message(LOAD, "447700900124", "") });
    let page = search(&gateway, ADMIN, json!({ "query": "", "texts": true })).await.json();
    assert_eq!(page["data"][1]["text"], "Your code is 1234");
    assert!(page["data"][0].get("text").is_none(), "octets are no text");
    let page = search(&gateway, ADMIN, json!({ "query": "" })).await.json();
    assert!(page["data"][1].get("text").is_none(), "nobody asked");
    let refused = search(&gateway, SHOP_READER, json!({ "query": "", "texts": true })).await;
    assert_eq!((refused.status, &refused.json()["code"]), (403, &"scope_missing".into()));
    let refused = search(&gateway, ADMIN, json!({ "query": "", "texts": 1 })).await;
    assert_eq!(refused.status, 422);
    gateway.end().await;
}
