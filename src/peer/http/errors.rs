//! `GET /errors/{code}`: what a problem's `type` leads to.

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::problem::Problem;
use super::problem_table::{self as kinds, Kind};
use crate::message::reason::Reason;

/// The problems of the API, and the reasons of the ledger under their names.
pub(super) async fn explain(Path(code): Path<String>) -> Response {
    if let Some(Kind { code, status, title, retryable, advice }) = Kind::of(&code) {
        let retryable = *retryable;
        return Json(json!({
            "code": code, "status": status, "title": title, "retryable": retryable, "advice": advice,
        }))
        .into_response();
    }
    match Reason::from_name(&code) {
        Some(reason) => Json(json!({
            "code": reason.name(),
            "group": reason.group(),
            "permanent": reason.permanent(),
            "title": reason.title(),
            "advice": reason.advice(),
        }))
        .into_response(),
        None => {
            Problem::new(kinds::NOT_FOUND, "no problem or reason has this code").into_response()
        }
    }
}
