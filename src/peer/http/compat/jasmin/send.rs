//! `GET` and `POST /send`: takes one message in.
//!
//! **Invariant**: `Success` only once it is on disk; the UUID leads back to it everywhere
//! ([`foreign_id`]).

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::arguments::Arguments;
use super::content::{content, parts};
use super::log_in::caller;
use super::reply::{Refused, said};
use super::values::OF_SEND;
use crate::base::foreign_id;
use crate::message::callback::{Callback, CallbackFormat, CallbackMethod, CallbackWants};
use crate::peer::http::acceptance::take_in;
use crate::peer::http::api::Api;
use crate::peer::http::auth::{Caller, ClientAddress};
use crate::peer::http::compat::callbacks::address;
use crate::peer::http::config::Scope;
use crate::pipeline::port::Submission;
use crate::wire::smpp::time::relative;

/// Answers in Jasmin's words.
pub(in crate::peer::http) async fn send(State(api): State<Arc<Api>>, request: Request) -> Response {
    match taken(&api, request).await {
        Ok(uuid) => said(StatusCode::OK, &format!("Success \"{uuid}\"")),
        Err(refused) => refused.in_quotes(),
    }
}

async fn taken(api: &Arc<Api>, request: Request) -> Result<String, Refused> {
    let (parts, body) = request.into_parts();
    let counted = |refused: Refused| {
        api.ingress.rejected.named("invalid_request").increment(1);
        refused
    };
    let arguments =
        Arguments::of(&parts, body, api.config.body_bytes_max).await.map_err(counted)?;
    arguments.check(OF_SEND).map_err(counted)?;
    let caller = caller(api, &arguments, ClientAddress::of(&parts))?;
    caller.require(Scope::MessagesSend)?;
    let submission = submission(&caller, &arguments).map_err(counted)?;
    let outcome = take_in(api, vec![submission]).await?.pop();
    let acceptance = outcome.ok_or_else(|| Refused::because("System error"))??;
    Ok(foreign_id::uuid(api.ids.seal(acceptance.ord)))
}

/// The message that the arguments describe.
fn submission(caller: &Caller, arguments: &Arguments) -> Result<Submission, Refused> {
    only_one_content(arguments)?;
    if arguments.get("content").or_else(|| arguments.get("hex-content")).is_none() {
        return Err(Refused::because("content or hex-content not present."));
    }
    let content = content(arguments)?;
    parts(&content)?;
    let minutes = arguments.number("validity-period");
    if minutes == Some(0) {
        return Err(Refused::invalid("validity-period", b"0"));
    }
    let validity = minutes.map(|it| Duration::from_secs(it.min(MINUTES_MAX) * 60));
    let text = |name: &str| arguments.text(name).unwrap_or_default();
    Ok(Submission {
        account: caller.account().unwrap_or_default().to_owned(),
        // A `+` that nobody encoded has become a space. None at all is the account's own sender.
        source: text("from").trim().as_bytes().to_vec(),
        destination: text("to").into_bytes(),
        body: content.body,
        data_coding: content.data_coding,
        priority_flag: arguments.number("priority").map_or(0, |priority| priority as u8),
        validity_period: validity.map_or_else(Vec::new, |it| relative(it).to_vec()),
        schedule_delivery_time: text("sdt").into_bytes(),
        callback: callback(arguments),
        ..Submission::default()
    })
}

/// A hundred years: nobody means more.
const MINUTES_MAX: u64 = 52_560_000;

/// Refuses what says two things at once.
pub(super) fn only_one_content(arguments: &Arguments) -> Result<(), Refused> {
    if arguments.get("content").is_some() && arguments.get("hex-content").is_some() {
        let words = "content and hex-content cannot be used both in same request.";
        return Err(Refused::because(words));
    }
    Ok(())
}

/// Level 1 is what the carrier said to the submit, 2 what became of it, 3 both; 1 unless it says so.
fn callback(arguments: &Arguments) -> Option<Callback> {
    let url = address(arguments.get("dlr-url")?)?;
    let submitted = CallbackWants::SENT.or(CallbackWants::REJECTED);
    let ended = CallbackWants::DELIVERED.or(CallbackWants::UNDELIVERED);
    let wants = match arguments.number("dlr-level") {
        Some(2) => ended,
        Some(3) => submitted.or(ended),
        _ => submitted,
    };
    let get = arguments.get("dlr-method").is_some_and(|it| it.eq_ignore_ascii_case(b"get"));
    let method = if get { CallbackMethod::Get } else { CallbackMethod::Post };
    Some(Callback { format: CallbackFormat::Jasmin, method, wants, url, context: "".into() })
}
