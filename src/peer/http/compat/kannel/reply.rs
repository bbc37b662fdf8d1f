//! What `sendsms` answers: the words and statuses of Kannel's smsbox, which its clients compare.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use axum::response::{IntoResponse, Response};

use crate::peer::http::problem::Problem;
use crate::peer::http::problem_table as kinds;

/// It is on disk and its carrier is there.
pub(super) const ACCEPTED: &str = "0: Accepted for delivery";

/// It is on disk and waits for its carrier.
pub(super) const QUEUED: &str = "3: Queued for later delivery";

/// A refusal in Kannel's words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::peer::http) struct Refused {
    pub(super) status: u16,
    pub(super) words: String,
}

impl Refused {
    /// Something in the request cannot be.
    pub(super) fn because(words: &str) -> Self {
        Self { status: 400, words: words.to_owned() }
    }

    /// The login is nobody's, or may not send.
    pub(super) fn unauthorized() -> Self {
        Self { status: 403, words: "Authorization failed for sendsms".to_owned() }
    }

    /// A field that cannot be used, by Kannel's name for it.
    pub(super) fn misformed(field: &str) -> Self {
        Self::because(&format!("{field} field misformed, rejected"))
    }

    /// No receiver that can be one.
    pub(super) fn denied() -> Self {
        Self::because("Number(s) has/have been denied by white- and/or black-lists.")
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        let said = |status: u16, words: &str| Self { status, words: words.to_owned() };
        match problem.kind {
            kinds::UNAUTHORIZED
            | kinds::ADDRESS_NOT_ALLOWED
            | kinds::SCOPE_MISSING
            | kinds::UNKNOWN_ACCOUNT => Self::unauthorized(),
            kinds::OPTED_OUT | kinds::NO_ROUTE => said(403, "Not routable. Do not try again."),
            kinds::INVALID_DESTINATION => Self::denied(),
            kinds::INVALID_SOURCE => Self::misformed("Sender"),
            kinds::INVALID_VALIDITY => Self::misformed("Validity"),
            kinds::INVALID_SCHEDULE => Self::misformed("Deferred"),
            kinds::TOO_LONG => Self::because("Message too long, rejected"),
            kinds::PAYLOAD_TOO_LARGE => said(413, "Request too large, rejected"),
            kinds::METHOD_NOT_ALLOWED => said(405, "Unknown request."),
            _ => said(503, "Temporal failure, try again later."),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        said(
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE),
            self.words,
        )
    }
}

/// An answer as smsbox sends them, but for its `text/html`: it repeats what the client wrote.
pub(super) fn said(status: StatusCode, words: String) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (PRAGMA, "no-cache"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (status, headers, words).into_response()
}
