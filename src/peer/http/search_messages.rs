//! `POST /v1/messages/search`: messages that match a query, newest first, a page at a time.
//!
//! The query is in the body, because addresses of requests end up in logs and a query may have
//! somebody's number in it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::HeaderName;

use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::get_message::NO_STORE;
use super::json_body::json;
use super::list_schema::MessagePage;
use super::operator_body::{Fields, wrong};
use super::problem::Problem;
use super::problem_table as kinds;
use super::request_schema::SearchRequest;
use super::searching::{Asked, LIMIT, LIMIT_MAX, search};
use crate::base::id::MessageOrd;
use crate::search::key::Key;
use crate::search::parse::parse;
use crate::search::syntax_error::QueryError;

/// Fields of the body.
pub(super) const SEARCHED: [&str; 4] = ["query", "limit", "after", "texts"];

/// Octets of a body.
pub(super) const BYTES_MAX: usize = 16 << 10;

/// Search messages by anything
///
/// Newest first. The query is terms with blanks between them, all of which have to hold. A term is a word,
/// which is looked for as everything that it can be: a message's id, a phone number (international or as in
/// its country), the first or the last digits of one (`+4479*`, `*0013`), a carrier's id (decimal or
/// hexadecimal), a sender's name, the sender's own reference, a word of the text. Or it is a text in quotes.
/// Or it is a key and what it has to be: `to`, `from`, `number`, `id`, `carrier_id`, `ref`, `account`,
/// `carrier`, `disposition`, `status`, `reason`, `direction`, `type`, `tag`, `text`, `since`, `until`. A `-`
/// before a term turns it round. Moments are RFC 3339, dates in UTC, `2h` or `7d` ago, `today`, `yesterday`.
/// Texts are searched, and with `texts` shown, for keys with `content:read`.
///
/// A page may be short although more follows: go on with `page.next` until it is null.
#[utoipa::path(
    post, path = "/v1/messages/search", tag = "messages", operation_id = "searchMessages",
    security(("key" = ["messages:read"])),
    request_body = SearchRequest,
    responses((status = 200, description = "A page of messages", body = MessagePage)),
)]
pub(super) async fn post(
    caller: Caller,
    State(api): State<Arc<Api>>,
    request: Request,
) -> Result<([(HeaderName, &'static str); 1], Json<MessagePage>), Problem> {
    caller.require(Scope::MessagesRead)?;
    let (parts, body) = request.into_parts();
    let value = json(&parts.headers, body, BYTES_MAX).await?;
    let fields = Fields::of_value(value, &SEARCHED)?;
    let texts = fields.flag("texts")?;
    if texts {
        caller.require(Scope::ContentRead)?;
    }
    let query = fields.text("query")?.ok_or_else(|| wrong("query", "has to be there"))?;
    let (limit, after) = part(&api, &fields)?;
    let expression = parse(query).map_err(|error| unreadable(None, error))?;
    let asked = Asked { expression, limit, after, texts };
    Ok((NO_STORE, Json(search(&api, &caller, asked, unreadable).await?)))
}

/// How many messages are wanted, and after which.
pub(super) fn part(api: &Api, fields: &Fields) -> Result<(usize, Option<MessageOrd>), Problem> {
    let limit = fields.number("limit", LIMIT_MAX as u64)?;
    let after = fields.text("after")?.map(|id| api.ids.open(id.as_bytes()));
    let after = after.map(|ord| ord.ok_or_else(|| wrong("after", "is not the `next` of a page")));
    Ok((limit.map_or(LIMIT, |limit| limit as usize), after.transpose()?))
}

fn unreadable(_: Option<Key>, error: QueryError) -> Problem {
    Problem::at(kinds::INVALID_SEARCH, "/query", error.to_string())
}
