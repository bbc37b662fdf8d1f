//! `GET /v1/messages`: messages that match, newest first, a page at a time.
//!
//! A page may be short although more follows: a search gives back what it has when it has looked at
//! enough rows. Go on with `page.next` until it is null.

use std::io;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::HeaderName;

use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::filters::Filters;
use super::get_message::NO_STORE;
use super::list_schema::{MessagePage, Page};
use super::lookup::{Found, ask, read, sees};
use super::message_view::Surface;
use super::post_message::public_id;
use super::problem::{At, FieldError, Problem};
use super::problem_table as kinds;
use super::query_pairs::QueryPairs;
use super::request_schema::MessageFilters;
use crate::base::id::CarrierId;
use crate::ledger::query::{NumberRange, Query};
use crate::ledger::stored::StoredEvent;
use crate::message::address::NumberKey;
use crate::message::carrier_id::candidates;

/// A page before it is shown.
#[derive(Debug, Default)]
struct Answer {
    found: Vec<Found>,
    /// Receipts under the carrier's id that no message is known for.
    orphans: Vec<StoredEvent>,
    next: Option<String>,
}

/// Search messages
///
/// Newest first. A page may be short although more follows: go on with `page.next` until it is null.
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
    let filters = Filters::read(pairs)?;
    let query = query(&api, &caller, &filters)?;
    let asking = caller.clone();
    let answer = ask(&api, move |api| match &filters.carrier_message_id {
        Some(id) => by_carrier_id(api, &asking, id, &query),
        None => by_columns(api, &query),
    });
    let answer = answer.await?;
    let carriers = api.board.carriers();
    let surface = Surface { api: &api, caller: &caller, carriers: &carriers };
    let page = MessagePage {
        data: answer.found.iter().map(|found| surface.message(found)).collect(),
        page: Page { has_more: answer.next.is_some(), next: answer.next },
        orphans: answer.orphans.iter().filter_map(|orphan| surface.orphan(orphan)).collect(),
    };
    Ok((NO_STORE, Json(page)))
}

/// One page, newest first, and what the next one comes after.
pub(super) async fn search(
    api: &Arc<Api>,
    caller: &Caller,
    filters: &Filters,
) -> Result<(Vec<Found>, Option<String>), Problem> {
    let query = query(api, caller, filters)?;
    let answer = ask(api, move |api| by_columns(api, &query)).await?;
    Ok((answer.found, answer.next))
}

/// The question to the ledger. Names that it does not know are told, rather than find nothing.
fn query(api: &Api, caller: &Caller, filters: &Filters) -> Result<Query, Problem> {
    let names = api.ledger.names();
    let account = match (caller.account(), filters.account.as_deref()) {
        (Some(own), Some(other)) if own != other => {
            let detail = "the key reads one account, and this is another";
            return Err(Problem::new(kinds::ACCOUNT_NOT_ALLOWED, detail));
        }
        // Of an account that has no messages yet the ledger does not know the name.
        (Some(own), _) => Some(names.find_account(own).unwrap_or(NOBODY)),
        (None, Some(named)) => {
            Some(names.find_account(named).ok_or_else(|| wrong("account", "is not known"))?)
        }
        (None, None) => None,
    };
    let carrier = match filters.carrier.as_deref() {
        Some(named) => {
            Some(names.find_carrier(named).ok_or_else(|| wrong("carrier", "is not known"))?)
        }
        None => None,
    };
    let after = match filters.after.as_deref() {
        Some(id) => {
            let ord = api.ids.open(id.as_bytes());
            Some(ord.ok_or_else(|| wrong("after", "is not the `next` of a page"))?)
        }
        None => None,
    };
    let number = |text: &String| NumberRange::exact(NumberKey::of(text.as_bytes()));
    let query = Query {
        to: filters.to.as_ref().map(number),
        from: filters.from.as_ref().map(number),
        account,
        carrier,
        disposition: filters.disposition,
        since: filters.since,
        until: filters.until,
        limit: filters.limit,
        after,
        ..Query::default()
    };
    if filters.carrier_message_id.is_some() {
        let plain = Query { account, carrier, limit: query.limit, ..Query::default() };
        if plain != query {
            let detail = "goes with account, carrier and limit only";
            return Err(wrong("carrier_message_id", detail));
        }
    }
    Ok(query)
}

const NOBODY: crate::base::id::AccountId = crate::base::id::AccountId(u16::MAX);

fn wrong(parameter: &str, detail: &str) -> Problem {
    let at = At::Parameter(parameter.to_owned());
    let error = FieldError { at, code: "invalid_parameter", detail: detail.to_owned() };
    let problem = Problem::new(kinds::INVALID_QUERY, format!("{parameter} {detail}"));
    Problem { errors: vec![error], ..problem }
}

fn by_columns(api: &Api, query: &Query) -> io::Result<Answer> {
    let page = api.ledger.search(query)?;
    let mut answer = Answer { next: page.next.map(|ord| public_id(api, ord)), ..Answer::default() };
    for hit in page.hits {
        let Some(found) = read(api, hit.ord)? else { continue };
        // A part that matches shows the message it is a part of, once.
        let first = found.stored.message().place().map_or(hit.ord, |place| place.first(hit.ord));
        if answer.found.iter().any(|shown| shown.stored.ord == first) {
            continue;
        }
        answer.found.extend(if first == hit.ord { Some(found) } else { read(api, first)? });
    }
    Ok(answer)
}

/// An id may be known to several carriers, in capitals or not, in hexadecimal or decimal.
fn by_carrier_id(api: &Api, caller: &Caller, id: &str, query: &Query) -> io::Result<Answer> {
    let forms: Vec<Vec<u8>> =
        candidates(id.as_bytes()).map(|form| form.as_octets().to_vec()).collect();
    let (_, carriers) = api.ledger.names().counts();
    let all = (0..u16::try_from(carriers).unwrap_or(u16::MAX)).map(CarrierId);
    let mut answer = Answer::default();
    for carrier in all.filter(|carrier| query.carrier.is_none_or(|wanted| wanted == *carrier)) {
        for ord in api.ledger.correlate(carrier, &forms)? {
            let found = read(api, ord)?.filter(|found| sees(api, caller, &found.stored));
            let wanted = |found: &Found| {
                query.account.is_none_or(|account| account == found.stored.message().account)
            };
            answer.found.extend(found.filter(wanted));
        }
        // Nobody can tell whose a receipt without a message is.
        if caller.account().is_none() {
            answer.orphans.extend(api.ledger.orphans_by_id(carrier, &forms)?);
        }
    }
    answer.found.sort_by_key(|found| std::cmp::Reverse(found.stored.ord));
    answer.found.truncate(query.limit);
    Ok(answer)
}
