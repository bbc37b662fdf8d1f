//! That neither the log nor the metrics ever show a number, a text or a key.

use std::io::Write;
use std::sync::{Arc, Mutex};

use super::gateway::{ADMIN, Gateway, LOAD_KEY};
use crate::message::address::{Address, Masked};
use crate::telemetry::log::{LogConfig, json_subscriber};

#[derive(Clone, Default)]
struct Capture(Arc<Mutex<Vec<u8>>>);

impl Capture {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("whole")).into_owned()
    }
}

impl Write for Capture {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("whole").extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

const NUMBER: &str = "447700900123";
const TEXT: &str = "Your secret code is 8841";

/// Everything that a client can make the API do, with the log at its most talkative.
async fn everything(gateway: &Gateway) {
    let body = format!(r#"{{"to":"+{NUMBER}","from":"{NUMBER}","text":"{TEXT}"}}"#);
    assert_eq!(gateway.post(LOAD_KEY, &body).await.status, 202);
    gateway.post(LOAD_KEY, &body.replace('"', "")).await;
    gateway.post(LOAD_KEY, &body.replace("+44", "44x")).await;
    gateway.post("no-such-key-9", &body).await;
    for path in [
        format!("/v1/messages?to=+{NUMBER}"),
        format!("/v1/messages?from={NUMBER}&nope=1"),
        format!("/v1/messages/{NUMBER}"),
        format!("/v1/messages?q=to:{NUMBER}"),
        format!("/{NUMBER}"),
        format!("/errors/{NUMBER}"),
        "/metrics".to_owned(),
    ] {
        gateway.get(ADMIN, &path).await;
    }
    for query in [NUMBER.to_owned(), format!("to:{NUMBER} text:8841"), format!("nope:{NUMBER}")] {
        let body = serde_json::json!({ "query": query }).to_string();
        gateway.ask(ADMIN, "POST /v1/messages/search", &body).await;
    }
    gateway.raw(&format!("GET /{NUMBER} HTTP/9\r\n\r\n")).await;
    // As the rest of the library logs addresses.
    let address = Address::infer(NUMBER.as_bytes());
    tracing::info!(to = %Masked(address.addr), address = ?address, "a message was refused");
}

/// Everything, with a listener to all of it: the log and the page of metrics.
async fn overheard() -> (String, String) {
    let capture = Capture::default();
    let writer = capture.clone();
    let config = LogConfig { level: "trace".into(), ..LogConfig::default() };
    let subscriber = json_subscriber(&config, move || writer.clone()).expect("it can be used");
    // The runtime of this test has one thread, so this covers the server as well.
    let _guard = tracing::subscriber::set_default(subscriber);
    let gateway = Gateway::start().await;
    everything(&gateway).await;
    let page = gateway.get(ADMIN, "/metrics").await.body;
    gateway.end().await;
    (capture.text(), page)
}

#[tokio::test]
async fn the_log_at_its_most_talkative_shows_no_number_text_or_key() {
    let mut heard = false;
    // A test beside this one can silence a line for a moment by meeting it first.
    for _ in 0..10 {
        let (log, page) = overheard().await;
        heard |= log.contains("\"msg\":\"request\"") && log.contains("447…23");
        for secret in [NUMBER, "7700900", TEXT, "8841", LOAD_KEY, ADMIN, "no-such-key-9"] {
            assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
            assert!(!page.contains(secret), "{secret} is in the metrics");
        }
        for line in log.lines() {
            serde_json::from_str::<serde_json::Value>(line).expect("each line is an object");
        }
        if heard {
            break;
        }
    }
    assert!(heard, "requests and masked numbers are logged");
}
