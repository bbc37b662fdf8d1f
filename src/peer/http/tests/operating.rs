//! Who may operate, and what is wrong with what operators write.

use super::gateway::{ADMIN, Gateway, LOAD_KEY};

#[tokio::test]
async fn operators_are_keys_with_the_scope_and_of_no_account() {
    let gateway = Gateway::start().await;
    let answer = gateway.get(ADMIN, "/v1/carriers").await;
    assert_eq!((answer.status, &answer.json()["data"][0]["id"]), (200, &"sink".into()));
    for (key, status) in [(LOAD_KEY, 403), ("no-such-key", 401)] {
        for path in ["/v1/carriers", "/v1/queues", "/v1/carriers/sink"] {
            assert_eq!(gateway.get(key, path).await.status, status, "{key} {path}");
        }
        for path in ["/v1/gateway/drain", "/v1/gateway/reload", "/v1/carriers/sink/suspend"] {
            let answer = gateway.ask(key, &format!("POST {path}"), "{}").await;
            assert_eq!(answer.status, status, "{key} {path}");
        }
    }
    gateway.end().await;
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_with_its_field() {
    let gateway = Gateway::start().await;
    for (path, body, field) in [
        ("carriers/sink/suspend", r#"{"for":60}"#, "/for"),
        ("carriers/sink/suspend", r#"{"for_s":0}"#, "/for_s"),
        ("carriers/sink/limits", r#"{"rate_per_second":-1}"#, "/rate_per_second"),
        ("carriers/sink/limits", r#"{"for_s":60}"#, "/for_s"),
        ("queues/sink/bounce", r#"{"to":"+44x"}"#, "/to"),
        ("queues/sink/bounce", r#"{"reason":"because"}"#, "/reason"),
        ("queues/sink/flush", r#"{"account":"nobody"}"#, "/account"),
        ("gateway/log-level", "{}", "/filter"),
        ("gateway/reload", r#"{"trial":1}"#, "/trial"),
    ] {
        let answer = gateway.ask(ADMIN, &format!("POST /v1/{path}"), body).await;
        let problem = answer.json();
        assert_eq!(answer.status, 422, "{path} {body}: {problem}");
        assert_eq!(problem["errors"][0]["pointer"], field, "{path} {body}: {problem}");
    }
    for body in ["[", "[]", "1"] {
        let answer = gateway.ask(ADMIN, "POST /v1/carriers/sink/suspend", body).await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (400, &"invalid_json".into()),
            "{body}"
        );
    }
    let large = format!("{{\"for_s\":{}}}", "1".repeat(20_000));
    let answer = gateway.ask(ADMIN, "POST /v1/carriers/sink/suspend", &large).await;
    assert_eq!(answer.status, 413);
    gateway.end().await;
}
