//! Asking the ledger from a request: on a thread that may wait for the disk, a few at a time.
//!
//! A client may ask for what it was given an id for a moment ago, before the index has it: whoever
//! finds nothing waits for the index once.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::api::Api;
use super::auth::Caller;
use super::history::History;
use super::problem::Problem;
use super::problem_table as kinds;
use crate::base::id::MessageOrd;
use crate::ledger::stored::{StoredEvent, StoredMessage};
use crate::message::place::Place;
use crate::message::state::State;

/// Everything the ledger has of one message.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) stored: StoredMessage,
    /// As it was accepted, if it was replaced since.
    pub(super) original: Option<StoredMessage>,
    pub(super) state: State,
    pub(super) events: Vec<StoredEvent>,
    pub(super) history: History,
    /// Every part, this one too, if it is the first of several.
    pub(super) parts: Vec<Part>,
}

/// One part of a message that was cut.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) ord: MessageOrd,
    pub(super) state: State,
    pub(super) history: History,
    pub(super) events: Vec<StoredEvent>,
}

/// How long the index may take to catch up with what is on disk.
const CATCH_UP: Duration = Duration::from_secs(2);

/// Ids further ahead than this name no message that could be on its way to the index.
const AHEAD: u64 = 10_000_000;

/// What is said of the id of a message that was let go, or of one that never was and would be as old.
const OLDER: &str =
    "the id is older than what is kept: messages are let go after keep_days of [ledger]";

/// Runs a question where it may block.
pub(super) async fn ask<T: Send + 'static>(
    api: &Arc<Api>,
    question: impl FnOnce(&Api) -> io::Result<T> + Send + 'static,
) -> Result<T, Problem> {
    let failed = || Problem::new(kinds::INTERNAL, "the ledger could not be read");
    let _turn = api.lookups.acquire().await.map_err(|_| failed())?;
    let shared = Arc::clone(api);
    let answer = tokio::task::spawn_blocking(move || question(&shared)).await;
    match answer {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            tracing::error!(error = %error, "the ledger could not be read");
            Err(failed())
        }
        Err(_) => Err(failed()),
    }
}

/// A message by its public id, if the caller may know of it.
pub(super) async fn by_id(api: &Arc<Api>, caller: &Caller, id: &str) -> Result<Found, Problem> {
    let not_found = || Problem::new(kinds::NOT_FOUND, "no message has this id");
    let ord = api.ids.open(id.as_bytes()).ok_or_else(not_found)?;
    let found = ask(api, move |api| {
        let found = read(api, ord)?;
        let known = api.ledger.stats();
        if found.is_some() || ord.0 > known.messages.saturating_add(AHEAD) {
            return Ok(found);
        }
        api.ledger.wait_indexed(known.durable, CATCH_UP);
        read(api, ord)
    });
    let found = found.await?.ok_or_else(|| match api.ledger.expired(ord) {
        true => Problem::new(kinds::NOT_FOUND, OLDER),
        false => not_found(),
    })?;
    if sees(api, caller, &found.stored) { Ok(found) } else { Err(not_found()) }
}

/// Whether a message is one of the caller's.
pub(super) fn sees(api: &Api, caller: &Caller, stored: &StoredMessage) -> bool {
    let Some(account) = caller.account() else { return true };
    api.ledger.names().find_account(account) == Some(stored.message().account)
}

/// Reads one message with its state and events.
pub(super) fn read(api: &Api, ord: MessageOrd) -> io::Result<Option<Found>> {
    let ledger = &api.ledger;
    let (Some(stored), Some(state)) = (ledger.message(ord)?, ledger.state(ord)?) else {
        return Ok(None);
    };
    let events = ledger.events(ord)?;
    let history = History::fold(&stored.message(), &events);
    let parts = match stored.message().place() {
        Some(place) if place.number == 1 => parts(api, ord, place)?,
        _ => Vec::new(),
    };
    let original = if state.replaced() { ledger.accepted(ord)? } else { None };
    Ok(Some(Found { stored, original, state, events, history, parts }))
}

/// All parts of a message, by its first.
fn parts(api: &Api, first: MessageOrd, place: Place) -> io::Result<Vec<Part>> {
    let mut parts = Vec::with_capacity(place.of.into());
    for ord in place.all(first) {
        let (Some(stored), Some(state)) = (api.ledger.message(ord)?, api.ledger.state(ord)?) else {
            continue;
        };
        let events = api.ledger.events(ord)?;
        let history = History::fold(&stored.message(), &events);
        parts.push(Part { ord, state, history, events });
    }
    Ok(parts)
}

impl Found {
    /// The state of the whole: that of the part that fares worst.
    pub(super) fn whole(&self) -> State {
        let states = self.parts.iter().map(|part| part.state);
        states.fold(self.state, |worst, state| {
            if state.disposition.worse_than(worst.disposition) { state } else { worst }
        })
    }
}
