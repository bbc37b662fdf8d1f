//! Webhooks, from making one to what arrives at its address.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::gateway::{ADMIN, Gateway, LOAD, SHOP, SHOP_READER, SINK};
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, MessageOrd};
use crate::message::address::Address;
use crate::message::event::{Report, What};
use crate::message::record::{Direction, Message};
use crate::peer::webhook::secret::{SigningSecret, signature};

/// One request as it arrived.
#[derive(Clone, Debug)]
struct Heard {
    head: String,
    body: String,
}

impl Heard {
    fn header(&self, name: &str) -> &str {
        let of = |line: &str| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        };
        let at = self.head.lines().find(|line| of(line).is_some()).unwrap_or(":");
        at.split_once(':').map_or("", |(_, value)| value.trim())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    fn kind(&self) -> String {
        self.json()["type"].as_str().expect("a type").replace("postrider.message.", "")
    }
}

/// Somebody who listens: answers what it is told to, and with 200 after that.
#[derive(Clone)]
struct Listener {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Heard>>>,
    answers: Arc<Mutex<VecDeque<&'static str>>>,
    connections: Arc<Mutex<usize>>,
}

impl Listener {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let this = Self {
            address: listener.local_addr().expect("bound"),
            heard: Arc::default(),
            answers: Arc::default(),
            connections: Arc::default(),
        };
        let own = this.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                *own.connections.lock().expect("whole") += 1;
                tokio::spawn(own.clone().answer(stream));
            }
        });
        this
    }

    async fn answer(self, mut stream: TcpStream) {
        let mut octets = Vec::new();
        loop {
            let mut more = [0; 4096];
            let Ok(count) = stream.read(&mut more).await else { return };
            if count == 0 {
                return;
            }
            octets.extend_from_slice(&more[..count]);
            let text = String::from_utf8_lossy(&octets).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let heard = Heard { head: head.to_owned(), body: body.to_owned() };
            let length: usize = heard.header("content-length").parse().expect("a length");
            if body.len() < length {
                continue;
            }
            octets.clear();
            self.heard.lock().expect("whole").push(heard);
            let answer = self.answers.lock().expect("whole").pop_front().unwrap_or("200 OK");
            let answer = format!("HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.expect("it is read");
        }
    }

    fn answers(&self, answers: &[&'static str]) {
        self.answers.lock().expect("whole").extend(answers);
    }

    async fn hears(&self, count: usize) -> Vec<Heard> {
        for _ in 0..5_000 {
            let heard = self.heard.lock().expect("whole").clone();
            if heard.len() >= count {
                return heard;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        panic!("{count} were not heard: {:?}", self.heard.lock().expect("whole"));
    }
}

async fn make(gateway: &Gateway, listener: &Listener, events: &[&str]) -> Value {
    let url = format!("http://{}/hook?a=1", listener.address);
    let body = json!({ "url": url, "events": events, "allow_private": true, "account": "shop" });
    let answer = gateway.ask(ADMIN, "POST /v1/webhooks", &body.to_string()).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let body = answer.json();
    let place = format!("/v1/webhooks/{}", body["id"].as_str().expect("an id"));
    assert_eq!(answer.header("location"), Some(place.as_str()));
    body
}

fn message(account: AccountId) -> Message<'static> {
    Message {
        account,
        carrier: SINK,
        source: Address::infer(b"ACME"),
        destination: Address::infer(b"+447700900123"),
        parts: 1,
        ..Message::default()
    }
}

fn journey(gateway: &Gateway, account: AccountId) -> MessageOrd {
    let ord = gateway.arrives(&message(account));
    gateway.happens(ord, What::Sending { carrier: SINK, bind: 0, attempt: 1 });
    gateway.happens(ord, What::Sent { carrier: SINK, carrier_message_id: b"abc" });
    let report = Report { message_state: 2, last: true, ..Report::default() };
    gateway.happens(ord, What::Receipt { carrier: SINK, report });
    ord
}

#[tokio::test]
async fn an_account_is_told_what_becomes_of_its_messages_in_order_and_signed() {
    let (gateway, listener) = (Gateway::start().await, Listener::start().await);
    let made = make(&gateway, &listener, &["*"]).await;
    journey(&gateway, LOAD);
    let ord = journey(&gateway, SHOP);
    let heard = listener.hears(3).await;
    let kinds: Vec<String> = heard.iter().map(Heard::kind).collect();
    assert_eq!(kinds, ["accepted", "sent", "delivered"]);
    let secret = made["secret"].as_str().expect("a secret");
    let secret = [SigningSecret::read(secret, Timestamp::NEVER).expect("a secret")];
    for (heard, (seq, status)) in heard.iter().zip([(1, "queued"), (3, "sent"), (4, "delivered")]) {
        assert!(heard.head.starts_with("POST /hook?a=1 HTTP/1.1"), "{}", heard.head);
        assert_eq!(heard.header("content-type"), "application/json");
        let body = heard.json();
        let id = heard.header("webhook-id");
        let seconds: u64 = heard.header("webhook-timestamp").parse().expect("seconds");
        let at = Timestamp(seconds * 1_000_000);
        let signed = signature(&secret, id, at, heard.body.as_bytes());
        assert_eq!(heard.header("webhook-signature"), signed);
        assert_eq!((&body["id"], &body["subject"]), (&id.into(), &gateway.id(ord).into()));
        assert_eq!((&body["specversion"], &body["data"]["seq"]), (&"1.0".into(), &seq.into()));
        assert_eq!(body["data"]["message"]["status"], status, "{body}");
        assert_eq!(body["data"]["message"]["to"], "+447700900123");
    }
    assert_eq!(*listener.connections.lock().expect("whole"), 1, "a connection is kept");
    let id = made["id"].as_str().expect("an id");
    let shown = gateway.get(ADMIN, &format!("/v1/webhooks/{id}")).await.json();
    assert!(shown.get("secret").is_none(), "{shown}");
    assert_eq!((&shown["backlog"]["events"], &shown["status"]), (&0.into(), &"ok".into()));
    let tried = gateway.get(ADMIN, &format!("/v1/webhooks/{id}/deliveries")).await.json();
    assert_eq!(tried["data"].as_array().expect("a list").len(), 3);
    assert_eq!(tried["data"][0]["type"], "postrider.message.delivered");
    assert_eq!(
        (&tried["data"][0]["result"], &tried["data"][0]["status"]),
        (&"ok".into(), &200.into())
    );
    gateway.end().await;
}

#[tokio::test]
async fn a_text_from_a_handset_is_told_to_its_account() {
    let (gateway, listener) = (Gateway::start().await, Listener::start().await);
    make(&gateway, &listener, &["message.received"]).await;
    let inbound = Message { direction: Direction::Inbound, body: b"stop it", ..message(SHOP) };
    gateway.arrives(&inbound);
    let heard = listener.hears(1).await;
    assert_eq!(heard[0].kind(), "received");
    assert_eq!(heard[0].json()["data"]["message"]["text"], "stop it");
    gateway.end().await;
}

#[tokio::test]
async fn webhooks_of_others_are_not_there() {
    let (gateway, listener) = (Gateway::start().await, Listener::start().await);
    let made = make(&gateway, &listener, &["message.sent"]).await;
    let id = made["id"].as_str().expect("an id");
    let answer = gateway.get(SHOP_READER, "/v1/webhooks").await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &"scope_missing".into()));
    assert_eq!(
        gateway.get(ADMIN, "/v1/webhooks").await.json()["data"].as_array().unwrap().len(),
        1
    );
    for (method, path) in [("GET", ""), ("DELETE", ""), ("POST", "/rotate"), ("POST", "/test")] {
        let request = format!("{method} /v1/webhooks/whk_other{path}");
        assert_eq!(gateway.ask(ADMIN, &request, "").await.status, 404, "{request}");
    }
    assert_eq!(gateway.ask(ADMIN, &format!("DELETE /v1/webhooks/{id}"), "").await.status, 204);
    assert_eq!(gateway.get(ADMIN, &format!("/v1/webhooks/{id}")).await.status, 404);
    journey(&gateway, SHOP);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(listener.heard.lock().expect("whole").is_empty());
    gateway.end().await;
}

#[tokio::test]
async fn what_cannot_be_a_webhook_is_refused_with_the_field() {
    let gateway = Gateway::start().await;
    for (body, pointer) in [
        (json!({}), "/url"),
        (json!({ "url": "ftp://a/", "events": ["*"] }), "/url"),
        (json!({ "url": "http://127.0.0.1/", "events": ["*"] }), "/url"),
        (json!({ "url": "http://[::ffff:10.0.0.1]/", "events": ["*"] }), "/url"),
        (json!({ "url": "https://a/" }), "/events"),
        (json!({ "url": "https://a/", "events": [] }), "/events"),
        (json!({ "url": "https://a/", "events": ["message.eaten"] }), "/events"),
        (json!({ "url": "https://a/", "events": ["*"], "account": "nobody" }), "/account"),
        (json!({ "url": "https://a/", "events": ["*"], "secret": "x" }), "/secret"),
        (json!({ "url": "https://a/", "events": ["*"], "a/~": "x" }), "/a~1~0"),
    ] {
        let answer = gateway.ask(ADMIN, "POST /v1/webhooks", &body.to_string()).await;
        assert_eq!(answer.status, 422, "{body}: {answer:?}");
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{body}");
    }
    assert_eq!(gateway.ask(ADMIN, "POST /v1/webhooks", "[]").await.status, 400);
    gateway.end().await;
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_refused_when_it_is_looked_up() {
    let (gateway, listener) = (Gateway::start().await, Listener::start().await);
    let url = format!("http://localhost:{}/", listener.address.port());
    let body = json!({ "url": url, "events": ["*"] }).to_string();
    let made = gateway.ask(ADMIN, "POST /v1/webhooks", &body).await.json();
    let test = format!("POST /v1/webhooks/{}/test", made["id"].as_str().expect("an id"));
    let said = gateway.ask(ADMIN, &test, "").await.json();
    assert_eq!(said["result"], "private", "{said}");
    assert_eq!(*listener.connections.lock().expect("whole"), 0, "nobody knocked");
    gateway.end().await;
}

#[tokio::test]
async fn a_redirect_leads_nowhere_and_a_test_says_what_came_of_it() {
    let (gateway, listener) = (Gateway::start().await, Listener::start().await);
    let made = make(&gateway, &listener, &["*"]).await;
    let test = format!("POST /v1/webhooks/{}/test", made["id"].as_str().expect("an id"));
    listener.answers(&["302 Found\r\nlocation: /elsewhere"]);
    for (result, status) in [("redirect", 302), ("ok", 200)] {
        let said = gateway.ask(ADMIN, &test, "").await.json();
        assert_eq!((&said["result"], &said["status"]), (&result.into(), &status.into()), "{said}");
    }
    let heard = listener.hears(2).await;
    assert!(heard.iter().all(|heard| heard.head.starts_with("POST /hook?a=1 ")));
    assert_eq!(heard[0].json()["type"], "postrider.webhook.test");
    gateway.end().await;
}

#[tokio::test]
async fn gone_means_gone_until_it_is_taken_back_and_then_told_what_it_missed() {
    let (gateway, listener) = (Gateway::start().await, Listener::start().await);
    let made = make(&gateway, &listener, &["message.delivered"]).await;
    let place = format!("/v1/webhooks/{}", made["id"].as_str().expect("an id"));
    listener.answers(&["410 Gone"]);
    let missed = journey(&gateway, SHOP);
    listener.hears(1).await;
    let mut shown = Value::Null;
    for _ in 0..1000 {
        shown = gateway.get(ADMIN, &place).await.json();
        if shown["status"] == "gone" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(shown["status"], "gone");
    journey(&gateway, SHOP);
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(listener.heard.lock().expect("whole").len(), 1);
    let again = json!({ "from": "2000-01-01T00:00:00Z" }).to_string();
    for (what, body) in [("test", ""), ("replay", &*again)] {
        let answer = gateway.ask(ADMIN, &format!("POST {place}/{what}"), body).await;
        assert_eq!((answer.status, &answer.json()["code"]), (409, &"webhook_gone".into()));
    }
    let back = gateway.ask(ADMIN, &format!("POST {place}/enable"), "").await.json();
    assert_eq!(back["status"], "ok");
    let heard = listener.hears(3).await;
    let ids: Vec<&str> = heard.iter().map(|heard| heard.header("webhook-id")).collect();
    assert!(ids[1..].contains(&ids[0]), "the same event has the same id");
    let subjects = heard[1..].iter().map(|heard| heard.json()["subject"].clone());
    assert!(subjects.into_iter().any(|subject| subject == gateway.id(missed)));
    gateway.end().await;
}

#[tokio::test]
async fn the_past_is_told_again_by_id_and_by_time_under_the_same_ids() {
    let (gateway, listener) = (Gateway::start().await, Listener::start().await);
    let made = make(&gateway, &listener, &["message.sent", "message.delivered"]).await;
    let place = format!("/v1/webhooks/{}", made["id"].as_str().expect("an id"));
    journey(&gateway, SHOP);
    let other = journey(&gateway, LOAD);
    let heard = listener.hears(2).await;
    let ids: Vec<String> = heard.iter().map(|it| it.header("webhook-id").to_owned()).collect();
    let replay = format!("POST {place}/replay");
    let answer = gateway.ask(ADMIN, &replay, &json!({ "ids": [ids[1]] }).to_string()).await;
    assert_eq!((answer.status, &answer.json()["events"]), (202, &1.into()));
    assert_eq!(listener.hears(3).await[2].header("webhook-id"), ids[1]);
    let span = json!({ "from": "2000-01-01T00:00:00Z", "events": ["message.sent"] });
    assert_eq!(gateway.ask(ADMIN, &replay, &span.to_string()).await.status, 202);
    assert_eq!(listener.hears(4).await[3].header("webhook-id"), ids[0]);
    for body in [
        json!({}),
        json!({ "ids": [] }),
        json!({ "ids": ["evt_0000000000000"] }),
        json!({ "ids": [gateway.id(other)] }),
        json!({ "from": "yesterday" }),
        json!({ "from": "2001-01-01T00:00:00Z", "to": "2000-01-01T00:00:00Z" }),
    ] {
        let answer = gateway.ask(ADMIN, &replay, &body.to_string()).await;
        assert_eq!(answer.status, 422, "{body}: {answer:?}");
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(listener.heard.lock().expect("whole").len(), 4);
    gateway.end().await;
}

#[tokio::test]
async fn while_a_secret_changes_both_sign() {
    let (gateway, listener) = (Gateway::start().await, Listener::start().await);
    let made = make(&gateway, &listener, &["message.accepted"]).await;
    let place = format!("/v1/webhooks/{}", made["id"].as_str().expect("an id"));
    let changed = gateway.ask(ADMIN, &format!("POST {place}/rotate"), "").await.json();
    assert_ne!(changed["secret"], made["secret"]);
    assert!(changed["previous_secret_until"].is_string(), "{changed}");
    gateway.arrives(&message(SHOP));
    let heard = listener.hears(1).await;
    let heard = &heard[0];
    let seconds: u64 = heard.header("webhook-timestamp").parse().expect("seconds");
    let signed = |secret: &Value| {
        let secret = SigningSecret::read(secret.as_str().expect("text"), Timestamp::NEVER);
        let at = Timestamp(seconds * 1_000_000);
        signature(
            &[secret.expect("a secret")],
            heard.header("webhook-id"),
            at,
            heard.body.as_bytes(),
        )
    };
    let both = format!("{} {}", signed(&changed["secret"]), signed(&made["secret"]));
    assert_eq!(heard.header("webhook-signature"), both);
    gateway.end().await;
}
