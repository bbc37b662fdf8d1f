//! Having something erased: who may, what is answered, and what is told of a message afterwards.

use std::time::Duration;

use serde_json::{Value, json};

use super::gateway::{ADMIN, Gateway, LOAD, LOAD_KEY, SHOP, SHOP_READER, SINK, config, key};
use crate::base::id::{AccountId, MessageOrd};
use crate::message::address::Address;
use crate::message::event::What;
use crate::message::reason::Reason;
use crate::message::record::Message;
use crate::peer::http::config::Scope;

const NUMBER: &str = "447700900123";

const ERASER: &str = "shop-eraser";

async fn gateway() -> Gateway {
    let mut config = config();
    config.keys.push(key(ERASER, &[Scope::LedgerErase], Some("shop")));
    Gateway::start_with(config).await
}

fn arrives(gateway: &Gateway, account: AccountId) -> MessageOrd {
    gateway.arrives(&Message {
        account,
        carrier: SINK,
        source: Address::infer(b"ACME"),
        destination: Address { ton: 1, npi: 1, addr: NUMBER.as_bytes() },
        parts: 1,
        client_ref: b"order-881",
        body: b"xylophone",
        ..Message::default()
    })
}

async fn erase(gateway: &Gateway, key: &str, body: Value) -> (u16, Value) {
    let answer = gateway.ask(key, "POST /v1/erasures", &body.to_string()).await;
    if answer.status == 202 {
        let place = answer.header("location").expect("a place").to_owned();
        assert_eq!(gateway.get(key, &place).await.status, 200);
    }
    (answer.status, answer.json())
}

async fn done(gateway: &Gateway, erasure: &Value) -> Value {
    let id = erasure["id"].as_str().expect("an id");
    for _ in 0..200 {
        let now = gateway.get(ADMIN, &format!("/v1/erasures/{id}")).await.json();
        if now["status"] == "done" {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{id} is not done in time");
}

#[tokio::test]
async fn a_message_says_that_it_was_erased_when_and_by_whom_and_nothing_else_of_it() {
    let gateway = gateway().await;
    let ord = arrives(&gateway, LOAD);
    gateway.happens(ord, What::Ended { reason: Reason::ValidityOver });
    let id = gateway.id(ord);
    let (status, erasure) = erase(&gateway, ADMIN, json!({ "number": format!("+{NUMBER}") })).await;
    assert_eq!(
        (status, &erasure["messages"], &erasure["what"]),
        (202, &1.into(), &"number".into())
    );
    assert!(!erasure.to_string().contains(NUMBER));
    let list = gateway.get(ADMIN, &format!("/v1/messages?to=%2B{NUMBER}")).await.json();
    assert_eq!(list["data"], json!([]), "hidden at once");
    let erasure = done(&gateway, &erasure).await;
    assert_eq!((&erasure["erased"], &erasure["waiting"]), (&1.into(), &0.into()));
    let message = gateway.get(ADMIN, &format!("/v1/messages/{id}")).await.json();
    assert_eq!((&message["status"], &message["to"]), (&"expired".into(), &"".into()), "{message}");
    assert_eq!((&message["account"], &message["client_ref"]), (&"load".into(), &Value::Null));
    assert_eq!(
        (&message["erased"]["by"], &message["erased"]["erasure"]),
        (&"operator".into(), &erasure["id"])
    );
    let events = gateway.get(ADMIN, &format!("/v1/messages/{id}/events")).await;
    assert!(events.body.contains("erased") && !events.body.contains(NUMBER), "{}", events.body);
    let content = gateway.get(ADMIN, &format!("/v1/messages/{id}/content")).await;
    assert!(!content.body.contains("xylophone"), "{}", content.body);
    gateway.end().await;
}

#[tokio::test]
async fn who_may_not_erase_and_what_cannot_be_erased_is_told() {
    let gateway = gateway().await;
    let (own, other) = (arrives(&gateway, SHOP), arrives(&gateway, LOAD));
    let [own, other] = [own, other].map(|ord| gateway.id(ord));
    for key in [LOAD_KEY, SHOP_READER] {
        assert_eq!(erase(&gateway, key, json!({ "number": NUMBER })).await.0, 403, "{key}");
    }
    assert_eq!(erase(&gateway, ERASER, json!({ "message": other })).await.0, 404);
    let (status, erasure) = erase(&gateway, ERASER, json!({ "message": own })).await;
    assert_eq!((status, &erasure["status"]), (202, &"pending".into()), "it has not ended");
    assert_eq!((&erasure["by"], &erasure["key"]), (&"account".into(), &ERASER.into()));
    let (_, of_all) = erase(&gateway, ADMIN, json!({ "message": other })).await;
    let path = format!("/v1/erasures/{}", of_all["id"].as_str().expect("an id"));
    assert_eq!(gateway.get(ERASER, &path).await.status, 404, "it is no business of its");
    for (body, status) in [
        (json!({}), 422),
        (json!({ "number": NUMBER, "message": own }), 422),
        (json!({ "number": "12" }), 422),
        (json!({ "number": "ACME" }), 422),
        (json!({ "number": "+1234567890123456" }), 422),
        (json!({ "numbers": NUMBER }), 422),
        (json!({ "message": "msg_nothing" }), 404),
        (json!([]), 400),
    ] {
        assert_eq!(erase(&gateway, ADMIN, body.clone()).await.0, status, "{body}");
    }
    for id in ["era_99", "era_", "99", "era_x"] {
        assert_eq!(gateway.get(ADMIN, &format!("/v1/erasures/{id}")).await.status, 404, "{id}");
    }
    gateway.end().await;
}
