//! `/v1/webhooks/{id}/…`: changing its secret, what was tried, telling again, a test, taking it back.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::get_message::NO_STORE;
use super::lookup::ask;
use super::problem::{At, FieldError, Problem};
use super::problem_table as kinds;
use super::webhook_fields::{again, members};
use super::webhook_view as view;
use super::webhooks::{Shown, problem, status};
use super::when::rfc3339;
use crate::peer::webhook::answer::{Answer, result};
use crate::peer::webhook::delivery_log::ATTEMPTS_MAX;

/// Attempts shown unless asked for more.
const LIMIT_DEFAULT: usize = 50;

/// `POST …/rotate`: a new secret, shown once; the old one signs beside it for a day.
pub(super) async fn rotate(
    caller: Caller,
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
) -> Result<Shown, Problem> {
    caller.require(Scope::WebhooksWrite)?;
    status(&api, &caller, &id)?;
    let own = id.clone();
    ask(&api, move |api| Ok(api.webhooks.rotate(&own))).await?.map_err(problem)?;
    let status = status(&api, &caller, &id)?;
    Ok((NO_STORE, Json(view::with_secret(&api, &status))))
}

/// `POST …/enable`: takes it back that said that it is gone; it is told all that it missed.
pub(super) async fn enable(
    caller: Caller,
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
) -> Result<Shown, Problem> {
    caller.require(Scope::WebhooksWrite)?;
    status(&api, &caller, &id)?;
    let own = id.clone();
    ask(&api, move |api| Ok(api.webhooks.enable(&own))).await?.map_err(problem)?;
    let status = status(&api, &caller, &id)?;
    Ok((NO_STORE, Json(view::webhook(&api, &status))))
}

/// `GET …/deliveries`: the newest attempts since the gateway started, newest first.
pub(super) async fn deliveries(
    caller: Caller,
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Result<Shown, Problem> {
    caller.require(Scope::WebhooksWrite)?;
    status(&api, &caller, &id)?;
    let mut limit = LIMIT_DEFAULT;
    for (name, value) in parameters {
        let known = name == "limit";
        let number = value.parse().ok().filter(|limit| (1..=ATTEMPTS_MAX).contains(limit));
        limit = number.filter(|_| known).ok_or_else(|| {
            let detail = format!("there is `limit`, from 1 to {ATTEMPTS_MAX}, and no other");
            let (at, code) = (At::Parameter(name), "invalid_parameter");
            let error = FieldError { at, code, detail: detail.clone() };
            Problem { errors: vec![error], ..Problem::new(kinds::INVALID_QUERY, detail) }
        })?;
    }
    let attempts = api.webhooks.deliveries(&id, limit);
    let data: Vec<Value> = attempts.iter().map(|one| view::attempt(&api, one)).collect();
    Ok((NO_STORE, Json(json!({ "data": data }))))
}

/// `POST …/replay`: 202; the events are told again, under their old ids.
pub(super) async fn replay(
    caller: Caller,
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    caller.require(Scope::WebhooksWrite)?;
    status(&api, &caller, &id)?;
    let wanted = again(&members(&api, &headers, body, &["ids", "from", "to", "events"]).await?)?;
    let count =
        ask(&api, move |api| Ok(api.webhooks.replay(&id, wanted))).await?.map_err(problem)?;
    let body = json!({ "object": "webhook.replay", "events": count });
    Ok((StatusCode::ACCEPTED, NO_STORE, Json(body)).into_response())
}

/// `POST …/test`: sends a test at once, and tells what came of it.
pub(super) async fn test(
    caller: Caller,
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
) -> Result<Shown, Problem> {
    caller.require(Scope::WebhooksWrite)?;
    status(&api, &caller, &id)?;
    let now = rfc3339(api.clock.now());
    let (event, outcome, took) = api.webhooks.test(&id, now).await.map_err(problem)?;
    let body = json!({
        "object": "webhook.test",
        "event_id": event,
        "result": result(&outcome),
        "status": outcome.as_ref().ok().map(|Answer { status, .. }| *status),
        "error": outcome.as_ref().err().map(ToString::to_string),
        "duration_ms": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
    });
    Ok((NO_STORE, Json(body)))
}
