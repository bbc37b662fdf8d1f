//! `GET /v1/messages/{id}/events`: what happened to one message, oldest first.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::HeaderName;

use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::get_message::NO_STORE;
use super::list_schema::{EventPage, EventsOf, Page};
use super::lookup::by_id;
use super::message_view::Surface;
use super::path_id::PathId;
use super::post_message::public_id;
use super::problem::Problem;

/// What happened to a message
#[utoipa::path(
    get, path = "/v1/messages/{id}/events", tag = "messages", operation_id = "listEvents",
    security(("key" = ["messages:read"])),
    params(("id" = String, Path, description = "The id of a message, `msg_` and 13 characters")),
    responses((status = 200, description = "Its history, oldest first", body = EventPage)),
)]
pub(super) async fn list(
    caller: Caller,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
) -> Result<([(HeaderName, &'static str); 1], Json<EventPage>), Problem> {
    caller.require(Scope::MessagesRead)?;
    let found = by_id(&api, &caller, &id).await?;
    let carriers = api.board.carriers();
    let surface = Surface { api: &api, caller: &caller, carriers: &carriers };
    let body = EventPage {
        message: EventsOf {
            id: public_id(&api, found.stored.ord),
            status: found.whole().status.name(),
        },
        data: surface.events(&found),
        // A history is short and given whole.
        page: Page { next: None, has_more: false },
    };
    Ok((NO_STORE, Json(body)))
}
