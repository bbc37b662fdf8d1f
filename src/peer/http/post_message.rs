//! `POST /v1/messages`: takes one message in.
//!
//! **Invariant**: 202 only once the message is on disk. It says that it was accepted, not what will
//! become of it; every other answer but a timeout says that nothing was taken.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::mask::Shown;
use super::problem::Problem;
use super::problem_table as kinds;
use super::submission::Wanted;
use super::when::rfc3339;
use crate::base::id::MessageOrd;
use crate::gsm::alphabet::Alphabet;
use crate::pipeline::port::{Submission, Taken};

pub(super) async fn post(
    caller: Caller,
    State(api): State<Arc<Api>>,
    request: Request,
) -> Result<Response, Problem> {
    caller.require(Scope::MessagesSend)?;
    let (parts, body) = request.into_parts();
    let answer = take(&api, &caller, &parts.headers, body).await;
    match &answer {
        Ok(_) => {}
        Err(problem) => api.ingress.rejected.named(rejected(problem)).increment(1),
    }
    answer
}

async fn take(
    api: &Api,
    caller: &Caller,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    if headers.contains_key("idempotency-key") {
        let detail = "the header promises what this version cannot keep over a restart";
        return Err(Problem::new(kinds::IDEMPOTENCY_NOT_SUPPORTED, detail));
    }
    let body = read(headers, body, api.config.body_bytes_max).await?;
    let wanted = Wanted::read(&body)?;
    let account = account(caller, &wanted)?;
    if wanted.dry_run {
        return Ok(Json(dry_run(&wanted)).into_response());
    }
    let accepted_at = api.clock.now();
    let submission = Submission {
        account: account.clone(),
        source: wanted.from.clone().into_bytes(),
        destination: wanted.to.clone().into_bytes(),
        body: wanted.text.octets.clone(),
        data_coding: wanted.text.alphabet.data_coding(),
        client_ref: wanted.client_ref.clone().unwrap_or_default().into_bytes(),
        validity_period: wanted.validity_period(),
    };
    let Taken { ord, wording } = api.submit.submit(submission).await?;
    api.ingress.accepted.increment(1);
    let id = public_id(api, ord);
    let location = format!("/v1/messages/{id}");
    let body = json!({
        "id": id,
        "object": "message",
        "channel": "sms",
        "direction": "outbound",
        "status": "queued",
        "disposition": "in_progress",
        "evidence": "gateway",
        "account": account,
        // Who submitted it knows its numbers.
        "from": Shown::full(wanted.from.as_bytes()),
        "to": Shown::full(wanted.to.as_bytes()),
        "client_ref": wanted.client_ref,
        "parts": wording.parts,
        "encoding": Alphabet::of(wording.data_coding).map(Alphabet::name),
        // What was written and is not sent as it was.
        "transliterated": wording.changed,
        "created_at": rfc3339(accepted_at),
        "links": { "self": location, "events": format!("{location}/events") },
    });
    let headers = [(LOCATION, location), (CACHE_CONTROL, "no-store".to_owned())];
    Ok((StatusCode::ACCEPTED, headers, Json(body)).into_response())
}

/// The id the API shows.
pub(super) fn public_id(api: &Api, ord: MessageOrd) -> String {
    format!("msg_{}", api.ids.seal(ord))
}

/// The body of a request, if it is JSON and not too large.
pub(super) async fn read(
    headers: &HeaderMap,
    body: Body,
    bytes_max: usize,
) -> Result<Bytes, Problem> {
    let json =
        headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
            let kind = value.split(';').next().unwrap_or_default().trim();
            kind.eq_ignore_ascii_case("application/json")
        });
    if !json {
        let detail = "the Content-Type has to be application/json";
        return Err(Problem::new(kinds::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    let too_large = || {
        Problem::new(
            kinds::PAYLOAD_TOO_LARGE,
            format!("the body is larger than {bytes_max} octets"),
        )
    };
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if length.and_then(|length| length.parse().ok()).is_some_and(|length: usize| length > bytes_max)
    {
        return Err(too_large());
    }
    to_bytes(body, bytes_max).await.map_err(|_| too_large())
}

fn account(caller: &Caller, wanted: &Wanted) -> Result<String, Problem> {
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

/// What would be sent. Accounts, routes and rates are not asked.
fn dry_run(wanted: &Wanted) -> Value {
    json!({
        "object": "message.dry_run",
        "channel": "sms",
        "parts": wanted.parts,
        "encoding": wanted.text.alphabet.name(),
        "data_coding": wanted.text.alphabet.data_coding(),
        "units": wanted.text.units,
        "units_max": wanted.text.alphabet.units_max(),
    })
}

/// The word of the metric for a refusal.
fn rejected(problem: &Problem) -> &'static str {
    match problem.kind.status {
        400 | 403 | 413 | 415 => "invalid_request",
        _ => problem.kind.code,
    }
}
