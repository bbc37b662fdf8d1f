//! `/v1/gateway`: the process as a whole: draining it, reading its configuration anew, its log.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use super::api::Api;
use super::get_message::NO_STORE;
use super::operator_auth::Operator;
use super::operator_body::{Fields, wrong};
use super::problem::{At, FieldError, Problem};
use super::problem_table as kinds;
use crate::pipeline::operate::Reloaded;

/// `POST /v1/gateway/drain`: 202, and the process ends when what is under way is done.
pub(super) async fn drain(_operator: Operator, State(api): State<Arc<Api>>) -> Response {
    api.operators.govern.drain();
    (StatusCode::ACCEPTED, NO_STORE, Json(json!({ "status": "draining" }))).into_response()
}

/// `POST /v1/gateway/reload`, `{"trial": true}` to be told only what it would change.
pub(super) async fn reload(
    _operator: Operator,
    State(api): State<Arc<Api>>,
    request: Request,
) -> Result<Response, Problem> {
    let trial = Fields::of(request, &["trial"]).await?.flag("trial")?;
    match api.operators.govern.reload(trial).await {
        Ok(Reloaded { changed, needs_restart }) => {
            let answer = json!({
                "status": if trial { "would_reload" } else { "reloaded" },
                "changed": changed,
                "needs_restart": needs_restart,
            });
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

/// `POST /v1/gateway/log-level`, `{"filter": "info,postrider::peer=debug", "for_s": 600}`.
pub(super) async fn log_level(
    _operator: Operator,
    State(api): State<Arc<Api>>,
    request: Request,
) -> Result<Response, Problem> {
    let fields = Fields::of(request, &["filter", "for_s"]).await?;
    let filter = fields.text("filter")?.ok_or_else(|| wrong("filter", "is missing"))?;
    let seconds = fields.seconds()?;
    let set = api.operators.govern.log_level(filter, seconds);
    set.map_err(|error| wrong("filter", error))?;
    let answer = json!({ "filter": filter, "for_s": seconds });
    Ok((NO_STORE, Json(answer)).into_response())
}
