//! Many messages in one request.

use std::time::Duration;

use super::gateway::{ADMIN, Gateway, LOAD_KEY, SHOP_READER};
use crate::pipeline::port::Refusal;

const PATH: &str = "POST /v1/messages/batch";

fn message(number: usize) -> String {
    format!(r#"{{"to":"+4477009{number:05}","from":"ACME","text":"Hi {number}"}}"#)
}

fn batch(messages: &[String]) -> String {
    format!(r#"{{"messages":[{}]}}"#, messages.join(","))
}

#[tokio::test]
async fn every_message_has_a_result_of_its_own_in_the_order_of_the_request() {
    let gateway = Gateway::start().await;
    let whole = batch(&(0..1000).map(message).collect::<Vec<_>>());
    let answer = gateway.ask(LOAD_KEY, PATH, &whole).await;
    let body = answer.json();
    assert_eq!((answer.status, &body["accepted"]), (202, &1000.into()), "{}", answer.head);
    let taken = gateway.pretended.taken.lock().expect("whole").clone();
    for (number, submission) in taken.iter().enumerate() {
        let result = &body["results"][number];
        assert_eq!((&result["index"], &result["status"]), (&number.into(), &202.into()));
        assert_eq!(result["message"]["to"], format!("+4477009{number:05}"));
        assert_eq!(submission.destination, format!("+4477009{number:05}").as_bytes());
    }
    let id = body["results"][999]["message"]["id"].as_str().expect("an id");
    assert_eq!(gateway.get(LOAD_KEY, &format!("/v1/messages/{id}")).await.status, 200);
    gateway.end().await;
}

#[tokio::test]
async fn one_that_is_refused_costs_the_others_nothing() {
    let gateway = Gateway::start().await;
    *gateway.pretended.unwanted.lock().expect("whole") = Some(b"+447700900001".to_vec());
    let mixed =
        [message(0), message(1), r#"{"to":"x","dry_run":true}"#.into(), "7".into(), message(2)];
    let answer = gateway.ask(LOAD_KEY, PATH, &batch(&mixed)).await;
    let body = answer.json();
    assert_eq!((answer.status, &body["accepted"], &body["refused"]), (200, &2.into(), &3.into()));
    let statuses: Vec<_> = (0..5).map(|at| body["results"][at]["status"].as_u64()).collect();
    assert_eq!(statuses, [202, 422, 422, 400, 202].map(Some));
    let refused = &body["results"][1];
    assert_eq!(
        (&refused["problem"]["code"], &refused["message"]),
        (&"no_route".into(), &().into())
    );
    assert_eq!(body["results"][2]["problem"]["errors"][0]["pointer"], "/to");
    let page = gateway.get(ADMIN, "/metrics").await.body;
    assert!(page.contains(r#"postrider_messages_accepted_total{ingress="http",channel="sms"} 2"#));
    *gateway.pretended.refusal.lock().expect("whole") =
        Some(Refusal::OverRate(Duration::from_secs(3)));
    let answer = gateway.ask(LOAD_KEY, PATH, &batch(&[message(0)])).await;
    assert_eq!((answer.status, answer.header("retry-after")), (200, Some("3")));
    assert_eq!(answer.json()["results"][0]["problem"]["retry_after_s"], 3);
    gateway.end().await;
}

#[tokio::test]
async fn what_is_no_batch_is_a_problem_of_the_whole() {
    let gateway = Gateway::start().await;
    let many = batch(&vec!["{}".to_owned(); 1001]);
    for (body, pointer) in [
        (r#"{"messages":[]}"#, "/messages"),
        (r#"{"messages":{}}"#, "/messages"),
        (r#"{"messages":[{}],"a/b":1}"#, "/a~1b"),
        (&many, "/messages"),
    ] {
        let answer = gateway.ask(LOAD_KEY, PATH, body).await;
        assert_eq!((answer.status, &answer.json()["errors"][0]["pointer"]), (422, &pointer.into()));
    }
    assert_eq!(gateway.ask(LOAD_KEY, PATH, "[]").await.status, 400);
    assert_eq!(gateway.ask(SHOP_READER, PATH, r#"{"messages":[]}"#).await.status, 403);
    let large = batch(&[format!(r#"{{"text":"{}"}}"#, "x".repeat(1_048_576))]);
    assert_eq!(gateway.ask(LOAD_KEY, PATH, &large).await.status, 413);
    assert_eq!(gateway.ask(LOAD_KEY, "GET /v1/messages/batch", "").await.status, 405);
    gateway.end().await;
}

#[tokio::test]
async fn a_batch_under_a_key_is_gone_on_with_and_nothing_is_taken_twice() {
    let gateway = Gateway::start().await;
    *gateway.pretended.unwanted.lock().expect("whole") = Some(b"+447700900040".to_vec());
    let body = batch(&(0..80).map(message).collect::<Vec<_>>());
    let path = "/v1/messages/batch";
    let first = gateway.post_under(LOAD_KEY, "b", path, &body).await;
    assert_eq!((first.status, &first.json()["refused"]), (200, &1.into()));
    *gateway.pretended.unwanted.lock().expect("whole") = None;
    let again = gateway.post_under(LOAD_KEY, "b", path, &body).await;
    assert_eq!((again.status, &again.json()["accepted"]), (202, &80.into()));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let (first, again) = (first.json(), again.json());
    for at in (0..80).filter(|&at| at != 40) {
        assert_eq!(again["results"][at], first["results"][at]);
    }
    assert_eq!(gateway.pretended.taken.lock().expect("whole").len(), 80);
    let other = batch(&(0..79).map(message).collect::<Vec<_>>());
    assert_eq!(gateway.post_under(LOAD_KEY, "b", path, &other).await.status, 422);
    let single = gateway.post_under(LOAD_KEY, "b", "/v1/messages", &message(0)).await;
    assert_eq!(single.status, 422, "the same key of another path");
    gateway.end().await;
}
