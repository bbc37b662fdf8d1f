//! `POST /v1/conversations/search`: everything to and from one number, newest first, a page at a time.
//!
//! The number is in the body, because addresses of requests end up in logs.

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
use super::request_schema::ConversationRequest;
use super::search_messages::{BYTES_MAX, part};
use super::searching::{Asked, search};
use crate::search::expression::{Expression, Pattern, Term, Wanted};
use crate::search::key::Key;
use crate::search::number_text;
use crate::search::syntax_error::QueryError;

/// Fields of the body.
pub(super) const CONVERSED: [&str; 3] = ["number", "limit", "after"];

/// List what was sent to and came from a number
///
/// Both ways in one list, newest first, of all accounts or of that of the key. The number is found however it
/// is kept: international, or as within the country of an account. A page may be short although more follows: go
/// on with `page.next` until it is null.
#[utoipa::path(
    post, path = "/v1/conversations/search", tag = "messages", operation_id = "searchConversation",
    security(("key" = ["messages:read"])),
    request_body = ConversationRequest,
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
    let fields = Fields::of_value(value, &CONVERSED)?;
    let number = fields.text("number")?.ok_or_else(|| wrong("number", "has to be there"))?;
    let (limit, after) = part(&api, &fields)?;
    let asked = Asked { expression: with(number)?, limit, after, texts: false };
    Ok((NO_STORE, Json(search(&api, &caller, asked, unreadable).await?)))
}

/// What the messages with somebody have in common.
fn with(number: &str) -> Result<Expression, Problem> {
    let read = number_text::read(number.trim()).unwrap_or_else(|| number.trim().to_owned());
    if read.is_empty() || read.len() > number_text::ADDRESS_BYTES_MAX {
        return Err(wrong("number", "has to be a number, or a sender's name"));
    }
    let wanted = Wanted::Number(Pattern::Exact(read));
    Ok(Expression { terms: vec![Term { negated: false, wanted, at: 0 }] })
}

fn unreadable(_: Option<Key>, error: QueryError) -> Problem {
    Problem::at(kinds::INVALID_SEARCH, "/number", error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_people_write_it_and_nonsense_is_refused() {
        let written = with("+44 (0)7700-900123").expect("a number").to_string();
        assert_eq!(written, "number:+447700900123");
        assert!(with("ACME").is_ok());
        for wrong in ["", "  ", "1234567890123456789012"] {
            assert!(with(wrong).is_err(), "{wrong}");
        }
    }
}
