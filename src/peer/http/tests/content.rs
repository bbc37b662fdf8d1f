//! Texts, for keys that may see them.

use super::gateway::{ADMIN, Gateway, LOAD_KEY, SHOP, SINK, config, key};
use crate::message::address::Address;
use crate::message::record::Message;
use crate::peer::http::config::{HttpConfig, Scope};

const READER: &str = "reader";

#[tokio::test]
async fn a_text_is_shown_to_a_key_with_the_scope_and_of_its_own_account_only() {
    let mut keys = config().keys;
    keys.push(key(READER, &[Scope::ContentRead], Some("load")));
    let gateway = Gateway::start_with(HttpConfig { keys, ..config() }).await;
    let body = r#"{"to":"+447700900123","from":"ACME","text":"Hi €"}"#;
    let id = gateway.post(LOAD_KEY, body).await.json()["id"].as_str().expect("an id").to_owned();
    let path = format!("/v1/messages/{id}/content");
    for (key, status) in [(LOAD_KEY, 403), ("nobody", 401), (READER, 200), (ADMIN, 200)] {
        let answer = gateway.get(key, &path).await;
        assert_eq!(answer.status, status, "{key}");
        if status == 200 {
            assert_eq!(answer.header("cache-control"), Some("no-store"));
            let shown = answer.json();
            assert_eq!((&shown["text"], &shown["id"]), (&"Hi €".into(), &id.as_str().into()));
            assert_eq!(shown["parts"][0], "4869201b65");
        }
    }
    assert_eq!(gateway.get(READER, &format!("/v1/messages/{id}")).await.status, 403);
    let other = gateway.arrives(&Message { account: SHOP, carrier: SINK, ..Message::default() });
    let path = format!("/v1/messages/{}/content", gateway.id(other));
    assert_eq!(gateway.get(READER, &path).await.status, 404);
    gateway.end().await;
}

#[tokio::test]
async fn parts_are_shown_as_one_text_and_what_is_no_text_as_octets() {
    let gateway = Gateway::start().await;
    let message = Message {
        account: SHOP,
        carrier: SINK,
        source: Address::infer(b"ACME"),
        destination: Address::infer(b"+447700900123"),
        parts: 1,
        ..Message::default()
    };
    // The euro sign is cut between its escape and its letter.
    let bodies = [&b"\x05\x00\x03\x07\x02\x01Hi \x1b"[..], b"\x05\x00\x03\x07\x02\x02e!"];
    let ords: Vec<_> = (1..)
        .zip(bodies)
        .map(|(part, body)| {
            gateway.arrives(&Message { parts: 2, part, esm_class: 0x40, body, ..message })
        })
        .collect();
    let binary = Message { data_coding: 4, body: b"\x00\xff", ..message };
    let binary = gateway.arrives(&binary);
    for (ord, text, parts) in [
        (ords[0], "Hi €!".into(), vec!["0500030702014869201b", "0500030702026521"]),
        (binary, ().into(), vec!["00ff"]),
    ] {
        let path = format!("/v1/messages/{}/content", gateway.id(ord));
        let shown = gateway.get(ADMIN, &path).await.json();
        assert_eq!((&shown["text"], &shown["parts"]), (&text, &parts.into()), "{shown}");
    }
    gateway.end().await;
}
