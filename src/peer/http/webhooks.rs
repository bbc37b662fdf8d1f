//! `/v1/webhooks`: making, showing and removing them. A key of an account has that account's, and no
//! other's; a key of none has all.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{HeaderName, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::get_message::NO_STORE;
use super::lookup::ask;
use super::problem::Problem;
use super::problem_table as kinds;
use super::webhook_fields::{members, webhook as fields};
use super::webhook_view as view;
use crate::peer::webhook::service::{NewWebhook, Refused, Status};

/// An answer that no cache keeps.
pub(super) type Shown = ([(HeaderName, &'static str); 1], Json<Value>);

/// `POST /v1/webhooks`: 201 with the secret, which is never shown again.
pub(super) async fn create(
    caller: Caller,
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    caller.require(Scope::WebhooksWrite)?;
    let known = ["url", "events", "allow_private", "account"];
    let wanted = fields(&members(&api, &headers, body, &known).await?)?;
    let account = match (caller.account(), wanted.account) {
        (Some(own), Some(other)) if own != other => {
            let detail = "the key belongs to one account, and this is another";
            return Err(Problem::at(kinds::ACCOUNT_NOT_ALLOWED, "/account", detail));
        }
        (Some(own), _) => Some(own.to_owned()),
        (None, named) => named,
    };
    let new = NewWebhook {
        account,
        target: wanted.target,
        kinds: wanted.kinds,
        allow_private: wanted.allow_private,
        in_full: caller.sees_numbers(),
        texts: caller.sees_texts(),
    };
    let made = ask(&api, move |api| Ok(api.webhooks.create(new))).await?.map_err(problem)?;
    let status = status(&api, &caller, &made.id)?;
    let place = format!("/v1/webhooks/{}", made.id);
    let head = [NO_STORE[0].clone(), (LOCATION, "")];
    let mut response =
        (StatusCode::CREATED, head, Json(view::with_secret(&api, &status))).into_response();
    if let Ok(place) = place.parse() {
        response.headers_mut().insert(LOCATION, place);
    }
    Ok(response)
}

/// `GET /v1/webhooks`: all there are for the key.
pub(super) async fn list(caller: Caller, State(api): State<Arc<Api>>) -> Result<Shown, Problem> {
    caller.require(Scope::WebhooksWrite)?;
    let all = api.webhooks.list(caller.account());
    let data: Vec<Value> = all.iter().map(|status| view::webhook(&api, status)).collect();
    let page = json!({ "next": null, "has_more": false });
    Ok((NO_STORE, Json(json!({ "data": data, "page": page }))))
}

/// `GET /v1/webhooks/{id}`: one.
pub(super) async fn get(
    caller: Caller,
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
) -> Result<Shown, Problem> {
    caller.require(Scope::WebhooksWrite)?;
    let status = status(&api, &caller, &id)?;
    Ok((NO_STORE, Json(view::webhook(&api, &status))))
}

/// `DELETE /v1/webhooks/{id}`: 204; what it was owed is told to nobody.
pub(super) async fn remove(
    caller: Caller,
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    caller.require(Scope::WebhooksWrite)?;
    status(&api, &caller, &id)?;
    ask(&api, move |api| Ok(api.webhooks.remove(&id))).await?.map_err(problem)?;
    Ok(StatusCode::NO_CONTENT)
}

/// One of the caller's webhooks.
pub(super) fn status(api: &Api, caller: &Caller, id: &str) -> Result<Status, Problem> {
    let not_found = || Problem::new(kinds::NOT_FOUND, "no webhook has this id");
    api.webhooks.get(caller.account(), id).ok_or_else(not_found)
}

/// A refusal as a problem.
pub(super) fn problem(refused: Refused) -> Problem {
    let detail = refused.to_string();
    match refused {
        Refused::TooMany => Problem::new(kinds::TOO_MANY_WEBHOOKS, detail),
        Refused::UnknownAccount => Problem::at(kinds::UNKNOWN_ACCOUNT, "/account", detail),
        Refused::UnknownEvent(_) => Problem::at(kinds::INVALID_REQUEST, "/ids", detail),
        Refused::Busy => {
            let retry_after = Some(Duration::from_secs(10));
            Problem { retry_after, ..Problem::new(kinds::BUSY, detail) }
        }
        Refused::Failed(why) => {
            tracing::error!(why, "a webhook could not be changed");
            Problem::new(kinds::INTERNAL, "the webhook could not be changed")
        }
    }
}
