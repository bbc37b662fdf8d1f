//! `GET /v1/messages`: messages that match, newest first, a page at a time.
//!
//! A page may be short although more follows: a search gives back what it has when it has looked at
//! enough rows. Go on with `page.next` until it is null.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::HeaderName;

use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::filters::Filters;
use super::get_message::NO_STORE;
use super::list_schema::MessagePage;
use super::problem::Problem;
use super::query_pairs::{QueryPairs, wrong_parameter};
use super::request_schema::MessageFilters;
use super::searching::{Asked, search};
use crate::search::key::Key;
use crate::search::syntax_error::QueryError;

/// List messages
///
/// Newest first, those for which all parameters hold. A page may be short although more follows: go on with
/// `page.next` until it is null. What may be personal is better asked for by `POST /v1/messages/search`.
#[utoipa::path(
    get, path = "/v1/messages", tag = "messages", operation_id = "listMessages",
    security(("key" = ["messages:read"])),
    params(MessageFilters),
    responses((status = 200, description = "A page of messages", body = MessagePage)),
)]
pub(super) async fn list(
    caller: Caller,
    State(api): State<Arc<Api>>,
    QueryPairs(pairs): QueryPairs,
) -> Result<([(HeaderName, &'static str); 1], Json<MessagePage>), Problem> {
    caller.require(Scope::MessagesRead)?;
    let asked = asked(&api, Filters::read(pairs)?)?;
    Ok((NO_STORE, Json(search(&api, &caller, asked, wrong).await?)))
}

/// What the filters ask for.
pub(super) fn asked(api: &Api, filters: Filters) -> Result<Asked, Problem> {
    let Filters { expression, limit, after } = filters;
    let after = after.map(|id| api.ids.open(id.as_bytes()));
    let unknown = || wrong_parameter("after", "after is not the `next` of a page".to_owned());
    let after = after.map(|ord| ord.ok_or_else(unknown)).transpose()?;
    Ok(Asked { expression, limit, after, texts: false })
}

/// What is wrong with a parameter, or with a term of the parameter `q`.
pub(super) fn wrong(key: Option<Key>, error: QueryError) -> Problem {
    let name = key.filter(|_| error.at == 0).map_or("q", Key::name);
    wrong_parameter(name, format!("{name}: {error}"))
}
