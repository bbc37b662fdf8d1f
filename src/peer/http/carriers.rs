//! `/v1/carriers`: how carriers do, and what operators have them do: suspend, resume, rebind, limits.
//!
//! A suspension or a limit outlives a restart. Each POST answers with the carrier as it is then.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::header::HeaderName;
use serde_json::{Value, json};

use super::api::Api;
use super::get_message::NO_STORE;
use super::operator_auth::Operator;
use super::operator_body::{Fields, wrong};
use super::problem::Problem;
use super::problem_table as kinds;
use super::when::rfc3339;
use crate::base::clock::Timestamp;
use crate::pipeline::operate::{CarrierWish, NotDone};
use crate::pipeline::port::CarrierView;

type Answer = Result<([(HeaderName, &'static str); 1], Json<Value>), Problem>;

/// Parts per second that can be ordered.
const RATE_MAX: u64 = 1_000_000;

/// `GET /v1/carriers`.
pub(super) async fn list(_operator: Operator, State(api): State<Arc<Api>>) -> Answer {
    let carriers: Vec<Value> = api.board.carriers().iter().map(view).collect();
    Ok((NO_STORE, Json(json!({ "data": carriers }))))
}

/// `GET /v1/carriers/{id}`.
pub(super) async fn get(
    _operator: Operator,
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
) -> Answer {
    one(&api, &id)
}

/// `POST /v1/carriers/{id}/suspend`, `{"for_s": 600}` or nothing for until it is resumed.
pub(super) async fn suspend(
    _operator: Operator,
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
    request: Request,
) -> Answer {
    let fields = Fields::of(request, &["for_s"]).await?;
    wish(&api, &id, CarrierWish::Suspend(fields.until(api.clock.now())?)).await
}

/// `POST /v1/carriers/{id}/resume`.
pub(super) async fn resume(
    _operator: Operator,
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
) -> Answer {
    wish(&api, &id, CarrierWish::Resume).await
}

/// `POST /v1/carriers/{id}/rebind`.
pub(super) async fn rebind(
    _operator: Operator,
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
) -> Answer {
    wish(&api, &id, CarrierWish::Rebind).await
}

/// `POST /v1/carriers/{id}/limits`, `{"rate_per_second": 10, "for_s": 600}`; without a rate, as
/// configured.
pub(super) async fn limits(
    _operator: Operator,
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
    request: Request,
) -> Answer {
    let fields = Fields::of(request, &["rate_per_second", "for_s"]).await?;
    let until = fields.until(api.clock.now())?;
    let rate = fields.number("rate_per_second", RATE_MAX)?;
    if rate.is_none() && until != Timestamp::NEVER {
        return Err(wrong("for_s", "goes with a rate_per_second"));
    }
    let rate = rate.and_then(|rate| NonZeroU32::new(u32::try_from(rate).ok()?));
    wish(&api, &id, CarrierWish::Limit(rate.map(|rate| (rate, until)))).await
}

async fn wish(api: &Api, id: &str, wish: CarrierWish) -> Answer {
    api.operators.operate.carrier(id, wish).await.map_err(problem)?;
    one(api, id)
}

fn one(api: &Api, id: &str) -> Answer {
    let carriers = api.board.carriers();
    let found = carriers.iter().find(|carrier| carrier.name == id);
    let found = found.ok_or_else(|| problem(NotDone::UnknownCarrier))?;
    Ok((NO_STORE, Json(view(found))))
}

/// Why nothing was done.
pub(super) fn problem(not_done: NotDone) -> Problem {
    let kind = match not_done {
        NotDone::UnknownCarrier => kinds::NOT_FOUND,
        NotDone::NotKept | NotDone::NotRead => kinds::DISK_FAILED,
        NotDone::Stopping => kinds::DRAINING,
    };
    Problem::new(kind, not_done.title())
}

/// A moment, unless it never comes.
pub(super) fn moment(at: Timestamp) -> Option<String> {
    (at != Timestamp::NEVER && at != Timestamp(0)).then(|| rfc3339(at))
}

/// How a carrier does.
pub(super) fn view(carrier: &CarrierView) -> Value {
    let hold = carrier.hold.map(|(reason, until)| {
        json!({
            "reason": reason.name(),
            "title": reason.title(),
            "until": until.and_then(moment),
        })
    });
    let limit = carrier
        .ordered_rate
        .map(|(rate, until)| json!({ "rate_per_second": rate, "until": moment(until) }));
    json!({
        "id": carrier.name,
        "object": "carrier",
        "binds_up": carrier.binds_up,
        "binds": carrier.binds,
        "queued": carrier.queued,
        "deferred": carrier.deferred,
        "in_flight": carrier.in_flight,
        "window": carrier.window,
        "rate_per_second": carrier.rate_per_second,
        "learned_rate_per_second": carrier.learned_rate.map(|rate| (rate * 10.0).round() / 10.0),
        "round_trip_ms": (carrier.round_trip.as_secs_f64() * 10_000.0).round() / 10.0,
        "hold": hold,
        "suspended": carrier.suspended.is_some(),
        "suspended_until": carrier.suspended.and_then(moment),
        "limit": limit,
        "last_received_at": moment(carrier.last_received_at),
        "oldest_at": moment(carrier.oldest_at),
        "profile": carrier.profile.name,
    })
}
