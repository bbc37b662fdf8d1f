//! `postrider carriers`: how they do, and what an operator has them do.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::api_client::escape;
use super::operator::{OperatorArgs, seconds};
use super::print::out;

/// Subcommands of `postrider carriers`.
#[derive(Debug, Subcommand)]
pub(super) enum CarriersCommand {
    /// List carriers with their binds, queues and what holds them
    Ls(LsArgs),
    /// Submit nothing to a carrier; its binds stay, and what it brings is taken
    Suspend(ForArgs),
    /// Submit to a carrier again
    Resume(OneArgs),
    /// End a carrier's binds in peace and make them anew
    Rebind(OneArgs),
    /// Hold a carrier to a rate, in place of the configured one
    Limit(LimitArgs),
}

/// Arguments of `ls`.
#[derive(Debug, Args)]
pub(super) struct LsArgs {
    #[command(flatten)]
    operator: OperatorArgs,
}

/// Arguments about one carrier.
#[derive(Debug, Args)]
pub(super) struct OneArgs {
    /// The carrier's name
    carrier: String,
    #[command(flatten)]
    operator: OperatorArgs,
}

/// Arguments about one carrier for a time.
#[derive(Debug, Args)]
pub(super) struct ForArgs {
    #[command(flatten)]
    one: OneArgs,
    /// For how long, such as 30s, 10m, 2h [default: until it is taken back]
    #[arg(long = "for", value_name = "TIME", value_parser = seconds)]
    seconds: Option<u64>,
}

/// Arguments of `limit`.
#[derive(Debug, Args)]
pub(super) struct LimitArgs {
    #[command(flatten)]
    time: ForArgs,
    /// Parts per second [default: as configured again]
    #[arg(long, value_name = "N")]
    rate: Option<u32>,
}

pub(super) async fn run(command: &CarriersCommand) -> ExitCode {
    match command {
        CarriersCommand::Ls(LsArgs { operator }) => {
            let Some(client) = operator.client() else { return ExitCode::FAILURE };
            operator.told(client.get("/v1/carriers").await, list)
        }
        CarriersCommand::Suspend(ForArgs { one, seconds }) => {
            order(one, "suspend", &json!({ "for_s": seconds })).await
        }
        CarriersCommand::Resume(one) => order(one, "resume", &json!({})).await,
        CarriersCommand::Rebind(one) => order(one, "rebind", &json!({})).await,
        CarriersCommand::Limit(LimitArgs { time: ForArgs { one, seconds }, rate }) => {
            let body = json!({ "rate_per_second": rate, "for_s": seconds });
            order(one, "limits", &body).await
        }
    }
}

async fn order(one: &OneArgs, what: &str, body: &Value) -> ExitCode {
    let OneArgs { carrier, operator } = one;
    let Some(client) = operator.client() else { return ExitCode::FAILURE };
    let path = format!("/v1/carriers/{}/{what}", escape(carrier));
    operator.told(client.post(&path, body).await, |carrier| out(row(carrier)))
}

/// What the columns of [`row`] are.
pub(super) fn head() -> String {
    format!(
        "{:<20} {:>7} {:>9} {:>9} {:>9} {:>9}  held",
        "carrier", "binds", "queued", "deferred", "in flight", "rate/s"
    )
}

fn list(answer: &Value) {
    out(head());
    answer["data"].as_array().into_iter().flatten().map(row).for_each(out);
}

/// A carrier in a line.
pub(super) fn row(carrier: &Value) -> String {
    let rate = [&carrier["limit"]["rate_per_second"], &carrier["learned_rate_per_second"]];
    let rate = rate.into_iter().chain([&carrier["rate_per_second"]]).find(|rate| !rate.is_null());
    let rate = rate.map_or_else(|| "-".to_owned(), Value::to_string);
    let binds = format!("{}/{}", carrier["binds_up"], carrier["binds"]);
    format!(
        "{:<20} {binds:>7} {:>9} {:>9} {:>9} {rate:>9}  {}",
        carrier["id"].as_str().unwrap_or_default(),
        carrier["queued"].to_string(),
        carrier["deferred"].to_string(),
        carrier["in_flight"].to_string(),
        held(carrier),
    )
}

fn held(carrier: &Value) -> String {
    let until = |at: &Value| at.as_str().map_or_else(String::new, |at| format!(" until {at}"));
    if carrier["suspended"] == true {
        return format!("suspended{}", until(&carrier["suspended_until"]));
    }
    match carrier["hold"]["reason"].as_str() {
        Some(reason) => format!("{reason}{}", until(&carrier["hold"]["until"])),
        None => "-".to_owned(),
    }
}
