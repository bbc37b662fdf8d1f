//! A change of consent as the API shows it.

use serde::Serialize;
use utoipa::ToSchema;

use super::api::Api;
use super::mask::Shown;
use super::post_message::public_id;
use crate::base::id::MessageOrd;
use crate::message::event::{NO_MESSAGE, What};

/// That a number takes nothing from a sender any more, or takes it again.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Change {
    /// `opt_out`.
    #[schema(pattern = "^opt_out$")]
    pub object: &'static str,
    /// `opted_out` or `opted_in`.
    #[schema(pattern = "^opted_(out|in)$")]
    pub change: &'static str,
    /// Whose holder says so; masked without `numbers:reveal`.
    #[schema(value_type = String)]
    pub number: Shown,
    /// From whom it takes nothing; null: from nobody.
    #[schema(value_type = Option<String>)]
    pub sender: Option<Shown>,
    /// `keyword`: the handset sent a word; `operator`: somebody recorded it.
    #[schema(pattern = "^(keyword|operator)$")]
    pub by: &'static str,
    /// The word that was sent, or the proof that was recorded.
    pub note: String,
    /// The message that the word was in; null if somebody recorded it.
    pub message_id: Option<String>,
}

/// What an event says of a number's consent.
pub(super) fn opt_out(
    api: &Api,
    ord: MessageOrd,
    what: &What<'_>,
    in_full: bool,
) -> Option<Change> {
    let What::Consent { change, by, sender, number, note } = what else { return None };
    Some(Change {
        object: "opt_out",
        change: change.name(),
        number: Shown::of(number, in_full),
        sender: (!sender.addr.is_empty()).then(|| Shown::of(sender, in_full)),
        by: by.name(),
        note: String::from_utf8_lossy(note).into_owned(),
        message_id: (ord != NO_MESSAGE).then(|| public_id(api, ord)),
    })
}
