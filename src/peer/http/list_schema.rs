//! The shapes of what is listed: pages of messages, and the history of one.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::message_schema::{MessageView, ReasonView};

/// Messages that match, newest first.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct MessagePage {
    /// The messages.
    pub(super) data: Vec<MessageView>,
    /// Where to go on.
    pub(super) page: Page,
    /// What was searched for, and how far.
    pub(super) search: SearchView,
    /// Receipts under the carrier's id that no message is known for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<MessageEvent>)]
    pub(super) orphans: Vec<Value>,
}

/// What was searched for, and how far.
#[derive(Serialize, ToSchema, Debug)]
#[schema(as = Search)]
pub(super) struct SearchView {
    /// The query as it was understood.
    pub(super) query: String,
    /// Its bare words, and what each was looked for as.
    pub(super) words: Vec<WordView>,
    /// Everything that happened until then can be found.
    #[schema(format = DateTime)]
    pub(super) complete_until: String,
    /// Whether the page ends because enough was looked at, and not because it is full or the last.
    pub(super) budget_spent: bool,
    /// When the messages were accepted that the next page begins at.
    #[schema(format = DateTime)]
    pub(super) back_to: Option<String>,
    /// When the oldest message was accepted that is kept: of those before, which were let go because of their age,
    /// the search says nothing. `null` while all are kept.
    #[schema(format = DateTime)]
    pub(super) kept_since: Option<String>,
}

/// A word that can be several things.
#[derive(Serialize, ToSchema, Debug)]
#[schema(as = SearchWord)]
pub(super) struct WordView {
    /// The word.
    pub(super) word: String,
    /// The keys it was looked for under, such as `number` or `carrier_id`.
    pub(super) read_as: Vec<&'static str>,
}

/// Where a list goes on. A page may be short although more follows.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct Page {
    /// What `after` has to be to get the next page; `null` when this is the last.
    pub(super) next: Option<String>,
    /// Whether there may be more.
    pub(super) has_more: bool,
}

/// The history of a message, oldest first.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct EventPage {
    /// Whose history it is.
    pub(super) message: EventsOf,
    /// The events.
    #[schema(value_type = Vec<MessageEvent>)]
    pub(super) data: Vec<Value>,
    /// Always the last page.
    pub(super) page: Page,
}

/// Whose history it is.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct EventsOf {
    /// The message's id.
    pub(super) id: String,
    /// Its status now.
    pub(super) status: &'static str,
}

/// One event of a history. Each type has members of its own besides these.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct MessageEvent {
    /// Its place in the history, from 0.
    pub(super) seq: usize,
    /// When it was recorded.
    #[schema(format = DateTime)]
    pub(super) at: String,
    /// What happened, such as `accepted`, `sending`, `sent`, `receipt` or `cancelled`; `callback` has the
    /// `url` that its status is called at, without what may be secret, its `format`, `method` and `wants`.
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    /// Who says so: `account`, `gateway`, `carrier`, `network` or `operator`.
    pub(super) by: &'static str,
    /// A sentence for people.
    pub(super) summary: String,
    /// Why, if there is more to say.
    pub(super) reason: Option<ReasonView>,
    /// What else the type of the event has.
    #[serde(flatten)]
    #[schema(ignore)]
    pub(super) more: Value,
}
