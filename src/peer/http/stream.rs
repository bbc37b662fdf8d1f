//! `GET /v1/stream`: what happens, as it happens, to whoever keeps the connection open.
//!
//! A stream reads from the log like any consumer, so that one that returns with `Last-Event-ID` misses
//! nothing of the last [`EVENTS_MAX`] events, after a restart too; beyond that it is told of a gap. One
//! that is that far behind while it is connected is taken to the end, and told how many it was not told.
//! Ids are those of webhooks' events: opaque, in the order in which they come.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use tokio::sync::{mpsc, watch};

use super::api::Api;
use super::config::Scope;
use super::lookup::ask;
use super::news_request_schema::{LastEvent, StreamFilters};
use super::notice_view::NoticeView;
use super::operator_auth::Listener;
use super::problem::Problem;
use super::problem_table as kinds;
use super::query_pairs::QueryPairs;
use super::stream_filter::{Filter, filter};
use super::stream_frames::{Frames, HEARTBEAT, HELLO, dropped, event, gap, of_interest};
use crate::feed::consumer::Consumer;
use crate::feed::cursor::Position;
use crate::feed::feed::Feed;
use crate::feed::notice::{EVENT_PREFIX, Notice, Wants, event_id, event_lsn};
use crate::ledger::stored::StoredMessage;
use crate::peer::webhook::format::{Contents, Render as _, body};
use crate::spool::unpoisoned;

/// Events that a client may be behind.
pub(super) const EVENTS_MAX: usize = 10_000;

/// Octets of log that are looked through for them.
const LOG_BYTES_MAX: u64 = 64 << 20;

/// Streams of one key, and of all.
const STREAMS_PER_KEY: usize = 10;
const STREAMS_MAX: usize = 200;

/// How often a stream says that it is there.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(15);

/// Events in memory, read from the log and written for the socket.
const WINDOW: usize = 64;
const FRAMES: usize = 16;

/// Streams at work.
#[derive(Debug)]
pub(super) struct Streams {
    feed: Feed,
    number: AtomicU64,
    by_key: Mutex<HashMap<[u8; 32], usize>>,
    ending: watch::Sender<bool>,
}

impl Streams {
    pub(super) fn new(feed: Feed) -> Self {
        let ending = watch::channel(false).0;
        Self { feed, number: AtomicU64::new(0), by_key: Mutex::default(), ending }
    }

    /// Ends all of them.
    pub(super) fn end(&self) {
        self.ending.send_replace(true);
    }

    /// Whether nobody listens.
    #[cfg(test)]
    pub(super) fn feed_is_quiet(&self) -> bool {
        unpoisoned::lock(&self.by_key).is_empty()
    }

    fn take_place(&self, key: [u8; 32]) -> bool {
        let mut by_key = unpoisoned::lock(&self.by_key);
        let all: usize = by_key.values().sum();
        let own = by_key.get(&key).copied().unwrap_or(0);
        let free = own < STREAMS_PER_KEY && all < STREAMS_MAX;
        if free {
            by_key.insert(key, own + 1);
        }
        free
    }
}

/// One stream's place among those that may be, as long as it is held.
struct Held {
    api: Arc<Api>,
    key: [u8; 32],
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut by_key = unpoisoned::lock(&self.api.streams.by_key);
        let left = by_key.get(&self.key).map_or(0, |own| own.saturating_sub(1));
        if left == 0 {
            by_key.remove(&self.key);
        } else {
            by_key.insert(self.key, left);
        }
    }
}

/// What happens, as it happens
///
/// Server-sent events without an end. The data of each is one event as webhooks are told it; `gap` and
/// `dropped` say that some are not told. A client that returns with Last-Event-ID misses nothing of the last
/// 10,000 events.
#[utoipa::path(
    get, path = "/v1/stream", tag = "news", operation_id = "streamEvents",
    security(("key" = ["messages:read"])),
    params(StreamFilters, LastEvent),
    responses((status = 200, description = "Events until one side ends it", content_type = "text/event-stream",
        body = String)),
)]
pub(super) async fn stream(
    Listener(caller): Listener,
    State(api): State<Arc<Api>>,
    QueryPairs(parameters): QueryPairs,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    caller.require(Scope::MessagesRead)?;
    let filter = filter(&api, &caller, parameters)?;
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let key = caller.digest();
    if !api.streams.take_place(key) {
        let detail = format!("a key has {STREAMS_PER_KEY} streams, and all have {STREAMS_MAX}");
        return Err(Problem::new(kinds::TOO_MANY_STREAMS, detail));
    }
    let held = Held { api: Arc::clone(&api), key };
    let (frames, receiver) = mpsc::channel(FRAMES);
    let wants = filter.wants;
    let (position, first) = ask(&api, move |api| begin(api, wants, last)).await?;
    let task = Task { api, held, filter, frames };
    tokio::spawn(task.run(position, first));
    let head: [(HeaderName, &str); 2] =
        [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store")];
    Ok((head, Body::new(Frames(receiver))).into_response())
}

/// Where a stream begins, and what it says first.
fn begin(api: &Api, wants: Wants, last: Option<String>) -> io::Result<(Position, String)> {
    let cipher = api.ledger.event_cipher();
    let end = Position::frame(api.ledger.durable());
    let Some(last) = last else { return Ok((end, HELLO.to_owned())) };
    let (position, complete) = match event_lsn(&cipher, &last) {
        Some(lsn) => api.streams.feed.resume(wants, lsn, (EVENTS_MAX, LOG_BYTES_MAX))?,
        None => (end, false),
    };
    if complete {
        return Ok((position, HELLO.to_owned()));
    }
    // At the end nobody knows yet which comes next.
    let known = position.next < end.next;
    let next = known.then(|| format!("{EVENT_PREFIX}{}", event_id(&cipher, position.next)));
    Ok((position, format!("{HELLO}{}", gap(&last, next.as_deref()))))
}

/// One stream at work.
struct Task {
    api: Arc<Api>,
    held: Held,
    filter: Filter,
    frames: mpsc::Sender<String>,
}

impl Task {
    async fn run(self, position: Position, first: String) {
        let streams = &self.api.streams;
        let name = format!("stream-{}", streams.number.fetch_add(1, Ordering::Relaxed));
        let mut ending = streams.ending.subscribe();
        tokio::select! {
            _ = ending.wait_for(|ending| *ending) => {}
            () = self.frames.closed() => {}
            () = self.tell(&name, position, first) => {}
        }
        let _kept_nothing = streams.feed.leave(&name, false);
        drop(self.held);
    }

    async fn tell(&self, name: &str, position: Position, first: String) {
        let feed = &self.api.streams.feed;
        let mut consumer = feed.listen(name, self.filter.wants, position, WINDOW);
        if self.frames.send(first).await.is_err() {
            return;
        }
        loop {
            let behind = consumer.backlog().events;
            if behind > EVENTS_MAX as u64 {
                let _kept_nothing = feed.leave(name, false);
                let end = Position::frame(self.api.ledger.durable());
                consumer = feed.listen(name, self.filter.wants, end, WINDOW);
                if self.frames.send(dropped(behind)).await.is_err() {
                    return;
                }
            }
            match self.next(&consumer).await {
                Ok(Some(frame)) => {
                    if self.frames.send(frame).await.is_err() {
                        return;
                    }
                }
                Ok(None) => {
                    let waited = tokio::time::timeout(HEARTBEAT_INTERVAL, consumer.changed()).await;
                    if waited.is_err() && self.frames.send(HEARTBEAT.to_owned()).await.is_err() {
                        return;
                    }
                }
                Err(()) => return,
            }
        }
    }

    /// Reads what an event tells, if it is about the number that is asked for.
    fn read(&self, notice: Notice) -> impl FnOnce() -> io::Result<Option<Contents>> + use<> {
        let (api, filter) = (Arc::clone(&self.api), self.filter.clone());
        move || {
            if filter.to.is_some() {
                let stored = api.ledger.accepted(notice.ord)?;
                let is_to =
                    |stored: &StoredMessage| filter.is_to(stored.message().destination.addr);
                if !stored.as_ref().is_some_and(is_to) {
                    return Ok(None);
                }
            }
            NoticeView::new(api).contents(&notice, filter.sight)
        }
    }

    /// The next event that is of interest, written; `None` if there is none now.
    async fn next(&self, consumer: &Consumer) -> Result<Option<String>, ()> {
        while let Some(given) = consumer.next(self.api.clock.now()) {
            let notice = given.notice;
            consumer.settle(self.api.clock.now(), notice.lsn);
            if self.filter.carrier.is_some_and(|carrier| carrier != notice.carrier) {
                continue;
            }
            let read = self.read(notice);
            let read = tokio::task::spawn_blocking(read).await;
            // A ledger that cannot be read is told by the end of the stream: the client returns.
            let contents = read.map_err(|_| ())?.map_err(|error| {
                tracing::error!(%error, "the contents of an event could not be read");
            })?;
            let of_interest =
                |contents: &Contents| of_interest(&contents.shown, &self.filter.dispositions);
            if let Some(contents) = contents.filter(of_interest) {
                return Ok(Some(written(&notice, contents)));
            }
        }
        Ok(None)
    }
}

fn written(notice: &Notice, contents: Contents) -> String {
    let (id, kind) = (contents.id.clone(), notice.kind.name());
    // The JSON of one event has no line breaks.
    event(Some(&id), kind, &String::from_utf8_lossy(&body(kind, contents)))
}
