//! `/v1/webhooks/{id}/…`: changing its secret, what was tried, telling again, a test, taking it back.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::get_message::NO_STORE;
use super::lookup::ask;
use super::news_request_schema::{DeliveryFilters, ReplayRequest};
use super::path_id::PathId;
use super::problem::Problem;
use super::problem_view::ProblemBody;
use super::query_pairs::{QueryPairs, wrong_parameter};
use super::webhook_fields::{TOLD_AGAIN, again, members};
use super::webhook_schema::{WebhookDeliveries, WebhookReplay, WebhookTest, WebhookView};
use super::webhook_view as view;
use super::webhooks::{Shown, problem, status};
use super::when::rfc3339;
use crate::peer::webhook::answer::{Answer, result};
use crate::peer::webhook::book::Webhook;
use crate::peer::webhook::delivery_log::ATTEMPTS_MAX;
use crate::peer::webhook::service::{Refused, Status, Webhooks};

/// Attempts shown unless asked for more.
const LIMIT_DEFAULT: usize = 50;

/// Change the secret of a webhook
///
/// The new one is in this answer and in no other; the old one signs beside it for a day.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/rotate", tag = "news", operation_id = "rotateWebhookSecret",
    security(("key" = ["webhooks:write"])),
    params(("id" = String, Path, description = "The id of a webhook, `whk_` and 13 characters")),
    responses((status = 200, description = "The webhook with its new secret", body = WebhookView)),
)]
pub(super) async fn rotate(
    caller: Caller,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
) -> Result<Shown<WebhookView>, Problem> {
    let status = changed(&api, &caller, &id, |webhooks, id| webhooks.rotate(id)).await?;
    Ok((NO_STORE, Json(view::with_secret(&api, &status))))
}

/// Take a webhook back that said that it is gone
///
/// It is told all that it missed.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/enable", tag = "news", operation_id = "enableWebhook",
    security(("key" = ["webhooks:write"])),
    params(("id" = String, Path, description = "The id of a webhook, `whk_` and 13 characters")),
    responses((status = 200, description = "It is at work", body = WebhookView)),
)]
pub(super) async fn enable(
    caller: Caller,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
) -> Result<Shown<WebhookView>, Problem> {
    let status = changed(&api, &caller, &id, |webhooks, id| webhooks.enable(id)).await?;
    Ok((NO_STORE, Json(view::webhook(&api, &status))))
}

/// Has one of the caller's webhooks changed, on disk; how it is then.
async fn changed(
    api: &Arc<Api>,
    caller: &Caller,
    id: &str,
    change: fn(&Webhooks, &str) -> Result<Option<Webhook>, Refused>,
) -> Result<Status, Problem> {
    caller.require(Scope::WebhooksWrite)?;
    status(api, caller, id)?;
    let own = id.to_owned();
    ask(api, move |api| Ok(change(&api.webhooks, &own))).await?.map_err(problem)?;
    status(api, caller, id)
}

/// What was tried lately
///
/// The newest attempts since the gateway started, newest first; 1,000 are remembered.
#[utoipa::path(
    get, path = "/v1/webhooks/{id}/deliveries", tag = "news", operation_id = "listWebhookDeliveries",
    security(("key" = ["webhooks:write"])),
    params(("id" = String, Path, description = "The id of a webhook, `whk_` and 13 characters"), DeliveryFilters),
    responses((status = 200, description = "The attempts", body = WebhookDeliveries)),
)]
pub(super) async fn deliveries(
    caller: Caller,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
    QueryPairs(parameters): QueryPairs,
) -> Result<Shown<WebhookDeliveries>, Problem> {
    caller.require(Scope::WebhooksWrite)?;
    status(&api, &caller, &id)?;
    let mut limit = LIMIT_DEFAULT;
    for (name, value) in parameters {
        let known = name == "limit";
        let number = value.parse().ok().filter(|limit| (1..=ATTEMPTS_MAX).contains(limit));
        limit = number.filter(|_| known).ok_or_else(|| {
            let detail = format!("there is `limit`, from 1 to {ATTEMPTS_MAX}, and no other");
            wrong_parameter(&name, detail)
        })?;
    }
    let attempts = api.webhooks.deliveries(&id, limit);
    let data = attempts.iter().map(|one| view::attempt(&api, one)).collect();
    Ok((NO_STORE, Json(WebhookDeliveries { data })))
}

/// Have events told again
///
/// Under their old ids, by those ids or by time.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/replay", tag = "news", operation_id = "replayWebhookEvents",
    security(("key" = ["webhooks:write"])),
    params(("id" = String, Path, description = "The id of a webhook, `whk_` and 13 characters")),
    request_body = ReplayRequest,
    responses(
        (status = 202, description = "They will be", body = WebhookReplay),
        (status = 409, description = "It said that it is gone",
            content_type = "application/problem+json", body = ProblemBody),
    ),
)]
pub(super) async fn replay(
    caller: Caller,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    caller.require(Scope::WebhooksWrite)?;
    status(&api, &caller, &id)?;
    let wanted = again(&members(&api, &headers, body, &TOLD_AGAIN).await?)?;
    let count =
        ask(&api, move |api| Ok(api.webhooks.replay(&id, wanted))).await?.map_err(problem)?;
    let body = WebhookReplay { object: "webhook.replay", events: count };
    Ok((StatusCode::ACCEPTED, NO_STORE, Json(body)).into_response())
}

/// Try a webhook
///
/// A test event is sent at once, and the answer tells what came of it.
#[utoipa::path(
    post, path = "/v1/webhooks/{id}/test", tag = "news", operation_id = "testWebhook",
    security(("key" = ["webhooks:write"])),
    params(("id" = String, Path, description = "The id of a webhook, `whk_` and 13 characters")),
    responses(
        (status = 200, description = "What came of it", body = WebhookTest),
        (status = 409, description = "It said that it is gone",
            content_type = "application/problem+json", body = ProblemBody),
    ),
)]
pub(super) async fn test(
    caller: Caller,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
) -> Result<Shown<WebhookTest>, Problem> {
    caller.require(Scope::WebhooksWrite)?;
    status(&api, &caller, &id)?;
    let now = rfc3339(api.clock.now());
    let (event, outcome, took) = api.webhooks.test(&id, now).await.map_err(problem)?;
    let body = WebhookTest {
        object: "webhook.test",
        event_id: event,
        result: result(&outcome),
        status: outcome.as_ref().ok().map(|Answer { status, .. }| *status),
        error: outcome.as_ref().err().map(ToString::to_string),
        duration_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
    };
    Ok((NO_STORE, Json(body)))
}
