//! `/livez`, `/startupz` and `/readyz`: whether the process runs, has recovered, and takes messages.
//!
//! Ready does not depend on carriers: one that is down must not take the node out of service.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::answer_schema::Health;
use super::api::Api;
use super::problem::Problem;
use crate::pipeline::port::Refusal;

/// Whether the process runs
#[utoipa::path(
    get, path = "/livez", tag = "operation", operation_id = "getLivez",
    responses((status = 200, description = "It runs", body = Health)),
)]
pub(super) async fn livez() -> Json<Value> {
    Json(json!({ "status": "alive" }))
}

/// Whether the gateway has recovered
///
/// It listens when that is done: whoever is answered has waited long enough.
#[utoipa::path(
    get, path = "/startupz", tag = "operation", operation_id = "getStartupz",
    responses((status = 200, description = "It has", body = Health)),
)]
pub(super) async fn startupz() -> Json<Value> {
    Json(json!({ "status": "started" }))
}

/// Whether messages are taken
///
/// Carriers that are down do not matter to it. With `?verbose`, what was looked at.
#[utoipa::path(
    get, path = "/readyz", tag = "operation", operation_id = "getReadyz",
    responses(
        (status = 200, description = "They are", body = Health),
        (status = 503, description = "They are not, and why", body = Health,
            headers(("Retry-After" = u32, description = "Seconds after which to ask again"))),
    ),
)]
pub(super) async fn readyz(State(api): State<Arc<Api>>, RawQuery(query): RawQuery) -> Response {
    let refusing = api.board.refusing();
    let mut body = json!({ "status": if refusing.is_none() { "ready" } else { "not_ready" } });
    if let Some(refusal) = refusing {
        body["reason"] = refusal.name().into();
    }
    let verbose =
        query.is_some_and(|query| query.split('&').any(|part| part.starts_with("verbose")));
    if verbose {
        body["checks"] = checks(refusing);
        body["carriers"] = carriers(&api);
    }
    match refusing.map(|refusal| Problem::from(refusal).retry_after_s()) {
        None => Json(body).into_response(),
        Some(seconds) => {
            let mut response = (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response();
            if let Some(seconds) = seconds {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    }
}

fn checks(refusing: Option<Refusal>) -> Value {
    let word = |bad: bool| if bad { "failed" } else { "ok" };
    json!({
        "store": word(matches!(refusing, Some(Refusal::DiskFull | Refusal::DiskFailed))),
        "not_draining": word(refusing == Some(Refusal::Draining)),
        "room": word(matches!(refusing, Some(Refusal::Busy | Refusal::OverMemory))),
    })
}

/// For people; no part of being ready.
fn carriers(api: &Api) -> Value {
    let one = |carrier: crate::pipeline::port::CarrierView| {
        json!({
            "id": carrier.name,
            "binds_up": carrier.binds_up,
            "binds": carrier.binds,
            "queued": carrier.queued,
        })
    };
    api.board.carriers().into_iter().map(one).collect()
}
