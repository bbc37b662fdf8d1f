//! `POST /v1/messages/batch`: takes up to a thousand messages in, each with a result of its own.
//!
//! 202 says that every message is on disk, 200 that some are and others were refused: `results` has what
//! became of each, in the order of the request. One that was refused costs the others nothing. A batch
//! that was cut off (no answer, or a timeout) is sent again under the same `Idempotency-Key`: messages
//! that were taken are told again under their ids, the others are tried.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::acceptance::{Asked, Outcomes, accept};
use super::accepted_view::AcceptedMessage;
use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::idempotency::Idempotency;
use super::json_body::json;
use super::post_message::{REPLAYED, account};
use super::problem::Problem;
use super::problem_table as kinds;
use super::problem_view::ProblemBody;
use super::request_schema::{BatchRequest, IdempotencyHeader};
use super::submission::Wanted;

/// Messages of a batch.
pub(super) const MESSAGES_MAX: usize = 1000;

/// What became of a batch.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct BatchResult {
    /// Always `batch`.
    object: &'static str,
    /// Messages that are on disk.
    accepted: usize,
    /// Messages of which nothing was taken.
    refused: usize,
    /// One for each message, in the order of the request.
    results: Vec<MessageResult>,
}

/// What became of one message of a batch: either `message` or `problem` is there.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct MessageResult {
    /// Its place in the request, from 0.
    index: usize,
    /// The HTTP status that it would have had by itself: 202, or that of its problem.
    status: u16,
    /// The message, if it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<AcceptedMessage>,
    /// Why it was refused; pointers are those of the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<ProblemBody>,
}

/// Submit up to a thousand messages
///
/// Each message has a result of its own, in the order of the request; one that is refused costs the others
/// nothing. A batch that was cut off is sent again under the same Idempotency-Key: what was taken is told
/// again, the rest is tried.
#[utoipa::path(
    post, path = "/v1/messages/batch", tag = "messages", operation_id = "submitBatch",
    security(("key" = ["messages:send"])),
    params(IdempotencyHeader),
    request_body = BatchRequest,
    responses(
        (status = 202, description = "All are on disk", body = BatchResult),
        (status = 200, description = "Some, or all, were refused: see each result", body = BatchResult,
            headers(("Retry-After" = u32, description = "Seconds after which to try all the refused again"))),
        (status = 409, description = "Another request with this key runs", content_type = "application/problem+json", body = ProblemBody,
            headers(("Retry-After" = u32, description = "Seconds after which to try again"))),
    ),
)]
pub(super) async fn post(
    caller: Caller,
    State(api): State<Arc<Api>>,
    request: Request,
) -> Result<Response, Problem> {
    caller.require(Scope::MessagesSend)?;
    let (parts, body) = request.into_parts();
    let prepared = prepare(&api, &caller, &parts.headers, body).await;
    let (asked, idempotency) = prepared.map_err(|problem| api.refused(problem))?;
    let accepted = accept(&api, asked, idempotency, MESSAGES_MAX as u16).await;
    let (asked, outcomes) = accepted.map_err(|problem| api.refused(problem))?;
    Ok(answer(&api, &asked, &outcomes))
}

async fn prepare(
    api: &Api,
    caller: &Caller,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Vec<Asked>, Option<Idempotency>), Problem> {
    let value = json(headers, body, api.config.batch_bytes_max).await?;
    let idempotency = Idempotency::of(headers, caller, "POST /v1/messages/batch ", &value)?;
    let Value::Object(members) = &value else {
        return Err(Problem::new(kinds::INVALID_JSON, "this is JSON, and not an object"));
    };
    let wrong = |pointer: &str, detail: &str| {
        Err(Problem::at(kinds::INVALID_REQUEST, pointer, format!("{pointer} {detail}")))
    };
    if let Some(other) = members.keys().find(|name| *name != "messages") {
        let pointer = format!("/{}", other.replace('~', "~0").replace('/', "~1"));
        return wrong(&pointer, "is not known: a batch has only messages");
    }
    match members.get("messages").and_then(Value::as_array) {
        Some(messages) if (1..=MESSAGES_MAX).contains(&messages.len()) => {
            Ok((messages.iter().map(|message| one(caller, message)).collect(), idempotency))
        }
        _ => wrong("/messages", "has to be a list of 1 to 1000 messages"),
    }
}

fn one(caller: &Caller, message: &Value) -> Asked {
    let wanted = Wanted::of(message)?;
    if wanted.dry_run {
        let detail = "a batch has no dry run: try the message by itself";
        return Err(Problem::at(kinds::INVALID_REQUEST, "/dry_run", detail));
    }
    let account = account(caller, &wanted)?;
    Ok((wanted, account))
}

fn answer(api: &Api, asked: &[Asked], outcomes: &Outcomes) -> Response {
    let results: Vec<MessageResult> = (0..)
        .zip(asked.iter().zip(outcomes))
        .map(|(index, (asked, outcome))| result(api, index, asked, outcome))
        .collect();
    let accepted = results.iter().filter(|result| result.message.is_some()).count();
    let refused = results.len() - accepted;
    let status = if refused == 0 { StatusCode::ACCEPTED } else { StatusCode::OK };
    let body = BatchResult { object: "batch", accepted, refused, results };
    let mut response = (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response();
    // When every message that may be tried again makes sense again.
    let waits = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()?.retry_after_s());
    if let Some(seconds) = waits.max() {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if outcomes.iter().any(|outcome| outcome.as_ref().is_ok_and(|acceptance| acceptance.again)) {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

fn result(
    api: &Api,
    index: usize,
    asked: &Asked,
    outcome: &Result<super::accepted_view::Acceptance, Problem>,
) -> MessageResult {
    match (outcome, asked) {
        (Ok(acceptance), Ok((wanted, _))) => {
            let message = Some(AcceptedMessage::new(api, wanted, acceptance));
            MessageResult { index, status: 202, message, problem: None }
        }
        (Err(problem), _) | (Ok(_), Err(problem)) => {
            let (status, body) = (problem.kind.status, ProblemBody::new(problem, None));
            MessageResult { index, status, message: None, problem: Some(body) }
        }
    }
}
