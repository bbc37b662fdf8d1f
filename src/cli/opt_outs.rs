//! `postrider opt-outs`: which numbers take nothing from whom; recording that, and lifting it.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::operator::OperatorArgs;
use super::print::out;

/// Subcommands of `postrider opt-outs`.
#[derive(Debug, Subcommand)]
pub(super) enum OptOutsCommand {
    /// List the newest
    Ls(LsArgs),
    /// Say whether a number takes nothing from a sender
    Find(FindArgs),
    /// Record that a number takes nothing from a sender, or from anybody
    Add(ChangeArgs),
    /// Lift an opt-out
    Lift(ChangeArgs),
}

/// Arguments of `ls`.
#[derive(Debug, Args)]
pub(super) struct LsArgs {
    /// How many
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u8).range(1..=200))]
    limit: u8,
    #[command(flatten)]
    operator: OperatorArgs,
}

/// Whom it is about.
#[derive(Debug, Args)]
struct Pair {
    /// The number, with its country code
    #[arg(allow_hyphen_values = true)]
    number: String,
    /// The sender; without it, all of them
    #[arg(long)]
    sender: Option<String>,
}

/// Arguments of `find`.
#[derive(Debug, Args)]
pub(super) struct FindArgs {
    #[command(flatten)]
    pair: Pair,
    #[command(flatten)]
    operator: OperatorArgs,
}

/// Arguments of `add` and `lift`.
#[derive(Debug, Args)]
pub(super) struct ChangeArgs {
    #[command(flatten)]
    pair: Pair,
    /// How that is known: a ticket, a letter, a call
    #[arg(long)]
    note: String,
    #[command(flatten)]
    operator: OperatorArgs,
}

pub(super) async fn run(command: &OptOutsCommand) -> ExitCode {
    match command {
        OptOutsCommand::Ls(LsArgs { limit, operator }) => {
            let Some(client) = operator.client() else { return ExitCode::FAILURE };
            operator.told(client.get(&format!("/v1/opt-outs?limit={limit}")).await, list)
        }
        OptOutsCommand::Find(FindArgs { pair: Pair { number, sender }, operator }) => {
            let Some(client) = operator.client() else { return ExitCode::FAILURE };
            let body = json!({ "number": number, "sender": sender });
            operator.told(client.post("/v1/opt-outs/find", &body).await, list)
        }
        OptOutsCommand::Add(change) => ask(change, "/v1/opt-outs", line).await,
        OptOutsCommand::Lift(change) => {
            ask(change, "/v1/opt-outs/lift", |answer| {
                out("lifted");
                let left = answer["data"].as_array().filter(|left| !left.is_empty());
                left.into_iter().for_each(|left| {
                    out("still holds:");
                    left.iter().for_each(line);
                });
            })
            .await
        }
    }
}

async fn ask(change: &ChangeArgs, path: &str, told: impl FnOnce(&Value)) -> ExitCode {
    let ChangeArgs { pair: Pair { number, sender }, note, operator } = change;
    let Some(client) = operator.client() else { return ExitCode::FAILURE };
    let body = json!({ "number": number, "sender": sender, "note": note });
    operator.told(client.post(path, &body).await, told)
}

fn list(answer: &Value) {
    let all = answer["data"].as_array().into_iter().flatten();
    if all.clone().next().is_none() {
        out("none");
    }
    all.for_each(line);
}

fn line(opt_out: &Value) {
    let text = |name: &str| opt_out[name].as_str().unwrap_or("-").to_owned();
    let sender = opt_out["sender"].as_str().unwrap_or("everybody");
    let proof = match opt_out["message_id"].as_str() {
        Some(message) => format!("{} in {message}", text("note")),
        None => text("note"),
    };
    out(format_args!(
        "{}  {} takes nothing from {sender}  ({}: {proof})",
        text("since"),
        text("number"),
        text("by"),
    ));
}
