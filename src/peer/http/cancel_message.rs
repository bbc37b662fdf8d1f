//! `POST /v1/messages/{id}/cancel`: takes a message back that has not left yet.
//!
//! **Invariant**: 200 only once that is on disk; the message is then never submitted.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header::HeaderName;

use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::get_message::NO_STORE;
use super::lookup::{Found, ask, by_id};
use super::message_schema::MessageView;
use super::message_view::Surface;
use super::path_id::PathId;
use super::problem::Problem;
use super::problem_table as kinds;
use super::problem_view::ProblemBody;
use crate::message::event::By;
use crate::message::record::Direction;
use crate::pipeline::change::Unchanged;

/// How long the index may take to show what is on disk.
const CATCH_UP: Duration = Duration::from_secs(2);

/// Take a message back
///
/// 200 once that is on disk; no carrier ever has any of it then.
#[utoipa::path(
    post, path = "/v1/messages/{id}/cancel", tag = "messages", operation_id = "cancelMessage",
    security(("key" = ["messages:send"])),
    params(("id" = String, Path, description = "The id of a message, `msg_` and 13 characters")),
    responses(
        (status = 200, description = "It was taken back", body = MessageView),
        (status = 409, description = "It has left, or ended", content_type = "application/problem+json",
            body = ProblemBody),
    ),
)]
pub(super) async fn post(
    caller: Caller,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
) -> Result<([(HeaderName, &'static str); 1], Json<MessageView>), Problem> {
    caller.require(Scope::MessagesSend)?;
    let found = take_back(&api, &caller, &id).await?;
    let carriers = api.board.carriers();
    let surface = Surface { api: &api, caller: &caller, carriers: &carriers };
    Ok((NO_STORE, Json(surface.message(&found))))
}

/// Takes a message back, and shows it as it is then.
pub(super) async fn take_back(api: &Arc<Api>, caller: &Caller, id: &str) -> Result<Found, Problem> {
    let found = by_id(api, caller, id).await?;
    let (ord, account) = (found.stored.ord, found.stored.message().account);
    if found.stored.message().direction == Direction::Inbound {
        let detail = "it came from a handset and is here already";
        return Err(Problem::new(kinds::NOT_CANCELLABLE, detail));
    }
    let by = if caller.account().is_some() { By::AccountKey } else { By::Operator };
    api.cancel.cancel(account, ord, by).await.map_err(problem)?;
    let indexed = move |api: &Api| {
        let durable = api.ledger.stats().durable;
        Ok(api.ledger.wait_indexed(durable, CATCH_UP))
    };
    ask(api, indexed).await?;
    by_id(api, caller, id).await
}

fn problem(unchanged: Unchanged) -> Problem {
    let kind = match unchanged {
        Unchanged::NoSuchMessage => kinds::NOT_FOUND,
        Unchanged::Busy => kinds::BUSY,
        _ => kinds::NOT_CANCELLABLE,
    };
    Problem::new(kind, unchanged.title())
}
