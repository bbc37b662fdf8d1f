//! The `{id}` of a path.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::problem::Problem;
use super::problem_table as kinds;

/// The one variable segment of a path, decoded. What is no UTF-8 is nobody's id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct PathId(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(id)) => Ok(Self(id)),
            Err(_) => Err(Problem::new(kinds::NOT_FOUND, "nothing has this id")),
        }
    }
}
