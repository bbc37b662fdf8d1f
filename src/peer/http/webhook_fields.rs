//! Reading the bodies that make webhooks and have events told again.

use axum::body::Body;
use axum::http::HeaderMap;
use serde_json::{Map, Value};

use super::api::Api;
use super::json_body::read;
use super::problem::Problem;
use super::problem_table as kinds;
use super::when;
use crate::base::clock::Timestamp;
use crate::feed::kind::{Kind, Kinds};
use crate::peer::webhook::service::{Again, REPLAY_IDS_MAX};
use crate::peer::webhook::target::Target;

/// The members of what makes a webhook.
pub(super) const MADE_OF: [&str; 4] = ["url", "events", "allow_private", "account"];

/// The members of what is to be told again.
pub(super) const TOLD_AGAIN: [&str; 4] = ["ids", "from", "to", "events"];

/// What `POST /v1/webhooks` asks for.
pub(super) struct Wanted {
    pub(super) target: Target,
    pub(super) kinds: Kinds,
    pub(super) allow_private: bool,
    pub(super) account: Option<String>,
}

/// The members of a body that is one JSON object, with no others than these.
pub(super) async fn members(
    api: &Api,
    headers: &HeaderMap,
    body: Body,
    known: &[&str],
) -> Result<Map<String, Value>, Problem> {
    let octets = read(headers, body, api.config.body_bytes_max).await?;
    let value: Value = serde_json::from_slice(&octets)
        .map_err(|error| Problem::new(kinds::INVALID_JSON, error.to_string()))?;
    let Value::Object(members) = value else {
        return Err(Problem::new(kinds::INVALID_JSON, "the body is not an object"));
    };
    match members.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => {
            let detail = format!("there is no such field; there are {}", known.join(", "));
            let pointer = format!("/{}", key.replace('~', "~0").replace('/', "~1"));
            Err(wrong(&pointer, detail))
        }
        None => Ok(members),
    }
}

/// Reads what a webhook is to be.
pub(super) fn webhook(members: &Map<String, Value>) -> Result<Wanted, Problem> {
    let url = members.get("url").and_then(Value::as_str);
    let url = url.ok_or_else(|| wrong("/url", "this is an address, and has to be there"))?;
    let allow_private = match members.get("allow_private") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(allow)) => *allow,
        Some(_) => return Err(wrong("/allow_private", "this is true or false")),
    };
    let account = match members.get("account") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name.clone()),
        Some(_) => return Err(wrong("/account", "this is the name of an account")),
    };
    let target = Target::read(url).map_err(|why| wrong("/url", format!("it {why}")))?;
    let own = target.address().is_some_and(|it| !crate::peer::webhook::guard::is_public(it));
    if own && !allow_private {
        return Err(wrong(
            "/url",
            "it leads to a private address, which allow_private would allow",
        ));
    }
    let kinds = kinds_of(members)?.ok_or_else(|| {
        let names: Vec<&str> = Kinds::ALL.names().collect();
        wrong("/events", format!("this is a list with \"*\" or any of {}", names.join(", ")))
    })?;
    Ok(Wanted { target, kinds, allow_private, account })
}

/// Reads what is to be told again.
pub(super) fn again(members: &Map<String, Value>) -> Result<Again, Problem> {
    if let Some(ids) = members.get("ids").filter(|ids| !ids.is_null()) {
        if members.iter().any(|(name, value)| name != "ids" && !value.is_null()) {
            return Err(wrong("/ids", "ids stand alone"));
        }
        let ids = ids.as_array().and_then(|ids| {
            ids.iter().map(|id| id.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        });
        let some = ids.filter(|ids| (1..=REPLAY_IDS_MAX).contains(&ids.len()));
        let detail = format!("this is a list of 1 to {REPLAY_IDS_MAX} ids of events");
        return some.map(Again::Ids).ok_or_else(|| wrong("/ids", detail));
    }
    let from = moment(members, "from")?;
    let from = from.ok_or_else(|| wrong("/from", "either ids, or a time to begin at"))?;
    let to = moment(members, "to")?.unwrap_or(Timestamp::NEVER);
    if to <= from {
        return Err(wrong("/to", "this is later than from"));
    }
    Ok(Again::Span { from, to, kinds: kinds_of(members)?.unwrap_or(Kinds::ALL) })
}

fn moment(members: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, Problem> {
    let Some(value) = members.get(name).filter(|value| !value.is_null()) else { return Ok(None) };
    let moment = value.as_str().and_then(when::parse);
    let detail = "this is a time such as 2026-01-31T13:00:00Z";
    moment.map(Some).ok_or_else(|| wrong(&format!("/{name}"), detail))
}

fn kinds_of(members: &Map<String, Value>) -> Result<Option<Kinds>, Problem> {
    let Some(value) = members.get("events").filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let names: Option<Vec<&str>> =
        value.as_array().and_then(|names| names.iter().map(Value::as_str).collect());
    let names = names.filter(|names| !names.is_empty());
    let names = names.ok_or_else(|| wrong("/events", "this is a list of names of events"))?;
    let kinds = Kinds::from_names(names.iter().copied());
    kinds
        .map(Some)
        .map_err(|name| wrong("/events", format!("the event `{name}` {}", Kind::no_kind(name))))
}

fn wrong(pointer: &str, detail: impl Into<String>) -> Problem {
    Problem::at(kinds::INVALID_REQUEST, pointer, detail)
}
