//! What the frame around all routes says (it took too long, the path has no such method) in the words
//! of whoever's path it is.

use axum::response::{IntoResponse, Response};

use super::routes::{BALANCE, MESSAGE, MESSAGES, PING, RATE, SEND, SENDSMS};
use super::{jasmin, kannel, twilio};
use crate::peer::http::problem::Problem;

/// The answer to a request by the template of its path; `None` where it is the API's.
pub(in crate::peer::http) fn answer(template: &str, problem: &Problem) -> Option<Response> {
    match template {
        SENDSMS => Some(kannel::reply::Refused::from(problem.clone()).into_response()),
        SEND => Some(jasmin::reply::Refused::from(problem.clone()).in_quotes()),
        RATE | BALANCE | PING => Some(jasmin::reply::Refused::from(problem.clone()).in_json()),
        MESSAGES | MESSAGE => Some(twilio::refused::Refused::from(problem.clone()).into_response()),
        _ => None,
    }
}
