//! `GET /rate`: what a message would cost. Nothing here costs anything; the count of its parts is true.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::{Value, json};

use super::arguments::Arguments;
use super::content::{content, parts};
use super::log_in::caller;
use super::reply::{Refused, told};
use super::send::only_one_content;
use super::values::OF_RATE;
use crate::peer::http::api::Api;
use crate::peer::http::auth::ClientAddress;
use crate::peer::http::problem::Problem;
use crate::pipeline::route_view::RouteQuestion;

/// Answers in JSON.
pub(in crate::peer::http) async fn rate(State(api): State<Arc<Api>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let arguments = Arguments::of(&parts, body, api.config.body_bytes_max).await;
    match arguments.and_then(|arguments| priced(&api, &parts, &arguments)) {
        Ok(price) => told(StatusCode::OK, &price),
        Err(refused) => refused.in_json(),
    }
}

fn priced(api: &Api, request: &Parts, arguments: &Arguments) -> Result<Value, Refused> {
    arguments.check(OF_RATE)?;
    only_one_content(arguments)?;
    let count = parts(&content(arguments)?)?;
    let caller = caller(api, arguments, ClientAddress::of(request))?;
    let question = RouteQuestion {
        to: arguments.text("to").unwrap_or_default(),
        from: arguments.text("from").unwrap_or_default(),
        account: caller.account().map(str::to_owned),
        // At most ten: that was checked.
        parts: count as u8,
        ..RouteQuestion::default()
    };
    let view =
        api.explain.explain(&question).map_err(|refusal| Refused::from(Problem::from(refusal)))?;
    if view.chosen.is_none() {
        return Err(Refused { status: 412, words: "No route found".to_owned() });
    }
    Ok(json!({ "unit_rate": 0.0, "submit_sm_count": count }))
}
