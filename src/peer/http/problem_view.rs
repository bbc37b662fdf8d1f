//! The body of a problem: RFC 9457, with a code, what to do again, and what is wrong with which field.

use serde::Serialize;
use utoipa::ToSchema;

use super::problem::{At, FieldError, Problem};
use super::problem_table::Kind;

/// A refusal (RFC 9457).
#[derive(Serialize, ToSchema, Debug)]
#[schema(as = Problem)]
pub(super) struct ProblemBody {
    /// Where the kind of problem is explained, relative to the API's address.
    #[serde(rename = "type")]
    #[schema(example = "/errors/no_route")]
    kind: String,
    /// The kind in a few words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong with this request.
    detail: String,
    /// The request, as `/requests/` and its id; not in the results of a batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// The name of the kind, which stays.
    #[schema(example = "no_route")]
    code: &'static str,
    /// The request's id; not in the results of a batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// Whether the same request may work later.
    retryable: bool,
    /// Seconds after which trying again makes sense, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_s: Option<u64>,
    /// Each field that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
}

/// What is wrong with one field of a body, or one parameter of a query.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct FieldProblem {
    /// The field, as a JSON pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// The parameter's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// What kind of mistake it is.
    code: &'static str,
    /// What it has to be.
    detail: String,
}

impl ProblemBody {
    /// Of a request, or of one message of a batch.
    pub(super) fn new(problem: &Problem, request_id: Option<&str>) -> Self {
        let Kind { code, status, title, retryable, .. } = problem.kind;
        Self {
            kind: format!("/errors/{code}"),
            title,
            status,
            detail: problem.detail.clone(),
            instance: request_id.map(|id| format!("/requests/{id}")),
            code,
            request_id: request_id.map(str::to_owned),
            retryable,
            retry_after_s: problem.retry_after_s(),
            errors: problem.errors.iter().map(FieldProblem::of).collect(),
        }
    }
}

impl FieldProblem {
    fn of(error: &FieldError) -> Self {
        let (pointer, parameter) = match &error.at {
            At::Pointer(pointer) => (Some(pointer.clone()), None),
            At::Parameter(parameter) => (None, Some(parameter.clone())),
        };
        Self { pointer, parameter, code: error.code, detail: error.detail.clone() }
    }
}
