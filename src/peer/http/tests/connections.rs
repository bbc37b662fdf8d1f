//! Connections: bounded, timed, and ended in peace.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::gateway::{Gateway, LOAD_KEY, config, split};
use crate::peer::http::config::HttpConfig;

const LIVEZ: &str = "GET /livez HTTP/1.1\r\nhost: t\r\n\r\n";

/// Reads one answer with a body of known length.
async fn read_one(stream: &mut TcpStream) -> String {
    let mut octets = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&octets).into_owned();
        let answer = split(&text);
        let length = answer.header("content-length").and_then(|length| length.parse().ok());
        if text.contains("\r\n\r\n") && length == Some(answer.body.len()) {
            return text;
        }
        let mut more = [0; 4096];
        match stream.read(&mut more).await.expect("readable") {
            0 => return text,
            count => octets.extend_from_slice(&more[..count]),
        }
    }
}

async fn ends(stream: &mut TcpStream, within: Duration) -> bool {
    let mut rest = Vec::new();
    timeout(within, stream.read_to_end(&mut rest)).await.is_ok()
}

#[tokio::test]
async fn requests_on_one_connection_are_answered_in_order_and_at_once() {
    let gateway = Gateway::start().await;
    let mut stream = TcpStream::connect(gateway.address).await.expect("it listens");
    let begun = Instant::now();
    for _ in 0..20 {
        stream.write_all(LIVEZ.as_bytes()).await.expect("it reads");
        assert!(read_one(&mut stream).await.starts_with("HTTP/1.1 200"));
    }
    let last = LIVEZ.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n");
    let pipelined = format!("{}{last}", LIVEZ.repeat(15));
    stream.write_all(pipelined.as_bytes()).await.expect("it reads");
    let mut answers = String::new();
    stream.read_to_string(&mut answers).await.expect("it answers");
    assert_eq!(answers.matches("HTTP/1.1 200").count(), 16);
    // With Nagle's algorithm each of the 20 would wait 40 ms.
    assert!(begun.elapsed() < Duration::from_millis(700), "{:?}", begun.elapsed());
    gateway.end().await;
}

#[tokio::test]
async fn a_header_that_does_not_come_ends_its_connection() {
    let config = HttpConfig { header_timeout: Duration::from_millis(100), ..config() };
    let gateway = Gateway::start_with(config).await;
    for begun in ["", "GET /livez HT", "GET /livez HTTP/1.1\r\nhost: t\r\n"] {
        let mut stream = TcpStream::connect(gateway.address).await.expect("it listens");
        stream.write_all(begun.as_bytes()).await.expect("it reads");
        assert!(ends(&mut stream, Duration::from_secs(5)).await, "{begun:?}");
    }
    let mut stream = TcpStream::connect(gateway.address).await.expect("it listens");
    stream.write_all(LIVEZ.as_bytes()).await.expect("it reads");
    read_one(&mut stream).await;
    assert!(ends(&mut stream, Duration::from_secs(5)).await, "idle after a request");
    gateway.end().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_a_timeout() {
    let config = HttpConfig { request_timeout: Duration::from_millis(100), ..config() };
    let gateway = Gateway::start_with(config).await;
    let request = format!(
        "POST /v1/messages HTTP/1.1\r\nhost: t\r\nauthorization: Bearer {LOAD_KEY}\r\n\
         content-type: application/json\r\ncontent-length: 50\r\nconnection: close\r\n\r\n{{"
    );
    let answer = timeout(Duration::from_secs(5), gateway.raw(&request)).await.expect("in time");
    assert_eq!((answer.status, &answer.json()["code"]), (503, &"timeout".into()));
    gateway.end().await;
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_their_turn() {
    let gateway = Gateway::start_with(HttpConfig { connections_max: 2, ..config() }).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(gateway.address).await.expect("it listens");
        stream.write_all(LIVEZ.as_bytes()).await.expect("it reads");
        read_one(&mut stream).await;
        held.push(stream);
    }
    let mut third = TcpStream::connect(gateway.address).await.expect("the kernel takes it");
    third.write_all(LIVEZ.as_bytes()).await.expect("the kernel takes it");
    let early = timeout(Duration::from_millis(100), read_one(&mut third)).await;
    assert!(early.is_err(), "{early:?}");
    drop(held.pop());
    let answer = timeout(Duration::from_secs(5), read_one(&mut third)).await.expect("its turn");
    assert!(answer.starts_with("HTTP/1.1 200"));
    drop((held, third));
    gateway.end().await;
}

#[tokio::test]
async fn stopping_answers_what_was_begun_and_takes_nothing_new() {
    let gateway = Gateway::start().await;
    *gateway.pretended.slowness.lock().expect("whole") = Duration::from_millis(300);
    let mut idle = TcpStream::connect(gateway.address).await.expect("it listens");
    idle.write_all(LIVEZ.as_bytes()).await.expect("it reads");
    read_one(&mut idle).await;
    let mut busy = TcpStream::connect(gateway.address).await.expect("it listens");
    let body = r#"{"to":"+447700900123","from":"ACME","text":"Hi"}"#;
    let request = format!(
        "POST /v1/messages HTTP/1.1\r\nhost: t\r\nauthorization: Bearer {LOAD_KEY}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    busy.write_all(request.as_bytes()).await.expect("it reads");
    tokio::time::sleep(Duration::from_millis(100)).await;
    gateway.stop();
    assert!(ends(&mut idle, Duration::from_millis(150)).await, "an idle connection ends at once");
    assert!(!gateway.is_over(), "the other one is not answered yet");
    let answer = split(&read_one(&mut busy).await);
    assert_eq!((answer.status, answer.header("connection")), (202, Some("close")));
    assert!(ends(&mut busy, Duration::from_secs(1)).await);
    assert!(TcpStream::connect(gateway.address).await.is_err(), "nobody listens any more");
    gateway.end().await;
}
