//! `POST /v1/routes/explain`: where a message would go, and what every route made of it.
//!
//! Routes are the operator's, with carriers and costs of all accounts, so a key that belongs to one
//! account is not told. Nothing is submitted, counted or kept.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::answer_schema::RouteExplanation;
use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::json_body::read;
use super::problem::{At, FieldError, Problem};
use super::problem_table as kinds;
use super::request_schema::RouteRequest;
use crate::pipeline::mo_view::MoRouteQuestion;
use crate::pipeline::route_view::RouteQuestion;

const FIELDS: [&str; 6] = ["direction", "to", "from", "account", "tags", "parts"];

/// Those of a message from a handset.
const MO_FIELDS: [&str; 5] = ["direction", "to", "from", "carrier", "text"];

/// What is asked about.
enum Asked {
    /// A message to a handset.
    Mt(RouteQuestion),
    /// A message from one.
    Mo(MoRouteQuestion),
}

/// Tags of one question.
const TAGS_MAX: usize = 16;

/// Where a message would go
///
/// For keys that belong to no account. Nothing is submitted, counted or kept.
#[utoipa::path(
    post, path = "/v1/routes/explain", tag = "operation", operation_id = "explainRoute",
    security(("key" = ["messages:read"])),
    request_body = RouteRequest,
    responses((status = 200, description = "The route, and of every other why not", body = RouteExplanation)),
)]
pub(super) async fn explain(
    caller: Caller,
    State(api): State<Arc<Api>>,
    request: Request,
) -> Result<Response, Problem> {
    caller.require(Scope::MessagesRead)?;
    if caller.account().is_some() {
        let detail = "routes are shown to keys that belong to no account";
        return Err(Problem::new(kinds::SCOPE_MISSING, detail));
    }
    let (parts, body) = request.into_parts();
    let body = read(&parts.headers, body, api.config.body_bytes_max).await?;
    let view = match asked(&body)? {
        Asked::Mt(question) => serde_json::to_value(api.explain.explain(&question)?),
        Asked::Mo(question) => {
            serde_json::to_value(api.explain.explain_mo(&question).map_err(|_| {
                Problem::at(kinds::INVALID_REQUEST, "/carrier", "no carrier has this name")
            })?)
        }
    };
    let mut answer = json!({ "object": "route_explanation" });
    // The view is plain texts and numbers.
    if let (Value::Object(answer), Ok(Value::Object(view))) = (&mut answer, view) {
        answer.extend(view);
    }
    Ok(([(CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// Reads a body; everything wrong with it is found in one pass.
fn asked(body: &[u8]) -> Result<Asked, Problem> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|error| Problem::new(kinds::INVALID_JSON, format!("this is not JSON: {error}")))?;
    let Value::Object(object) = value else {
        return Err(Problem::new(kinds::INVALID_JSON, "this is JSON, and not an object"));
    };
    let mut errors = Vec::new();
    let mut wrong = |field: &str, code, detail: &str| {
        let pointer = format!("/{}", field.replace('~', "~0").replace('/', "~1"));
        errors.push(FieldError { at: At::Pointer(pointer), code, detail: detail.to_owned() });
    };
    let mo = match string(&object, "direction", &mut wrong).as_deref() {
        None | Some("mt") => false,
        Some("mo") => true,
        Some(_) => {
            wrong("direction", "invalid_value", "has to be mt or mo");
            false
        }
    };
    let (to, from) = (required(&object, "to", &mut wrong), required(&object, "from", &mut wrong));
    let asked = if mo {
        let carrier = string(&object, "carrier", &mut wrong);
        let text = string(&object, "text", &mut wrong);
        Asked::Mo(MoRouteQuestion { to, from, carrier, text })
    } else {
        let account = string(&object, "account", &mut wrong);
        let (tags, parts) = (tags(&object, &mut wrong), parts(&object, &mut wrong));
        Asked::Mt(RouteQuestion { to, from, account, tags, parts })
    };
    let fields = if mo { &MO_FIELDS[..] } else { &FIELDS };
    for field in object.keys().filter(|field| !fields.contains(&field.as_str())) {
        wrong(field, "unknown_field", &format!("may be one of {}", fields.join(", ")));
    }
    if errors.is_empty() {
        return Ok(asked);
    }
    let detail = format!("{} fields cannot be used", errors.len());
    Err(Problem { errors, ..Problem::new(kinds::INVALID_REQUEST, detail) })
}

type Wrong<'w> = dyn FnMut(&str, &'static str, &str) + 'w;

fn string(object: &Map<String, Value>, field: &str, wrong: &mut Wrong<'_>) -> Option<String> {
    match object.get(field) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()),
        Some(_) => {
            wrong(field, "invalid_type", "has to be a string");
            None
        }
    }
}

fn required(object: &Map<String, Value>, field: &str, wrong: &mut Wrong<'_>) -> String {
    if matches!(object.get(field), None | Some(Value::Null)) {
        wrong(field, "missing", "has to be there");
    }
    string(object, field, wrong).unwrap_or_default()
}

fn tags(object: &Map<String, Value>, wrong: &mut Wrong<'_>) -> Vec<String> {
    let tags = match object.get("tags") {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Array(tags)) if tags.len() <= TAGS_MAX => tags,
        Some(_) => {
            wrong("tags", "invalid_type", "has to be a list of at most 16 strings");
            return Vec::new();
        }
    };
    let read: Option<Vec<String>> =
        tags.iter().map(|tag| tag.as_str().map(str::to_owned)).collect();
    read.unwrap_or_else(|| {
        wrong("tags", "invalid_type", "has to be a list of strings");
        Vec::new()
    })
}

fn parts(object: &Map<String, Value>, wrong: &mut Wrong<'_>) -> u8 {
    let Some(value) = object.get("parts").filter(|value| !value.is_null()) else { return 1 };
    let parts = value.as_u64().and_then(|parts| u8::try_from(parts).ok());
    parts.filter(|&parts| parts > 0).unwrap_or_else(|| {
        wrong("parts", "out_of_range", "has to be a whole number from 1 to 255");
        1
    })
}
