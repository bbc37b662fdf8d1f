//! `GET /ping`: whether anybody answers.

use axum::http::StatusCode;
use axum::response::Response;

use super::reply::said;

/// Always the same.
pub(in crate::peer::http) async fn ping() -> Response {
    said(StatusCode::OK, "Jasmin/PONG")
}
