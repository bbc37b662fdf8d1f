//! What is refused, and how.

use std::num::NonZeroU32;
use std::time::Duration;

use super::gateway::{ADMIN, Gateway, LOAD_KEY, config, key};
use crate::peer::http::config::{HttpConfig, KeyConfig, Scope};
use crate::peer::http::problem_table::ALL;
use crate::pipeline::port::Refusal;
use crate::throttle::limiter::Rate;

const HI: &str = r#"{"to":"+447700900123","from":"ACME","text":"Hi"}"#;

#[tokio::test]
async fn every_refusal_of_the_pipeline_has_its_status() {
    let gateway = Gateway::start().await;
    for (refusal, status, retry_after) in [
        (Refusal::UnknownAccount, 422, None),
        (Refusal::OverRate(Duration::from_millis(1_200)), 429, Some("2")),
        (Refusal::NoRoute, 422, None),
        (Refusal::QueueFull, 503, Some("5")),
        (Refusal::InvalidSource, 422, None),
        (Refusal::InvalidDestination, 422, None),
        (Refusal::TooLong, 422, None),
        (Refusal::InvalidValidity, 422, None),
        (Refusal::InvalidSchedule, 422, None),
        (Refusal::DiskFull, 503, Some("30")),
        (Refusal::DiskFailed, 503, Some("60")),
        (Refusal::Draining, 503, Some("5")),
        (Refusal::Busy, 503, Some("1")),
    ] {
        *gateway.pretended.refusal.lock().expect("whole") = Some(refusal);
        let answer = gateway.post(LOAD_KEY, HI).await;
        assert_eq!(
            (answer.status, answer.header("retry-after")),
            (status, retry_after),
            "{refusal:?}"
        );
        let body = answer.json();
        assert_eq!(body["code"], refusal.name());
        assert_eq!(body["type"], format!("/errors/{}", refusal.name()));
        assert_eq!(body["retryable"], retry_after.is_some());
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        if status == 422 {
            assert!(body["errors"][0]["pointer"].is_string(), "{body}");
        }
    }
    let page = gateway.get(ADMIN, "/metrics").await.body;
    let counted = r#"postrider_messages_rejected_total{ingress="http",reason="no_route"} 1"#;
    assert!(page.contains(counted), "{page}");
    gateway.end().await;
}

#[tokio::test]
async fn who_has_no_key_is_challenged_and_who_may_not_is_forbidden() {
    let gateway = Gateway::start().await;
    for request in [
        "GET /v1/messages HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n",
        "GET /v1/messages HTTP/1.1\r\nhost: t\r\nauthorization: Bearer nope\r\nconnection: close\r\n\r\n",
        "GET /v1/messages HTTP/1.1\r\nhost: t\r\nauthorization: Basic YTpi\r\nconnection: close\r\n\r\n",
        "GET /v1/messages HTTP/1.1\r\nhost: t\r\nauthorization: Bearer \r\nconnection: close\r\n\r\n",
    ] {
        let answer = gateway.raw(request).await;
        assert_eq!((answer.status, &answer.json()["code"]), (401, &"unauthorized".into()));
        assert_eq!(answer.header("www-authenticate"), Some("Bearer realm=\"postrider\""));
    }
    let page = gateway.get(ADMIN, "/metrics").await.body;
    assert!(page.contains(r#"postrider_auth_failures_total{ingress="http"} 4"#), "{page}");
    gateway.end().await;
}

#[tokio::test]
async fn a_key_is_known_and_yet_refused_from_elsewhere_and_when_it_asks_too_often() {
    let second = NonZeroU32::MIN;
    let here = KeyConfig {
        ips: vec!["127.0.0.0/8".parse().expect("a network")],
        rate: Some(Rate { per_second: second, burst: NonZeroU32::new(2).expect("two") }),
        ..key("here", &[Scope::MessagesRead], None)
    };
    let elsewhere = KeyConfig {
        ips: vec!["192.0.2.0/24".parse().expect("a network")],
        ..key("elsewhere", &[Scope::All], None)
    };
    let gateway = Gateway::start_with(HttpConfig { keys: vec![here, elsewhere], ..config() }).await;
    let answer = gateway.get("elsewhere", "/v1/messages").await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &"address_not_allowed".into()));
    for status in [200, 200, 429] {
        let answer = gateway.get("here", "/v1/messages").await;
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(answer.header("retry-after"), (status == 429).then_some("1"));
        if status == 429 {
            assert_eq!(
                (&answer.json()["code"], &answer.json()["retryable"]),
                (&"key_over_rate".into(), &true.into())
            );
        }
    }
    gateway.end().await;
}

#[tokio::test]
async fn paths_methods_and_bodies_that_cannot_be_are_problems() {
    let gateway = Gateway::start_with(HttpConfig { body_bytes_max: 2048, ..config() }).await;
    let answer = gateway.get(ADMIN, "/v2/messages").await;
    assert_eq!((answer.status, &answer.json()["code"]), (404, &"not_found".into()));
    let answer = gateway.ask(ADMIN, "DELETE /v1/messages", "").await;
    assert_eq!((answer.status, &answer.json()["code"]), (405, &"method_not_allowed".into()));
    let allow = answer.header("allow").expect("what is allowed");
    assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");
    let answer = gateway.post(LOAD_KEY, &format!("{{\"text\":\"{}\"}}", "x".repeat(3000))).await;
    assert_eq!((answer.status, &answer.json()["code"]), (413, &"payload_too_large".into()));
    let answer = gateway.post(LOAD_KEY, "to=1&text=2").await;
    assert_eq!((answer.status, &answer.json()["code"]), (400, &"invalid_json".into()));
    let request = format!(
        "POST /v1/messages HTTP/1.1\r\nhost: t\r\nauthorization: Bearer {LOAD_KEY}\r\n\
         connection: close\r\ncontent-length: 3\r\n\r\na=b"
    );
    let answer = gateway.raw(&request).await;
    assert_eq!((answer.status, &answer.json()["code"]), (415, &"unsupported_media_type".into()));
    // A body whose length is not told beforehand.
    let chunk = "x".repeat(3000);
    let request = format!(
        "POST /v1/messages HTTP/1.1\r\nhost: t\r\nauthorization: Bearer {LOAD_KEY}\r\n\
         content-type: application/json\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n\
         {:x}\r\n{chunk}\r\n0\r\n\r\n",
        chunk.len()
    );
    assert_eq!(gateway.raw(&request).await.status, 413);
    gateway.end().await;
}

#[tokio::test]
async fn fields_are_pointed_at() {
    let gateway = Gateway::start().await;
    let answer = gateway.post(LOAD_KEY, r#"{"to":"x","text":"y","nope":1}"#).await;
    let body = answer.json();
    assert_eq!((answer.status, &body["code"]), (422, &"invalid_request".into()));
    let pointers: Vec<_> =
        body["errors"].as_array().expect("a list").iter().map(|e| &e["pointer"]).collect();
    assert_eq!(pointers, ["/to", "/from", "/nope"]);
    let long = format!(r#"{{"to":"1","from":"1","text":"{}"}}"#, "a".repeat(1_531));
    let body = gateway.post(LOAD_KEY, &long).await.json();
    assert_eq!(body["code"], "too_long");
    assert!(body["detail"].as_str().expect("text").contains("more than 10 parts hold"), "{body}");
    gateway.end().await;
}

#[tokio::test]
async fn every_problem_and_reason_is_explained_at_its_address() {
    let gateway = Gateway::start().await;
    for kind in ALL {
        let answer = gateway.get("", &format!("/errors/{}", kind.code)).await;
        assert_eq!((answer.status, &answer.json()["title"]), (200, &kind.title.into()));
    }
    let reason = gateway.get("", "/errors/memory_full").await.json();
    assert_eq!(reason["title"], "Phone memory full");
    assert_eq!(gateway.get("", "/errors/nonesuch").await.status, 404);
    gateway.end().await;
}

#[tokio::test]
async fn a_request_keeps_the_id_its_client_gave() {
    let gateway = Gateway::start().await;
    let ask = |id: &str| {
        format!("GET /x HTTP/1.1\r\nhost: t\r\nx-request-id: {id}\r\nconnection: close\r\n\r\n")
    };
    let answer = gateway.raw(&ask("ticket-4411")).await;
    assert_eq!(answer.header("x-request-id"), Some("ticket-4411"));
    assert_eq!(answer.json()["request_id"], "ticket-4411");
    let answer = gateway.raw(&ask("<script>")).await;
    let id = answer.header("x-request-id").expect("one of ours").to_owned();
    assert!(id.starts_with("req_") && answer.json()["instance"] == format!("/requests/{id}"));
    gateway.end().await;
}
