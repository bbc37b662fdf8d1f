//! The live stream, as a client reads it.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::gateway::{ADMIN, Gateway, LOAD, LOAD_KEY, SHOP, SINK};
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, MessageOrd};
use crate::message::address::Address;
use crate::message::condition::Condition;
use crate::message::event::{NO_MESSAGE, What};
use crate::message::record::Message;

struct Client {
    stream: TcpStream,
    heard: String,
}

impl Client {
    async fn open(gateway: &Gateway, key: &str, query: &str, last: Option<&str>) -> Self {
        let mut stream = TcpStream::connect(gateway.address).await.expect("it listens");
        let last = last.map_or_else(String::new, |id| format!("last-event-id: {id}\r\n"));
        let request = format!(
            "GET /v1/stream{query} HTTP/1.1\r\nhost: t\r\nauthorization: Bearer {key}\r\n{last}\r\n"
        );
        stream.write_all(request.as_bytes()).await.expect("it reads");
        let mut client = Self { stream, heard: String::new() };
        client.hears("retry: ").await;
        client
    }

    /// Waits until something was said.
    async fn hears(&mut self, what: &str) {
        let waits = async {
            while !self.heard.contains(what) {
                let mut octets = [0; 4096];
                let count = self.stream.read(&mut octets).await.expect("it answers");
                assert!(count > 0, "it ended: {}", self.heard);
                self.heard.push_str(&String::from_utf8_lossy(&octets[..count]));
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(5), waits).await;
        assert!(waited.is_ok(), "{what} was not heard: {}", self.heard);
    }

    fn values(&self, name: &str) -> Vec<String> {
        let prefix = format!("{name}: ");
        let of = |line: &str| line.strip_prefix(&prefix).map(str::to_owned);
        self.heard.lines().filter_map(of).collect()
    }
}

fn sent(gateway: &Gateway, account: AccountId) -> MessageOrd {
    let message = Message { account, carrier: SINK, parts: 1, ..Message::default() };
    let ord = gateway.arrives(&message);
    gateway.happens(ord, What::Sending { carrier: SINK, bind: 0, attempt: 1 });
    gateway.happens(ord, What::Sent { carrier: SINK, carrier_message_id: b"abc" });
    ord
}

#[tokio::test]
async fn a_stream_tells_an_account_what_happens_to_its_messages() {
    let gateway = Gateway::start().await;
    let mut all = Client::open(&gateway, ADMIN, "", None).await;
    let mut own = Client::open(&gateway, LOAD_KEY, "?types=message.sent", None).await;
    sent(&gateway, SHOP);
    let ord = sent(&gateway, LOAD);
    own.hears(&gateway.id(ord)).await;
    assert_eq!(own.values("event"), ["postrider.message.sent"]);
    all.hears(&gateway.id(ord)).await;
    all.hears(&own.values("id")[0]).await;
    all.hears("\"status\":\"sent\"").await;
    let kinds = all.values("event");
    assert_eq!(kinds.iter().filter(|kind| kind.ends_with(".accepted")).count(), 2, "{kinds:?}");
    gateway.end().await;
}

#[tokio::test]
async fn a_client_that_returns_misses_nothing_or_is_told_of_a_gap() {
    let gateway = Gateway::start().await;
    let query = "?types=postrider.message.accepted";
    let mut first = Client::open(&gateway, ADMIN, query, None).await;
    let known = sent(&gateway, LOAD);
    first.hears(&gateway.id(known)).await;
    let last = first.values("id").pop().expect("an id");
    drop(first);
    let missed = [sent(&gateway, LOAD), sent(&gateway, LOAD)];
    let mut again = Client::open(&gateway, ADMIN, query, Some(&last)).await;
    for ord in missed {
        again.hears(&gateway.id(ord)).await;
    }
    assert!(!again.heard.contains("event: gap"), "{}", again.heard);
    assert!(!again.heard.contains(&gateway.id(known)), "it was told that already");
    let mut lost = Client::open(&gateway, ADMIN, query, Some("evt_0000000000000")).await;
    lost.hears("event: gap\ndata: {\"from\":\"evt_0000000000000\"").await;
    gateway.end().await;
}

#[tokio::test]
async fn a_carriers_condition_is_told_to_keys_of_no_account() {
    let gateway = Gateway::start().await;
    let mut all =
        Client::open(&gateway, ADMIN, "?types=carrier.suspended,carrier.down", None).await;
    let mut own = Client::open(&gateway, LOAD_KEY, "", None).await;
    for (condition, until) in [(Condition::Suspended, 1_000_000), (Condition::Down, 0)] {
        let until = Timestamp(until);
        gateway.happens(NO_MESSAGE, What::Carrier { carrier: SINK, condition, until, untold: 2 });
    }
    all.hears("postrider.carrier.down").await;
    assert_eq!(all.values("event"), ["postrider.carrier.suspended", "postrider.carrier.down"]);
    let data: serde_json::Value = serde_json::from_str(&all.values("data")[0]).expect("JSON");
    assert_eq!(data["subject"], "sink");
    assert_eq!(data["data"]["carrier"]["condition"], "suspended");
    assert_eq!(data["data"]["carrier"]["until"], "1970-01-01T00:00:01.000Z");
    assert_eq!(data["data"]["carrier"]["changes_untold"], 2);
    sent(&gateway, LOAD);
    own.hears("message.sent").await;
    assert!(!own.heard.contains("carrier.down"), "{}", own.heard);
    let answer = gateway.get(ADMIN, "/v1/stream?types=carrier.degraded").await;
    assert!(answer.json()["detail"].to_string().contains("nothing tells yet"), "{answer:?}");
    gateway.end().await;
}

#[tokio::test]
async fn a_stream_is_of_one_number_or_account_and_masks_numbers_on_request() {
    let gateway = Gateway::start().await;
    let query = "?types=message.accepted&to=%2B447700900123&numbers=masked";
    let mut to_one = Client::open(&gateway, ADMIN, query, None).await;
    let mut of_one =
        Client::open(&gateway, ADMIN, "?account=load&types=message.accepted", None).await;
    let to = |account, addr: &'static [u8]| {
        let destination = Address { ton: 1, npi: 1, addr };
        gateway.arrives(&Message {
            account,
            destination,
            carrier: SINK,
            parts: 1,
            ..Message::default()
        })
    };
    let others = [to(SHOP, b"447700900999"), to(LOAD, b"447700900124")];
    let own = to(SHOP, b"447700900123");
    to_one.hears(&gateway.id(own)).await;
    of_one.hears(&gateway.id(others[1])).await;
    assert_eq!(to_one.values("id").len(), 1, "{}", to_one.heard);
    assert_eq!(of_one.values("id").len(), 1, "{}", of_one.heard);
    assert!(!to_one.heard.contains("447700900123"), "{}", to_one.heard);
    for (key, query, status) in [
        (LOAD_KEY, "account=shop", 403),
        (ADMIN, "account=nobody", 400),
        (ADMIN, "to=ACME", 400),
        (ADMIN, "numbers=some", 400),
    ] {
        assert_eq!(
            gateway.get(key, &format!("/v1/stream?{query}")).await.status,
            status,
            "{query}"
        );
    }
    gateway.end().await;
}

#[tokio::test]
async fn what_cannot_be_filtered_by_is_named_and_a_key_has_so_many_streams() {
    let gateway = Gateway::start().await;
    for query in ["types=x", "carrier=nobody", "disp=eaten", "colour=red"] {
        let answer = gateway.get(ADMIN, &format!("/v1/stream?{query}")).await;
        assert_eq!(answer.status, 400, "{query}: {answer:?}");
        let name = query.split('=').next().expect("a name");
        assert_eq!(answer.json()["errors"][0]["parameter"], name);
    }
    let mut open = Vec::new();
    for _ in 0..10 {
        open.push(Client::open(&gateway, ADMIN, "?disp=delivered", None).await);
    }
    let answer = gateway.get(ADMIN, "/v1/stream").await;
    assert_eq!((answer.status, &answer.json()["code"]), (429, &"too_many_streams".into()));
    open.clear();
    for _ in 0..1000 {
        if gateway.api.streams.feed_is_quiet() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Client::open(&gateway, ADMIN, "", None).await;
    gateway.end().await;
}
