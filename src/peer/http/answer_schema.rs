//! The shapes of smaller answers: health, routes explained, problems explained.

use serde::Serialize;
use utoipa::ToSchema;

/// Whether the process runs, or takes messages.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    /// `alive`, `started`, `ready` or `not_ready`.
    status: String,
    /// Why it takes none.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Where a message would go, and what each route made of it.
#[derive(Serialize, ToSchema)]
pub(super) struct RouteExplanation {
    /// Always `route_explanation`.
    object: String,
}

/// A kind of problem, or a reason of a message's history.
#[derive(Serialize, ToSchema)]
pub(super) struct CodeExplanation {
    /// The code.
    code: String,
    /// What it is, in a few words.
    title: String,
    /// What to do about it.
    advice: String,
    /// Of a problem: its HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Of a problem: whether the same request may work later.
    #[serde(skip_serializing_if = "Option::is_none")]
    retryable: Option<bool>,
    /// Of a reason: whose side it is on.
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<String>,
    /// Of a reason: whether trying the same again cannot help.
    #[serde(skip_serializing_if = "Option::is_none")]
    permanent: Option<bool>,
}
