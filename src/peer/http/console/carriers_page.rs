//! How carriers do, and for operators: suspend, resume, bind anew, limit.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::guard::{Posted, Rep};
use super::page::{Frame, page, see_other};
use super::refused::Refused;
use super::rights::Right;
use super::row::{time, took};
use crate::base::clock::Timestamp;
use crate::peer::http::api::Api;
use crate::peer::http::path_id::PathId;
use crate::pipeline::operate::CarrierWish;
use crate::pipeline::port::CarrierView;

/// The longest time that can be asked for, in minutes: a week.
const MINUTES_MAX: u64 = 7 * 24 * 60;

/// Parts per second that can be ordered.
const RATE_MAX: u32 = 1_000_000;

/// One carrier.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Line {
    name: String,
    state: &'static str,
    sign: &'static str,
    word: &'static str,
    binds: String,
    rate: String,
    window: String,
    queue: String,
    round_trip: String,
    last: String,
    why: String,
    is_suspended: bool,
    is_limited: bool,
}

#[derive(Template, Debug)]
#[template(path = "carriers.html", config = "src/peer/http/console/askama.toml")]
struct CarriersPage {
    frame: Frame,
    lines: Vec<Line>,
    may_operate: bool,
}

/// `GET /carriers`.
pub(super) async fn get(rep: Rep, State(api): State<Arc<Api>>) -> Response {
    let now = api.clock.now();
    let lines = api.board.carriers().iter().map(|carrier| line(carrier, now)).collect();
    let frame = Frame::of(&rep, "Carriers");
    page(StatusCode::OK, &CarriersPage { frame, lines, may_operate: rep.may(Right::Operate) })
}

fn line(carrier: &CarrierView, now: Timestamp) -> Line {
    let (state, sign, word) = state(carrier);
    let until = |until: Timestamp| match until {
        Timestamp::NEVER => String::new(),
        until => format!(" until {} UTC", time(until)),
    };
    let hold = carrier.hold.map(|(reason, _)| reason.title().to_owned());
    let why = match carrier.suspended {
        Some(end) => format!("Suspended by an operator{}", until(end)),
        None => hold.unwrap_or_default(),
    };
    let configured =
        carrier.rate_per_second.map_or("no limit".to_owned(), |rate| format!("{rate}/s"));
    let rate = match (carrier.ordered_rate, carrier.learned_rate) {
        (Some((rate, end)), _) => {
            format!("{rate}/s ordered{}, instead of {configured}", until(end))
        }
        (None, Some(learned)) => format!("{learned:.1}/s learned, of {configured}"),
        (None, None) => configured,
    };
    let ago = |at: Timestamp| took(now.since(at.min(now)));
    let oldest = if carrier.oldest_at == Timestamp(0) {
        String::new()
    } else {
        format!(", the oldest for {}", ago(carrier.oldest_at))
    };
    let deferred = match carrier.deferred {
        0 => String::new(),
        some => format!(", {some} for another attempt"),
    };
    Line {
        name: carrier.name.clone(),
        state,
        sign,
        word,
        binds: format!("{} of {}", carrier.binds_up, carrier.binds),
        rate,
        window: format!("{} of {}", carrier.in_flight, carrier.window),
        queue: format!("{} waiting{oldest}{deferred}", carrier.queued),
        round_trip: if carrier.round_trip.is_zero() {
            "–".to_owned()
        } else {
            took(carrier.round_trip)
        },
        last: match carrier.last_received_at {
            Timestamp(0) => "never".to_owned(),
            at => format!("{} ago", ago(at)),
        },
        why,
        is_suspended: carrier.suspended.is_some(),
        is_limited: carrier.ordered_rate.is_some(),
    }
}

const fn state(carrier: &CarrierView) -> (&'static str, &'static str, &'static str) {
    if carrier.suspended.is_some() {
        ("blocked", "⊘", "Suspended")
    } else if carrier.binds_up == 0 {
        ("bounced", "✗", "Down")
    } else if carrier.binds_up < carrier.binds {
        ("expired", "▲", "Degraded")
    } else {
        ("delivered", "●", "Up")
    }
}

/// `POST /carriers/{id}`: `what` is suspend, resume, rebind, limit or unlimit.
pub(super) async fn post(
    State(api): State<Arc<Api>>,
    PathId(name): PathId,
    posted: Posted,
) -> Result<Response, Refused> {
    let rep = &posted.rep;
    let what = posted.text("what");
    let wish = wish(&posted, &what, api.clock.now())
        .map_err(|detail| Refused::page(rep, 422, "This cannot be done", detail))?;
    if !api.board.carriers().iter().any(|carrier| carrier.name == name) {
        let detail = "No carrier has this name.";
        return Err(Refused::page(rep, 404, "There is nothing here", detail));
    }
    let action = format!("carrier.{what}");
    let details = format!("{wish:?} {}", posted.text("reason"));
    rep.note(&api, (&action, &name, details.trim())).await?;
    let done = api.operators.operate.carrier(&name, wish).await;
    done.map_err(|not_done| Refused::page(rep, 503, "It was not done", not_done.title()))?;
    Ok(see_other("/carriers"))
}

fn wish(posted: &Posted, what: &str, now: Timestamp) -> Result<CarrierWish, String> {
    let minutes = match &*posted.text("minutes") {
        "" => None,
        text => {
            let minutes = text.parse().ok().filter(|minutes| (1..=MINUTES_MAX).contains(minutes));
            Some(
                minutes.ok_or_else(|| {
                    format!("Minutes are a whole number from 1 to {MINUTES_MAX}.")
                })?,
            )
        }
    };
    let until = minutes.map_or(Timestamp::NEVER, |minutes| now + Duration::from_secs(minutes * 60));
    Ok(match what {
        "suspend" => CarrierWish::Suspend(until),
        "resume" => CarrierWish::Resume,
        "rebind" => CarrierWish::Rebind,
        "unlimit" => CarrierWish::Limit(None),
        "limit" => {
            let rate = posted.text("rate").parse().ok().filter(|rate| *rate <= RATE_MAX);
            let rate = rate.and_then(NonZeroU32::new);
            let wrong = || format!("A rate is a whole number from 1 to {RATE_MAX} parts a second.");
            CarrierWish::Limit(Some((rate.ok_or_else(wrong)?, until)))
        }
        _ => return Err("There are suspend, resume, rebind, limit and unlimit.".to_owned()),
    })
}
