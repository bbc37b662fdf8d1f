//! `/livez` and `/readyz`: whether the process runs, and whether it takes messages.
//!
//! Ready does not depend on carriers: one that is down must not take the node out of service.

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::api::Api;
use crate::pipeline::port::Refusal;

pub(super) async fn livez() -> Json<Value> {
    Json(json!({ "status": "alive" }))
}

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
    let status = if refusing.is_none() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body)).into_response()
}

fn checks(refusing: Option<Refusal>) -> Value {
    let word = |bad: bool| if bad { "failed" } else { "ok" };
    json!({
        "store": word(matches!(refusing, Some(Refusal::DiskFull | Refusal::DiskFailed))),
        "not_draining": word(refusing == Some(Refusal::Draining)),
        "room": word(refusing == Some(Refusal::Busy)),
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
