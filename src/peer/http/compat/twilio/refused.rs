//! What Twilio answers when it refuses: its codes, which its clients compare, with its statuses.

use axum::Json;
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::peer::http::problem::Problem;
use crate::peer::http::problem_table as kinds;

/// A refusal with Twilio's code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::peer::http) struct Refused {
    pub(super) status: u16,
    pub(super) code: u32,
    pub(super) message: String,
    pub(super) retry_after_s: Option<u64>,
}

impl Refused {
    /// Something in the request cannot be.
    pub(super) fn because(code: u32, message: impl Into<String>) -> Self {
        Self { status: 400, code, message: message.into(), retry_after_s: None }
    }

    /// The AccountSid or its AuthToken is nobody's.
    pub(super) fn unauthorized() -> Self {
        Self { status: 401, ..Self::because(20003, "Authenticate") }
    }

    /// Nothing of the caller's has this path.
    pub(super) fn not_found() -> Self {
        Self { status: 404, ..Self::because(20404, "The requested resource was not found") }
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        let (status, code) = match problem.kind {
            kinds::UNAUTHORIZED | kinds::ADDRESS_NOT_ALLOWED | kinds::UNKNOWN_ACCOUNT => {
                return Self::unauthorized();
            }
            kinds::NOT_FOUND => return Self::not_found(),
            kinds::SCOPE_MISSING => (403, 20003),
            kinds::METHOD_NOT_ALLOWED => (405, 20004),
            kinds::OVER_RATE | kinds::KEY_OVER_RATE => (429, 20429),
            kinds::INVALID_DESTINATION => (400, 21211),
            kinds::INVALID_SOURCE => (400, 21212),
            kinds::OPTED_OUT => (400, 21610),
            kinds::NO_ROUTE => (400, 21612),
            kinds::TOO_LONG => (400, 21617),
            kinds::INVALID_VALIDITY => (400, 21624),
            kinds::INVALID_SCHEDULE => (400, 35114),
            kinds::NOT_CANCELLABLE => (400, 30409),
            kinds::PAYLOAD_TOO_LARGE => (413, 20413),
            kinds::INTERNAL => (500, 20500),
            kind if kind.status == 503 => (503, 20503),
            _ => (400, 20001),
        };
        let message = match code {
            20429 => "Too Many Requests".to_owned(),
            _ => format!("{}: {}", problem.kind.title, problem.detail),
        };
        let retry_after_s = problem.retry_after_s();
        Self { status, code, message, retry_after_s }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        let body = json!({
            "code": self.code,
            "message": self.message,
            "more_info": format!("https://www.twilio.com/docs/errors/{}", self.code),
            "status": self.status,
        });
        let mut response = (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response();
        if self.status == 401 {
            let challenge = HeaderValue::from_static("Basic realm=\"Twilio API\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
