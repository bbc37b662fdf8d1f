//! `/v1/erasures`: having what is personal of a message, or of all messages of a number, erased for good.

use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};

use super::api::Api;
use super::auth::Caller;
use super::carriers::Told;
use super::config::Scope;
use super::erasure_schema::{ErasureRequest, ErasureView};
use super::get_message::NO_STORE;
use super::lookup::ask;
use super::operator_auth::BySocket;
use super::operator_body::{Fields, wrong};
use super::path_id::PathId;
use super::post_message::public_id;
use super::problem::Problem;
use super::problem_table as kinds;
use super::when::rfc3339;
use crate::base::id::{AccountId, MessageOrd};
use crate::ledger::erase::book::{Erasure, Wanted};
use crate::ledger::erase::request::{Asking, EraseError};
use crate::message::event::By;

/// Fields of a request.
pub(super) const ERASED: [&str; 2] = ["message", "number"];

/// What the name of an erasure begins with.
const PREFIX: &str = "era_";

/// Digits of a number.
const DIGITS: std::ops::RangeInclusive<usize> = 3..=15;

/// Somebody who may erase: whoever reaches the operator's socket, or holds a key with `ledger:erase`.
#[derive(Clone, Debug)]
pub(super) struct Eraser(Option<Caller>);

impl FromRequestParts<Arc<Api>> for Eraser {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        if parts.extensions.get::<BySocket>().is_some() {
            return Ok(Self(None));
        }
        let caller = Caller::from_request_parts(parts, api).await?;
        caller.require(Scope::LedgerErase)?;
        Ok(Self(Some(caller)))
    }
}

impl Eraser {
    /// The account whose messages alone it may erase.
    fn account(&self, api: &Api) -> Result<Option<AccountId>, Problem> {
        let Some(name) = self.0.as_ref().and_then(Caller::account) else { return Ok(None) };
        let account = api.ledger.names().find_account(name);
        account
            .map(Some)
            .ok_or_else(|| Problem::new(kinds::NOT_FOUND, "the account has no message"))
    }

    fn who(&self) -> &str {
        self.0.as_ref().map_or("operator", Caller::name)
    }
}

/// What is to be erased, as a request says it.
enum Subject {
    Message(MessageOrd),
    Number(Vec<u8>),
}

/// Erase what is personal of a message, or of all messages that a number sent or got
///
/// Numbers, texts, references, tags and the words of receipts; ids, times, carriers and fates stay. What has come to
/// its end is hidden at once and erased in a moment, the rest when it ends. Files of exports, and what webhooks were
/// told, are not within reach. Asking twice does no harm.
#[utoipa::path(
    post, path = "/v1/erasures", tag = "messages", operation_id = "eraseMessages",
    security(("key" = ["ledger:erase"])),
    request_body = ErasureRequest,
    responses(
        (status = 202, description = "It is on disk, and going to be done", body = ErasureView,
            headers(("Location" = String, description = "Where to look how far it is"))),
        (status = 404, description = "There is no such message"),
    ),
)]
pub(super) async fn create(
    eraser: Eraser,
    State(api): State<Arc<Api>>,
    request: Request,
) -> Result<Response, Problem> {
    let fields = Fields::of(request, &ERASED).await?;
    let subject = subject(&api, &fields)?;
    let account = eraser.account(&api)?;
    let erasure = ask(&api, move |api| {
        let by = if account.is_some() { By::AccountKey } else { By::Operator };
        let asking = Asking { account, by, who: eraser.who(), at: api.clock.now() };
        // Who sends and then erases finds it.
        api.ledger.wait_indexed(api.ledger.durable(), std::time::Duration::from_secs(2));
        let erased = match &subject {
            Subject::Message(ord) => api.ledger.erase_message(*ord, &asking),
            Subject::Number(digits) => api.ledger.erase_number(digits, &asking),
        };
        match erased {
            Err(EraseError::Io(error)) => Err(error),
            outcome => Ok(outcome),
        }
    });
    let erasure = erasure.await?.map_err(problem)?;
    let place = [(LOCATION, format!("/v1/erasures/{PREFIX}{}", erasure.number))];
    Ok((StatusCode::ACCEPTED, place, NO_STORE, Json(view(&api, &erasure))).into_response())
}

/// How far an erasure is
#[utoipa::path(
    get, path = "/v1/erasures/{id}", tag = "messages", operation_id = "getErasure",
    security(("key" = ["ledger:erase"])),
    params(("id" = String, Path, description = "The id of an erasure, `era_` and a number")),
    responses((status = 200, description = "The erasure", body = ErasureView)),
)]
pub(super) async fn get(
    eraser: Eraser,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
) -> Told<ErasureView> {
    let not_found = || Problem::new(kinds::NOT_FOUND, "no erasure has this id");
    let number = id.strip_prefix(PREFIX).and_then(|digits| digits.parse().ok());
    let account = eraser.account(&api)?;
    let erasure = number.and_then(|number| api.ledger.erasure(number)).ok_or_else(not_found)?;
    if account.is_some() && erasure.account != account {
        return Err(not_found());
    }
    Ok((NO_STORE, Json(view(&api, &erasure))))
}

fn subject(api: &Api, fields: &Fields) -> Result<Subject, Problem> {
    match (fields.text("message")?, fields.text("number")?) {
        (Some(id), None) => {
            let ord = api.ids.open(id.as_bytes());
            let not_found = || Problem::new(kinds::NOT_FOUND, "no message has this id");
            ord.map(Subject::Message).ok_or_else(not_found)
        }
        (None, Some(number)) => {
            let digits = number.strip_prefix('+').unwrap_or(number);
            let is_one = digits.bytes().all(|octet| octet.is_ascii_digit());
            if !is_one || !DIGITS.contains(&digits.len()) {
                return Err(wrong("number", "is no number of 3 to 15 digits, with or without `+`"));
            }
            Ok(Subject::Number(digits.as_bytes().to_vec()))
        }
        (None, None) => Err(wrong("message", "is missing, as is `number`: one of them is wanted")),
        (Some(_), Some(_)) => Err(wrong("number", "goes without `message`: one of them is wanted")),
    }
}

fn problem(error: EraseError) -> Problem {
    match error {
        EraseError::NoMessage => Problem::new(kinds::NOT_FOUND, "no message has this id"),
        EraseError::TooMany => wrong("number", error.to_string()),
        EraseError::Busy => Problem::new(kinds::BUSY, error.to_string()),
        EraseError::Io(_) => Problem::new(kinds::INTERNAL, "the ledger could not be read"),
    }
}

fn view(api: &Api, erasure: &Erasure) -> ErasureView {
    let message = match erasure.wanted {
        Wanted::Message(ord) => Some(public_id(api, ord)),
        Wanted::Number => None,
    };
    ErasureView {
        id: format!("{PREFIX}{}", erasure.number),
        object: "erasure",
        status: if erasure.done_at.is_some() { "done" } else { "pending" },
        what: if message.is_some() { "message" } else { "number" },
        message,
        account: erasure.account.and_then(|account| api.ledger.names().account_name(account)),
        by: by(erasure.by),
        key: erasure.who.clone(),
        asked_at: rfc3339(erasure.asked_at),
        done_at: erasure.done_at.map(rfc3339),
        messages: erasure.messages,
        erased: erasure.erased,
        waiting: erasure.waiting(),
        others: erasure.loose,
    }
}

/// The word for whose wish it was.
pub(super) const fn by(by: By) -> &'static str {
    match by {
        By::Application | By::AccountKey => "account",
        By::Operator => "operator",
    }
}
