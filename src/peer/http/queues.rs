//! `/v1/queues`: what waits for each carrier; trying it at once, or ending it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::header::HeaderName;
use serde_json::{Value, json};

use super::api::Api;
use super::carriers::{moment, problem};
use super::get_message::NO_STORE;
use super::operator_auth::Operator;
use super::operator_body::{Fields, wrong};
use super::problem::Problem;
use crate::base::id::AccountId;
use crate::message::reason::Reason;
use crate::pipeline::operate::Which;
use crate::pipeline::port::CarrierView;

type Answer = Result<([(HeaderName, &'static str); 1], Json<Value>), Problem>;

/// Reasons that an operator may give for ending messages.
const REASONS: [Reason; 4] =
    [Reason::EndedByOperator, Reason::CarrierDown, Reason::CarrierRemoved, Reason::CarrierError];

/// `GET /v1/queues`.
pub(super) async fn list(_operator: Operator, State(api): State<Arc<Api>>) -> Answer {
    let queues: Vec<Value> = api.board.carriers().iter().map(view).collect();
    Ok((NO_STORE, Json(json!({ "data": queues }))))
}

/// `POST /v1/queues/{id}/flush`, `{"account": NAME}`.
pub(super) async fn flush(
    _operator: Operator,
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
    request: Request,
) -> Answer {
    let fields = Fields::of(request, &["account"]).await?;
    let account = account(&api, &fields)?;
    let count = api.operators.operate.flush(&id, account).await.map_err(problem)?;
    Ok((NO_STORE, Json(json!({ "carrier": id, "flushed": count }))))
}

/// `POST /v1/queues/{id}/bounce`, `{"account": NAME, "to": PREFIX, "reason": CODE}`. Answered when it is
/// on disk.
pub(super) async fn bounce(
    _operator: Operator,
    State(api): State<Arc<Api>>,
    Path(id): Path<String>,
    request: Request,
) -> Answer {
    let fields = Fields::of(request, &["account", "to", "reason"]).await?;
    let reason = reason(&fields)?;
    let prefix = prefix(&fields)?;
    let which = Which { account: account(&api, &fields)?, prefix };
    let count = api.operators.operate.bounce(&id, which, reason).await.map_err(problem)?;
    let answer = json!({ "carrier": id, "ended": count, "reason": reason.name() });
    Ok((NO_STORE, Json(answer)))
}

fn reason(fields: &Fields) -> Result<Reason, Problem> {
    let Some(name) = fields.text("reason")? else { return Ok(Reason::EndedByOperator) };
    REASONS.into_iter().find(|reason| reason.name() == name).ok_or_else(|| {
        let names = REASONS.map(Reason::name).join(", ");
        wrong("reason", format!("is none of {names}"))
    })
}

fn prefix(fields: &Fields) -> Result<Vec<u8>, Problem> {
    let to = fields.text("to")?.unwrap_or_default();
    let digits = to.strip_prefix('+').unwrap_or(to);
    if !digits.bytes().all(|octet| octet.is_ascii_digit()) || digits.len() > 20 {
        return Err(wrong("to", "is not the beginning of a number"));
    }
    Ok(digits.as_bytes().to_vec())
}

fn account(api: &Api, fields: &Fields) -> Result<Option<AccountId>, Problem> {
    let Some(name) = fields.text("account")? else { return Ok(None) };
    let found = api.ledger.names().find_account(name);
    found.map(Some).ok_or_else(|| wrong("account", "no account has this name"))
}

fn view(carrier: &CarrierView) -> Value {
    let (reason, until) = carrier.hold.unzip();
    json!({
        "carrier": carrier.name,
        "object": "queue",
        "queued": carrier.queued,
        "deferred": carrier.deferred,
        "in_flight": carrier.in_flight,
        "limit": carrier.queue_limit,
        "oldest_at": moment(carrier.oldest_at),
        "hold": reason.map(Reason::name),
        "until": until.flatten().and_then(moment),
    })
}
