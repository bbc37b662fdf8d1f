//! `GET /v1/reasons`: the dictionary of reasons, for programs that tell people what became of a message.

use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::Caller;
use super::config::Scope;
use super::problem::Problem;
use crate::message::dictionary::Entry;

/// All reasons.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct ReasonList {
    /// The reasons, in the order of their numbers.
    data: Vec<ReasonEntry>,
}

/// What people read of one reason. `{carrier}` and `{sender}` stand for names that the reader knows.
#[derive(Serialize, ToSchema, Debug)]
struct ReasonEntry {
    /// Its name, which stays.
    code: &'static str,
    /// Whose side it is on.
    group: &'static str,
    /// Whether trying the same again cannot help.
    permanent: bool,
    /// The reason in a few words.
    title: &'static str,
    /// What to do about it, in one sentence.
    advice: &'static str,
    /// What a support rep reads.
    reads: &'static str,
    /// What to tell the customer.
    say: &'static str,
    /// What to do next, the best first.
    next: &'static [String],
}

/// List the reasons
///
/// Why a message ended or waits: for each reason the sentence that a support rep reads, what to tell the
/// customer, and what to do next.
#[utoipa::path(
    get, path = "/v1/reasons", tag = "messages", operation_id = "listReasons",
    security(("key" = ["messages:read"])),
    responses((status = 200, description = "All of them", body = ReasonList)),
)]
pub(super) async fn list(caller: Caller) -> Result<Json<ReasonList>, Problem> {
    caller.require(Scope::MessagesRead)?;
    let entry = |entry: &'static Entry| ReasonEntry {
        code: &entry.code,
        group: &entry.group,
        permanent: entry.permanent,
        title: &entry.title,
        advice: &entry.advice,
        reads: &entry.reads,
        say: &entry.say,
        next: &entry.next,
    };
    Ok(Json(ReasonList { data: Entry::reasons().iter().map(entry).collect() }))
}
