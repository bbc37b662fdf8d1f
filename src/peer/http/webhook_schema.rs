//! The shapes of webhooks: what is asked for, what is shown, and what was tried.

use serde::Serialize;
use utoipa::ToSchema;

use super::list_schema::Page;

/// Somebody who is told news.
#[derive(Serialize, ToSchema, Debug)]
#[schema(as = Webhook)]
pub(super) struct WebhookView {
    /// Its id, `whk_` and 13 characters.
    pub(super) id: String,
    /// Always `webhook`.
    pub(super) object: &'static str,
    /// Where it leads.
    pub(super) url: String,
    /// The types of events that it is told.
    #[schema(value_type = Vec<String>)]
    pub(super) events: Vec<&'static str>,
    /// Whose messages it is told of; `null` if of all.
    pub(super) account: Option<String>,
    /// Whether it may lead to a private address.
    pub(super) allow_private: bool,
    /// How it is told numbers: `full` or `masked`.
    pub(super) numbers: &'static str,
    /// `ok`, `failing`, or `gone` once it answered 410.
    pub(super) status: &'static str,
    /// Since when nothing was taken.
    #[schema(format = DateTime)]
    pub(super) failing_since: Option<String>,
    /// When it answered 410.
    #[schema(format = DateTime)]
    pub(super) gone_at: Option<String>,
    /// What it is still owed.
    pub(super) backlog: WebhookBacklog,
    /// Until when the secret before this one signs beside it.
    #[schema(format = DateTime)]
    pub(super) previous_secret_until: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    pub(super) created_at: String,
    /// Where to go on.
    pub(super) links: WebhookLinks,
    /// The secret that signs, `whsec_` and base64; only in the answer to the request that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) secret: Option<String>,
}

/// What a webhook is owed.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct WebhookBacklog {
    /// Events.
    pub(super) events: u64,
    /// When the oldest of them happened.
    #[schema(format = DateTime)]
    pub(super) oldest_at: Option<String>,
    /// Seconds since then.
    pub(super) age_s: Option<u64>,
}

/// Where to go on.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct WebhookLinks {
    /// The webhook.
    #[serde(rename = "self")]
    pub(super) own: String,
    /// What was tried lately.
    pub(super) deliveries: String,
}

/// Webhooks, oldest first.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct WebhookPage {
    /// The webhooks.
    pub(super) data: Vec<WebhookView>,
    /// Always the last page.
    pub(super) page: Page,
}

/// The newest attempts since the gateway started, newest first.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct WebhookDeliveries {
    /// The attempts.
    pub(super) data: Vec<WebhookAttempt>,
}

/// One attempt to tell an event.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct WebhookAttempt {
    /// The event's id.
    pub(super) event_id: String,
    /// The event's type.
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    /// The message it is about, if it is about one.
    pub(super) message_id: Option<String>,
    /// 1 for the first.
    pub(super) attempt: u32,
    /// When it began.
    #[schema(format = DateTime)]
    pub(super) at: String,
    /// How long it took, in milliseconds.
    pub(super) duration_ms: u32,
    /// What came of it, such as `ok`, `slow_down`, `failed`, `timeout` or `connect`.
    pub(super) result: &'static str,
    /// The HTTP status, if there was an answer.
    pub(super) status: Option<u16>,
    /// When it is tried again, if it is.
    #[schema(format = DateTime)]
    pub(super) retry_at: Option<String>,
}

/// What will be told again.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct WebhookReplay {
    /// Always `webhook.replay`.
    pub(super) object: &'static str,
    /// How many events, if they were asked for by their ids; those of a span are counted as they are read.
    pub(super) events: Option<usize>,
}

/// What came of a test.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct WebhookTest {
    /// Always `webhook.test`.
    pub(super) object: &'static str,
    /// The id of the event that was sent.
    pub(super) event_id: String,
    /// What came of it, such as `ok`, `refused`, `timeout` or `private`.
    pub(super) result: &'static str,
    /// The HTTP status, if there was an answer.
    pub(super) status: Option<u16>,
    /// Why there was none, for people.
    pub(super) error: Option<String>,
    /// How long it took, in milliseconds.
    pub(super) duration_ms: u64,
}
