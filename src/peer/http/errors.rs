//! `GET /errors/{code}`: what a problem's `type` leads to, as JSON, or as a page for browsers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::ACCEPT;
use axum::http::{Extensions, HeaderMap};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::answer_schema::CodeExplanation;
use super::api::Api;
use super::console::reasons_page;
use super::html::{Html, page};
use super::path_id::PathId;
use super::problem::Problem;
use super::problem_table::{self as kinds, Kind};
use crate::message::dictionary::Entry;
use crate::message::reason::Reason;

/// What a code means
///
/// The problems of the API, and the reasons of histories under their names. A browser gets a page.
#[utoipa::path(
    get, path = "/errors/{code}", tag = "documents", operation_id = "explainCode",
    params(("code" = String, Path, description = "The code of a problem or of a reason")),
    responses((status = 200, description = "What it means, and what to do", content(
        (CodeExplanation = "application/json"),
        (String = "text/html"),
    ))),
)]
pub(super) async fn explain(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    extensions: Extensions,
    PathId(code): PathId,
) -> Response {
    let Some(known) = known(&code) else {
        return Problem::new(kinds::NOT_FOUND, "no problem or reason has this code")
            .into_response();
    };
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !accepted.contains("text/html") {
        return Json(known).into_response();
    }
    // People who follow a link to a code that both have come from a message.
    match Reason::from_name(&code).and_then(Entry::of) {
        Some(entry) => reasons_page::one(&api, &headers, &extensions, entry),
        None => shown(&known),
    }
}

fn known(code: &str) -> Option<Value> {
    if let Some(Kind { code, status, title, retryable, advice }) = Kind::of(code) {
        return Some(json!({
            "code": code, "status": status, "title": title, "retryable": retryable, "advice": advice,
        }));
    }
    let reason = Reason::from_name(code)?;
    let entry = Entry::of(reason)?;
    Some(json!({
        "code": reason.name(),
        "group": reason.group(),
        "permanent": reason.permanent(),
        "title": entry.title,
        "advice": entry.advice,
        "reads": entry.reads,
        "say": entry.say,
        "next": entry.next,
    }))
}

fn shown(known: &Value) -> Response {
    let word = |name: &str| known[name].as_str().unwrap_or_default().to_owned();
    let mut body = Html::new();
    body.tag("p", |it| it.link("/docs", "The API"));
    body.tag("h1", |it| it.text(&word("title")));
    body.tag("p", |it| it.text(&word("advice")));
    body.tag("dl", |it| {
        for (name, value) in known.as_object().into_iter().flatten() {
            if name != "title" && name != "advice" {
                it.tag("dt", |it| it.text(name));
                it.tag("dd", |it| it.text(value.as_str().unwrap_or(&value.to_string())));
            }
        }
    });
    page(&word("code"), &body)
}
