//! Asking where a message would go.

use super::gateway::{ADMIN, Gateway, LOAD_KEY};

const PATH: &str = "POST /v1/routes/explain";

#[tokio::test]
async fn the_operator_is_told_which_route_and_why_not_the_others() {
    let gateway = Gateway::start().await;
    let body = r#"{"to":"+447400123456","from":"ACME","account":"shop"}"#;
    let answer = gateway.ask(ADMIN, PATH, body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body = answer.json();
    assert_eq!(body["object"], "route_explanation");
    assert_eq!((&body["to"], &body["country"]), (&"447400123456".into(), &"GB".into()));
    assert_eq!(body["sender_kind"], "alphanumeric");
    assert_eq!(body["chosen"]["carrier"], "sink");
    assert_eq!(
        (&body["routes"][0]["outcome"], &body["routes"][0]["route"]),
        (&"chosen".into(), &"uk".into())
    );
    assert_eq!(body["routes"][1]["why"], "the account is not load");
    let answer = gateway.ask(ADMIN, PATH, r#"{"to":"33612345678","from":"ACME"}"#).await;
    assert!(answer.json()["chosen"].is_null(), "{}", answer.body);
    gateway.end().await;
}

#[tokio::test]
async fn of_a_message_from_a_handset_the_operator_is_told_who_gets_it() {
    let gateway = Gateway::start().await;
    let ask = async |carrier: &str, text: &str| {
        let body = format!(
            r#"{{"direction":"mo","to":"60777","from":"447700900777","carrier":"{carrier}","text":"{text}"}}"#
        );
        gateway.ask(ADMIN, PATH, &body).await
    };
    let answer = ask("sink", "Stop!").await;
    let body = answer.json();
    assert_eq!((answer.status, &body["object"]), (200, &"route_explanation".into()));
    assert_eq!((&body["account"], &body["route"]), (&"shop".into(), &"stop".into()));
    assert_eq!(body["keyword"], "stop");
    let body = ask("sink", "hello").await.json();
    assert!(body["account"].is_null(), "{body}");
    assert_eq!(body["routes"][0]["why"], "its first word is hello, not stop");
    let answer = ask("nobody", "hello").await;
    assert_eq!(
        (answer.status, answer.json()["errors"][0]["pointer"].clone()),
        (422, "/carrier".into())
    );
    gateway.end().await;
}

#[tokio::test]
async fn what_cannot_be_asked_is_a_problem() {
    let gateway = Gateway::start().await;
    for (key, body, status, code) in [
        (LOAD_KEY, r#"{"to":"44","from":"A"}"#, 403, "scope_missing"),
        ("nope", r#"{"to":"44","from":"A"}"#, 401, "unauthorized"),
        (ADMIN, "[]", 400, "invalid_json"),
        (ADMIN, "{}", 422, "invalid_request"),
        (ADMIN, r#"{"to":"44","from":"A","direction":"up"}"#, 422, "invalid_request"),
        (ADMIN, r#"{"to":"44","from":"A","direction":"mo","tags":[]}"#, 422, "invalid_request"),
        (ADMIN, r#"{"to":"44","from":"A","parts":0,"tags":[1]}"#, 422, "invalid_request"),
        (ADMIN, r#"{"to":"44","from":"A","account":"nobody"}"#, 422, "unknown_account"),
        (ADMIN, r#"{"to":"ACME","from":"A"}"#, 422, "invalid_destination"),
        (ADMIN, r#"{"to":"44","from":"A name that is long"}"#, 422, "invalid_source"),
    ] {
        let answer = gateway.ask(key, PATH, body).await;
        assert_eq!((answer.status, &answer.json()["code"]), (status, &code.into()), "{body}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        if status == 422 {
            assert!(answer.json()["errors"][0]["pointer"].is_string(), "{}", answer.body);
        }
    }
    gateway.end().await;
}
