//! `POST /2010-04-01/Accounts/{sid}/Messages/{message}.json`: takes a message back that has not left
//! yet, with `Status=canceled`. There is no redaction.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;

use super::create::form;
use super::fetch::{id, shown};
use super::log_in::caller;
use super::refused::Refused;
use crate::peer::http::api::Api;
use crate::peer::http::cancel_message::take_back;
use crate::peer::http::config::Scope;

/// Answers as Twilio does.
pub(in crate::peer::http) async fn cancel(
    State(api): State<Arc<Api>>,
    Path((sid, message)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Refused> {
    let (parts, body) = request.into_parts();
    let caller = caller(&api, &parts, &sid, Scope::MessagesSend)?;
    let form = form(&api, &parts, body).await?;
    if form.get("Status") != Some(b"canceled") {
        let message = "Only Status=canceled can be set: a message's text is not taken away.";
        return Err(Refused::because(20001, message));
    }
    let found = take_back(&api, &caller, id(&message)?).await?;
    shown(&api, &caller, &sid, found).await
}
