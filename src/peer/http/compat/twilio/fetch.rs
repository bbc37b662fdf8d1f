//! `GET /2010-04-01/Accounts/{sid}/Messages/{message}.json`: one message.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};

use super::log_in::caller;
use super::refused::Refused;
use super::resource;
use crate::peer::http::api::Api;
use crate::peer::http::auth::Caller;
use crate::peer::http::config::Scope;
use crate::peer::http::get_content::text_of;
use crate::peer::http::lookup::{Found, ask, by_id};

/// Answers as Twilio does.
pub(in crate::peer::http) async fn fetch(
    State(api): State<Arc<Api>>,
    Path((sid, message)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Refused> {
    let (parts, _) = request.into_parts();
    let caller = caller(&api, &parts, &sid, Scope::MessagesRead)?;
    let found = by_id(&api, &caller, id(&message)?).await?;
    shown(&api, &caller, &sid, found).await
}

/// The SID of the last segment of a path.
pub(super) fn id(segment: &str) -> Result<&str, Refused> {
    let sid = segment.strip_suffix(".json").unwrap_or(segment);
    if sid.starts_with("SM") { Ok(sid) } else { Err(Refused::not_found()) }
}

/// A message with what it says.
pub(super) async fn shown(
    api: &Arc<Api>,
    caller: &Caller,
    sid: &str,
    found: Found,
) -> Result<Response, Refused> {
    let (found, text) = ask(api, move |api| {
        let text = text_of(api, &found)?;
        Ok((found, text))
    })
    .await?;
    let message = resource::found(api, caller, sid, &found, text);
    Ok(([(CACHE_CONTROL, "no-store")], Json(message)).into_response())
}
