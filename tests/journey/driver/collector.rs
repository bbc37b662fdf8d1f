//! A collector of traces: OTLP over HTTP, in JSON.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::site::listener;

/// One that takes everything.
#[derive(Debug)]
pub struct Collector {
    address: SocketAddr,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Collector {
    /// Begins to listen.
    pub fn start() -> Self {
        let listener = listener();
        let this = Self { address: listener.local_addr().unwrap(), bodies: Arc::default() };
        let bodies = Arc::clone(&this.bodies);
        std::thread::spawn(move || listen(&listener, &bodies));
        this
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything that came, as it came.
    pub fn text(&self) -> String {
        self.bodies.lock().unwrap().join("\n")
    }

    /// The spans so far.
    pub fn spans(&self) -> Vec<Value> {
        let bodies = self.bodies.lock().unwrap();
        let spans = |body: &String| {
            let body: Value = serde_json::from_str(body).unwrap();
            body["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().clone()
        };
        bodies.iter().flat_map(spans).collect()
    }
}

fn listen(listener: &TcpListener, bodies: &Mutex<Vec<String>>) {
    for stream in listener.incoming() {
        if let Some(body) = take(stream.unwrap()) {
            bodies.lock().unwrap().push(body);
        }
    }
}

fn take(mut stream: TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let (mut line, mut length) = (String::new(), 0);
    reader.read_line(&mut line).ok()?;
    assert!(line.starts_with("POST /v1/traces "), "{line}");
    while line != "\r\n" {
        line.clear();
        reader.read_line(&mut line).ok()?;
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").ok()?;
    String::from_utf8(body).ok()
}

/// An attribute of a span.
pub fn attribute<'s>(span: &'s Value, key: &str) -> &'s Value {
    let attributes = span["attributes"].as_array().unwrap();
    let found = attributes.iter().find(|attribute| attribute["key"] == key);
    let value = found.map_or(&Value::Null, |attribute| &attribute["value"]);
    ["stringValue", "intValue"]
        .iter()
        .map(|kind| &value[*kind])
        .find(|it| !it.is_null())
        .unwrap_or(value)
}
