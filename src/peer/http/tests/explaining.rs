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
async fn what_cannot_be_asked_is_a_problem() {
    let gateway = Gateway::start().await;
    for (key, body, status, code) in [
        (LOAD_KEY, r#"{"to":"44","from":"A"}"#, 403, "scope_missing"),
        ("nope", r#"{"to":"44","from":"A"}"#, 401, "unauthorized"),
        (ADMIN, "[]", 400, "invalid_json"),
        (ADMIN, "{}", 422, "invalid_request"),
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
