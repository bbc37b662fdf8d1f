//! A message that was just accepted, as its sender is told.
//!
//! **Invariant**: everything in it is in the body of the request or in the ledger, so that the same can
//! be told again under the same idempotency key.

use serde::Serialize;
use utoipa::ToSchema;

use super::api::Api;
use super::mask::Shown;
use super::post_message::public_id;
use super::submission::Wanted;
use super::when::rfc3339;
use crate::base::clock::Timestamp;
use crate::base::id::{CarrierId, MessageOrd};
use crate::gsm::alphabet::Alphabet;

/// What became known when a message was accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Acceptance {
    pub(super) ord: MessageOrd,
    pub(super) account: String,
    pub(super) told: Timestamp,
    pub(super) parts: u8,
    pub(super) data_coding: u8,
    /// Characters that are others than those written.
    pub(super) changed: u16,
    /// Who is to have it first.
    pub(super) carrier: CarrierId,
    /// Whether it was accepted before, under the same idempotency key.
    pub(super) again: bool,
}

/// A message that is on disk; that it was accepted says nothing of its outcome.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct AcceptedMessage {
    /// Its id, `msg_` and 13 characters.
    #[schema(example = "msg_8fmwvqwy3ewcz")]
    pub(super) id: String,
    /// Always `message`.
    object: &'static str,
    /// Always `sms`, so far.
    channel: &'static str,
    /// Always `outbound`.
    direction: &'static str,
    /// Always `queued`.
    status: &'static str,
    /// Always `in_progress`.
    disposition: &'static str,
    /// Who says so: always `gateway`.
    evidence: &'static str,
    /// The account that it is of.
    account: String,
    /// The sender as it was given.
    #[schema(value_type = String)]
    from: Shown,
    /// The destination as it was given.
    #[schema(value_type = String)]
    to: Shown,
    /// The sender's own reference.
    client_ref: Option<String>,
    /// Parts that it takes.
    parts: u8,
    /// The alphabet it goes in, if it is one that we know.
    encoding: Option<&'static str>,
    /// Characters that are sent otherwise than they were written.
    transliterated: u16,
    /// When it was accepted.
    #[schema(format = DateTime)]
    created_at: String,
    /// Where to go on.
    pub(super) links: MessageLinks,
}

/// Addresses of a message, relative to the API's.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct MessageLinks {
    /// The message.
    #[serde(rename = "self")]
    pub(super) itself: String,
    /// Its history.
    pub(super) events: String,
}

impl MessageLinks {
    pub(super) fn of(id: &str) -> Self {
        let itself = format!("/v1/messages/{id}");
        Self { events: format!("{itself}/events"), itself }
    }
}

impl AcceptedMessage {
    pub(super) fn new(api: &Api, wanted: &Wanted, acceptance: &Acceptance) -> Self {
        let id = public_id(api, acceptance.ord);
        Self {
            links: MessageLinks::of(&id),
            id,
            object: "message",
            channel: "sms",
            direction: "outbound",
            status: "queued",
            disposition: "in_progress",
            evidence: "gateway",
            account: acceptance.account.clone(),
            // Who submitted it knows its numbers.
            from: Shown::full(wanted.from.as_bytes()),
            to: Shown::full(wanted.to.as_bytes()),
            client_ref: wanted.client_ref.clone(),
            parts: acceptance.parts,
            encoding: Alphabet::of(acceptance.data_coding).map(Alphabet::name),
            transliterated: acceptance.changed,
            created_at: rfc3339(acceptance.told),
        }
    }
}
