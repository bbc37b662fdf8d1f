//! `/v1/gateway`: the process as a whole: draining it, reading its configuration anew, its log.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::api::Api;
use super::get_message::NO_STORE;
use super::operator_auth::Operator;
use super::operator_body::{Fields, wrong};
use super::operator_request_schema::{LogLevelRequest, ReloadRequest};
use super::operator_schema::{Draining, LogLevel, ReloadResult};
use super::problem::{At, FieldError, Problem};
use super::problem_table as kinds;
use crate::pipeline::operate::Reloaded;

/// Fields of a reload, and of what is logged.
pub(super) const RELOADED: [&str; 1] = ["trial"];
pub(super) const LOGGED: [&str; 2] = ["filter", "for_s"];

/// End the gateway
///
/// It takes nothing new, and ends when what is under way is done.
#[utoipa::path(
    post, path = "/v1/gateway/drain", tag = "operation", operation_id = "drainGateway",
    security(("key" = ["carriers:write"])),
    responses((status = 202, description = "It has begun to", body = Draining)),
)]
pub(super) async fn drain(_operator: Operator, State(api): State<Arc<Api>>) -> Response {
    api.operators.govern.drain();
    (StatusCode::ACCEPTED, NO_STORE, Json(Draining { status: "draining" })).into_response()
}

/// Read the configuration anew
///
/// What is wrong with it changes nothing, and is told. A trial says only what would change.
#[utoipa::path(
    post, path = "/v1/gateway/reload", tag = "operation", operation_id = "reloadGateway",
    security(("key" = ["carriers:write"])),
    request_body = Option<ReloadRequest>,
    responses((status = 200, description = "What has changed", body = ReloadResult)),
)]
pub(super) async fn reload(
    _operator: Operator,
    State(api): State<Arc<Api>>,
    request: Request,
) -> Result<Response, Problem> {
    let trial = Fields::of(request, &RELOADED).await?.flag("trial")?;
    match api.operators.govern.reload(trial).await {
        Ok(Reloaded { changed, needs_restart }) => {
            let status = if trial { "would_reload" } else { "reloaded" };
            let answer = ReloadResult { status, changed, needs_restart };
            Ok((NO_STORE, Json(answer)).into_response())
        }
        Err(wrong) => {
            let errors = wrong.into_iter().map(|detail| FieldError {
                at: At::Parameter("config".to_owned()),
                code: kinds::CONFIG_REFUSED.code,
                detail,
            });
            let detail = "everything stays as it was";
            let problem = Problem::new(kinds::CONFIG_REFUSED, detail);
            Err(Problem { errors: errors.collect(), ..problem })
        }
    }
}

/// Log more, or less
///
/// Until the next start at most, or for a time.
#[utoipa::path(
    post, path = "/v1/gateway/log-level", tag = "operation", operation_id = "setLogLevel",
    security(("key" = ["carriers:write"])),
    request_body = LogLevelRequest,
    responses((status = 200, description = "What is logged from now on", body = LogLevel)),
)]
pub(super) async fn log_level(
    _operator: Operator,
    State(api): State<Arc<Api>>,
    request: Request,
) -> Result<Response, Problem> {
    let fields = Fields::of(request, &LOGGED).await?;
    let filter = fields.text("filter")?.ok_or_else(|| wrong("filter", "is missing"))?;
    let seconds = fields.seconds()?;
    let set = api.operators.govern.log_level(filter, seconds);
    set.map_err(|error| wrong("filter", error))?;
    let answer = LogLevel { filter: filter.to_owned(), for_s: seconds };
    Ok((NO_STORE, Json(answer)).into_response())
}
