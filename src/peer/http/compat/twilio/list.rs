//! `GET /2010-04-01/Accounts/{sid}/Messages.json`: messages that match, newest first, a page at a time.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::create;
use super::log_in::caller;
use super::pages::Pages;
use super::refused::Refused;
use super::resource;
use crate::peer::http::api::Api;
use crate::peer::http::compat::form::Form;
use crate::peer::http::config::Scope;
use crate::peer::http::get_content::text_of;
use crate::peer::http::list_messages::{asked, wrong};
use crate::peer::http::lookup::ask;
use crate::peer::http::post_message::public_id;
use crate::peer::http::searching::find;

/// Answers as Twilio does.
pub(in crate::peer::http) async fn list(
    State(api): State<Arc<Api>>,
    Path(sid): Path<String>,
    request: Request,
) -> Result<Response, Refused> {
    let (parts, _) = request.into_parts();
    let caller = caller(&api, &parts, &sid, Scope::MessagesRead)?;
    let query = Form::read(parts.uri.query().unwrap_or_default().as_bytes());
    let pages = Pages::of(&query.map_err(create::refused)?)?;
    let answer = find(&api, &caller, asked(&api, pages.filters.clone())?, wrong).await?;
    let next = answer.next.map(|ord| public_id(&api, ord));
    let found = answer.found;
    let read = ask(&api, move |api| {
        let with_text = found.into_iter().map(|found| Ok((text_of(api, &found)?, found)));
        with_text.collect::<std::io::Result<Vec<_>>>()
    });
    let messages: Vec<Value> = read
        .await?
        .into_iter()
        .map(|(text, found)| resource::found(&api, &caller, &sid, &found, text))
        .collect();
    let start = pages.filters.limit * usize::try_from(pages.page).unwrap_or(0);
    let token = pages.filters.after.as_deref();
    let body = json!({
        "end": (start + messages.len()).saturating_sub(1),
        "first_page_uri": pages.uri(&sid, 0, None),
        "next_page_uri": next.map(|next| pages.uri(&sid, pages.page.saturating_add(1), Some(&next))),
        "page": pages.page,
        "page_size": pages.filters.limit,
        // Pages lead onwards only.
        "previous_page_uri": null,
        "start": start,
        "uri": pages.uri(&sid, pages.page, token),
        "messages": messages,
    });
    Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response())
}
