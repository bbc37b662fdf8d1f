//! Opt-outs as operators see them, and the numbers that they write.

use super::gateway::{ADMIN, Gateway, LOAD_KEY, config, key};
use crate::message::address::Address;
use crate::message::consent::{Consent, ConsentBy};
use crate::message::event::{NO_MESSAGE, What};
use crate::peer::http::config::Scope;

const OPERATOR: &str = "operator-key";
const NUMBER: &str = "447700900123";

/// A gateway at which a number has opted out of one sender.
async fn gateway() -> Gateway {
    let mut config = config();
    config.keys.push(key(OPERATOR, &[Scope::CarriersWrite], None));
    let gateway = Gateway::start_with(config).await;
    gateway.happens(
        NO_MESSAGE,
        What::Consent {
            change: Consent::OptedOut,
            by: ConsentBy::Operator,
            sender: Address::infer(b"60777"),
            number: Address::infer(NUMBER.as_bytes()),
            note: b"ticket 5",
        },
    );
    gateway
}

#[tokio::test]
async fn numbers_are_masked_for_keys_that_may_not_see_them() {
    let gateway = gateway().await;
    let shown = async |key| {
        let listed = gateway.get(key, "/v1/opt-outs").await.json();
        let body = format!(r#"{{"number":"+{NUMBER}","sender":"60777"}}"#);
        let found = gateway.ask(key, "POST /v1/opt-outs/find", &body).await.json();
        assert_eq!(listed["data"], found["data"]);
        assert_eq!(listed["data"][0]["sender"], "60777");
        listed["data"][0]["number"].as_str().expect("a number").to_owned()
    };
    assert_eq!(shown(ADMIN).await, format!("+{NUMBER}"));
    assert_eq!(shown(OPERATOR).await, "+447•••••••23");
    assert_eq!(gateway.get(LOAD_KEY, "/v1/opt-outs").await.status, 403);
    gateway.end().await;
}

#[tokio::test]
async fn a_number_is_read_as_people_write_it_and_refused_without_its_country_code() {
    let gateway = gateway().await;
    for written in ["+44 7700 900123", "+44 (0)7700-900123", "tel:+447700900123", NUMBER] {
        let body = format!(r#"{{"number":"{written}","sender":"60777"}}"#);
        let found = gateway.ask(ADMIN, "POST /v1/opt-outs/find", &body).await.json();
        assert_eq!(found["data"].as_array().map(Vec::len), Some(1), "{written}: {found}");
    }
    for written in ["07700 900123", "ACME", "", "+1", "+44770090012345678"] {
        let body = format!(r#"{{"number":"{written}"}}"#);
        let answer = gateway.ask(ADMIN, "POST /v1/opt-outs/find", &body).await;
        let pointer = &answer.json()["errors"][0]["pointer"];
        assert_eq!((answer.status, pointer), (422, &"/number".into()), "{written}");
    }
    gateway.end().await;
}
