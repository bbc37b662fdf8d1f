//! `GET /v1/messages/{id}`: one message.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, HeaderName};

use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::lookup::by_id;
use super::message_schema::MessageView;
use super::message_view::Surface;
use super::path_id::PathId;
use super::problem::Problem;

/// What no cache may keep: personal data, and old a moment later.
pub(super) const NO_STORE: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "no-store")];

/// Look a message up
#[utoipa::path(
    get, path = "/v1/messages/{id}", tag = "messages", operation_id = "getMessage",
    security(("key" = ["messages:read"])),
    params(("id" = String, Path, description = "The id of a message, `msg_` and 13 characters")),
    responses((status = 200, description = "The message", body = MessageView)),
)]
pub(super) async fn get(
    caller: Caller,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
) -> Result<([(HeaderName, &'static str); 1], Json<MessageView>), Problem> {
    caller.require(Scope::MessagesRead)?;
    let found = by_id(&api, &caller, &id).await?;
    let carriers = api.board.carriers();
    let surface = Surface { api: &api, caller: &caller, carriers: &carriers };
    Ok((NO_STORE, Json(surface.message(&found))))
}
