//! `GET /balance`: what a user may still send.
//!
//! Accounts have rates and no balance, which is `ND` to Jasmin: not defined, so unlimited.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::arguments::Arguments;
use super::log_in::caller;
use super::reply::{Refused, told};
use super::values::OF_BALANCE;
use crate::peer::http::api::Api;
use crate::peer::http::auth::ClientAddress;

/// Answers in JSON.
pub(in crate::peer::http) async fn balance(
    State(api): State<Arc<Api>>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let arguments = Arguments::of(&parts, body, api.config.body_bytes_max).await;
    let known = arguments.and_then(|arguments| {
        if arguments.is_empty() {
            let words =
                "Mandatory arguments not found, please refer to the HTTPAPI specifications.";
            return Err(Refused::because(words));
        }
        arguments.check(OF_BALANCE)?;
        caller(&api, &arguments, ClientAddress::of(&parts))
    });
    match known {
        Ok(_) => told(StatusCode::OK, &json!({ "balance": "ND", "sms_count": "ND" })),
        Err(refused) => refused.in_json(),
    }
}
