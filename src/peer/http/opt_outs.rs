//! `/v1/opt-outs`: which numbers take nothing from whom; recording that, and lifting it, with a proof.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::HeaderName;

use super::api::Api;
use super::carriers::{Told, problem};
use super::get_message::NO_STORE;
use super::list_schema::Page;
use super::lookup::ask;
use super::numbers::with_country_code;
use super::operator_auth::Operator;
use super::operator_body::{Fields, wrong};
use super::opt_out_request_schema::{FindRequest, OptOutRequest};
use super::opt_out_schema::{OptOutList, OptOutView};
use super::opt_out_view::opt_out;
use super::problem::Problem;
use super::problem_table as kinds;
use super::query_pairs::{QueryPairs, wrong_parameter};
use super::when::rfc3339;
use crate::feed::notice::{EVENT_PREFIX, event_id, event_lsn};
use crate::ledger::opt_outs::OptOut;
use crate::message::address::Address;
use crate::message::consent::{Consent, NOTE_BYTES_MAX};
use crate::message::event::Event;
use crate::pipeline::operate::ConsentChange;
use crate::search::number_text;
use crate::spool::lsn::Lsn;

/// Fields of a change, and of a question.
pub(super) const CHANGED: [&str; 3] = ["number", "sender", "note"];
pub(super) const FOUND: [&str; 2] = ["number", "sender"];

/// Opt-outs of a page: the default, and the most.
const LIMIT: usize = 50;
const LIMIT_MAX: usize = 200;

/// How long the ledger may take to heed what was recorded.
const HEEDED_WITHIN: Duration = Duration::from_secs(5);

/// Which numbers take nothing from whom
///
/// Newest first. Numbers are masked without `numbers:reveal`.
#[utoipa::path(
    get, path = "/v1/opt-outs", tag = "operation", operation_id = "listOptOuts",
    security(("key" = ["carriers:write"])),
    params(
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "How many, 50 unless given"),
        ("after" = Option<String>, Query, description = "The `next` of the page before"),
    ),
    responses((status = 200, description = "A page of them", body = OptOutList)),
)]
pub(super) async fn list(
    operator: Operator,
    State(api): State<Arc<Api>>,
    QueryPairs(pairs): QueryPairs,
) -> Told<OptOutList> {
    let (mut limit, mut before) = (LIMIT, Lsn(u64::MAX));
    for (name, value) in &pairs {
        match &**name {
            "limit" => {
                let number = value.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
                limit = number.ok_or_else(|| {
                    wrong_parameter("limit", format!("is not a number from 1 to {LIMIT_MAX}"))
                })?;
            }
            "after" => {
                let lsn = event_lsn(&api.ledger.event_cipher(), value);
                before = lsn.ok_or_else(|| {
                    wrong_parameter("after", "is not the `next` of a page".to_owned())
                })?;
            }
            name => {
                let detail = "there are `limit` and `after`, and no others".to_owned();
                return Err(wrong_parameter(name, detail));
            }
        }
    }
    let list = ask(&api, move |api| {
        let newest = api.ledger.opt_outs().newest(before, limit + 1);
        let more = newest.len() > limit;
        let shown = &newest[..newest.len().min(limit)];
        let next = shown.last().filter(|_| more).map(|last| id(api, last.lsn));
        Ok(OptOutList { data: views(api, shown, operator)?, page: Page { has_more: more, next } })
    });
    Ok((NO_STORE, Json(list.await?)))
}

/// Whether a number takes nothing from a sender
///
/// The number is in the body, because addresses of requests end up in logs.
#[utoipa::path(
    post, path = "/v1/opt-outs/find", tag = "operation", operation_id = "findOptOut",
    security(("key" = ["carriers:write"])),
    request_body = FindRequest,
    responses((status = 200, description = "None, or the one that holds", body = OptOutList)),
)]
pub(super) async fn find(
    operator: Operator,
    State(api): State<Arc<Api>>,
    request: Request,
) -> Told<OptOutList> {
    let fields = Fields::of(request, &FOUND).await?;
    let (number, sender) = (number(&fields)?, sender(&fields)?);
    let list = ask(&api, move |api| {
        let found = holds(api, &sender, &number);
        let page = Page { has_more: false, next: None };
        Ok(OptOutList { data: views(api, found.as_slice(), operator)?, page })
    });
    Ok((NO_STORE, Json(list.await?)))
}

/// Record that a number takes nothing from a sender
///
/// What handsets send by themselves (STOP) is recorded without this.
#[utoipa::path(
    post, path = "/v1/opt-outs", tag = "operation", operation_id = "recordOptOut",
    security(("key" = ["carriers:write"])),
    request_body = OptOutRequest,
    responses((status = 201, description = "It holds, and is on disk", body = OptOutView)),
)]
pub(super) async fn record(
    operator: Operator,
    State(api): State<Arc<Api>>,
    request: Request,
) -> Result<(StatusCode, [(HeaderName, &'static str); 1], Json<OptOutView>), Problem> {
    let fields = Fields::of(request, &CHANGED).await?;
    let view = changed(&api, operator, Consent::OptedOut, &fields).await?;
    let view = view.ok_or_else(|| Problem::new(kinds::INTERNAL, "it is lifted again already"))?;
    Ok((StatusCode::CREATED, NO_STORE, Json(view)))
}

/// Lift an opt-out, with a proof
///
/// The sender is that of the opt-out: none for one of all senders.
#[utoipa::path(
    post, path = "/v1/opt-outs/lift", tag = "operation", operation_id = "liftOptOut",
    security(("key" = ["carriers:write"])),
    request_body = OptOutRequest,
    responses((status = 200, description = "It is lifted; what holds still is shown", body = OptOutList)),
)]
pub(super) async fn lift(
    operator: Operator,
    State(api): State<Arc<Api>>,
    request: Request,
) -> Told<OptOutList> {
    let fields = Fields::of(request, &CHANGED).await?;
    let (number, sender) = (number(&fields)?, sender(&fields)?);
    if holds(&api, &sender, &number).is_none() {
        return Err(Problem::new(kinds::NOT_FOUND, "this number takes messages from this sender"));
    }
    let left = changed(&api, operator, Consent::OptedIn, &fields).await?;
    let page = Page { has_more: false, next: None };
    Ok((NO_STORE, Json(OptOutList { data: left.into_iter().collect(), page })))
}

/// Records a change and says what holds then.
async fn changed(
    api: &Arc<Api>,
    operator: Operator,
    change: Consent,
    fields: &Fields,
) -> Result<Option<OptOutView>, Problem> {
    let (number, sender) = (number(fields)?, sender(fields)?);
    let note = fields.text("note")?.map(str::trim).filter(|note| !note.is_empty());
    let note = note.ok_or_else(|| wrong("note", "has to say how that is known"))?;
    if note.len() > NOTE_BYTES_MAX {
        return Err(wrong("note", format!("is longer than {NOTE_BYTES_MAX} octets")));
    }
    let wish = ConsentChange {
        change,
        sender: sender.clone(),
        number: number.clone(),
        note: note.to_owned(),
    };
    api.operators.operate.consent(wish).await.map_err(problem)?;
    let view = ask(api, move |api| {
        api.ledger.wait_indexed(api.ledger.durable(), HEEDED_WITHIN);
        let found = holds(api, &sender, &number);
        Ok(views(api, found.as_slice(), operator)?.pop())
    });
    view.await
}

fn holds(api: &Api, sender: &[u8], number: &[u8]) -> Option<OptOut> {
    let sender = if sender.is_empty() { Address::default() } else { Address::infer(sender) };
    api.ledger.opt_outs().find(&sender, &Address::infer(number))
}

fn id(api: &Api, lsn: Lsn) -> String {
    format!("{EVENT_PREFIX}{}", event_id(&api.ledger.event_cipher(), lsn))
}

fn views(api: &Api, opt_outs: &[OptOut], operator: Operator) -> io::Result<Vec<OptOutView>> {
    let mut views = Vec::with_capacity(opt_outs.len());
    for OptOut { lsn, at, ord } in opt_outs {
        let octets = api.ledger.record(*lsn)?;
        let change = Event::decode(&octets)
            .and_then(|it| opt_out(api, *ord, &it.what, operator.sees_numbers));
        let view =
            change.map(|change| OptOutView { id: id(api, *lsn), since: rfc3339(*at), change });
        views.extend(view);
    }
    Ok(views)
}

/// The number, as the opt-outs have it.
fn number(fields: &Fields) -> Result<Vec<u8>, Problem> {
    let text = fields.text("number")?.ok_or_else(|| wrong("number", "has to be there"))?;
    let written = number_text::read(text).unwrap_or_default();
    let number = with_country_code(&written).map(String::into_bytes);
    number.ok_or_else(|| wrong("number", "is not a number with its country code"))
}

fn sender(fields: &Fields) -> Result<Vec<u8>, Problem> {
    let sender = fields.text("sender")?.unwrap_or_default().trim();
    if sender.len() > 20 {
        return Err(wrong("sender", "is no sender: it is longer than 20 octets"));
    }
    Ok(sender.as_bytes().to_vec())
}
