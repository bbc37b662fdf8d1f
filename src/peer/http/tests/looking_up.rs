//! Looking messages up: one, its history, many; and the state of the gateway.

use std::time::Duration;

use serde_json::Value;

use super::gateway::{ADMIN, Gateway, LOAD, LOAD_KEY, SHOP, SHOP_READER, SINK};
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, MessageOrd};
use crate::message::address::Address;
use crate::message::event::{Doubt, NO_MESSAGE, NewAddress, Report, What};
use crate::message::reason::Reason;
use crate::message::record::Message;
use crate::message::ruling::Ruling;
use crate::pipeline::port::Refusal;

fn message(account: AccountId, to: &'static str) -> Message<'static> {
    Message {
        account,
        carrier: SINK,
        source: Address::infer(b"ACME"),
        destination: Address::infer(to.as_bytes()),
        body: b"Your code is 1234",
        registered_delivery: 1,
        parts: 1,
        ..Message::default()
    }
}

const SENDING: What<'_> = What::Sending { carrier: SINK, bind: 2, attempt: 1 };
const SENT: What<'_> = What::Sent { carrier: SINK, carrier_message_id: b"13006AC1" };

fn undelivered() -> What<'static> {
    What::Receipt {
        carrier: SINK,
        report: Report {
            ruling: Ruling::default(),
            message_state: 5,
            reason: Reason::MemoryFull as u8,
            last: true,
            carrier_message_id: b"13006AC1",
            err: b"020",
            raw: b"id:13006AC1 stat:UNDELIV err:020 text:Your code is",
        },
    }
}

#[tokio::test]
async fn a_message_that_bounced_says_who_says_so_and_why() {
    let gateway = Gateway::start().await;
    let ord = gateway.arrives(&message(LOAD, "+447700900123"));
    for what in [SENDING, SENT, undelivered(), What::Answered { command_status: 0 }] {
        gateway.happens(ord, what);
    }
    let place = format!("/v1/messages/{}", gateway.id(ord));
    let found = gateway.get(LOAD_KEY, &place).await.json();
    assert_eq!(
        (&found["status"], &found["disposition"]),
        (&"undelivered".into(), &"bounced".into())
    );
    assert_eq!((&found["evidence"], &found["attempts"]), (&"network".into(), &1.into()));
    assert_eq!(found["reason"]["code"], "memory_full");
    assert_eq!(
        (&found["reason"]["group"], &found["reason"]["permanent"]),
        (&"handset".into(), &false.into())
    );
    assert_eq!(found["carrier"]["message_id"], "13006AC1");
    assert_eq!(
        (&found["raw"]["dlr_stat"], &found["raw"]["dlr_err"]),
        (&"UNDELIV".into(), &"020".into())
    );
    assert_eq!((&found["hold"], &found["contradicted"]), (&Value::Null, &false.into()));
    for time in ["created_at", "sent_at", "final_at"] {
        let text = found[time].as_str().expect("a time");
        assert!(text.len() == 24 && text.ends_with('Z'), "{text}");
    }

    let events = gateway.get(LOAD_KEY, &format!("{place}/events")).await;
    assert!(!events.body.contains("code is"), "no text of the message: {}", events.body);
    let events = events.json();
    let of = |name: &str| -> Vec<String> {
        let list = events["data"].as_array().expect("a list");
        list.iter().map(|event| event[name].as_str().unwrap_or("?").to_owned()).collect()
    };
    assert_eq!(of("type"), ["accepted", "sending", "sent", "receipt", "answered"]);
    assert_eq!(of("by"), ["account", "gateway", "carrier", "network", "account"]);
    assert_eq!(of("summary")[2], "sink took it as 13006AC1");
    assert_eq!(of("summary")[3], "receipt from sink: UNDELIV err 020");
    gateway.end().await;
}

#[tokio::test]
async fn what_was_changed_of_an_address_is_told_with_numbers_as_the_key_may_see_them() {
    let gateway = Gateway::start().await;
    let national = Address { ton: 2, npi: 1, addr: b"07400123456" };
    let message = Message { destination: national, ..message(LOAD, "") };
    let ord = gateway.arrives(&message);
    let address = Address { ton: 1, npi: 1, addr: b"447400123456" };
    let change = &b"completed by the plan of GB, TON and NPI set"[..];
    let destination = Some(NewAddress { address, change });
    let readdressed = What::Readdressed { carrier: SINK, source: None, destination };
    for what in [SENDING, readdressed, SENT] {
        gateway.happens(ord, what);
    }
    let place = format!("/v1/messages/{}/events", gateway.id(ord));
    for (key, came, sent) in
        [(ADMIN, "07400123456", "447400123456"), (LOAD_KEY, "074••••••56", "447•••••••56")]
    {
        let events = gateway.get(key, &place).await.json();
        let event = &events["data"][2];
        assert_eq!((&event["type"], &event["by"]), (&"readdressed".into(), &"gateway".into()));
        let summary = format!(
            "destination {came} (2/1) goes to sink as {sent} (1/1): completed by the plan of GB, \
             TON and NPI set"
        );
        assert_eq!(event["summary"], summary);
        let to = serde_json::json!({ "address": sent, "ton": 1, "npi": 1 });
        assert_eq!((&event["destination"]["to"], &event["source"]), (&to, &Value::Null));
    }
    gateway.end().await;
}

#[tokio::test]
async fn a_doubt_and_receipts_that_disagree_are_shown() {
    let gateway = Gateway::start().await;
    let ord = gateway.arrives(&message(LOAD, "447700900123"));
    let doubt = What::InDoubt { carrier: SINK, cause: Doubt::LinkLost, resend: true };
    let delivered =
        What::Receipt { carrier: SINK, report: Report { message_state: 2, ..Report::default() } };
    for what in [SENDING, doubt, SENDING, SENT, undelivered(), delivered] {
        gateway.happens(ord, what);
    }
    let found = gateway.get(ADMIN, &format!("/v1/messages/{}", gateway.id(ord))).await.json();
    assert_eq!(
        (&found["disposition"], &found["contradicted"]),
        (&"delivered".into(), &true.into())
    );
    assert_eq!(found["may_be_double"], true);
    assert_eq!(found["to"], "+447700900123", "the key may see numbers");
    gateway.end().await;
}

#[tokio::test]
async fn a_carrier_that_gives_no_id_is_shown_as_that() {
    let gateway = Gateway::start().await;
    let ord = gateway.arrives(&message(LOAD, "447700900123"));
    let sent = What::Sent { carrier: SINK, carrier_message_id: b"" };
    for what in [SENDING, sent] {
        gateway.happens(ord, what);
    }
    let place = format!("/v1/messages/{}", gateway.id(ord));
    let found = gateway.get(ADMIN, &place).await.json();
    assert_eq!((&found["status"], &found["carrier"]["message_id"]), (&"sent".into(), &Value::Null));
    let events = gateway.get(ADMIN, &format!("{place}/events")).await.json();
    assert_eq!(events["data"][2]["summary"], "sink took it without an id");
    assert_eq!(events["data"][2]["carrier_message_id"], Value::Null);
    gateway.end().await;
}

#[tokio::test]
async fn what_waits_says_for_what_and_until_when() {
    let gateway = Gateway::start().await;
    let ord = gateway.arrives(&message(LOAD, "447700900123"));
    let place = format!("/v1/messages/{}", gateway.id(ord));
    assert_eq!(gateway.get(ADMIN, &place).await.json()["hold"], Value::Null);

    gateway.carrier(|carrier| carrier.binds_up = 0);
    let hold = gateway.get(ADMIN, &place).await.json()["hold"].clone();
    assert_eq!((&hold["kind"], &hold["reason"]), (&"carrier_down".into(), &"carrier_down".into()));
    assert_eq!((&hold["limit"]["binds_up"], &hold["limit"]["binds"]), (&0.into(), &4.into()));

    let until = Timestamp(1_761_051_787_412_000);
    gateway.carrier(|carrier| {
        carrier.binds_up = 4;
        carrier.rate_per_second = Some(100);
        carrier.hold = Some((Reason::Throttled, Some(until)));
    });
    let hold = gateway.get(ADMIN, &place).await.json()["hold"].clone();
    assert_eq!(
        (&hold["kind"], &hold["limit"]["rate_per_second"]),
        (&"throttle".into(), &100.into())
    );
    assert_eq!(hold["until"], "2025-10-21T13:03:07.412Z");
    assert_eq!(hold["scope"], "carrier");

    gateway.carrier(|carrier| carrier.learned_rate = Some(87.654));
    let hold = gateway.get(ADMIN, &place).await.json()["hold"].clone();
    assert_eq!(hold["limit"]["rate_per_second"], 87.7, "what it takes, not what was agreed");

    gateway.carrier(|carrier| {
        (carrier.window, carrier.in_flight) = (10, 10);
        carrier.round_trip = Duration::from_millis(60);
        carrier.hold = Some((Reason::Window, None));
    });
    let hold = gateway.get(ADMIN, &place).await.json()["hold"].clone();
    assert_eq!((&hold["kind"], &hold["limit"]["window"]), (&"window".into(), &10.into()));
    assert_eq!(hold["hint"], "window 10 x 60 ms = 166/s");

    let refused = What::Refused {
        ruling: Ruling::default(),
        carrier: SINK,
        command_status: 0x58,
        reason: Reason::Throttled,
        retry_at: until + Duration::from_secs(1),
    };
    gateway.happens(ord, SENDING);
    gateway.happens(ord, refused);
    let hold = gateway.get(ADMIN, &place).await.json()["hold"].clone();
    assert_eq!(
        (&hold["kind"], &hold["until"]),
        (&"retry".into(), &"2025-10-21T13:03:08.412Z".into())
    );
    let events = gateway.get(ADMIN, &format!("{place}/events")).await.json();
    assert_eq!(
        events["data"][2]["summary"],
        "sink refused it with ESME_RTHROTTLED, tried again at 2025-10-21T13:03:08.412Z"
    );
    gateway.end().await;
}

#[tokio::test]
async fn a_scheduled_message_says_until_when() {
    let gateway = Gateway::start().await;
    let schedule_delivery_time = b"000000100000000R";
    let scheduled = Message { schedule_delivery_time, ..message(LOAD, "447700900123") };
    let ord = gateway.arrives(&scheduled);
    gateway.carrier(|carrier| carrier.binds_up = 0);
    let found = gateway.get(ADMIN, &format!("/v1/messages/{}", gateway.id(ord))).await.json();
    assert_eq!(found["scheduled_at"], found["hold"]["until"]);
    assert_eq!(found["hold"]["kind"], "schedule", "though its carrier is down");
    gateway.end().await;
}

#[tokio::test]
async fn a_key_of_an_account_sees_that_account_only() {
    let gateway = Gateway::start().await;
    let load = gateway.arrives(&message(LOAD, "447700900123"));
    let shop = gateway.arrives(&message(SHOP, "447700900123"));
    let place = |ord| format!("/v1/messages/{}", gateway.id(ord));
    assert_eq!(gateway.get(LOAD_KEY, &place(load)).await.status, 200);
    assert_eq!(gateway.get(LOAD_KEY, &place(shop)).await.status, 404);
    assert_eq!(gateway.get(LOAD_KEY, &format!("{}/events", place(shop))).await.status, 404);
    let list = gateway.get(SHOP_READER, "/v1/messages?to=447700900123").await.json();
    let ids: Vec<_> = list["data"].as_array().expect("a list").iter().map(|m| &m["id"]).collect();
    assert_eq!(ids, [&Value::from(gateway.id(shop))]);
    assert_eq!(gateway.get(SHOP_READER, "/v1/messages?account=load").await.status, 403);
    gateway.end().await;
}

#[tokio::test]
async fn an_id_that_was_never_given_is_not_found() {
    let gateway = Gateway::start().await;
    for id in
        [gateway.id(MessageOrd(77)), gateway.id(MessageOrd(1 << 50)), "msg_x".into(), "..".into()]
    {
        let answer = gateway.get(ADMIN, &format!("/v1/messages/{id}")).await;
        assert_eq!(answer.status, 404, "{id}");
    }
    gateway.end().await;
}

#[tokio::test]
async fn a_list_is_filtered_and_paged() {
    let gateway = Gateway::start().await;
    let mut ords = Vec::new();
    for number in 0..10 {
        let to = if number % 2 == 0 { "447700900123" } else { "33123456789" };
        ords.push(gateway.arrives(&message(LOAD, to)));
    }
    gateway.happens(ords[4], SENDING);
    gateway.happens(ords[4], undelivered());
    let ids = |page: &Value| -> Vec<String> {
        let list = page["data"].as_array().expect("a list");
        list.iter().map(|message| message["id"].as_str().unwrap_or("?").to_owned()).collect()
    };
    let expected = |numbers: &[usize]| -> Vec<String> {
        numbers.iter().map(|&number| gateway.id(ords[number])).collect()
    };
    let first = gateway.get(ADMIN, "/v1/messages?to=+447700900123&limit=3").await.json();
    assert_eq!(ids(&first), expected(&[8, 6, 4]));
    assert_eq!(first["page"]["has_more"], true);
    let next = first["page"]["next"].as_str().expect("more");
    let path = format!("/v1/messages?to=%2B447700900123&limit=3&after={next}");
    let second = gateway.get(ADMIN, &path).await.json();
    assert_eq!((ids(&second), &second["page"]["next"]), (expected(&[2, 0]), &Value::Null));

    let bounced =
        gateway.get(ADMIN, "/v1/messages?disposition=bounced&carrier=sink&account=load").await;
    assert_eq!(ids(&bounced.json()), expected(&[4]));
    let none = gateway.get(ADMIN, "/v1/messages?until=2020-01-01T00:00:00Z").await.json();
    assert!(ids(&none).is_empty());
    let all = gateway.get(ADMIN, "/v1/messages?from=ACME&since=2020-01-01T00:00:00Z").await.json();
    assert_eq!(ids(&all).len(), 10);

    for query in
        ["limit=0", "carrier=nonesuch", "account=nonesuch", "after=x", "nope=1", "limit=1&limit=2"]
    {
        let answer = gateway.get(ADMIN, &format!("/v1/messages?{query}")).await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (400, &"invalid_query".into()),
            "{query}"
        );
        assert!(answer.json()["errors"][0]["parameter"].is_string());
    }
    gateway.end().await;
}

#[tokio::test]
async fn a_carriers_id_is_found_however_it_is_written() {
    let gateway = Gateway::start().await;
    let ord = gateway.arrives(&message(LOAD, "447700900123"));
    gateway.happens(ord, SENDING);
    gateway.happens(ord, SENT);
    let decimal = 0x1300_6ac1.to_string();
    for id in ["13006AC1", "13006ac1", "0013006AC1", decimal.as_str()] {
        let page =
            gateway.get(LOAD_KEY, &format!("/v1/messages?carrier_message_id={id}")).await.json();
        assert_eq!(page["data"][0]["id"], gateway.id(ord), "{id}");
    }
    let page = gateway.get(SHOP_READER, "/v1/messages?carrier_message_id=13006AC1").await.json();
    assert_eq!(page["data"], Value::Array(Vec::new()));
    for (number, found) in [("447700900123", 1), ("447700900124", 0)] {
        let path = format!("/v1/messages?carrier_message_id=13006AC1&to={number}&carrier=sink");
        let page = gateway.get(ADMIN, &path).await.json();
        assert_eq!(page["data"].as_array().map(Vec::len), Some(found), "{number}");
    }
    gateway.end().await;
}

#[tokio::test]
async fn a_receipt_without_a_message_is_found_by_its_id() {
    let gateway = Gateway::start().await;
    let report = Report { message_state: 2, carrier_message_id: b"STRAY7", ..Report::default() };
    let (source, destination) = (Address::infer(b"447700900123"), Address::infer(b"ACME"));
    let orphan = What::Orphan { carrier: SINK, report, source, destination };
    gateway.happens(NO_MESSAGE, orphan);
    let page = gateway.get(ADMIN, "/v1/messages?carrier_message_id=stray7").await.json();
    assert_eq!(page["orphans"][0]["summary"], "receipt from sink: DELIVRD");
    let page = gateway.get(LOAD_KEY, "/v1/messages?carrier_message_id=stray7").await.json();
    assert!(page.get("orphans").is_none(), "{page}");
    gateway.end().await;
}

#[tokio::test]
async fn health_and_metrics_need_no_key() {
    let gateway = Gateway::start().await;
    assert_eq!(gateway.get("", "/livez").await.json()["status"], "alive");
    let ready = gateway.get("", "/readyz?verbose").await;
    assert_eq!((ready.status, &ready.json()["checks"]["store"]), (200, &"ok".into()));
    gateway.carrier(|carrier| {
        carrier.binds_up = 0;
        carrier.queued = 7;
    });
    assert_eq!(gateway.get("", "/readyz").await.status, 200, "a carrier that is down is no reason");
    *gateway.pretended.refusing.lock().expect("whole") = Some(Refusal::Draining);
    let ready = gateway.get("", "/readyz").await;
    assert_eq!((ready.status, &ready.json()["reason"]), (503, &"draining".into()));
    assert_eq!(gateway.get("", "/livez").await.status, 200);

    let answer = gateway.get("", "/metrics").await;
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    for line in [
        r#"postrider_carrier_up{carrier="sink"} 0"#,
        r#"postrider_queue_messages{carrier="sink",queue="ready"} 7"#,
        "postrider_draining 1",
        r#"postrider_http_requests_total{route="/readyz",method="GET",code_class="5xx"} 1"#,
        r#"postrider_sessions{ingress="http"} 1"#,
    ] {
        assert!(answer.body.lines().any(|have| have == line), "{line}\n{}", answer.body);
    }
    gateway.end().await;
}
