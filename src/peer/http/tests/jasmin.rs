//! Clients of Jasmin.

use std::time::Duration;

use super::gateway::Gateway;
use crate::message::callback::{CallbackFormat, CallbackMethod, CallbackWants};
use crate::pipeline::port::Refusal;

const WHO: &str = "username=load&password=load-password";

async fn send(gateway: &Gateway, query: &str) -> (u16, String) {
    let answer = gateway.form(&format!("GET /send?{query}"), "", "").await;
    (answer.status, answer.body)
}

fn error(status: u16, words: &str) -> (u16, String) {
    (status, format!("Error \"{words}\""))
}

#[tokio::test]
async fn a_message_is_taken_and_its_uuid_leads_back_to_it() {
    let gateway = Gateway::start().await;
    let query = format!(
        "{WHO}&to=%2B447700900123&from=ACME&content=Hi&priority=3&validity-period=60&tags=a,b\
         &sdt=000000000500000R&dlr-url=http%3A%2F%2Fshop.example%2Fdlr&dlr-level=3&dlr-method=get"
    );
    let (status, body) = send(&gateway, &query).await;
    assert_eq!(status, 200, "{body}");
    let uuid = body.strip_prefix("Success \"").and_then(|it| it.strip_suffix('"')).expect("quotes");
    assert_eq!(uuid.len(), 36);
    let found = gateway.get("load-key", &format!("/v1/messages/{uuid}")).await;
    assert_eq!((found.status, &found.json()["from"]), (200, &"ACME".into()));
    let taken = gateway.pretended.taken.lock().expect("whole").clone();
    let taken = &taken[0];
    assert_eq!((taken.account.as_str(), taken.priority_flag), ("load", 3));
    assert_eq!(taken.validity_period, b"000000010000000R");
    assert_eq!(taken.schedule_delivery_time, b"000000000500000R");
    let callback = taken.callback.as_ref().expect("an address");
    assert_eq!((callback.format, callback.method), (CallbackFormat::Jasmin, CallbackMethod::Get));
    assert_eq!((callback.wants, &*callback.url), (CallbackWants(27), "http://shop.example/dlr"));
    gateway.end().await;
}

#[tokio::test]
async fn a_form_and_json_do_as_well_as_a_query() {
    let gateway = Gateway::start().await;
    let form = format!("{WHO}&to=1&content=a&dlr=yes&dlr-url=https://shop.example/&dlr-level=2");
    assert_eq!(gateway.form("POST /send", "", &form).await.status, 200);
    let json =
        r#"{"username":"load","password":"load-password","to":"1","coding":8,"content":"я"}"#;
    let answer = gateway.ask("", "POST /send", json).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let taken = gateway.pretended.taken.lock().expect("whole").clone();
    let callback = taken[0].callback.as_ref().expect("an address");
    assert_eq!((callback.method, callback.wants), (CallbackMethod::Post, CallbackWants(3)));
    assert_eq!((taken[1].data_coding, &*taken[1].body), (8, &[4, 0x4f][..]));
    assert!(taken[1].callback.is_none() && taken[1].source.is_empty());
    gateway.end().await;
}

#[tokio::test]
async fn refusals_have_jasmins_words_and_statuses() {
    let gateway = Gateway::start().await;
    let whole = |more: &str| format!("{WHO}&to=1&content=a&{more}");
    for (query, expected) in [
        ("", error(400, "Mandatory argument [to] is not found.")),
        ("to=1&username=load", error(400, "Mandatory argument [password] is not found.")),
        (&whole("nonsense=1"), error(400, "Argument [nonsense] is unknown.")),
        (&whole("dlr-level=4"), error(400, "Argument [dlr-level] has an invalid value: [4].")),
        (&whole("priority=9"), error(400, "Argument [priority] has an invalid value: [9].")),
        (
            &whole("hex-content=00"),
            error(400, "content and hex-content cannot be used both in same request."),
        ),
        (&format!("{WHO}&to=1"), error(400, "content or hex-content not present.")),
        (&format!("{WHO}&to=1&hex-content=xy"), error(400, "Invalid hex-content data: 'xy'")),
        (
            "username=me&password=x&to=1&content=a",
            error(403, "Authentication failure for username:me"),
        ),
        (
            "username=reader&password=reader-password&to=1&content=a",
            error(400, "Authorization failed for user (Cannot send MT messages)."),
        ),
        (&whole(&"a=1&".repeat(101)), error(400, "Too many arguments.")),
        (&whole("from=%zz"), error(400, "Argument [from] has an invalid value: no %xx escape.")),
    ] {
        assert_eq!(send(&gateway, query).await, expected, "{query}");
    }
    for (refusal, expected) in [
        (Refusal::NoRoute, error(412, "No route found")),
        (Refusal::OverRate(Duration::ZERO), error(403, "User throughput exceeded")),
    ] {
        *gateway.pretended.refusal.lock().expect("whole") = Some(refusal);
        assert_eq!(send(&gateway, &whole("")).await, expected);
    }
    *gateway.pretended.refusal.lock().expect("whole") = Some(Refusal::DiskFull);
    assert_eq!(send(&gateway, &whole("")).await.0, 500);
    let huge = format!("{WHO}&to=1&content={}", "a".repeat(70_000));
    let answer = gateway.form("POST /send", "", &huge).await;
    assert_eq!((answer.status, answer.body), error(413, "Request is too large."));
    assert!(gateway.pretended.taken.lock().expect("whole").is_empty());
    gateway.end().await;
}

#[tokio::test]
async fn the_questions_beside_it_are_answered() {
    let gateway = Gateway::start().await;
    let ask = async |path: &str| {
        let answer = gateway.form(&format!("GET {path}"), "", "").await;
        (answer.status, answer.body)
    };
    assert_eq!(ask("/ping").await, (200, "Jasmin/PONG".to_owned()));
    let balance = gateway.form(&format!("GET /balance?{WHO}"), "", "").await;
    assert_eq!((balance.status, &balance.json()["balance"]), (200, &"ND".into()));
    assert_eq!(balance.json()["sms_count"], "ND");
    let nothing = "Mandatory arguments not found, please refer to the HTTPAPI specifications.";
    assert_eq!(ask("/balance").await, (400, format!("\"{nothing}\"")));
    let nobody = "\"Authentication failure for username:me\"".to_owned();
    assert_eq!(ask("/balance?username=me&password=x").await, (403, nobody));
    let rate = format!("GET /rate?{WHO}&to=447700900123&content={}", "a".repeat(161));
    let rate = gateway.form(&rate, "", "").await;
    assert_eq!((rate.status, &rate.json()["submit_sm_count"]), (200, &2.into()));
    assert_eq!(rate.json()["unit_rate"], 0.0);
    gateway.end().await;
}
