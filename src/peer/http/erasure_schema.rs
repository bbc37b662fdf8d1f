//! The shapes of erasures: what is asked for, how far it is, and what a message says of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is to be erased: one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "a shape of the document; it is read by hand")]
pub(super) struct ErasureRequest {
    /// The id of a message; the parts it was cut in or joined of go with it.
    #[schema(example = "msg_8fmwvqwy3ewcz")]
    message: Option<String>,
    /// A number of 3 to 15 digits, with or without `+`: every message it sent or got.
    #[schema(pattern = r"^\+?[0-9]{3,15}$")]
    number: Option<String>,
}

/// How far an erasure is. A number is not in it.
#[derive(Serialize, ToSchema, Debug)]
#[schema(as = Erasure)]
pub(super) struct ErasureView {
    /// Its id, `era_` and a number.
    #[schema(example = "era_7")]
    pub(super) id: String,
    /// Always `erasure`.
    pub(super) object: &'static str,
    /// `pending` or `done`.
    pub(super) status: &'static str,
    /// `message` or `number`.
    pub(super) what: &'static str,
    /// The id of the message, if it is about one.
    pub(super) message: Option<String>,
    /// The account whose messages alone are erased; `null` for all.
    pub(super) account: Option<String>,
    /// Whose wish it was: `account` or `operator`.
    pub(super) by: &'static str,
    /// The name of the key, or `operator` for the socket.
    pub(super) key: String,
    /// When it was asked for.
    #[schema(format = DateTime)]
    pub(super) asked_at: String,
    /// When it was complete.
    #[schema(format = DateTime)]
    pub(super) done_at: Option<String>,
    /// Messages that it is about.
    pub(super) messages: u64,
    /// Those of them that nothing personal is left of.
    pub(super) erased: u64,
    /// Those that are hidden and not erased yet: most of them in a moment, those that have not come to their end then.
    pub(super) waiting: u64,
    /// Receipts without a message, and notices, that were blanked.
    pub(super) others: u64,
}

/// That what is personal of a message was erased.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct Erased {
    /// When; `null` where it went because of its age.
    #[schema(format = DateTime)]
    pub(super) at: Option<String>,
    /// Whose wish it was: `account` or `operator`, or `keep_days` for its age.
    pub(super) by: &'static str,
    /// The id of the erasure; `null` where it went because of its age.
    pub(super) erasure: Option<String>,
}
