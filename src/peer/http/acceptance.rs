//! Taking messages in for a request: one or many, under an idempotency key or without.
//!
//! **Invariants**: what was begun is finished although the client goes away or its time is over, and the
//! key is held until then; what was taken under the key before is told again, and never taken twice;
//! what was refused before is tried again.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use super::accepted_view::Acceptance;
use super::api::Api;
use super::idempotency::Idempotency;
use super::lookup::ask;
use super::problem::Problem;
use super::problem_table as kinds;
use super::submission::Wanted;
use super::underway::{Held, Wait};
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::message::event::{KEYED_FOR, What};
use crate::pipeline::port::{Refusal, Submission, Submitted, Taken};

/// How long the index may take to show what was written under a key a moment ago.
const CATCH_UP: Duration = Duration::from_secs(2);

/// When to ask again for what is not finished.
const A_MOMENT: Duration = Duration::from_secs(1);

/// A message to take in, and the account that pays; or why it cannot be.
pub(super) type Asked = Result<(Wanted, String), Problem>;

/// What became of each message, in the order of the request.
pub(super) type Outcomes = Vec<Result<Acceptance, Problem>>;

/// Takes in what it can. `keep` is the number of messages that a request of this kind has at most.
pub(super) async fn accept(
    api: &Arc<Api>,
    asked: Vec<Asked>,
    idempotency: Option<Idempotency>,
    keep: u16,
) -> Result<(Vec<Asked>, Outcomes), Problem> {
    let held = idempotency.as_ref().map(|it| begin(api, it)).transpose()?;
    let mut before = match (&idempotency, &held) {
        (Some(idempotency), Some(held)) => earlier(api, idempotency, held, keep).await?,
        _ => HashMap::new(),
    };
    let shared = Arc::clone(api);
    let work = async move {
        let outcomes = submit(&shared, &asked, idempotency.as_ref(), &mut before).await;
        count(&shared, &outcomes);
        if let Some(mut held) = held {
            held.written = shared.ledger.durable();
        }
        (asked, outcomes)
    };
    let failed = |_| Problem::new(kinds::INTERNAL, "the submission broke off");
    tokio::spawn(work).await.map_err(failed)
}

/// Takes in messages as they are: those of clients of other gateways, who have no idempotency keys.
pub(super) async fn take_in(
    api: &Arc<Api>,
    submissions: Vec<Submission>,
) -> Result<Outcomes, Problem> {
    let shared = Arc::clone(api);
    let work = async move {
        let told = shared.clock.now();
        let under = submissions.into_iter().map(|submission| {
            let account = submission.account.clone();
            Step::Under(shared.submit.submit(submission), account)
        });
        let outcomes = finish(under.collect(), told).await;
        count(&shared, &outcomes);
        outcomes
    };
    // What was begun is finished although the client goes away.
    let failed = |_| Problem::new(kinds::INTERNAL, "the submission broke off");
    tokio::spawn(work).await.map_err(failed)
}

fn count(api: &Api, outcomes: &Outcomes) {
    for outcome in outcomes {
        match outcome {
            Ok(acceptance) if !acceptance.again => api.ingress.accepted.increment(1),
            Ok(_) => {}
            Err(problem) => api.ingress.rejected.named(problem.metric()).increment(1),
        }
    }
}

fn begin(api: &Api, idempotency: &Idempotency) -> Result<Held, Problem> {
    let held = api.underway.begin(idempotency.lock(), api.ledger.indexed());
    held.map_err(|wait| {
        let (kind, detail) = match wait {
            Wait::Running => {
                (kinds::IDEMPOTENCY_KEY_IN_USE, "a request with this key is not finished yet")
            }
            Wait::Full => (kinds::BUSY, "too many requests with idempotency keys"),
        };
        Problem::new(kind, detail).after(A_MOMENT)
    })
}

/// What was taken under the key in the last day, by its place in the request.
async fn earlier(
    api: &Arc<Api>,
    idempotency: &Idempotency,
    held: &Held,
    keep: u16,
) -> Result<HashMap<u16, Acceptance>, Problem> {
    let (digests, after, now) = (idempotency.digests(keep), held.after, api.clock.now());
    let idempotency = idempotency.clone();
    let found = ask(api, move |api| {
        let mut found = HashMap::new();
        if !api.ledger.wait_indexed(after, CATCH_UP) {
            return Ok(Err(Problem::new(kinds::BUSY, "the index is behind")));
        }
        for digest in digests {
            for stored in api.ledger.keyed(&digest)? {
                let Some(event) = stored.event() else { continue };
                let What::Keyed { fingerprint, number, told, .. } = event.what else { continue };
                if now.since(stored.at) >= KEYED_FOR {
                    continue;
                }
                if !idempotency.is_of(fingerprint) {
                    let detail = "the key was used for another request in the last 24 hours";
                    return Ok(Err(Problem::new(kinds::IDEMPOTENCY_KEY_REUSED, detail)));
                }
                if let Some(acceptance) = recall(api, event.ord, told)? {
                    found.insert(number, acceptance);
                }
            }
        }
        Ok(Ok(found))
    });
    found.await?
}

/// What its sender was told of a message.
fn recall(api: &Api, ord: MessageOrd, told: Timestamp) -> std::io::Result<Option<Acceptance>> {
    let Some(stored) = api.ledger.accepted(ord)? else { return Ok(None) };
    let message = stored.message();
    let events = api.ledger.events(ord)?;
    let changed = events.iter().find_map(|event| match event.event()?.what {
        What::Rewritten { changed, .. } => Some(changed),
        _ => None,
    });
    Ok(Some(Acceptance {
        ord,
        account: api.ledger.names().account_name(message.account).unwrap_or_default(),
        told,
        parts: message.parts,
        data_coding: message.data_coding,
        changed: changed.unwrap_or(0),
        carrier: message.carrier,
        again: true,
    }))
}

/// Submits what was not taken before: all of it is on its way before the first answer is waited for.
async fn submit(
    api: &Api,
    asked: &[Asked],
    idempotency: Option<&Idempotency>,
    before: &mut HashMap<u16, Acceptance>,
) -> Outcomes {
    let told = api.clock.now();
    let mut steps: Vec<Step> = Vec::with_capacity(asked.len());
    for (number, asked) in (0..).zip(asked) {
        steps.push(match (before.remove(&number), asked) {
            (Some(acceptance), _) => Step::Over(Ok(acceptance)),
            (None, Err(problem)) => Step::Over(Err(problem.clone())),
            (None, Ok((wanted, account))) => {
                let keyed = idempotency.map(|it| Box::new(it.keyed(number, told)));
                let submission = Submission { keyed, ..wanted.submission(account) };
                Step::Under(api.submit.submit(submission), account.clone())
            }
        });
    }
    finish(steps, told).await
}

/// Waits for all of them.
async fn finish(mut steps: Vec<Step>, told: Timestamp) -> Outcomes {
    send(&mut steps, told).await;
    let mut outcomes = Vec::with_capacity(steps.len());
    for step in steps {
        outcomes.push(match step {
            Step::Over(outcome) => outcome,
            Step::Under(submitted, account) => outcome(submitted.await, account, told),
        });
    }
    outcomes
}

/// A message of a request on its way.
enum Step {
    Over(Result<Acceptance, Problem>),
    Under(Submitted, String),
}

/// A submission does not begin before it is polled: each once, in their order.
async fn send(steps: &mut [Step], told: Timestamp) {
    poll_fn(|context| {
        for step in steps.iter_mut() {
            if let Step::Under(submitted, account) = step
                && let Poll::Ready(done) = submitted.as_mut().poll(context)
            {
                *step = Step::Over(outcome(done, std::mem::take(account), told));
            }
        }
        Poll::Ready(())
    })
    .await;
}

fn outcome(
    taken: Result<Taken, Refusal>,
    account: String,
    told: Timestamp,
) -> Result<Acceptance, Problem> {
    let Taken { ord, wording } = taken?;
    Ok(Acceptance {
        ord,
        account,
        told,
        parts: wording.parts,
        data_coding: wording.data_coding,
        changed: wording.changed,
        carrier: wording.carrier,
        again: false,
    })
}
