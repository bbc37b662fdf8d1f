//! HTTP with the plainest client there is: one request, one connection.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use serde_json::Value;

use super::patience::{PATIENCE, until};
use super::site::KEY;

/// A GET with the site's key: the status and the body.
pub fn get(from: SocketAddr, path: &str) -> (u16, String) {
    ask(from, "GET", path, "")
}

fn ask(from: SocketAddr, method: &str, path: &str, body: &str) -> (u16, String) {
    ask_with(from, method, path, "", body)
}

/// Asks with further lines of the header, each with its end.
fn ask_with(
    from: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> (u16, String) {
    let mut stream = send(from, method, path, headers, body);
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

fn send(to: SocketAddr, method: &str, path: &str, headers: &str, body: &str) -> TcpStream {
    let mut stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {to}\r\nAuthorization: Bearer {KEY}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\
         {headers}\r\n{body}"
    )
    .unwrap();
    stream
}

/// A POST whose answer is JSON.
pub fn post_json(to: SocketAddr, path: &str, body: &str) -> (u16, Value) {
    let (status, body) = ask(to, "POST", path, body);
    (status, serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}")))
}

/// A POST under an idempotency key, whose answer is JSON.
pub fn post_under(to: SocketAddr, key: &str, path: &str, body: &str) -> (u16, Value) {
    let header = format!("Idempotency-Key: \"{key}\"\r\n");
    let (status, body) = ask_with(to, "POST", path, &header, body);
    (status, serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}")))
}

/// Sends a POST under an idempotency key and does not wait for the answer.
pub fn begin_under(to: SocketAddr, key: &str, path: &str, body: &str) -> TcpStream {
    let header = format!("Idempotency-Key: \"{key}\"\r\n");
    send(to, "POST", path, &header, body)
}

/// A GET whose answer is JSON.
pub fn get_json(from: SocketAddr, path: &str) -> (u16, Value) {
    let (status, body) = get(from, path);
    (status, serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}")))
}

/// Waits until the API says that a message has this fate; all that it says. Readers see what is on
/// disk a few milliseconds after those it was answered to.
pub fn message_that_is(from: SocketAddr, id: &str, disposition: &str) -> Value {
    until(&format!("{id} is {disposition}"), || {
        let (status, message) = get_json(from, &format!("/v1/messages/{id}"));
        (status == 200 && message["disposition"] == disposition).then_some(message)
    })
}
