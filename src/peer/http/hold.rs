//! Why a message is waiting, and until when: from its own history, and from what the board knows of
//! its carrier and of the limits it counts in.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::history::History;
use super::when::rfc3339;
use crate::base::clock::Timestamp;
use crate::base::id::AccountId;
use crate::intake::part_of::{PartOf, part_of};
use crate::ledger::stored::StoredMessage;
use crate::message::disposition::Status;
use crate::message::reason::Reason;
use crate::message::state::State;
use crate::pipeline::port::{CarrierView, LimitView};

/// A message that may be waiting.
#[derive(Clone, Copy)]
pub(super) struct Waiting<'a> {
    pub(super) stored: &'a StoredMessage,
    pub(super) state: &'a State,
    pub(super) history: &'a History,
    /// The time it is scheduled for; 0 for none.
    pub(super) due_at: Timestamp,
    /// The limits of its route and its prefix.
    pub(super) limits: &'a [LimitView],
    pub(super) now: Timestamp,
}

/// What a message waits for.
#[derive(Serialize, ToSchema, Default, PartialEq, Debug)]
pub(super) struct Hold {
    /// `retry`, `schedule`, `reassembly`, `throttle`, `window`, `carrier_down` or `carrier`.
    kind: &'static str,
    /// The reason's code, which `/errors/{code}` explains.
    reason: Option<&'static str>,
    /// The reason for people.
    title: String,
    /// Whose limit it is: `ours` or `carrier`.
    scope: Option<&'static str>,
    /// The limit in numbers, by its kind.
    #[schema(value_type = Option<Object>)]
    limit: Value,
    /// What the limit comes to.
    hint: Option<String>,
    /// Until when, where that is known.
    #[schema(format = DateTime)]
    until: Option<String>,
}

impl Hold {
    /// What it waits for, in one line.
    pub(super) fn sentence(&self) -> String {
        let until = self.until.as_ref().map_or(String::new(), |until| format!(", until {until}"));
        let hint = self.hint.as_ref().map_or(String::new(), |hint| format!(" ({hint})"));
        format!("{}{hint}{until}", self.title)
    }
}

/// The `hold` of a message; `None` when nothing of ours holds it.
pub(super) fn hold(waiting: &Waiting<'_>, carrier: Option<&CarrierView>) -> Option<Hold> {
    let Waiting { state, history, due_at, limits, now, .. } = *waiting;
    if state.inbound() {
        return parts(waiting, carrier?);
    }
    if !matches!(state.status, Status::Scheduled | Status::Accepted | Status::Queued) {
        return None;
    }
    if state.retrying() {
        return Some(Hold {
            kind: "retry",
            reason: Some(state.reason.name()),
            title: state.reason.title().to_owned(),
            until: history.retry_at.map(rfc3339),
            ..Hold::default()
        });
    }
    if due_at > now {
        return Some(Hold {
            kind: "schedule",
            title: "Waiting for the time its sender chose".to_owned(),
            until: Some(rfc3339(due_at)),
            ..Hold::default()
        });
    }
    let carrier = carrier?;
    let down = (carrier.binds_up == 0).then_some((Reason::CarrierDown, None));
    let held = carrier.hold.or(down);
    // A message that its route or its prefix holds is in a line of its own. Without a link to the
    // carrier that is what it waits for all the same.
    if let Some(limit) = limits.iter().find(|limit| limit.held > 0)
        && carrier.binds_up > 0
    {
        return Some(limited(limit));
    }
    let (reason, until) = held?;
    let until = until.filter(|&until| until != Timestamp::NEVER);
    Some(Hold {
        kind: kind(reason),
        reason: Some(reason.name()),
        title: reason.title().to_owned(),
        scope: scope(reason),
        limit: limit(reason, carrier),
        hint: hint(reason, carrier),
        until: until.map(rfc3339),
    })
}

/// What the rate of a route or of a prefix holds.
fn limited(limit: &LimitView) -> Hold {
    let whose = if limit.kind == "route" { "this route" } else { "this prefix" };
    Hold {
        kind: "throttle",
        reason: Some(Reason::RateLimited.name()),
        title: format!("Waiting for the rate configured for {whose}"),
        scope: Some("ours"),
        limit: json!({ (limit.kind): limit.name, "rate_per_second": limit.rate_per_second }),
        hint: None,
        until: limit.until.map(rfc3339),
    }
}

/// A part of a message from a handset waits for the others.
fn parts(waiting: &Waiting<'_>, carrier: &CarrierView) -> Option<Hold> {
    let Waiting { stored, state, .. } = *waiting;
    let message = stored.message();
    let nobodys = state.owed() && message.account == AccountId::NONE;
    let PartOf::Part(place) = part_of(&message) else { return None };
    nobodys.then(|| Hold {
        kind: "reassembly",
        title: "Waiting for the other parts of its message".to_owned(),
        limit: json!({ "part": place.sequence, "parts": place.total }),
        // Its own time; that of the first part to come may be over before.
        until: Some(rfc3339(stored.accepted_at + carrier.mo_join)),
        ..Hold::default()
    })
}

const fn kind(reason: Reason) -> &'static str {
    match reason {
        Reason::CarrierDown => "carrier_down",
        Reason::CarrierSuspended => "suspended",
        Reason::CarrierRemoved => "carrier_removed",
        Reason::Throttled | Reason::RateLimited | Reason::OverRate => "throttle",
        Reason::Window => "window",
        _ => "carrier",
    }
}

/// Whose rate it is that holds: the one we were told to keep, or the one the carrier's answers taught.
const fn scope(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::Throttled => Some("carrier"),
        Reason::RateLimited | Reason::OverRate => Some("ours"),
        _ => None,
    }
}

/// Which limit it is that holds.
fn limit(reason: Reason, carrier: &CarrierView) -> Value {
    match reason {
        Reason::CarrierDown => json!({ "binds_up": carrier.binds_up, "binds": carrier.binds }),
        Reason::Throttled if carrier.learned_rate.is_some() => {
            json!({ "rate_per_second": carrier.learned_rate.map(tenths) })
        }
        Reason::Throttled | Reason::RateLimited | Reason::OverRate => {
            let ordered = carrier.ordered_rate.map(|(rate, _)| rate);
            json!({ "rate_per_second": ordered.or(carrier.rate_per_second) })
        }
        Reason::Window => json!({ "window": carrier.window, "in_flight": carrier.in_flight }),
        _ => Value::Null,
    }
}

fn tenths(rate: f64) -> f64 {
    (rate * 10.0).round() / 10.0
}

/// What a window comes to: so many may be under way, and each is for a round trip.
fn hint(reason: Reason, carrier: &CarrierView) -> Option<String> {
    if reason != Reason::Window || carrier.round_trip < Duration::from_micros(1) {
        return None;
    }
    let rate = carrier.window as f64 / carrier.round_trip.as_secs_f64();
    let ms = tenths(carrier.round_trip.as_secs_f64() * 1_000.0);
    Some(format!("window {} x {ms} ms = {}/s", carrier.window, rate.floor()))
}
