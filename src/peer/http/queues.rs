//! `/v1/queues`: what waits for each carrier; trying it at once, or ending it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};

use super::api::Api;
use super::carriers::{Told, moment, problem};
use super::get_message::NO_STORE;
use super::operator_auth::Operator;
use super::operator_body::{Fields, wrong};
use super::operator_request_schema::{BounceRequest, FlushRequest};
use super::operator_schema::{Bounced, Flushed, Queue, QueueList};
use super::path_id::PathId;
use super::problem::Problem;
use crate::base::id::AccountId;
use crate::message::reason::Reason;
use crate::pipeline::operate::Which;
use crate::pipeline::port::CarrierView;

/// Fields that say what is tried at once, and what is ended.
pub(super) const FLUSHED: [&str; 1] = ["account"];
pub(super) const BOUNCED: [&str; 3] = ["account", "to", "reason"];

/// Reasons that an operator may give for ending messages.
const REASONS: [Reason; 4] =
    [Reason::EndedByOperator, Reason::CarrierDown, Reason::CarrierRemoved, Reason::CarrierError];

/// What waits for each carrier
#[utoipa::path(
    get, path = "/v1/queues", tag = "operation", operation_id = "listQueues",
    security(("key" = ["carriers:write"])),
    responses((status = 200, description = "All queues", body = QueueList)),
)]
pub(super) async fn list(_operator: Operator, State(api): State<Arc<Api>>) -> Told<QueueList> {
    let data = api.board.carriers().iter().map(view).collect();
    Ok((NO_STORE, Json(QueueList { data })))
}

/// Try at once what waits for another attempt
#[utoipa::path(
    post, path = "/v1/queues/{id}/flush", tag = "operation", operation_id = "flushQueue",
    security(("key" = ["carriers:write"])),
    params(("id" = String, Path, description = "The name of a carrier")),
    request_body = Option<FlushRequest>,
    responses((status = 200, description = "How many messages that were", body = Flushed)),
)]
pub(super) async fn flush(
    _operator: Operator,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
    request: Request,
) -> Told<Flushed> {
    let fields = Fields::of(request, &FLUSHED).await?;
    let account = account(&api, &fields)?;
    let count = api.operators.operate.flush(&id, account).await.map_err(problem)?;
    Ok((NO_STORE, Json(Flushed { carrier: id, flushed: count })))
}

/// End what waits for a carrier
///
/// Answered when it is on disk; each message has it in its history.
#[utoipa::path(
    post, path = "/v1/queues/{id}/bounce", tag = "operation", operation_id = "bounceQueue",
    security(("key" = ["carriers:write"])),
    params(("id" = String, Path, description = "The name of a carrier")),
    request_body = Option<BounceRequest>,
    responses((status = 200, description = "How many messages that were", body = Bounced)),
)]
pub(super) async fn bounce(
    _operator: Operator,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
    request: Request,
) -> Told<Bounced> {
    let fields = Fields::of(request, &BOUNCED).await?;
    let reason = reason(&fields)?;
    let prefix = prefix(&fields)?;
    let which = Which { account: account(&api, &fields)?, prefix };
    let count = api.operators.operate.bounce(&id, which, reason).await.map_err(problem)?;
    let answer = Bounced { carrier: id, ended: count, reason: reason.name() };
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

fn view(carrier: &CarrierView) -> Queue {
    let (reason, until) = carrier.hold.unzip();
    Queue {
        carrier: carrier.name.clone(),
        object: "queue",
        queued: carrier.queued,
        deferred: carrier.deferred,
        in_flight: carrier.in_flight,
        limit: carrier.queue_limit,
        oldest_at: moment(carrier.oldest_at),
        hold: reason.map(Reason::name),
        until: until.flatten().and_then(moment),
    }
}
