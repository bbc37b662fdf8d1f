//! The task of one webhook, or of one lane of callbacks: takes from its window what its endpoint has room for, and puts back what was
//! not taken.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::{JoinError, JoinSet};

use super::answer::{Answer, Outcome, result};
use super::delivery_log::Attempt;
use super::endpoint::{Endpoint, Health, Next};
use super::running::{Common, Letter, Running};
use crate::base::clock::{Clock, Timestamp};
use crate::feed::window::Given;
use crate::spool::unpoisoned;

/// When everything in a window waits to be told again, it waits no longer than this after its last
/// attempt: by then it only holds up what came after it.
const STUCK_WAIT: Duration = Duration::from_secs(1);

/// Pause after an event's contents could not be read.
const READ_PAUSE: Duration = Duration::from_secs(1);

/// The longest sleep without a look around.
const IDLE_WAIT: Duration = Duration::from_secs(60);

/// Events of one webhook whose contents are read together. The next are read when these are, so that all
/// webhooks have their turns, and one that catches up does not take those of others.
const READ_TOGETHER: usize = 16;

/// Events whose contents were read, or why not.
type Read = Vec<(Given, io::Result<Option<Letter>>)>;

/// What came of an attempt.
struct Landed {
    given: Given,
    at: Timestamp,
    took: Duration,
    what: Told,
}

enum Told {
    Outcome(Outcome),
    /// There is nothing to tell: its message cannot be read, and never will be.
    Unreadable,
    /// It could not be read for now.
    ReadLater,
}

/// What is under way.
#[derive(Default)]
struct UnderWay {
    /// At most one lot at a time.
    reads: JoinSet<Result<Read, JoinError>>,
    being_read: usize,
    flights: JoinSet<Landed>,
}

impl UnderWay {
    fn count(&self) -> usize {
        self.being_read + self.flights.len()
    }
}

/// Tells one webhook what it is owed until it says that it is gone.
pub(super) async fn run(common: Arc<Common>, running: Arc<Running>) {
    let mut endpoint = Endpoint::new(running.concurrency);
    let mut under_way = UnderWay::default();
    let mut random = fastrand::Rng::new();
    loop {
        let wake_at = begin(&common, &running, &endpoint, &mut under_way);
        let UnderWay { reads, flights, .. } = &mut under_way;
        tokio::select! {
            Some(landed) = flights.join_next(), if !flights.is_empty() => {
                let Ok(landed) = landed else {
                    // Its event is not settled: it is told after the next start.
                    tracing::error!(webhook = running.id, "an attempt has panicked");
                    continue;
                };
                let gone = land(&common, &running, &mut endpoint, &landed, random.f64());
                *unpoisoned::lock(&running.health) = endpoint.health();
                if gone {
                    let _stopping = common.gone.send(running.id.clone());
                    return;
                }
            }
            Some(read) = reads.join_next(), if !reads.is_empty() => {
                under_way.being_read = 0;
                let Ok(Ok(read)) = read else {
                    tracing::error!(webhook = running.id, "reading events has panicked");
                    continue;
                };
                for (given, letter) in read {
                    under_way.flights.spawn(fly(common.clock, given, letter));
                }
            }
            () = running.consumer.changed() => {}
            () = tokio::time::sleep_until(wake_at.into()) => {}
        }
    }
}

/// Has as many events read as there is room for attempts, and says when there may be more.
fn begin(
    common: &Arc<Common>,
    running: &Arc<Running>,
    endpoint: &Endpoint,
    under_way: &mut UnderWay,
) -> Instant {
    let now = common.clock.now();
    let room = endpoint.room(now, under_way.count());
    if room > 0 {
        if endpoint.may_probe(now) {
            running.consumer.hasten(Duration::ZERO);
        } else if running.consumer.is_stuck(now) {
            running.consumer.hasten(STUCK_WAIT);
        }
    }
    if under_way.reads.is_empty() {
        let room = room.min(READ_TOGETHER);
        let lot: Vec<Given> = (0..room).map_while(|_| running.consumer.next(now)).collect();
        if !lot.is_empty() {
            under_way.being_read = lot.len();
            under_way.reads.spawn(read(Arc::clone(common), Arc::clone(running), lot));
        }
    }
    // What is read or lands looks for more by itself.
    let busy = !under_way.reads.is_empty() || endpoint.room(now, under_way.count()) == 0;
    let busy = busy && now >= endpoint.resumes_at();
    let next = if busy { Timestamp::NEVER } else { running.consumer.due() };
    common.clock.instant(next.max(endpoint.resumes_at()).min(now + IDLE_WAIT))
}

async fn read(
    common: Arc<Common>,
    running: Arc<Running>,
    lot: Vec<Given>,
) -> Result<Read, JoinError> {
    let shared = Arc::clone(&common);
    // It is never closed.
    let _turn = common.reading.acquire().await;
    let read = move || {
        let letters = lot.into_iter().map(|given| {
            let letter = running.voice.write(&shared, &given.notice);
            (given, letter)
        });
        letters.collect()
    };
    tokio::task::spawn_blocking(read).await
}

/// One attempt.
async fn fly(clock: Clock, given: Given, letter: io::Result<Option<Letter>>) -> Landed {
    let (at, begun) = (clock.now(), Instant::now());
    let what = match letter {
        Ok(Some(letter)) => Told::Outcome(letter.send().await),
        Ok(None) => Told::Unreadable,
        Err(error) => {
            tracing::error!(%error, "the contents of an event could not be read");
            Told::ReadLater
        }
    };
    Landed { given, at, took: begun.elapsed(), what }
}

/// Takes in what came of an attempt; `true` if the endpoint is gone.
fn land(
    common: &Common,
    running: &Running,
    endpoint: &mut Endpoint,
    landed: &Landed,
    jitter: f64,
) -> bool {
    let now = common.clock.now();
    let lsn = landed.given.notice.lsn;
    let outcome = match &landed.what {
        Told::Outcome(outcome) => outcome,
        Told::Unreadable => {
            running.consumer.settle(now, lsn);
            note(common, running, landed, "unreadable", 0, None);
            return false;
        }
        Told::ReadLater => {
            running.consumer.again(lsn, now + READ_PAUSE);
            return false;
        }
    };
    let failing_before = endpoint.health() != Health::Up;
    let next = endpoint.finished(now, &landed.given, outcome, jitter);
    let status = outcome.as_ref().map_or(0, |Answer { status, .. }| *status);
    common.metrics.duration.record(landed.took.as_secs_f64());
    match next {
        Next::Settled => {
            running.consumer.settle(now, lsn);
            note(common, running, landed, "ok", status, None);
            if failing_before {
                tracing::info!(webhook = running.id, "a webhook takes events again");
                // What waits was waiting for this.
                running.consumer.hasten(Duration::ZERO);
            }
        }
        Next::Again(due) => {
            running.consumer.again(lsn, due);
            note(common, running, landed, result(outcome), status, Some(due));
            if !failing_before && endpoint.health() != Health::Up {
                let why = result(outcome);
                tracing::warn!(webhook = running.id, status, why, "a webhook fails: it is probed");
            }
        }
        Next::GivenUp => {
            running.consumer.settle(now, lsn);
            note(common, running, landed, "given_up", status, None);
            tracing::warn!(webhook = running.id, status, "a webhook did not take an event in days");
        }
        // One address is gone, and not its server.
        Next::Gone if running.hook().is_none() => {
            running.consumer.settle(now, lsn);
            note(common, running, landed, "gone", status, None);
        }
        Next::Gone => {
            running.consumer.untried(now, lsn);
            note(common, running, landed, "gone", status, None);
            return true;
        }
    }
    false
}

fn note(
    common: &Common,
    running: &Running,
    landed: &Landed,
    result: &'static str,
    status: u16,
    again_at: Option<Timestamp>,
) {
    common.metrics.deliveries.named(result).increment(1);
    let notice = landed.given.notice;
    unpoisoned::lock(&running.log).push(Attempt {
        lsn: notice.lsn,
        kind: Some(notice.kind),
        ord: notice.ord,
        attempt: landed.given.attempts + 1,
        at: landed.at,
        took_ms: u32::try_from(landed.took.as_millis()).unwrap_or(u32::MAX),
        result,
        status,
        again_at,
    });
}
