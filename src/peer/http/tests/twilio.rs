//! Clients of Twilio.

use std::num::NonZeroU32;
use std::time::Duration;

use serde_json::Value;

use super::gateway::{Answer, Gateway, config, login};
use crate::message::callback::CallbackFormat;
use crate::message::event::What;
use crate::peer::http::config::{HttpConfig, KeyConfig, Scope};
use crate::pipeline::port::Refusal;
use crate::throttle::limiter::Rate;

/// `AC1:load-token` and `reader:reader-password`.
const WHO: &str = "authorization: Basic QUMxOmxvYWQtdG9rZW4=\r\n";
const READER: &str = "authorization: Basic cmVhZGVyOnJlYWRlci1wYXNzd29yZA==\r\n";

const MESSAGES: &str = "/2010-04-01/Accounts/AC1/Messages.json";

async fn create(gateway: &Gateway, form: &str) -> Answer {
    gateway.form(&format!("POST {MESSAGES}"), WHO, form).await
}

async fn get(gateway: &Gateway, path: &str) -> Value {
    let answer = gateway.form(&format!("GET {path}"), WHO, "").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

const HI: &str =
    "To=%2B447700900123&From=ACME&Body=Hi+%E2%82%AC&StatusCallback=https://a.example/s";

#[tokio::test]
async fn a_message_is_taken_shown_and_found() {
    let gateway = Gateway::start().await;
    let answer = create(&gateway, HI).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let created = answer.json();
    let sid = created["sid"].as_str().expect("a sid");
    assert!(sid.starts_with("SM") && sid.len() == 34, "{sid}");
    let uri = format!("/2010-04-01/Accounts/AC1/Messages/{sid}.json");
    for (member, value) in [
        ("account_sid", "AC1"),
        ("api_version", "2010-04-01"),
        ("body", "Hi €"),
        ("direction", "outbound-api"),
        ("from", "ACME"),
        ("num_media", "0"),
        ("num_segments", "1"),
        ("status", "queued"),
        ("to", "+447700900123"),
        ("uri", &uri),
    ] {
        assert_eq!(created[member], value, "{member}");
    }
    for absent in ["date_sent", "error_code", "error_message", "price", "messaging_service_sid"] {
        assert!(created[absent].is_null() && created.get(absent).is_some(), "{absent}");
    }
    assert!(created["date_created"].as_str().is_some_and(|date| date.ends_with(" +0000")));
    let callback = gateway.pretended.taken.lock().expect("whole")[0].callback.clone();
    let callback = callback.expect("an address");
    assert_eq!((callback.format, &*callback.context), (CallbackFormat::Twilio, "AC1"));
    let found = get(&gateway, &uri).await;
    for member in ["sid", "body", "to", "from", "status", "date_created", "uri"] {
        assert_eq!(found[member], created[member], "{member}");
    }
    assert_eq!(gateway.get("load-key", &format!("/v1/messages/{sid}")).await.status, 200);
    gateway.end().await;
}

#[tokio::test]
async fn a_list_has_pages_and_leads_from_one_to_the_next() {
    let gateway = Gateway::start().await;
    for to in ["447700900001", "447700900002", "447700900001"] {
        let answer = create(&gateway, &format!("To=%2B{to}&From=1&Body=a")).await;
        assert_eq!(answer.status, 201);
    }
    let first = get(&gateway, &format!("{MESSAGES}?PageSize=2")).await;
    assert_eq!(first["messages"].as_array().map(Vec::len), Some(2));
    assert_eq!((&first["page"], &first["start"], &first["end"]), (&0.into(), &0.into(), &1.into()));
    let next = first["next_page_uri"].as_str().expect("more follows");
    let second = get(&gateway, next).await;
    assert_eq!(second["messages"].as_array().map(Vec::len), Some(1));
    assert!(second["next_page_uri"].is_null());
    assert_eq!((&second["page"], &second["start"]), (&1.into(), &2.into()));
    let some = get(&gateway, &format!("{MESSAGES}?To=%2B447700900001")).await;
    assert_eq!(some["messages"].as_array().map(Vec::len), Some(2), "{some}");
    let none = get(&gateway, &format!("{MESSAGES}?DateSent%3C=2020-01-01")).await;
    assert_eq!(none["messages"].as_array().map(Vec::len), Some(0));
    gateway.end().await;
}

#[tokio::test]
async fn a_message_that_has_not_left_is_canceled() {
    let gateway = Gateway::start().await;
    let form = "To=1&From=1&Body=a&ScheduleType=fixed&SendAt=2999-01-01T00:00:00Z";
    let created = create(&gateway, form).await.json();
    assert_eq!(created["status"], "scheduled", "{created}");
    let uri = created["uri"].as_str().expect("a uri");
    let answer = gateway.form(&format!("POST {uri}"), WHO, "Status=canceled").await;
    assert_eq!((answer.status, &answer.json()["status"]), (200, &"canceled".into()));
    let answer = gateway.form(&format!("POST {uri}"), WHO, "Body=").await;
    assert_eq!((answer.status, &answer.json()["code"]), (400, &20001.into()), "no redaction");
    *gateway.pretended.unchanged.lock().expect("whole") =
        Some(crate::pipeline::change::Unchanged::NoSuchMessage);
    let answer = gateway.form(&format!("POST {uri}"), WHO, "Status=canceled").await;
    assert_eq!((answer.status, &answer.json()["code"]), (404, &20404.into()));
    gateway.end().await;
}

#[tokio::test]
async fn refusals_have_twilios_shape_and_codes() {
    let gateway = Gateway::start().await;
    let errors = async |answer: Answer| {
        let body = answer.json();
        assert_eq!(body["status"], answer.status, "{body}");
        let info = format!("https://www.twilio.com/docs/errors/{}", body["code"]);
        assert_eq!(body["more_info"], info.as_str());
        assert!(body["message"].is_string());
        (answer.status, body["code"].as_u64().expect("a code"))
    };
    let post = format!("POST {MESSAGES}");
    assert_eq!(errors(gateway.form(&post, "", HI).await).await, (401, 20003));
    let wrong = "authorization: Basic QUMxOndyb25n\r\n";
    let answer = gateway.form(&post, wrong, HI).await;
    assert_eq!(answer.header("www-authenticate"), Some("Basic realm=\"Twilio API\""));
    assert_eq!(errors(answer).await, (401, 20003));
    let other = "POST /2010-04-01/Accounts/AC2/Messages.json";
    assert_eq!(errors(gateway.form(other, WHO, HI).await).await, (401, 20003), "another's account");
    let reader = "POST /2010-04-01/Accounts/reader/Messages.json";
    assert_eq!(errors(gateway.form(reader, READER, HI).await).await, (403, 20003));
    assert_eq!(errors(create(&gateway, "To=x").await).await, (400, 21211));
    assert_eq!(errors(create(&gateway, "Body=%zz").await).await, (400, 20001));
    let huge = format!("Body={}", "a".repeat(70_000));
    assert_eq!(errors(create(&gateway, &huge).await).await, (413, 20413));
    for message in ["SM00000000000000000000000000000000", "MM1", "%ff"] {
        let path = format!("GET /2010-04-01/Accounts/AC1/Messages/{message}.json");
        let answer = gateway.form(&path, WHO, "").await;
        if message == "%ff" {
            assert_eq!(answer.status, 400, "no path");
        } else {
            assert_eq!(errors(answer).await, (404, 20404), "{message}");
        }
    }
    let delete = format!("DELETE {MESSAGES}");
    assert_eq!(errors(gateway.form(&delete, WHO, "").await).await, (405, 20004));
    for (refusal, expected) in [
        (Refusal::NoRoute, (400, 21612)),
        (Refusal::OverRate(Duration::from_secs(2)), (429, 20429)),
        (Refusal::DiskFull, (503, 20503)),
    ] {
        *gateway.pretended.refusal.lock().expect("whole") = Some(refusal);
        assert_eq!(errors(create(&gateway, HI).await).await, expected);
    }
    gateway.end().await;
}

#[tokio::test]
async fn a_login_that_asks_too_often_is_told_to_wait() {
    let one = NonZeroU32::MIN;
    let slow = KeyConfig {
        rate: Some(Rate { per_second: one, burst: one }),
        ..login("AC1", "load-token", &[Scope::All])
    };
    let gateway = Gateway::start_with(HttpConfig { keys: vec![slow], ..config() }).await;
    assert_eq!(create(&gateway, HI).await.status, 201);
    let answer = create(&gateway, HI).await;
    assert_eq!((answer.status, &answer.json()["code"]), (429, &20429.into()));
    assert_eq!(answer.header("retry-after"), Some("1"));
    gateway.end().await;
}

#[tokio::test]
async fn a_login_without_the_scopes_is_shown_neither_numbers_nor_texts() {
    let gateway = Gateway::start().await;
    let created = create(&gateway, HI).await.json();
    let sid = created["sid"].as_str().expect("a sid");
    let path = format!("GET /2010-04-01/Accounts/reader/Messages/{sid}.json");
    let shown = gateway.form(&path, READER, "").await.json();
    assert_eq!((&shown["body"], &shown["to"]), (&"".into(), &"+447•••••••23".into()));
    let ord = gateway.api.ids.open(sid.as_bytes()).expect("ours");
    gateway.happens(ord, What::Cancelled { by: crate::message::event::By::AccountKey });
    let shown = gateway.form(&path, READER, "").await.json();
    assert_eq!(shown["status"], "canceled");
    gateway.end().await;
}
