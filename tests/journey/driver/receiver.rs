//! Somebody a webhook leads to, in the manner it is told to have.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::http::post_json;
use super::site::{Site, listener};

/// How a receiver takes what it is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Manner {
    /// It takes everything at once.
    Healthy,
    /// It takes everything after a time.
    Slow,
    /// It answers 500 half the time.
    Half,
    /// It hangs up on whoever comes.
    Away,
}

/// What a receiver has taken.
#[derive(Default, Debug)]
pub struct Taken {
    /// How often each event was, by its id.
    pub times: HashMap<u64, u32>,
    /// Messages that it was told are delivered.
    pub delivered: HashSet<String>,
    /// The number of the newest event of each message.
    newest: HashMap<String, u64>,
    /// Events that came behind a later one of their message.
    pub disorder: Vec<String>,
    /// Milliseconds from the record of an event to its arrival, of those taken at first hearing.
    pub latencies_ms: Vec<u64>,
}

/// A receiver.
#[derive(Clone, Debug)]
pub struct Receiver {
    address: SocketAddr,
    manner: Arc<AtomicU8>,
    slowness: Duration,
    heard: Arc<AtomicU64>,
    taken: Arc<Mutex<Taken>>,
}

impl Receiver {
    /// Begins to listen.
    pub fn start(manner: Manner, slowness: Duration) -> Self {
        let listener = listener();
        let this = Self {
            address: listener.local_addr().unwrap(),
            manner: Arc::new(AtomicU8::new(manner as u8)),
            slowness,
            heard: Arc::default(),
            taken: Arc::default(),
        };
        let own = this.clone();
        std::thread::spawn(move || own.listen(&listener));
        this
    }

    /// Has a site's gateway tell it these events; the webhook.
    pub fn subscribe(&self, site: &Site, events: &[&str]) -> Value {
        subscribe(site, &format!("http://{}/", self.address), events)
    }

    /// Takes things otherwise from now on.
    pub fn become_(&self, manner: Manner) {
        self.manner.store(manner as u8, Ordering::SeqCst);
    }

    /// How many events it has taken.
    pub fn count(&self) -> usize {
        self.taken.lock().unwrap().times.len()
    }

    /// What it has taken.
    pub fn taken<T>(&self, look: impl FnOnce(&mut Taken) -> T) -> T {
        look(&mut self.taken.lock().unwrap())
    }

    fn listen(&self, listener: &TcpListener) {
        for stream in listener.incoming() {
            let (own, stream) = (self.clone(), stream.unwrap());
            if !own.is(Manner::Away) {
                std::thread::spawn(move || own.answer(stream));
            }
        }
    }

    fn is(&self, manner: Manner) -> bool {
        self.manner.load(Ordering::SeqCst) == manner as u8
    }

    /// Answers one connection until its end.
    fn answer(self, stream: TcpStream) -> Option<()> {
        stream.set_nodelay(true).ok()?;
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut stream = stream;
        let mut body = Vec::new();
        loop {
            let (mut line, mut length) = (String::new(), 0);
            while line != "\r\n" {
                line.clear();
                if reader.read_line(&mut line).ok()? == 0 {
                    return None;
                }
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
            }
            body.resize(length, 0);
            reader.read_exact(&mut body).ok()?;
            if self.is(Manner::Away) {
                return None;
            }
            if self.is(Manner::Slow) {
                std::thread::sleep(self.slowness);
            }
            let number = self.heard.fetch_add(1, Ordering::SeqCst);
            let fails = self.is(Manner::Half) && fastrand::Rng::with_seed(number).bool();
            let status = if fails { "500 Internal Server Error" } else { "204 No Content" };
            if !fails {
                self.take(&serde_json::from_slice(&body).unwrap());
            }
            let length = if fails { "content-length: 0\r\n" } else { "" };
            stream.write_all(format!("HTTP/1.1 {status}\r\n{length}\r\n").as_bytes()).ok()?;
        }
    }

    fn take(&self, event: &Value) {
        let (id, subject) = (hash(event["id"].as_str().unwrap()), event["subject"].as_str());
        let (subject, seq) = (subject.unwrap(), event["data"]["seq"].as_u64().unwrap_or(0));
        let at: jiff::Timestamp = event["time"].as_str().unwrap().parse().unwrap();
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis() as i64;
        let mut taken = self.taken.lock().unwrap();
        let times = taken.times.entry(id).or_default();
        *times += 1;
        if *times > 1 {
            return;
        }
        if event["type"] == "postrider.message.delivered" {
            taken.delivered.insert(subject.to_owned());
        }
        let late = u64::try_from(now - at.as_millisecond()).unwrap_or(0);
        taken.latencies_ms.push(late);
        let newest = taken.newest.entry(subject.to_owned()).or_default();
        let before = std::mem::replace(newest, seq.max(*newest));
        if before > seq {
            taken.disorder.push(format!("{subject}: {seq} after {before}"));
        }
    }
}

/// Has a site's gateway tell an address some events; the webhook.
pub fn subscribe(site: &Site, url: &str, events: &[&str]) -> Value {
    let body = json!({ "url": url, "events": events, "allow_private": true });
    let (status, webhook) = post_json(site.http(), "/v1/webhooks", &body.to_string());
    assert_eq!(status, 201, "{webhook}");
    webhook
}

fn hash(id: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}
