//! `POST /2010-04-01/Accounts/{sid}/Messages.json`: takes one message in.
//!
//! **Invariant**: 201 only once it is on disk.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::log_in::caller;
use super::order::Order;
use super::refused::Refused;
use super::resource;
use crate::peer::http::acceptance::take_in;
use crate::peer::http::api::Api;
use crate::peer::http::compat::form::{BadForm, Form, octets};
use crate::peer::http::config::Scope;

/// Answers as Twilio does.
pub(in crate::peer::http) async fn create(
    State(api): State<Arc<Api>>,
    Path(sid): Path<String>,
    request: Request,
) -> Result<Response, Refused> {
    let (parts, body) = request.into_parts();
    let caller = caller(&api, &parts, &sid, Scope::MessagesSend)?;
    let counted = |refused: Refused| {
        api.ingress.rejected.named("invalid_request").increment(1);
        refused
    };
    let form = form(&api, &parts, body).await.map_err(counted)?;
    let order = Order::of(&form, &caller, &sid, api.clock.now()).map_err(counted)?;
    let outcome = take_in(&api, vec![order.submission]).await?.pop();
    let acceptance = outcome.ok_or_else(Refused::not_found)??;
    let written = (order.to.as_str(), order.from.as_str(), order.body.as_str());
    let message = resource::taken(&api, &sid, &acceptance, written, order.scheduled);
    Ok((StatusCode::CREATED, [(CACHE_CONTROL, "no-store")], Json(message)).into_response())
}

/// The form of a body.
pub(super) async fn form(api: &Api, parts: &Parts, body: Body) -> Result<Form, Refused> {
    let body = octets(parts, body, api.config.body_bytes_max).await?;
    Form::read(&body).map_err(refused)
}

/// What is wrong with a form or a query.
pub(super) fn refused(bad: BadForm) -> Refused {
    let message = match bad {
        BadForm::Escape(name) => format!("Invalid parameter: {name} has a % that is no escape."),
        BadForm::Name => "Invalid parameter: its name is no text.".to_owned(),
        BadForm::TooMany => "Invalid parameter: there are too many.".to_owned(),
    };
    Refused::because(20001, message)
}
