//! The shapes of what is asked about opt-outs, for the API's document.
//!
//! Read by hand (`operator_body`); tests hold what is read against these.
#![expect(dead_code, reason = "shapes of the document; nothing is made of them")]

use serde::Deserialize;
use utoipa::ToSchema;

/// A change of consent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OptOutRequest {
    /// Whose, with its country code.
    number: String,
    /// From whom; without it, from everybody.
    #[schema(max_length = 20)]
    sender: Option<String>,
    /// How that is known; up to 255 octets.
    #[schema(min_length = 1, max_length = 255)]
    note: String,
}

/// A question.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FindRequest {
    /// Whose, with its country code.
    number: String,
    /// From whom; without it, only what holds for everybody.
    #[schema(max_length = 20)]
    sender: Option<String>,
}
