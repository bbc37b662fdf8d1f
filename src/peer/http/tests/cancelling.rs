//! Cancelling.

use super::gateway::{ADMIN, Answer, Gateway, LOAD, LOAD_KEY, SHOP, SHOP_READER, SINK};
use crate::base::id::AccountId;
use crate::message::address::Address;
use crate::message::event::{By, What};
use crate::message::record::{Direction, Message};
use crate::pipeline::change::Unchanged;

fn message(account: AccountId) -> Message<'static> {
    Message {
        account,
        carrier: SINK,
        source: Address::infer(b"ACME"),
        destination: Address::infer(b"+447700900123"),
        body: b"Your code is 1234",
        registered_delivery: 1,
        parts: 1,
        ..Message::default()
    }
}

async fn cancel(gateway: &Gateway, key: &str, id: &str) -> Answer {
    gateway.ask(key, &format!("POST /v1/messages/{id}/cancel"), "").await
}

#[tokio::test]
async fn a_message_is_cancelled_by_its_account_or_an_operator_and_says_who() {
    let gateway = Gateway::start().await;
    for (key, by, who) in [(LOAD_KEY, By::AccountKey, "account"), (ADMIN, By::Operator, "operator")]
    {
        let ord = gateway.arrives(&message(LOAD));
        let id = gateway.id(ord);
        let answer = cancel(&gateway, key, &id).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let shown = answer.json();
        assert_eq!(
            (&shown["status"], &shown["disposition"], &shown["reason"]["code"]),
            (&"cancelled".into(), &"blocked".into(), &"cancelled".into())
        );
        assert_eq!(gateway.pretended.cancelled.lock().expect("whole").pop(), Some((ord, by)));
        let events = gateway.get(ADMIN, &format!("/v1/messages/{id}/events")).await.json();
        let event = &events["data"][1];
        assert_eq!((&event["type"], &event["by"]), (&"cancelled".into(), &who.into()));
    }
    gateway.end().await;
}

#[tokio::test]
async fn what_is_too_late_or_somebody_elses_is_not_cancelled() {
    let gateway = Gateway::start().await;
    let id = gateway.id(gateway.arrives(&message(SHOP)));
    assert_eq!(cancel(&gateway, LOAD_KEY, &id).await.status, 404, "of another account");
    assert_eq!(cancel(&gateway, SHOP_READER, &id).await.status, 403, "may only read");
    assert_eq!(cancel(&gateway, ADMIN, "nonsense").await.status, 404);
    assert!(gateway.pretended.cancelled.lock().expect("whole").is_empty());
    *gateway.pretended.unchanged.lock().expect("whole") = Some(Unchanged::Sent);
    let answer = cancel(&gateway, ADMIN, &id).await;
    assert_eq!((answer.status, &answer.json()["code"]), (409, &"not_cancellable".into()));
    assert!(answer.json()["detail"].as_str().expect("text").contains("left"));
    *gateway.pretended.unchanged.lock().expect("whole") = Some(Unchanged::Busy);
    assert_eq!(cancel(&gateway, ADMIN, &id).await.status, 503);
    let inbound = Message { direction: Direction::Inbound, ..message(LOAD) };
    let id = gateway.id(gateway.arrives(&inbound));
    assert_eq!(cancel(&gateway, ADMIN, &id).await.status, 409);
    gateway.end().await;
}

#[tokio::test]
async fn a_replaced_message_shows_the_size_of_both_texts_and_neither_text() {
    let gateway = Gateway::start().await;
    let ord = gateway.arrives(&message(LOAD));
    let mut octets = Vec::new();
    Message { body: b"Another code", ..message(LOAD) }.encode(&mut octets);
    gateway.happens(ord, What::Replaced { by: By::Application, message: &octets });
    let path = format!("/v1/messages/{}/events", gateway.id(ord));
    let answer = gateway.get(ADMIN, &path).await;
    let events = answer.json();
    let (accepted, replaced) = (&events["data"][0], &events["data"][1]);
    assert_eq!((&replaced["type"], &replaced["by"]), (&"replaced".into(), &"account".into()));
    let sizes = (&accepted["text"]["octets"], &replaced["text"]["octets"]);
    assert_eq!(sizes, (&17.into(), &12.into()));
    assert!(!answer.body.contains("code is") && !answer.body.contains("Another"), "{answer:?}");
    gateway.end().await;
}
