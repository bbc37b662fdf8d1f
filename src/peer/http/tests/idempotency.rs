//! The same request again, under the same Idempotency-Key.

use std::time::Duration;

use super::gateway::{ADMIN, Gateway, LOAD_KEY};

const HI: &str = r#"{"to":"+447700900123","from":"ACME","text":"Hi","client_ref":"a"}"#;
const HI_AGAIN: &str = r#"{ "text":"Hi", "client_ref":"a", "from":"ACME", "to":"+447700900123" }"#;
const HO: &str = r#"{"to":"+447700900123","from":"ACME","text":"Ho","client_ref":"a"}"#;
const PATH: &str = "/v1/messages";

fn taken(gateway: &Gateway) -> usize {
    gateway.pretended.taken.lock().expect("whole").len()
}

#[tokio::test]
async fn the_same_request_is_answered_with_the_same_message_and_another_is_refused() {
    let gateway = Gateway::start().await;
    let first = gateway.post_under(LOAD_KEY, "\"one\"", PATH, HI).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (202, None), "{first:?}");
    for body in [HI, HI_AGAIN] {
        let again = gateway.post_under(LOAD_KEY, "one", PATH, body).await;
        assert_eq!((again.status, &again.body), (202, &first.body));
        assert_eq!(again.header("location"), first.header("location"));
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
    }
    let other = gateway.post_under(LOAD_KEY, "one", PATH, HO).await;
    assert_eq!((other.status, &other.json()["code"]), (422, &"idempotency_key_reused".into()));
    assert_eq!(taken(&gateway), 1);
    let other_key = gateway.post_under(LOAD_KEY, "two", PATH, HI).await;
    assert_ne!(other_key.json()["id"], first.json()["id"]);
    let operators = HI.replace('{', r#"{"account":"load","#);
    let operators = gateway.post_under(ADMIN, "one", PATH, &operators).await;
    assert_ne!(operators.json()["id"], first.json()["id"], "keys are those of their account");
    assert_eq!(taken(&gateway), 3);
    let id = first.json()["id"].as_str().expect("an id").to_owned();
    let told = gateway.get(LOAD_KEY, &format!("{PATH}/{id}/events")).await.json();
    assert_eq!(told["data"][1]["type"], "keyed", "{told}");
    gateway.end().await;
}

#[tokio::test]
async fn what_was_refused_is_tried_again_under_the_same_key() {
    let gateway = Gateway::start().await;
    *gateway.pretended.unwanted.lock().expect("whole") = Some(b"+447700900123".to_vec());
    assert_eq!(gateway.post_under(LOAD_KEY, "k", PATH, HI).await.status, 422);
    *gateway.pretended.unwanted.lock().expect("whole") = None;
    let answer = gateway.post_under(LOAD_KEY, "k", PATH, HI).await;
    assert_eq!((answer.status, answer.header("idempotency-replayed")), (202, None));
    assert_eq!(gateway.post_under(LOAD_KEY, "k", PATH, HI).await.body, answer.body);
    for wrong in ["\"", &"x".repeat(256)] {
        let answer = gateway.post_under(LOAD_KEY, wrong, PATH, HI).await;
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (400, &"invalid_idempotency_key".into())
        );
    }
    assert_eq!(taken(&gateway), 1);
    gateway.end().await;
}

#[tokio::test]
async fn while_the_first_request_runs_a_second_is_told_to_wait_even_if_the_first_client_left() {
    let gateway = Gateway::start().await;
    *gateway.pretended.slowness.lock().expect("whole") = Duration::from_millis(400);
    let gone = tokio::time::timeout(
        Duration::from_millis(100),
        gateway.post_under(LOAD_KEY, "slow", PATH, HI),
    );
    assert!(gone.await.is_err(), "the client leaves before its answer");
    let answer = gateway.post_under(LOAD_KEY, "slow", PATH, HI).await;
    assert_eq!((answer.status, &answer.json()["code"]), (409, &"idempotency_key_in_use".into()));
    assert_eq!(answer.header("retry-after"), Some("1"));
    let again = loop {
        let again = gateway.post_under(LOAD_KEY, "slow", PATH, HI).await;
        if again.status != 409 {
            break again;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!((again.status, again.header("idempotency-replayed")), (202, Some("true")));
    assert_eq!(taken(&gateway), 1);
    gateway.end().await;
}
