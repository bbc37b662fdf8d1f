//! The thread that makes traces of what the feed tells, and sends them.
//!
//! **Invariants**: nobody waits for it; what it has in memory is bounded; what a collector does not take is
//! dropped, and so is what it is too far behind with.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use metrics::Counter;

use super::config::OtlpConfig;
use super::history::Histories;
use super::sender::post;
use super::span::{Span, request};
use crate::base::clock::Clock;
use crate::base::stand_back::stand_back;
use crate::feed::consumer::{Consumer, WINDOW_DEFAULT};
use crate::feed::cursor::Position;
use crate::feed::feed::Feed;
use crate::feed::kind::{Kind, Kinds};
use crate::feed::notice::Wants;
use crate::peer::webhook::target::Target;
use crate::telemetry::names::TRACE_SPANS;
use crate::telemetry::registry::Registry;

/// Spans sent at a time.
const SPANS_MAX: usize = 512;

/// How long they are gathered.
const GATHER: Duration = Duration::from_secs(1);

/// Pause when there is nothing to tell.
const IDLE: Duration = Duration::from_millis(100);

/// Events that it may be behind: what is older is passed over.
const BEHIND_MAX: u64 = 20_000;

/// How much the thread stands back for others.
const NICENESS: i32 = 15;

/// The name of the consumer, of which nothing is kept.
const NAME: &str = "traces";

/// Tracing at work; nothing, if it is not configured.
#[derive(Debug)]
pub struct Tracing {
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Tracing {
    /// Begins to trace what happens from now on.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        config: &OtlpConfig,
        feed: &Feed,
        clock: Clock,
        registry: &Registry,
    ) -> io::Result<Self> {
        let stopping = Arc::new(AtomicBool::new(false));
        let Some(target) = config.endpoint.clone() else {
            return Ok(Self { stopping, thread: None });
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let counter = |result| registry.counter(&TRACE_SPANS, &[result]);
        let worker = Worker {
            target,
            one_in: config.one_in,
            consumer: listen(feed),
            feed: feed.clone(),
            clock,
            runtime,
            stopping: Arc::clone(&stopping),
            ok: counter("ok"),
            failed: counter("failed"),
            dropped: counter("dropped"),
            fails: false,
        };
        let thread = std::thread::Builder::new().name(NAME.into()).spawn(move || worker.run())?;
        Ok(Self { stopping, thread: Some(thread) })
    }

    /// Sends what is there, and ends.
    pub fn stop(self) {
        self.stopping.store(true, Ordering::SeqCst);
        if self.thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread of the traces has panicked");
        }
    }
}

/// What completes a part of a trace.
const KINDS: Kinds = Kinds::ENDS.with(Kind::Sent);

fn listen(feed: &Feed) -> Arc<Consumer> {
    let end = Position::frame(feed.ledger().durable());
    feed.listen(NAME, Wants { kinds: KINDS, account: None }, end, WINDOW_DEFAULT * 4)
}

struct Worker {
    target: Target,
    one_in: u32,
    consumer: Arc<Consumer>,
    feed: Feed,
    clock: Clock,
    runtime: tokio::runtime::Runtime,
    stopping: Arc<AtomicBool>,
    ok: Counter,
    failed: Counter,
    dropped: Counter,
    /// The collector did not take the last request.
    fails: bool,
}

impl Worker {
    fn run(mut self) {
        stand_back(NICENESS);
        let mut spans: Vec<Span> = Vec::new();
        let mut gathered_at = Instant::now();
        loop {
            let stopping = self.stopping.load(Ordering::SeqCst);
            self.pass_over();
            let all = self.gather(&mut spans);
            if spans.len() >= SPANS_MAX || gathered_at.elapsed() >= GATHER || stopping {
                self.send(&mut spans);
                gathered_at = Instant::now();
            }
            if stopping {
                let _kept_nothing = self.feed.leave(NAME, false);
                return;
            }
            if all {
                std::thread::sleep(IDLE);
            }
        }
    }

    /// Goes to the end of the log when it is too far behind.
    fn pass_over(&mut self) {
        let behind = self.consumer.backlog().events;
        if behind > BEHIND_MAX {
            let _kept_nothing = self.feed.leave(NAME, false);
            self.consumer = listen(&self.feed);
            self.dropped.increment(behind);
            tracing::warn!(events = behind, "traces are too far behind, and pass over what was");
        }
    }

    /// Makes spans of what was told; whether that is all there is now.
    fn gather(&self, spans: &mut Vec<Span>) -> bool {
        let histories = Histories { ledger: self.feed.ledger(), one_in: self.one_in };
        while spans.len() < SPANS_MAX {
            let now = self.clock.now();
            let Some(given) = self.consumer.next(now) else { return true };
            self.consumer.settle(now, given.notice.lsn);
            match histories.spans(&given.notice) {
                Ok(more) => spans.extend(more),
                Err(error) => {
                    self.dropped.increment(1);
                    tracing::error!(%error, "a history could not be read for its trace");
                }
            }
        }
        false
    }

    fn send(&mut self, spans: &mut Vec<Span>) {
        if spans.is_empty() {
            return;
        }
        let count = spans.len() as u64;
        let body = request(self.feed.ledger().node(), spans);
        spans.clear();
        let sent = self.runtime.block_on(post(&self.target, body));
        let failed = sent.is_err();
        match sent {
            Ok(()) => self.ok.increment(count),
            Err(error) => {
                self.failed.increment(count);
                if !self.fails {
                    let collector = &self.target.url;
                    tracing::warn!(
                        collector,
                        error,
                        "traces are dropped: the collector takes none"
                    );
                }
            }
        }
        if self.fails && !failed {
            tracing::info!(collector = self.target.url, "the collector takes traces again");
        }
        self.fails = failed;
    }
}
