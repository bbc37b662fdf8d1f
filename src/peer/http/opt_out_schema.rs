//! The shapes of opt-outs in answers.

use serde::Serialize;
use utoipa::ToSchema;

use super::list_schema::Page;
use super::opt_out_view::Change;

/// An opt-out that holds.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OptOutView {
    /// The id of its event.
    pub id: String,
    /// Since when it holds.
    pub since: String,
    #[serde(flatten)]
    pub change: Change,
}

/// Some of them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OptOutList {
    /// Newest first.
    pub data: Vec<OptOutView>,
    /// Whether there are more.
    pub page: Page,
}
