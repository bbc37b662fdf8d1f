//! `GET` and `POST /cgi-bin/sendsms`: takes a text in for each of its receivers.
//!
//! **Invariant**: `0:` and `3:` only once the message of every receiver that is not named in the answer is
//! on disk. One receiver that is refused costs the others nothing.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::content::content;
use super::fields::Fields;
use super::reply::{ACCEPTED, QUEUED, Refused, said};
use super::values::Values;
use crate::message::callback::{Callback, CallbackFormat, CallbackMethod, CallbackWants};
use crate::peer::http::acceptance::{Outcomes, take_in};
use crate::peer::http::api::Api;
use crate::peer::http::auth::{Caller, ClientAddress};
use crate::peer::http::compat::callbacks::{address, context};
use crate::peer::http::config::Scope;
use crate::peer::http::numbers::{can_be_destination, can_be_sender};
use crate::pipeline::port::Submission;
use crate::wire::smpp::time::relative;

/// Receivers of one request.
const RECEIVERS_MAX: usize = 1_000;

/// Octets of `account` (smsbox has the same).
const ACCOUNT_OCTETS_MAX: usize = 64;

/// SMPP §5.2.11.
const SERVICE_TYPE_OCTETS_MAX: usize = 5;

/// Answers in Kannel's words.
pub(in crate::peer::http) async fn sendsms(
    State(api): State<Arc<Api>>,
    request: Request,
) -> Result<Response, Refused> {
    let (parts, body) = request.into_parts();
    let counted = |refused: Refused| {
        api.ingress.rejected.named("invalid_request").increment(1);
        refused
    };
    let fields = Fields::of(&parts, body, api.config.body_bytes_max).await.map_err(counted)?;
    let caller = caller(&api, &fields, ClientAddress::of(&parts))?;
    let (receivers, submission) = read(&api, &caller, &fields).map_err(counted)?;
    let to_each =
        |to: &String| Submission { destination: to.clone().into_bytes(), ..submission.clone() };
    let submissions = receivers.allowed.iter().map(to_each).collect();
    let outcomes = take_in(&api, submissions).await?;
    answer(&api, receivers, &outcomes)
}

fn caller(api: &Api, fields: &Fields, from: ClientAddress) -> Result<Caller, Refused> {
    let username = fields.get(&["username", "user"]).and_then(|it| std::str::from_utf8(it).ok());
    let password = fields.get(&["password", "pass"]);
    let login = (username.unwrap_or_default(), password.unwrap_or_default());
    let caller = Caller::of_login(api, login, from)?;
    caller.require(Scope::MessagesSend)?;
    Ok(caller)
}

/// Whom a text goes to, and whom it cannot go to as written.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Receivers {
    allowed: Vec<String>,
    denied: Vec<String>,
}

impl Receivers {
    /// Words of a list, each once; spaces and dashes in a number are smsbox's to allow.
    fn of(fields: &Fields) -> Result<Self, Refused> {
        let Some(to) = fields.get(&["to"]) else {
            return Err(Refused::because("Missing receiver number, rejected"));
        };
        if to.is_empty() {
            return Err(Refused::because("Empty receiver number not allowed, rejected"));
        }
        let to = String::from_utf8_lossy(to);
        let (mut seen, mut receivers) = (HashSet::new(), Self::default());
        for word in to.split_whitespace() {
            if seen.len() >= RECEIVERS_MAX && !seen.contains(word) {
                return Err(Refused::because("Too many receivers, rejected"));
            }
            if !seen.insert(word) {
                continue;
            }
            let number = word.replace('-', "");
            let list = if can_be_destination(&number) {
                &mut receivers.allowed
            } else {
                &mut receivers.denied
            };
            list.push(if can_be_destination(&number) { number } else { word.to_owned() });
        }
        if receivers.allowed.is_empty() { Err(Refused::denied()) } else { Ok(receivers) }
    }
}

/// The receivers, and what is the same for all of them.
fn read(api: &Api, caller: &Caller, fields: &Fields) -> Result<(Receivers, Submission), Refused> {
    let receivers = Receivers::of(fields)?;
    let source = sender(api, fields)?;
    let callback = callback(caller, fields)?;
    let values = Values::of(fields)?;
    let content = content(fields, &values)?;
    // A life of no time is over before it begins.
    if values.validity == Some(0) {
        return Err(Refused::misformed("Validity"));
    }
    let time = |minutes: Option<u64>| {
        let minutes = minutes.filter(|&minutes| minutes > 0);
        minutes.map_or_else(Vec::new, |it| relative(Duration::from_secs(60 * it)).to_vec())
    };
    let wants = CallbackWants(values.dlr_mask & CallbackWants::ALL.0);
    let submission = Submission {
        account: caller.account().unwrap_or_default().to_owned(),
        source: source.into_bytes(),
        body: content.body,
        data_coding: content.data_coding,
        esm_class: content.esm_class,
        protocol_id: values.pid,
        priority_flag: values.priority,
        // Where Kannel's SMPP puts it, too.
        service_type: service_type(fields),
        validity_period: time(values.validity),
        schedule_delivery_time: time(values.deferred),
        callback: callback.filter(|_| wants.0 != 0).map(|callback| Callback { wants, ..callback }),
        ..Submission::default()
    };
    Ok((receivers, submission))
}

fn sender(api: &Api, fields: &Fields) -> Result<String, Refused> {
    let from = fields.text("from");
    // A `+` that nobody encoded has become a space.
    match (from.trim(), &api.config.kannel.sender) {
        ("", Some(sender)) => Ok(sender.clone()),
        ("", None) => Err(Refused::because("Sender missing and no global set, rejected")),
        (from, _) if can_be_sender(from) => Ok(from.to_owned()),
        _ => Err(Refused::misformed("Sender")),
    }
}

fn service_type(fields: &Fields) -> Vec<u8> {
    let binfo = fields.get(&["binfo"]).unwrap_or_default();
    let usable = binfo.iter().take_while(|octet| octet.is_ascii_graphic());
    usable.take(SERVICE_TYPE_OCTETS_MAX).copied().collect()
}

/// What `dlr-url` asks for, and what its escapes may want to know.
fn callback(caller: &Caller, fields: &Fields) -> Result<Option<Callback>, Refused> {
    let account = fields.get(&["account"]).unwrap_or_default();
    let marks = account.iter().any(|octet| b"[]\n\r".contains(octet));
    if account.len() > ACCOUNT_OCTETS_MAX || marks {
        return Err(Refused::because("Account field misformed or too long, rejected"));
    }
    let url = fields.get(&["dlr-url", "dlrurl"]).filter(|url| !url.is_empty());
    let Some(url) = url else { return Ok(None) };
    let url = address(url).ok_or_else(|| Refused::misformed("DLR-URL"))?;
    let known = [
        ("service", caller.login().unwrap_or_default().as_bytes()),
        ("account", account),
        ("smsc", fields.get(&["smsc"]).unwrap_or_default()),
        ("binfo", fields.get(&["binfo"]).unwrap_or_default()),
        ("meta", fields.get(&["meta-data"]).unwrap_or_default()),
    ];
    let context =
        context(known).ok_or_else(|| Refused::because("Meta-Data field too long, rejected"))?;
    let (format, method) = (CallbackFormat::Kannel, CallbackMethod::Get);
    Ok(Some(Callback { format, method, wants: CallbackWants::default(), url, context }))
}

/// What became of all of them, in one line.
fn answer(api: &Api, receivers: Receivers, outcomes: &Outcomes) -> Result<Response, Refused> {
    let Receivers { allowed, mut denied } = receivers;
    let mut failed = Vec::new();
    let mut first = None;
    let mut accepted = Vec::new();
    for (to, outcome) in allowed.into_iter().zip(outcomes) {
        match outcome {
            Ok(acceptance) => accepted.push(acceptance.carrier),
            Err(problem) => {
                let refused = Refused::from(problem.clone());
                if refused.status == 503 {
                    failed.push(to)
                } else {
                    denied.push(to)
                }
                first.get_or_insert(refused);
            }
        }
    }
    if accepted.is_empty() {
        return Err(first.unwrap_or_else(Refused::denied));
    }
    let carriers = api.board.carriers();
    let waits = |id| carriers.iter().any(|view| view.id == id && view.binds_up == 0);
    let mut words = if accepted.into_iter().any(waits) { QUEUED } else { ACCEPTED }.to_owned();
    for (name, list) in [("Denied", denied), ("Failed", failed)] {
        if !list.is_empty() {
            let _infallible = write!(words, " {name} receivers are: {}", list.join(" "));
        }
    }
    Ok(said(StatusCode::ACCEPTED, words).into_response())
}
