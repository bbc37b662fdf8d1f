//! `postrider queue`: what waits for carriers; trying it at once, or ending it.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::api_client::escape;
use super::operator::OperatorArgs;
use super::print::out;

/// Subcommands of `postrider queue`.
#[derive(Debug, Subcommand)]
pub(super) enum QueueCommand {
    /// List what waits for each carrier, and for what it waits
    Ls(LsArgs),
    /// Try at once what waits for another attempt
    Flush(FlushArgs),
    /// End messages that wait, each with a reason in its history and a receipt where one is owed
    Bounce(BounceArgs),
}

/// Arguments of `ls`.
#[derive(Debug, Args)]
pub(super) struct LsArgs {
    #[command(flatten)]
    operator: OperatorArgs,
}

/// Arguments of `flush`.
#[derive(Debug, Args)]
pub(super) struct FlushArgs {
    /// The carrier's name
    carrier: String,
    /// Only what this account sent
    #[arg(long)]
    account: Option<String>,
    #[command(flatten)]
    operator: OperatorArgs,
}

/// Arguments of `bounce`.
#[derive(Debug, Args)]
pub(super) struct BounceArgs {
    /// The carrier's name
    carrier: String,
    /// Only what this account sent
    #[arg(long)]
    account: Option<String>,
    /// Only destinations that begin so
    #[arg(long, value_name = "PREFIX", allow_hyphen_values = true)]
    to: Option<String>,
    /// Why: ended_by_operator, carrier_down, carrier_removed or carrier_error
    #[arg(long, value_name = "CODE", default_value = "ended_by_operator")]
    reason: String,
    #[command(flatten)]
    operator: OperatorArgs,
}

pub(super) async fn run(command: &QueueCommand) -> ExitCode {
    match command {
        QueueCommand::Ls(LsArgs { operator }) => {
            let Some(client) = operator.client() else { return ExitCode::FAILURE };
            operator.told(client.get("/v1/queues").await, list)
        }
        QueueCommand::Flush(FlushArgs { carrier, account, operator }) => {
            let Some(client) = operator.client() else { return ExitCode::FAILURE };
            let path = format!("/v1/queues/{}/flush", escape(carrier));
            let answer = client.post(&path, &json!({ "account": account })).await;
            operator.told(answer, |answer| {
                out(format_args!("{} messages are tried now", answer["flushed"]));
            })
        }
        QueueCommand::Bounce(BounceArgs { carrier, account, to, reason, operator }) => {
            let Some(client) = operator.client() else { return ExitCode::FAILURE };
            let path = format!("/v1/queues/{}/bounce", escape(carrier));
            let body = json!({ "account": account, "to": to, "reason": reason });
            let answer = client.post(&path, &body).await;
            operator.told(answer, |answer| {
                out(format_args!("{} messages have ended", answer["ended"]));
            })
        }
    }
}

/// What the columns of a queue's line are.
pub(super) fn head() -> String {
    format!(
        "{:<20} {:>9} {:>9} {:>9}  {:<24}  held",
        "carrier", "queued", "deferred", "in flight", "oldest"
    )
}

fn list(answer: &Value) {
    out(head());
    let rows = answer["data"].as_array().into_iter().flatten();
    rows.map(|queue| row(&queue["carrier"], queue, &queue["hold"])).for_each(out);
}

/// What waits for a carrier, from how the carrier does.
pub(super) fn row_of_carrier(carrier: &Value) -> String {
    row(&carrier["id"], carrier, &carrier["hold"]["reason"])
}

fn row(name: &Value, queue: &Value, held: &Value) -> String {
    format!(
        "{:<20} {:>9} {:>9} {:>9}  {:<24}  {}",
        name.as_str().unwrap_or_default(),
        queue["queued"].to_string(),
        queue["deferred"].to_string(),
        queue["in_flight"].to_string(),
        queue["oldest_at"].as_str().unwrap_or("-"),
        held.as_str().unwrap_or("-"),
    )
}
