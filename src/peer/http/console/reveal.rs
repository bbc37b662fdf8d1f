//! Showing a number or a text in full: for who may, with an entry in the audit before.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::guard::Posted;
use super::message_page::{Reveal, show};
use super::refused::Refused;
use crate::peer::http::api::Api;
use crate::peer::http::lookup::by_id;
use crate::peer::http::path_id::PathId;

/// `POST /m/{id}/reveal`: `what` is `numbers`, `text` or `both`, `reason` the ticket.
pub(super) async fn message(
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
    posted: Posted,
) -> Result<Response, Refused> {
    let rep = &posted.rep;
    let what = posted.text("what");
    let reveal = match &*what {
        "numbers" => Reveal { numbers: true, text: false },
        "text" => Reveal { numbers: false, text: true },
        _ => Reveal { numbers: true, text: true },
    };
    // Only what there is can be shown, and told of.
    let found = by_id(&api, &rep.caller(), &id).await.map_err(|problem| rep.problem(&problem))?;
    let target = crate::peer::http::post_message::public_id(&api, found.stored.ord);
    let action = match (reveal.numbers, reveal.text) {
        (true, false) => "message.numbers_revealed",
        (false, _) => "message.text_revealed",
        (true, true) => "message.revealed",
    };
    rep.note(&api, (action, &target, &posted.text("reason"))).await?;
    show(&api, rep, &id, reveal).await
}
