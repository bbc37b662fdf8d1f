//! A refusal as the API writes it: `application/problem+json` (RFC 9457).
//!
//! A handler makes a [`Problem`]; the layer that knows the request's id writes the body
//! ([`ProblemBody`](super::problem_view::ProblemBody)). Not here: which kinds there are.

use std::time::Duration;

use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::problem_table::{self as kinds, Kind};
use crate::pipeline::port::Refusal;

/// One refusal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Problem {
    pub(super) kind: Kind,
    pub(super) detail: String,
    pub(super) errors: Vec<FieldError>,
    pub(super) retry_after: Option<Duration>,
}

/// What is wrong with one field of a body, or parameter of a query.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct FieldError {
    /// JSON pointer (RFC 6901), or the name of a parameter.
    pub(super) at: At,
    pub(super) code: &'static str,
    pub(super) detail: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum At {
    Pointer(String),
    Parameter(String),
}

/// When to try again what may work at once.
const A_MOMENT: Duration = Duration::from_secs(1);

impl Problem {
    pub(super) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        // Who is told to come back is told when: in a moment, unless more is known.
        let retry_after = matches!(kind.status, 429 | 503).then_some(A_MOMENT);
        Self { kind, detail: detail.into(), errors: Vec::new(), retry_after }
    }

    /// A problem with one field of the body.
    pub(super) fn at(kind: Kind, pointer: &str, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let at = At::Pointer(pointer.to_owned());
        let error = FieldError { at, code: kind.code, detail: detail.clone() };
        Self { errors: vec![error], ..Self::new(kind, detail) }
    }

    /// Says when trying again makes sense.
    pub(super) fn after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    /// The word of the metric for a submission that was refused.
    pub(super) const fn metric(&self) -> &'static str {
        match self.kind.status {
            400 | 403 | 413 | 415 => "invalid_request",
            _ => self.kind.code,
        }
    }

    /// Whole seconds to wait, never less than asked for.
    pub(super) fn retry_after_s(&self) -> Option<u64> {
        let after = self.retry_after?;
        Some((after.as_secs() + u64::from(after.subsec_nanos() > 0)).max(1))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.kind.status);
        let mut response = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response();
        if self.kind == kinds::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"postrider\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after_s() {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::UnknownAccount => {
                Self::at(kinds::UNKNOWN_ACCOUNT, "/account", "no account has this name")
            }
            Refusal::OverRate(wait) => {
                Self::new(kinds::OVER_RATE, "the account's rate is used up for now").after(wait)
            }
            Refusal::NoRoute => Self::at(kinds::NO_ROUTE, "/to", "no route has this prefix"),
            Refusal::OptedOut => {
                Self::at(kinds::OPTED_OUT, "/to", "the holder of this number takes nothing from it")
            }
            Refusal::QueueFull => {
                Self::new(kinds::QUEUE_FULL, "the carrier of this destination has no room")
                    .after(Duration::from_secs(5))
            }
            Refusal::InvalidSource => {
                Self::at(kinds::INVALID_SOURCE, "/from", "this cannot be a sender")
            }
            Refusal::InvalidDestination => {
                Self::at(kinds::INVALID_DESTINATION, "/to", "this cannot be a destination")
            }
            Refusal::TooLong => Self::at(kinds::TOO_LONG, "/text", "the text is too long"),
            Refusal::InvalidValidity => {
                let detail = "the validity period is no time, or over before it could leave";
                Self::at(kinds::INVALID_VALIDITY, "/validity_s", detail)
            }
            Refusal::InvalidSchedule => {
                let detail = "the scheduled time is no time, or too far away";
                Self::at(kinds::INVALID_SCHEDULE, "/send_at", detail)
            }
            Refusal::OverMemory => Self::new(kinds::OVER_MEMORY, "too much waits to be sent")
                .after(Duration::from_secs(5)),
            Refusal::DiskFull => Self::new(kinds::DISK_FULL, "free space is below its floor")
                .after(Duration::from_secs(30)),
            Refusal::DiskFailed => {
                Self::new(kinds::DISK_FAILED, "a write failed").after(Duration::from_secs(60))
            }
            Refusal::Draining => {
                Self::new(kinds::DRAINING, "the gateway is stopping").after(Duration::from_secs(5))
            }
            Refusal::Busy => Self::new(kinds::BUSY, "too much is being written"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_told_to_come_back_is_told_when() {
        for kind in kinds::ALL {
            let waits = Problem::new(*kind, "").retry_after_s();
            assert_eq!(waits, matches!(kind.status, 429 | 503).then_some(1), "{}", kind.code);
        }
        let over = Problem::from(Refusal::OverRate(Duration::from_millis(1_001)));
        assert_eq!(over.retry_after_s(), Some(2), "never sooner than it makes sense");
    }
}
