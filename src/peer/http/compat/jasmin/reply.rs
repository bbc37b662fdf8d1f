//! What Jasmin answers, and the statuses of it, which its clients compare.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::peer::http::problem::Problem;
use crate::peer::http::problem_table as kinds;

/// Octets of what a client wrote that an answer repeats.
const REPEATED_MAX: usize = 256;

/// A refusal in Jasmin's words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::peer::http) struct Refused {
    pub(super) status: u16,
    pub(super) words: String,
}

/// What cannot be helped by another request.
const FAILED: &str = "Cannot send submit_sm, check SMPPClientManagerPB log file for details";

impl Refused {
    /// Something in the request cannot be.
    pub(super) fn because(words: impl Into<String>) -> Self {
        Self { status: 400, words: words.into() }
    }

    /// An argument that is not what it has to be.
    pub(super) fn invalid(argument: &str, value: &[u8]) -> Self {
        let shown = String::from_utf8_lossy(&value[..value.len().min(REPEATED_MAX)]);
        Self::because(format!("Argument [{argument}] has an invalid value: [{shown}]."))
    }

    /// The login is nobody's.
    pub(super) fn unauthorized(username: &str) -> Self {
        Self { status: 403, words: format!("Authentication failure for username:{username}") }
    }

    /// As `/send` writes it.
    pub(in crate::peer::http) fn in_quotes(&self) -> Response {
        said(self.status(), &format!("Error \"{}\"", self.words))
    }

    /// As all others write it.
    pub(in crate::peer::http) fn in_json(&self) -> Response {
        told(self.status(), &Value::String(self.words.clone()))
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        let said = |status: u16, words: &str| Self { status, words: words.to_owned() };
        match problem.kind {
            kinds::UNAUTHORIZED | kinds::UNKNOWN_ACCOUNT | kinds::ADDRESS_NOT_ALLOWED => {
                said(403, "Authentication failure")
            }
            kinds::SCOPE_MISSING => {
                said(400, "Authorization failed for user (Cannot send MT messages).")
            }
            kinds::OVER_RATE | kinds::KEY_OVER_RATE => said(403, "User throughput exceeded"),
            kinds::OPTED_OUT => said(412, "Recipient has opted out"),
            kinds::NO_ROUTE => said(412, "No route found"),
            kinds::INVALID_DESTINATION => Self::because("Argument [to] has an invalid value."),
            kinds::INVALID_SOURCE => Self::because("Argument [from] has an invalid value."),
            kinds::INVALID_VALIDITY => {
                Self::because("Argument [validity-period] has an invalid value.")
            }
            kinds::INVALID_SCHEDULE => Self::because("Argument [sdt] has an invalid value."),
            kinds::TOO_LONG => Self::because("Argument [content] is too long."),
            kinds::PAYLOAD_TOO_LARGE => said(413, "Request is too large."),
            kinds::METHOD_NOT_ALLOWED => said(405, "Method not allowed"),
            _ => said(500, FAILED),
        }
    }
}

/// A line of text.
pub(super) fn said(status: StatusCode, words: &str) -> Response {
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, "no-store")];
    (status, headers, words.to_owned()).into_response()
}

/// A line of JSON.
pub(super) fn told(status: StatusCode, value: &Value) -> Response {
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    (status, headers, value.to_string()).into_response()
}
