//! The parameters of a query.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;

use super::problem::{At, FieldError, Problem};
use super::problem_table as kinds;

/// Names and values in their order, decoded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct QueryPairs(pub(super) Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for QueryPairs {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(pairs)) => Ok(Self(pairs)),
            Err(error) => Err(Problem::new(kinds::INVALID_QUERY, error.body_text())),
        }
    }
}

/// What is wrong with one parameter.
pub(super) fn wrong_parameter(name: &str, detail: String) -> Problem {
    let at = At::Parameter(name.to_owned());
    let error = FieldError { at, code: "invalid_parameter", detail: detail.clone() };
    Problem { errors: vec![error], ..Problem::new(kinds::INVALID_QUERY, detail) }
}
