//! The shapes of what is asked for to be told news, for the API's document.
//!
//! Read by hand in `webhook_fields`, `webhook_actions` and `stream`; a test holds what they read against this.
#![expect(dead_code, reason = "shapes of the document; nothing is made of them")]

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// Somebody to tell.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookRequest {
    /// Where it leads: `https` or `http`, without a user and without a fragment.
    #[schema(
        max_length = 2048,
        pattern = "^[hH][tT][tT][pP][sS]?://[!-~]+$",
        example = "https://shop.example/hooks"
    )]
    url: String,
    /// What it is told: `*` for everything, or types of events, with or without `postrider.`.
    #[schema(min_items = 1, example = json!(["message.delivered"]))]
    events: Vec<String>,
    /// Lets it lead to an address that is not public.
    allow_private: Option<bool>,
    /// Whose messages it is told of; for keys that belong to none. Without one, those of all.
    account: Option<String>,
}

/// What to tell again: either `ids` alone, or a span that begins at `from`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReplayRequest {
    /// Events by their ids, `evt_` and 13 characters.
    #[schema(min_items = 1, max_items = 100)]
    ids: Option<Vec<String>>,
    /// Those that happened at this moment or later.
    #[schema(format = DateTime)]
    from: Option<String>,
    /// And before this one; without it, all until now.
    #[schema(format = DateTime)]
    to: Option<String>,
    /// And of these types; without it, all that the webhook is told.
    #[schema(min_items = 1)]
    events: Option<Vec<String>>,
}

/// How much of the log of deliveries.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DeliveryFilters {
    /// Attempts; 50 unless given.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u16>,
}

/// Which events a stream has.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct StreamFilters {
    /// Types of events between commas, with or without `postrider.`; all unless given.
    types: Option<String>,
    /// Of messages that this carrier has, and of the carrier itself.
    carrier: Option<String>,
    /// Of messages of this account, and nothing of carriers.
    account: Option<String>,
    /// Of messages to this number, with or without its `+`.
    #[param(pattern = r"^[+]?[0-9]{1,20}$")]
    to: Option<String>,
    /// Of messages in these buckets, between commas, such as `delivered,bounced`.
    disp: Option<String>,
    /// `masked` hides numbers from a key that may see them, too; `full` needs that it may.
    #[param(pattern = "^(full|masked)$")]
    numbers: Option<String>,
}

/// Where a stream goes on.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Header)]
pub(super) struct LastEvent {
    /// The id of the last event that the client has; what came after it is told first.
    #[serde(rename = "Last-Event-ID")]
    last_event_id: Option<String>,
}
