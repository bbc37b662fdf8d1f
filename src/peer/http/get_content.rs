//! `GET /v1/messages/{id}/content`: the text of one message, for keys that may see texts.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::HeaderName;
use serde::Serialize;
use utoipa::ToSchema;

use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::get_message::NO_STORE;
use super::lookup::{Found, ask, by_id};
use super::path_id::PathId;
use super::post_message::public_id;
use super::problem::Problem;
use crate::gsm::coding::DefaultAlphabet;
use crate::gsm::part::UDHI;
use crate::gsm::text::{UserData, decode_parts};
use crate::ledger::stored::StoredMessage;

/// What a message says.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct MessageContent {
    /// The message's id.
    id: String,
    /// Always `message.content`.
    object: &'static str,
    /// Its text, of all its parts together; `null` if it is none.
    text: Option<String>,
    /// SMPP `data_coding` (§5.2.19).
    data_coding: u8,
    /// The octets of each part as they are kept, in hexadecimal digits, with their headers.
    parts: Vec<String>,
}

/// What a message says
///
/// As it is now: if it was replaced, the text that replaced it. A part that was sent as a message of its own
/// is shown by itself.
#[utoipa::path(
    get, path = "/v1/messages/{id}/content", tag = "messages", operation_id = "getContent",
    security(("key" = ["content:read"])),
    params(("id" = String, Path, description = "The id of a message, `msg_` and 13 characters")),
    responses((status = 200, description = "Its text, and its octets", body = MessageContent)),
)]
pub(super) async fn get(
    caller: Caller,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
) -> Result<([(HeaderName, &'static str); 1], Json<MessageContent>), Problem> {
    caller.require(Scope::ContentRead)?;
    let found = by_id(&api, &caller, &id).await?;
    let rest: Vec<_> = found.parts.iter().skip(1).map(|part| part.ord).collect();
    let rest = ask(&api, move |api| {
        let read = rest.iter().map(|&ord| api.ledger.message(ord));
        read.collect::<std::io::Result<Vec<_>>>()
    });
    let rest: Vec<StoredMessage> = rest.await?.into_iter().flatten().collect();
    Ok((NO_STORE, Json(content(&api, &found, &rest))))
}

fn content(api: &Api, found: &Found, rest: &[StoredMessage]) -> MessageContent {
    let first = found.stored.message();
    let carriers = api.board.carriers();
    let carrier = carriers.iter().find(|view| view.id == first.carrier);
    let default = carrier.map_or(DefaultAlphabet::Gsm7, |view| view.profile.default_alphabet);
    let all = || std::iter::once(&found.stored).chain(rest).map(StoredMessage::message);
    let parts = all().map(|message| UserData {
        data_coding: message.data_coding,
        udhi: message.esm_class & UDHI != 0,
        octets: message.body,
    });
    MessageContent {
        id: public_id(api, found.stored.ord),
        object: "message.content",
        text: decode_parts(parts, default),
        data_coding: first.data_coding,
        parts: all().map(|message| hex(message.body)).collect(),
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
