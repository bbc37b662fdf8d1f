//! `GET /v1/messages/{id}`: one message.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, HeaderName};
use serde_json::Value;

use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::lookup::by_id;
use super::message_view::Surface;
use super::problem::Problem;

/// What no cache may keep: personal data, and old a moment later.
pub(super) const NO_STORE: [(HeaderName, &str); 1] = [(CACHE_CONTROL, "no-store")];

pub(super) async fn get(
    caller: Caller,
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
) -> Result<([(HeaderName, &'static str); 1], Json<Value>), Problem> {
    caller.require(Scope::MessagesRead)?;
    let found = by_id(&api, &caller, &id).await?;
    let carriers = api.board.carriers();
    let surface = Surface { api: &api, caller: &caller, carriers: &carriers };
    Ok((NO_STORE, Json(surface.message(&found))))
}
