//! Submitting.

use super::gateway::{ADMIN, Gateway, LOAD_KEY, SHOP_READER};

const HI: &str = r#"{"to":"+447700900123","from":"ACME","text":"Hi €","client_ref":"order-881","validity_s":600}"#;

#[tokio::test]
async fn a_message_is_taken_and_found_by_its_id_at_once() {
    let gateway = Gateway::start().await;
    let answer = gateway.post(LOAD_KEY, HI).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    let body = answer.json();
    let id = body["id"].as_str().expect("an id");
    assert_eq!(id.len(), 17, "{id}");
    assert_eq!(answer.header("location"), Some(format!("/v1/messages/{id}").as_str()));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!((&body["status"], &body["encoding"]), (&"queued".into(), &"gsm7".into()));
    assert_eq!(body["to"], "+447700900123", "whoever submits it knows it");

    let taken = gateway.pretended.taken.lock().expect("whole").clone();
    assert_eq!(taken[0].account, "load");
    assert_eq!(taken[0].body, b"Hi \x1be");
    assert_eq!(
        (taken[0].data_coding, taken[0].validity_period.as_slice()),
        (0, &b"000000001000000R"[..])
    );
    assert_eq!(taken[0].client_ref, b"order-881");

    let found = gateway.get(LOAD_KEY, &format!("/v1/messages/{id}")).await;
    assert_eq!(found.status, 200, "{found:?}");
    let found = found.json();
    assert_eq!((&found["id"], &found["client_ref"]), (&body["id"], &"order-881".into()));
    assert_eq!((&found["account"], &found["carrier"]["id"]), (&"load".into(), &"sink".into()));
    assert_eq!(found["to"], "+447•••••••23");
    gateway.end().await;
}

#[tokio::test]
async fn a_key_without_an_account_names_one_and_a_key_with_one_no_other() {
    let gateway = Gateway::start().await;
    let answer = gateway.post(ADMIN, HI).await;
    assert_eq!((answer.status, &answer.json()["errors"][0]["pointer"]), (422, &"/account".into()));
    let with_account = HI.replace('{', r#"{"account":"shop","#);
    assert_eq!(gateway.post(ADMIN, &with_account).await.status, 202);
    let answer = gateway.post(LOAD_KEY, &with_account).await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &"account_not_allowed".into()));
    let answer = gateway.post(SHOP_READER, HI).await;
    assert_eq!((answer.status, &answer.json()["code"]), (403, &"scope_missing".into()));
    assert!(answer.json()["detail"].as_str().expect("text").contains("messages:send"));
    assert_eq!(gateway.pretended.taken.lock().expect("whole").len(), 1);
    gateway.end().await;
}

#[tokio::test]
async fn a_dry_run_takes_nothing() {
    let gateway = Gateway::start().await;
    let body = r#"{"to":"447700900123","from":"60777","text":"я","dry_run":true}"#;
    let answer = gateway.post(LOAD_KEY, body).await;
    assert_eq!((answer.status, &answer.json()["encoding"]), (200, &"ucs2".into()));
    assert_eq!((&answer.json()["units"], &answer.json()["units_max"]), (&1.into(), &70.into()));
    assert!(gateway.pretended.taken.lock().expect("whole").is_empty());
    gateway.end().await;
}
