//! The shapes of the bodies and queries that the API takes, for its document.
//!
//! They are read by hand (`submission`, `filters`, `explain_route`), so that everything wrong is told at
//! once; tests hold these shapes against what is read.
#![expect(dead_code, reason = "shapes of the document; nothing is made of them")]

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// A message to submit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MessageRequest {
    /// Up to 15 digits, with or without `+`.
    #[schema(pattern = r"^\+?[0-9]{1,15}$", example = "+447700900123")]
    to: String,
    /// Up to 15 digits, with or without `+`, or up to 11 characters of printable ASCII.
    #[schema(min_length = 1, max_length = 16, example = "ACME")]
    from: String,
    /// The text: at most 10 parts, which are 1,530 characters of the GSM alphabet or 670 of UCS-2.
    #[schema(min_length = 1, max_length = 1530, example = "Hi")]
    text: String,
    /// The sender's own reference, 1 to 100 octets; it comes back wherever the message does.
    #[schema(min_length = 1, max_length = 100)]
    client_ref: Option<String>,
    /// The account that pays; for keys that belong to none.
    account: Option<String>,
    /// Seconds after which it is not worth sending any more; 30 days at most.
    #[schema(minimum = 1, maximum = 2_592_000)]
    validity_s: Option<u32>,
    /// Says what the message would take, and takes nothing. Not in a batch.
    dry_run: Option<bool>,
    /// `sms`, the only one so far.
    #[schema(pattern = "^sms$")]
    channel: Option<String>,
}

/// Messages to submit, each by itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BatchRequest {
    /// The messages, in their order.
    #[schema(min_items = 1, max_items = 1000)]
    messages: Vec<MessageRequest>,
}

/// What messages are looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct MessageFilters {
    /// A query as `POST /v1/messages/search` has it, without what may be personal: numbers, senders,
    /// references, texts and bare words. It holds beside the other parameters.
    #[param(max_length = 1024)]
    q: Option<String>,
    /// The destination.
    #[param(min_length = 1, max_length = 21)]
    to: Option<String>,
    /// The sender.
    #[param(min_length = 1, max_length = 21)]
    from: Option<String>,
    /// The account, for keys that belong to none.
    account: Option<String>,
    /// The name of the carrier it was routed to.
    carrier: Option<String>,
    /// The bucket it is in, such as `bounced`.
    disposition: Option<String>,
    /// Accepted at this moment or later.
    #[param(format = DateTime)]
    since: Option<String>,
    /// Accepted before this moment.
    #[param(format = DateTime)]
    until: Option<String>,
    /// The id a carrier gave it, in decimal or hexadecimal.
    carrier_message_id: Option<String>,
    /// Messages of a page; 50 unless given.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// The `page.next` of the page before.
    after: Option<String>,
}

/// What messages are searched for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SearchRequest {
    /// Terms with blanks between them, at most 16 and 1,024 octets; without any, all messages.
    #[schema(max_length = 1024, example = "+447700900123 disposition:bounced since:2h")]
    query: String,
    /// Messages of a page; 50 unless given.
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// The `page.next` of the page before.
    after: Option<String>,
    /// Whether what messages say is shown, too: for keys with `content:read`.
    texts: Option<bool>,
}

/// Whose messages are listed, and which part of them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConversationRequest {
    /// A number, international or as within its country, or a sender's name.
    #[schema(min_length = 1, max_length = 64, example = "+447700900123")]
    number: String,
    /// Messages of a page; 50 unless given.
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<u16>,
    /// The `page.next` of the page before.
    after: Option<String>,
}

/// A message that routes are asked about.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteRequest {
    /// `mt` to a handset, as without it; `mo` from one.
    #[schema(pattern = "^(mt|mo)$")]
    direction: Option<String>,
    /// The destination.
    to: String,
    /// The sender.
    from: String,
    /// To a handset: the account that submits.
    account: Option<String>,
    /// To a handset: its tags.
    #[schema(max_items = 16)]
    tags: Option<Vec<String>>,
    /// To a handset: how many parts it has; 1 unless given.
    #[schema(minimum = 1, maximum = 255)]
    parts: Option<u8>,
    /// From a handset: the carrier that brings it.
    carrier: Option<String>,
    /// From a handset: its text.
    text: Option<String>,
}

/// The key under which a request is done once.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Header)]
pub(super) struct IdempotencyHeader {
    /// A string of 1 to 255 octets, in quotes or bare: the same request under the same key is done
    /// once in 24 hours, and answered again.
    #[serde(rename = "Idempotency-Key")]
    #[param(
        pattern = r#"^[ \t]*("([ !#-\[\]-~]|\\["\\]){1,255}"[ \t]*(;[ -~]*)?|[!#-+\--~]{1,255})[ \t]*$"#
    )]
    idempotency_key: Option<String>,
}
