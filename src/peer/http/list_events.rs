//! `GET /v1/messages/{id}/events`: what happened to one message, oldest first.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::HeaderName;
use serde_json::{Value, json};

use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::get_message::NO_STORE;
use super::lookup::by_id;
use super::message_view::Surface;
use super::problem::Problem;

pub(super) async fn list(
    caller: Caller,
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
) -> Result<([(HeaderName, &'static str); 1], Json<Value>), Problem> {
    caller.require(Scope::MessagesRead)?;
    let found = by_id(&api, &caller, &id).await?;
    let carriers = api.board.carriers();
    let surface = Surface { api: &api, caller: &caller, carriers: &carriers };
    let message = surface.message(&found);
    let body = json!({
        "message": { "id": message["id"], "status": message["status"] },
        "data": surface.events(&found),
        // A history is short and given whole.
        "page": { "next": null, "has_more": false },
    });
    Ok((NO_STORE, Json(body)))
}
