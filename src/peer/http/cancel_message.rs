//! `POST /v1/messages/{id}/cancel`: takes a message back that has not left yet.
//!
//! **Invariant**: 200 only once that is on disk; the message is then never submitted.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::HeaderName;
use serde_json::Value;

use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::get_message::NO_STORE;
use super::lookup::{ask, by_id};
use super::message_view::Surface;
use super::problem::Problem;
use super::problem_table as kinds;
use crate::message::event::By;
use crate::message::record::Direction;
use crate::pipeline::change::Unchanged;

/// How long the index may take to show what is on disk.
const CATCH_UP: Duration = Duration::from_secs(2);

pub(super) async fn post(
    caller: Caller,
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
) -> Result<([(HeaderName, &'static str); 1], Json<Value>), Problem> {
    caller.require(Scope::MessagesSend)?;
    let found = by_id(&api, &caller, &id).await?;
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
    ask(&api, indexed).await?;
    let found = by_id(&api, &caller, &id).await?;
    let carriers = api.board.carriers();
    let surface = Surface { api: &api, caller: &caller, carriers: &carriers };
    Ok((NO_STORE, Json(surface.message(&found))))
}

fn problem(unchanged: Unchanged) -> Problem {
    let kind = match unchanged {
        Unchanged::NoSuchMessage => kinds::NOT_FOUND,
        Unchanged::Busy => kinds::BUSY,
        _ => kinds::NOT_CANCELLABLE,
    };
    Problem::new(kind, unchanged.title())
}
