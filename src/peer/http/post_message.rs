//! `POST /v1/messages`: takes one message in.
//!
//! **Invariant**: 202 only once the message is on disk. It says that it was accepted, not what will
//! become of it; every other answer but a timeout says that nothing was taken. Under an
//! `Idempotency-Key` the same request is answered with the same message for 24 hours, also after a
//! restart.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, HeaderName, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::acceptance::accept;
use super::accepted_view::AcceptedMessage;
use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::dry_run_view::DryRun;
use super::idempotency::Idempotency;
use super::json_body::json;
use super::problem::Problem;
use super::problem_table as kinds;
use super::problem_view::ProblemBody;
use super::request_schema::{IdempotencyHeader, MessageRequest};
use super::submission::Wanted;
use crate::base::id::MessageOrd;

/// Says that an answer was given before: the message is not taken anew.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Submit a message
///
/// 202 once it is on disk; that says nothing of what will become of it. Every other answer but a timeout
/// says that nothing was taken.
#[utoipa::path(
    post, path = "/v1/messages", tag = "messages", operation_id = "submitMessage",
    security(("key" = ["messages:send"])),
    params(IdempotencyHeader),
    request_body = MessageRequest,
    responses(
        (status = 202, description = "It is on disk", body = AcceptedMessage, headers(
            ("Location" = String, description = "Where to look it up"),
            ("Idempotency-Replayed" = bool, description = "It was taken by an earlier request"),
        )),
        (status = 200, description = "A dry run: nothing was taken", body = DryRun),
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
    let (wanted, account, idempotency) = prepared.map_err(|problem| api.refused(problem))?;
    if wanted.dry_run {
        return Ok(Json(DryRun::of(&wanted)).into_response());
    }
    let accepted = accept(&api, vec![Ok((wanted, account))], idempotency, 1).await;
    let (mut asked, mut outcomes) = accepted.map_err(|problem| api.refused(problem))?;
    let (Some(Ok((wanted, _))), Some(outcome)) = (asked.pop(), outcomes.pop()) else {
        return Err(Problem::new(kinds::INTERNAL, "the submission was lost"));
    };
    let acceptance = outcome?;
    let body = AcceptedMessage::new(&api, &wanted, &acceptance);
    let headers = [(LOCATION, body.links.itself.clone()), (CACHE_CONTROL, "no-store".to_owned())];
    let mut response = (StatusCode::ACCEPTED, headers, Json(body)).into_response();
    if acceptance.again {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

async fn prepare(
    api: &Api,
    caller: &Caller,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Wanted, String, Option<Idempotency>), Problem> {
    let value = json(headers, body, api.config.body_bytes_max).await?;
    let idempotency = Idempotency::of(headers, caller, "POST /v1/messages ", &value)?;
    let wanted = Wanted::of(&value)?;
    let account = account(caller, &wanted)?;
    Ok((wanted, account, idempotency))
}

/// The id the API shows.
pub(super) fn public_id(api: &Api, ord: MessageOrd) -> String {
    format!("msg_{}", api.ids.seal(ord))
}

/// The account that a message is submitted for.
pub(super) fn account(caller: &Caller, wanted: &Wanted) -> Result<String, Problem> {
    match (caller.account(), &wanted.account) {
        (Some(own), Some(other)) if own != other => {
            let detail = "the key submits for one account, and this is another";
            Err(Problem::at(kinds::ACCOUNT_NOT_ALLOWED, "/account", detail))
        }
        (Some(own), _) => Ok(own.to_owned()),
        (None, Some(named)) => Ok(named.clone()),
        (None, None) => {
            let detail = "the key belongs to no account, so the body has to name one";
            Err(Problem::at(kinds::INVALID_REQUEST, "/account", detail))
        }
    }
}
