//! `/v1/webhooks`: making, showing and removing them. A key of an account has that account's, and no
//! other's; a key of none has all.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{HeaderName, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::get_message::NO_STORE;
use super::list_schema::Page;
use super::lookup::ask;
use super::news_request_schema::WebhookRequest;
use super::path_id::PathId;
use super::problem::Problem;
use super::problem_table as kinds;
use super::problem_view::ProblemBody;
use super::webhook_fields::{MADE_OF, members, webhook as fields};
use super::webhook_schema::{WebhookPage, WebhookView};
use super::webhook_view as view;
use crate::peer::webhook::service::{NewWebhook, Refused, Status};

/// An answer that no cache keeps.
pub(super) type Shown<T> = ([(HeaderName, &'static str); 1], Json<T>);

/// Have news told
///
/// The secret that signs what is told is in this answer, and in no other. What is told is what happens from
/// now on, in order for each message and at least once.
#[utoipa::path(
    post, path = "/v1/webhooks", tag = "news", operation_id = "createWebhook",
    security(("key" = ["webhooks:write"])),
    request_body = WebhookRequest,
    responses(
        (status = 201, description = "It is on disk and at work", body = WebhookView,
            headers(("Location" = String, description = "Its path"))),
        (status = 409, description = "There are as many as there may be",
            content_type = "application/problem+json", body = ProblemBody),
    ),
)]
pub(super) async fn create(
    caller: Caller,
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    caller.require(Scope::WebhooksWrite)?;
    let wanted = fields(&members(&api, &headers, body, &MADE_OF).await?)?;
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
    let place = [(LOCATION, format!("/v1/webhooks/{}", made.id))];
    let body = Json(view::with_secret(&api, &status));
    Ok((StatusCode::CREATED, NO_STORE, place, body).into_response())
}

/// List webhooks
///
/// All that there are for the key.
#[utoipa::path(
    get, path = "/v1/webhooks", tag = "news", operation_id = "listWebhooks",
    security(("key" = ["webhooks:write"])),
    responses((status = 200, description = "All of them", body = WebhookPage)),
)]
pub(super) async fn list(
    caller: Caller,
    State(api): State<Arc<Api>>,
) -> Result<Shown<WebhookPage>, Problem> {
    caller.require(Scope::WebhooksWrite)?;
    let all = api.webhooks.list(caller.account());
    let data = all.iter().map(|status| view::webhook(&api, status)).collect();
    let page = Page { next: None, has_more: false };
    Ok((NO_STORE, Json(WebhookPage { data, page })))
}

/// Show a webhook
#[utoipa::path(
    get, path = "/v1/webhooks/{id}", tag = "news", operation_id = "getWebhook",
    security(("key" = ["webhooks:write"])),
    params(("id" = String, Path, description = "The id of a webhook, `whk_` and 13 characters")),
    responses((status = 200, description = "The webhook, without its secret", body = WebhookView)),
)]
pub(super) async fn get(
    caller: Caller,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
) -> Result<Shown<WebhookView>, Problem> {
    caller.require(Scope::WebhooksWrite)?;
    let status = status(&api, &caller, &id)?;
    Ok((NO_STORE, Json(view::webhook(&api, &status))))
}

/// Remove a webhook
///
/// What it was owed is told to nobody.
#[utoipa::path(
    delete, path = "/v1/webhooks/{id}", tag = "news", operation_id = "deleteWebhook",
    security(("key" = ["webhooks:write"])),
    params(("id" = String, Path, description = "The id of a webhook, `whk_` and 13 characters")),
    responses((status = 204, description = "It is no more")),
)]
pub(super) async fn remove(
    caller: Caller,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
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
        Refused::Gone => Problem::new(kinds::WEBHOOK_GONE, detail),
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
