//! The task of one webhook, or of one lane of callbacks: takes from its window what its endpoint has room for, and puts back what was
//! not taken.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::answer::{Answer, Outcome, result};
use super::delivery_log::Attempt;
use super::endpoint::{Endpoint, Health, Next};
use super::format::{self, Sight};
use super::running::{Common, Hook, Running, Voice};
use crate::base::clock::Timestamp;
use crate::feed::notice::{EVENT_PREFIX, Notice, event_id};
use crate::feed::window::Given;
use crate::spool::unpoisoned;

/// When everything in a window waits to be told again, it waits no longer than this after its last
/// attempt: by then it only holds up what came after it.
const STUCK_WAIT: Duration = Duration::from_secs(1);

/// Pause after an event's contents could not be read.
const READ_PAUSE: Duration = Duration::from_secs(1);

/// The longest sleep without a look around.
const IDLE_WAIT: Duration = Duration::from_secs(60);

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

/// Tells one webhook what it is owed until it says that it is gone.
pub(super) async fn run(common: Arc<Common>, running: Arc<Running>) {
    let mut endpoint = Endpoint::new(running.concurrency);
    let mut flights: JoinSet<Landed> = JoinSet::new();
    let mut random = fastrand::Rng::new();
    loop {
        let wake_at = begin(&common, &running, &endpoint, &mut flights);
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
            () = running.consumer.changed() => {}
            () = tokio::time::sleep_until(wake_at.into()) => {}
        }
    }
}

/// Begins as many attempts as there is room for, and says when there may be more.
fn begin(
    common: &Arc<Common>,
    running: &Arc<Running>,
    endpoint: &Endpoint,
    flights: &mut JoinSet<Landed>,
) -> Instant {
    let now = common.clock.now();
    let room = endpoint.room(now, flights.len());
    if room > 0 {
        if endpoint.may_probe(now) {
            running.consumer.hasten(Duration::ZERO);
        } else if running.consumer.is_stuck(now) {
            running.consumer.hasten(STUCK_WAIT);
        }
    }
    for _ in 0..room {
        let Some(given) = running.consumer.next(now) else { break };
        flights.spawn(fly(Arc::clone(common), Arc::clone(running), given));
    }
    let full = endpoint.room(now, flights.len()) == 0 && now >= endpoint.resumes_at();
    let next = if full { Timestamp::NEVER } else { running.consumer.due() };
    common.clock.instant(next.max(endpoint.resumes_at()).min(now + IDLE_WAIT))
}

/// One attempt.
async fn fly(common: Arc<Common>, running: Arc<Running>, given: Given) -> Landed {
    let (at, begun) = (common.clock.now(), Instant::now());
    let notice = given.notice;
    let told = match &running.voice {
        Voice::Hook(hook) => tell(&common, hook, notice).await,
        Voice::Caller(caller) => caller.call(&common, notice).await,
    };
    let what = match told {
        Ok(Some(outcome)) => Told::Outcome(outcome),
        Ok(None) => Told::Unreadable,
        Err(error) => {
            tracing::error!(%error, "the contents of an event could not be read");
            Told::ReadLater
        }
    };
    Landed { given, at, took: begun.elapsed(), what }
}

async fn tell(common: &Common, hook: &Hook, notice: Notice) -> std::io::Result<Option<Outcome>> {
    let Some(body) = read(common, hook.sight, notice).await? else { return Ok(None) };
    let id = format!("{EVENT_PREFIX}{}", event_id(&common.events, notice.lsn));
    Ok(Some(hook.send(common.clock.now(), id, body).await))
}

async fn read(common: &Common, sight: Sight, notice: Notice) -> std::io::Result<Option<Vec<u8>>> {
    let _turn = common.reading.acquire().await.map_err(std::io::Error::other)?;
    let render = Arc::clone(&common.render);
    let read = tokio::task::spawn_blocking(move || {
        let contents = render.contents(&notice, sight)?;
        Ok(contents.map(|contents| format::body(notice.kind.name(), contents)))
    });
    read.await.map_err(std::io::Error::other)?
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
