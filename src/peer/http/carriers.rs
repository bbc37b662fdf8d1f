//! `/v1/carriers`: how carriers do, and what operators have them do: suspend, resume, rebind, limits.
//!
//! A suspension or a limit outlives a restart. Each POST answers with the carrier as it is then.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::HeaderName;

use super::api::Api;
use super::get_message::NO_STORE;
use super::operator_auth::Operator;
use super::operator_body::{Fields, wrong};
use super::operator_request_schema::{LimitRequest, SuspendRequest};
use super::operator_schema::{CarrierHold, CarrierLimit, CarrierList, CarrierState};
use super::path_id::PathId;
use super::problem::Problem;
use super::problem_table as kinds;
use super::when::rfc3339;
use crate::base::clock::Timestamp;
use crate::pipeline::operate::{CarrierWish, NotDone};
use crate::pipeline::port::CarrierView;

/// An answer that no cache keeps.
pub(super) type Told<T> = Result<([(HeaderName, &'static str); 1], Json<T>), Problem>;

/// Fields of a suspension, and of a limit.
pub(super) const SUSPENSION: [&str; 1] = ["for_s"];
pub(super) const LIMITS: [&str; 2] = ["rate_per_second", "for_s"];

/// Parts per second that can be ordered.
const RATE_MAX: u64 = 1_000_000;

/// How carriers do
///
/// For keys that belong to no account, as all that is about carriers.
#[utoipa::path(
    get, path = "/v1/carriers", tag = "operation", operation_id = "listCarriers",
    security(("key" = ["carriers:write"])),
    responses((status = 200, description = "All of them", body = CarrierList)),
)]
pub(super) async fn list(_operator: Operator, State(api): State<Arc<Api>>) -> Told<CarrierList> {
    let data = api.board.carriers().iter().map(view).collect();
    Ok((NO_STORE, Json(CarrierList { data })))
}

/// How a carrier does
#[utoipa::path(
    get, path = "/v1/carriers/{id}", tag = "operation", operation_id = "getCarrier",
    security(("key" = ["carriers:write"])),
    params(("id" = String, Path, description = "The name of a carrier")),
    responses((status = 200, description = "The carrier", body = CarrierState)),
)]
pub(super) async fn get(
    _operator: Operator,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
) -> Told<CarrierState> {
    one(&api, &id)
}

/// Submit nothing to a carrier
///
/// Its binds stay, and what it brings is taken. It outlives a restart.
#[utoipa::path(
    post, path = "/v1/carriers/{id}/suspend", tag = "operation", operation_id = "suspendCarrier",
    security(("key" = ["carriers:write"])),
    params(("id" = String, Path, description = "The name of a carrier")),
    request_body = Option<SuspendRequest>,
    responses((status = 200, description = "The carrier as it is then", body = CarrierState)),
)]
pub(super) async fn suspend(
    _operator: Operator,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
    request: Request,
) -> Told<CarrierState> {
    let fields = Fields::of(request, &SUSPENSION).await?;
    wish(&api, &id, CarrierWish::Suspend(fields.until(api.clock.now())?)).await
}

/// Submit to a carrier again
#[utoipa::path(
    post, path = "/v1/carriers/{id}/resume", tag = "operation", operation_id = "resumeCarrier",
    security(("key" = ["carriers:write"])),
    params(("id" = String, Path, description = "The name of a carrier")),
    responses((status = 200, description = "The carrier as it is then", body = CarrierState)),
)]
pub(super) async fn resume(
    _operator: Operator,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
) -> Told<CarrierState> {
    wish(&api, &id, CarrierWish::Resume).await
}

/// Make the binds to a carrier anew
///
/// Each ends when what is under way on it is answered.
#[utoipa::path(
    post, path = "/v1/carriers/{id}/rebind", tag = "operation", operation_id = "rebindCarrier",
    security(("key" = ["carriers:write"])),
    params(("id" = String, Path, description = "The name of a carrier")),
    responses((status = 200, description = "The carrier as it is then", body = CarrierState)),
)]
pub(super) async fn rebind(
    _operator: Operator,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
) -> Told<CarrierState> {
    wish(&api, &id, CarrierWish::Rebind).await
}

/// Hold a carrier to a rate
///
/// In the place of the configured one, for a time or until it is ordered otherwise. It outlives a restart.
#[utoipa::path(
    post, path = "/v1/carriers/{id}/limits", tag = "operation", operation_id = "limitCarrier",
    security(("key" = ["carriers:write"])),
    params(("id" = String, Path, description = "The name of a carrier")),
    request_body = Option<LimitRequest>,
    responses((status = 200, description = "The carrier as it is then", body = CarrierState)),
)]
pub(super) async fn limits(
    _operator: Operator,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
    request: Request,
) -> Told<CarrierState> {
    let fields = Fields::of(request, &LIMITS).await?;
    let until = fields.until(api.clock.now())?;
    let rate = fields.number("rate_per_second", RATE_MAX)?;
    if rate.is_none() && until != Timestamp::NEVER {
        return Err(wrong("for_s", "goes with a rate_per_second"));
    }
    let rate = rate.and_then(|rate| NonZeroU32::new(u32::try_from(rate).ok()?));
    wish(&api, &id, CarrierWish::Limit(rate.map(|rate| (rate, until)))).await
}

async fn wish(api: &Api, id: &str, wish: CarrierWish) -> Told<CarrierState> {
    api.operators.operate.carrier(id, wish).await.map_err(problem)?;
    one(api, id)
}

fn one(api: &Api, id: &str) -> Told<CarrierState> {
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
fn view(carrier: &CarrierView) -> CarrierState {
    let hold = carrier.hold.map(|(reason, until)| {
        let until = until.and_then(moment);
        CarrierHold { reason: reason.name(), title: reason.title(), until }
    });
    let limit = carrier
        .ordered_rate
        .map(|(rate, until)| CarrierLimit { rate_per_second: rate, until: moment(until) });
    CarrierState {
        id: carrier.name.clone(),
        object: "carrier",
        binds_up: carrier.binds_up,
        binds: carrier.binds,
        queued: carrier.queued,
        deferred: carrier.deferred,
        in_flight: carrier.in_flight,
        window: carrier.window,
        rate_per_second: carrier.rate_per_second,
        learned_rate_per_second: carrier.learned_rate.map(|rate| (rate * 10.0).round() / 10.0),
        round_trip_ms: (carrier.round_trip.as_secs_f64() * 10_000.0).round() / 10.0,
        hold,
        suspended: carrier.suspended.is_some(),
        suspended_until: carrier.suspended.and_then(moment),
        limit,
        last_received_at: moment(carrier.last_received_at),
        oldest_at: moment(carrier.oldest_at),
        profile: carrier.profile.name.clone(),
    }
}
