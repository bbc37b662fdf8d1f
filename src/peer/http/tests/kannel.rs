//! Clients of Kannel.

use super::gateway::{Answer, Gateway, config};
use crate::message::callback::{Callback, CallbackFormat, CallbackMethod, CallbackWants};
use crate::peer::http::config::{HttpConfig, KannelConfig};
use crate::pipeline::port::Refusal;

const WHO: &str = "username=load&password=load-password";

async fn sendsms(gateway: &Gateway, query: &str) -> Answer {
    gateway.form(&format!("GET /cgi-bin/sendsms?{query}"), "", "").await
}

async fn said(gateway: &Gateway, query: &str) -> (u16, String) {
    let answer = sendsms(gateway, &format!("{WHO}&{query}")).await;
    (answer.status, answer.body)
}

fn words(status: u16, words: &str) -> (u16, String) {
    (status, words.to_owned())
}

#[tokio::test]
async fn a_text_is_taken_with_all_that_it_asks_for() {
    let gateway = Gateway::start().await;
    let query = "from=+447700900000&to=%2B447700900123&text=Hi+%E2%82%AC&mclass=1&pid=65&priority=2\
                 &validity=10&deferred=5&binfo=promotion&account=a1&smsc=east&meta-data=%3Fsmpp%3Fa%3D1\
                 &dlr-mask=31&dlr-url=http%3A%2F%2Fshop.example%2Fdlr%3Ft%3D%25d";
    assert_eq!(said(&gateway, query).await, words(202, "0: Accepted for delivery"));
    let taken = gateway.pretended.taken.lock().expect("whole").clone();
    let [taken] = &taken[..] else { panic!("{taken:?}") };
    assert_eq!((taken.account.as_str(), &*taken.body), ("load", &b"Hi \x1be"[..]));
    assert_eq!(
        (&*taken.source, &*taken.destination),
        (&b"447700900000"[..], &b"+447700900123"[..])
    );
    assert_eq!((taken.data_coding, taken.protocol_id, taken.priority_flag), (0x11, 65, 2));
    assert_eq!(taken.validity_period, b"000000001000000R");
    assert_eq!(taken.schedule_delivery_time, b"000000000500000R");
    assert_eq!(taken.service_type, b"promo");
    let callback = Callback {
        format: CallbackFormat::Kannel,
        method: CallbackMethod::Get,
        wants: CallbackWants::ALL,
        url: "http://shop.example/dlr?t=%d".into(),
        context: "service=load&account=a1&smsc=east&binfo=promotion&meta=%3Fsmpp%3Fa%3D1".into(),
    };
    assert_eq!(taken.callback, Some(callback));
    gateway.end().await;
}

#[tokio::test]
async fn a_form_and_headers_do_as_well_as_a_query() {
    let gateway = Gateway::start().await;
    let form = format!("{WHO}&from=ACME&to=447700900123&text=a%26b");
    let answer = gateway.form("POST /cgi-bin/sendsms", "", &form).await;
    assert_eq!((answer.status, answer.body.as_str()), (202, "0: Accepted for delivery"));
    let answer = gateway
        .raw(
            "POST /cgi-bin/sendsms HTTP/1.1\r\nhost: t\r\nconnection: close\r\ncontent-length: 1\r\n\
             content-type: text/plain\r\nx-kannel-username: load\r\nx-kannel-password: load-password\r\n\
             x-kannel-from: ACME\r\nx-kannel-to: 447700900123\r\nx-kannel-udh: 050003010201\r\n\
             x-kannel-coding: 0\r\n\r\nb",
        )
        .await;
    assert_eq!((answer.status, answer.body.as_str()), (202, "0: Accepted for delivery"));
    let taken = gateway.pretended.taken.lock().expect("whole").clone();
    assert_eq!((&*taken[0].body, &*taken[1].body), (&b"a&b"[..], &b"\x05\0\x03\x01\x02\x01b"[..]));
    assert_eq!(taken[1].esm_class, 0x40);
    gateway.end().await;
}

#[tokio::test]
async fn each_receiver_gets_it_once_and_those_who_cannot_are_named() {
    let gateway = Gateway::start().await;
    *gateway.pretended.unwanted.lock().expect("whole") = Some(b"33700000000".to_vec());
    let query = "from=1&text=a&to=447700900123+44-7700-900124+nobody+447700900123+33700000000";
    let denied = "0: Accepted for delivery Denied receivers are: nobody 33700000000";
    assert_eq!(said(&gateway, query).await, words(202, denied));
    let taken = gateway.pretended.taken.lock().expect("whole").clone();
    let to: Vec<_> = taken.iter().map(|taken| taken.destination.as_slice()).collect();
    assert_eq!(to, [&b"447700900123"[..], b"447700900124"]);
    let alone = said(&gateway, "from=1&text=a&to=33700000000").await;
    assert_eq!(alone, words(403, "Not routable. Do not try again."));
    gateway.end().await;
}

#[tokio::test]
async fn what_waits_for_its_carrier_is_said_to_be_queued() {
    let gateway = Gateway::start().await;
    gateway.carrier(|carrier| carrier.binds_up = 0);
    let answer = said(&gateway, "from=1&text=a&to=2").await;
    assert_eq!(answer, words(202, "3: Queued for later delivery"));
    for refusal in [Refusal::QueueFull, Refusal::DiskFull, Refusal::Busy] {
        *gateway.pretended.refusal.lock().expect("whole") = Some(refusal);
        let answer = said(&gateway, "from=1&text=a&to=2").await;
        assert_eq!(answer, words(503, "Temporal failure, try again later."));
    }
    gateway.end().await;
}

#[tokio::test]
async fn who_may_not_send_is_told_so_and_nothing_else() {
    let gateway = Gateway::start().await;
    for who in [
        "",
        "username=load",
        "username=load&password=wrong",
        "username=nobody&password=load-password",
        "username=reader&password=reader-password",
        // A bearer key is no password, whatever the name.
        "username=load&password=load-key",
    ] {
        let answer = sendsms(&gateway, &format!("{who}&to=1&from=1&text=a")).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (403, "Authorization failed for sendsms"),
            "{who}"
        );
    }
    assert_eq!(gateway.get("load-password", "/v1/messages").await.status, 401, "nor the other way");
    let user = sendsms(&gateway, "user=load&pass=load-password&to=1&from=1&text=a").await;
    assert_eq!(user.status, 202, "{user:?}");
    gateway.end().await;
}

#[tokio::test]
async fn what_is_missing_or_cannot_be_is_said_in_kannels_words() {
    let gateway = Gateway::start().await;
    let meta = format!("to=1&from=1&dlr-url=http://a/&dlr-mask=1&meta-data={}", "x".repeat(600));
    let many: String = (0..1_001).map(|to| format!("{to}+")).collect();
    let many = format!("from=1&text=a&to={many}");
    for (query, expected) in [
        ("from=1&text=a", words(400, "Missing receiver number, rejected")),
        ("from=1&text=a&to=", words(400, "Empty receiver number not allowed, rejected")),
        ("text=a&to=1", words(400, "Sender missing and no global set, rejected")),
        ("to=x&from=1", words(400, "Number(s) has/have been denied by white- and/or black-lists.")),
        ("to=1&from=a+name+too+long", words(400, "Sender field misformed, rejected")),
        ("to=1&from=1&dlr-url=shop", words(400, "DLR-URL field misformed, rejected")),
        ("to=1&from=1&account=a%5D", words(400, "Account field misformed or too long, rejected")),
        ("to=1&from=1&dlr-mask=64", words(400, "DLR-Mask field misformed, rejected")),
        ("to=1&from=1&validity=0", words(400, "Validity field misformed, rejected")),
        ("to=1&from=1&text=%zz", words(400, "Charset or body misformed, rejected")),
        (&meta, words(400, "Meta-Data field too long, rejected")),
        (&many, words(400, "Too many receivers, rejected")),
    ] {
        assert_eq!(said(&gateway, query).await, expected, "{query}");
    }
    let huge = format!("{WHO}&from=1&text=a&to={}", "1+".repeat(100_000));
    let answer = gateway.form("POST /cgi-bin/sendsms", "", &huge).await;
    assert_eq!((answer.status, answer.body.as_str()), (413, "Request too large, rejected"));
    let answer = gateway.form("PUT /cgi-bin/sendsms", "", "").await;
    assert_eq!((answer.status, answer.body.as_str()), (405, "Unknown request."));
    assert!(gateway.pretended.taken.lock().expect("whole").is_empty());
    gateway.end().await;
}

#[tokio::test]
async fn a_message_without_a_sender_has_the_global_one() {
    let kannel = KannelConfig { sender: Some("60777".into()), ..KannelConfig::default() };
    let gateway = Gateway::start_with(HttpConfig { kannel, ..config() }).await;
    assert_eq!(said(&gateway, "to=1&text=a&from=").await.0, 202);
    assert_eq!(gateway.pretended.taken.lock().expect("whole")[0].source, b"60777");
    gateway.end().await;
}
