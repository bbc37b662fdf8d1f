//! What an event tells: its message as the API shows it, as it was just after the event; or its carrier.

use std::io;
use std::sync::Arc;

use serde_json::{Value, json};

use super::api::Api;
use super::auth::Caller;
use super::history::History;
use super::lookup::{Found, Part};
use super::message_view::Surface;
use super::opt_out_view::opt_out;
use super::post_message::public_id;
use super::when::rfc3339;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::feed::kind::Kind;
use crate::feed::notice::{EVENT_PREFIX, Notice, event_id};
use crate::gsm::coding::DefaultAlphabet;
use crate::gsm::part::UDHI;
use crate::gsm::text::decode;
use crate::ledger::stored::{StoredEvent, StoredMessage};
use crate::message::condition::Condition;
use crate::message::event::{Event, What};
use crate::message::record::Message;
use crate::message::state::State;
use crate::peer::webhook::format::{Contents, Render, Sight};
use crate::spool::lsn::Lsn;

/// The API as whoever shows what happened.
#[derive(Debug)]
pub struct NoticeView(Arc<Api>);

impl NoticeView {
    /// Shows messages as this API does.
    pub const fn new(api: Arc<Api>) -> Self {
        Self(api)
    }

    fn text(&self, message: &Message<'_>) -> Option<String> {
        let carriers = self.0.board.carriers();
        let carrier = carriers.iter().find(|view| view.id == message.carrier);
        let default =
            carrier.map_or_else(DefaultAlphabet::default, |it| it.profile.default_alphabet);
        decode(message.data_coding, default, message.esm_class & UDHI != 0, message.body).text
    }
}

impl Render for NoticeView {
    fn contents(&self, notice: &Notice, sight: Sight) -> io::Result<Option<Contents>> {
        let api = &*self.0;
        if matches!(notice.kind, Kind::NumberOptedOut | Kind::NumberOptedIn) {
            return of_number(api, notice, sight);
        }
        if !notice.of_message() {
            return of_carrier(api, notice);
        }
        let Some((found, seq)) = read_as_of(api, notice.ord, notice.lsn)? else { return Ok(None) };
        let caller = Caller::of_gateway(sight.in_full);
        let surface = Surface { api, caller: &caller, carriers: &[] };
        let message = serde_json::to_value(surface.message(&found));
        let mut message = message.map_err(io::Error::other)?;
        // Why it waits now is no news of then.
        message["hold"] = Value::Null;
        if notice.kind == Kind::Received && sight.texts {
            message["text"] = self.text(&found.stored.message()).into();
        }
        Ok(Some(Contents {
            id: public_event_id(api, notice.lsn),
            node: api.ledger.node(),
            subject: public_id(api, notice.ord),
            time: rfc3339(notice.at),
            seq: Some(seq),
            about: "message",
            shown: message,
        }))
    }
}

/// What a record says of a carrier.
fn of_carrier(api: &Api, notice: &Notice) -> io::Result<Option<Contents>> {
    let octets = api.ledger.record(notice.lsn)?;
    let what = Event::decode(&octets).map(|event| event.what);
    let Some(What::Carrier { carrier, condition, until, untold }) = what else { return Ok(None) };
    let Some(name) = api.ledger.names().carrier_name(carrier) else { return Ok(None) };
    let until = (condition == Condition::Suspended && until != Timestamp::NEVER).then_some(until);
    let shown = json!({
        "id": name,
        "object": "carrier",
        "condition": condition.name(),
        "until": until.map(rfc3339),
        "changes_untold": untold,
    });
    Ok(Some(Contents {
        id: public_event_id(api, notice.lsn),
        node: api.ledger.node(),
        subject: name,
        time: rfc3339(notice.at),
        seq: None,
        about: "carrier",
        shown,
    }))
}

/// What a record says of a number's consent.
fn of_number(api: &Api, notice: &Notice, sight: Sight) -> io::Result<Option<Contents>> {
    let octets = api.ledger.record(notice.lsn)?;
    let what = Event::decode(&octets).map(|event| event.what);
    let Some(shown) = what.and_then(|what| opt_out(api, notice.ord, &what, sight.in_full)) else {
        return Ok(None);
    };
    let id = public_event_id(api, notice.lsn);
    Ok(Some(Contents {
        subject: shown.message_id.clone().unwrap_or_else(|| id.clone()),
        id,
        node: api.ledger.node(),
        time: rfc3339(notice.at),
        seq: None,
        about: "opt_out",
        shown: serde_json::to_value(shown).map_err(io::Error::other)?,
    }))
}

fn public_event_id(api: &Api, lsn: Lsn) -> String {
    format!("{EVENT_PREFIX}{}", event_id(&api.ledger.event_cipher(), lsn))
}

/// A message as the log up to a record has it, and the place of that record among all of the message's.
fn read_as_of(api: &Api, ord: MessageOrd, lsn: Lsn) -> io::Result<Option<(Found, u64)>> {
    let ledger = &api.ledger;
    let Some(accepted) = ledger.accepted(ord)? else { return Ok(None) };
    let events = events_until(api, ord, lsn)?;
    let state = fold(&accepted, &events);
    let current = if state.replaced() { ledger.message(ord)? } else { None };
    let (stored, original) = match current {
        Some(current) => (current, Some(accepted)),
        None => (accepted, None),
    };
    let history = History::fold(&stored.message(), &events);
    let mut seq = 1 + events.len() as u64;
    let mut parts = Vec::new();
    if let Some(place) = stored.message().place().filter(|place| place.number == 1) {
        seq = 1;
        for ord in place.all(ord) {
            let Some(part) = ledger.accepted(ord)? else { continue };
            let events = events_until(api, ord, lsn)?;
            seq += events.len() as u64;
            let (state, history) = (fold(&part, &events), History::fold(&part.message(), &events));
            parts.push(Part { ord, state, history, events });
        }
    }
    Ok(Some((Found { stored, original, state, events, history, parts }, seq)))
}

fn events_until(api: &Api, ord: MessageOrd, lsn: Lsn) -> io::Result<Vec<StoredEvent>> {
    let mut events = api.ledger.events(ord)?;
    events.retain(|event| event.lsn <= lsn);
    Ok(events)
}

fn fold(stored: &StoredMessage, events: &[StoredEvent]) -> State {
    let mut state = State::accepted(&stored.message());
    for event in events.iter().filter_map(StoredEvent::event) {
        state.apply(&event.what);
    }
    state
}
