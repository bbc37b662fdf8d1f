//! `GET /v1/messages/{id}/content`: the text of one message, for keys that may see texts.

use std::io;
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
use crate::base::hex::hex;
use crate::gsm::coding::DefaultAlphabet;
use crate::gsm::part::UDHI;
use crate::gsm::text::{UserData, decode_parts};
use crate::ledger::stored::StoredMessage;
use crate::message::record::Message;

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
    let content = ask(&api, move |api| {
        let rest = rest(api, &found)?;
        Ok(MessageContent {
            id: public_id(api, found.stored.ord),
            object: "message.content",
            text: text(api, &found, &rest),
            data_coding: found.stored.message().data_coding,
            parts: all(&found, &rest).map(|message| hex(message.body)).collect(),
        })
    });
    Ok((NO_STORE, Json(content.await?)))
}

/// What a message says, of all its parts together; `None` if it is no text.
pub(super) fn text_of(api: &Api, found: &Found) -> io::Result<Option<String>> {
    Ok(text(api, found, &rest(api, found)?))
}

/// Its parts behind the first.
fn rest(api: &Api, found: &Found) -> io::Result<Vec<StoredMessage>> {
    let read = found.parts.iter().skip(1).map(|part| api.ledger.message(part.ord));
    Ok(read.collect::<io::Result<Vec<_>>>()?.into_iter().flatten().collect())
}

fn all<'a>(found: &'a Found, rest: &'a [StoredMessage]) -> impl Iterator<Item = Message<'a>> {
    std::iter::once(&found.stored).chain(rest).map(StoredMessage::message)
}

fn text(api: &Api, found: &Found, rest: &[StoredMessage]) -> Option<String> {
    let first = found.stored.message();
    let carriers = api.board.carriers();
    let carrier = carriers.iter().find(|view| view.id == first.carrier);
    let default = carrier.map_or(DefaultAlphabet::Gsm7, |view| view.profile.default_alphabet);
    let parts = all(found, rest).map(|message| UserData {
        data_coding: message.data_coding,
        udhi: message.esm_class & UDHI != 0,
        octets: message.body,
    });
    decode_parts(parts, default)
}
