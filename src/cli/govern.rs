//! `postrider drain`, `reload` and `log-level`: a running gateway as a whole.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::api_client::ApiClient;
use super::operator::{DRAIN_WAIT, OperatorArgs, seconds};
use super::print::{note, out};

/// Arguments of `postrider drain`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 it has ended (with --no-wait: it was told), 1 it was not told, \
                        2 it has not ended in ten minutes"
)]
pub(super) struct DrainArgs {
    #[command(flatten)]
    operator: OperatorArgs,
    /// Do not wait until the gateway has ended
    #[arg(long)]
    no_wait: bool,
}

/// Arguments of `postrider reload`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 reloaded, 1 the configuration cannot be used or nobody answers, \
                        2 reloaded, and some changes need a restart"
)]
pub(super) struct ReloadArgs {
    #[command(flatten)]
    operator: OperatorArgs,
    /// Only say what would change
    #[arg(long)]
    dry_run: bool,
}

/// Arguments of `postrider log-level`.
#[derive(Debug, Args)]
pub(super) struct LogLevelArgs {
    /// A level, or directives such as info,postrider::peer=debug
    filter: String,
    /// For how long, such as 30s, 10m, 2h [default: until it is changed again]
    #[arg(long = "for", value_name = "TIME", value_parser = seconds)]
    seconds: Option<u64>,
    #[command(flatten)]
    operator: OperatorArgs,
}

/// Exit code of something done with a reservation.
const RESERVED: u8 = 2;

/// How often a gateway that drains is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

pub(super) async fn drain(arguments: &DrainArgs) -> ExitCode {
    let DrainArgs { operator, no_wait } = arguments;
    let Some(client) = operator.client() else { return ExitCode::FAILURE };
    if let Err(error) = client.post("/v1/gateway/drain", &json!({})).await {
        note(format_args!("postrider: {error}"));
        return ExitCode::FAILURE;
    }
    if *no_wait || has_ended(&client).await {
        return ExitCode::SUCCESS;
    }
    note("postrider: it is still finishing what is under way");
    ExitCode::from(RESERVED)
}

async fn has_ended(client: &ApiClient) -> bool {
    let until = Instant::now() + DRAIN_WAIT;
    while Instant::now() < until {
        if client.get("/livez").await.is_err_and(|error| error.is_unreachable()) {
            return true;
        }
        sleep(LOOK_EVERY).await;
    }
    false
}

pub(super) async fn reload(arguments: &ReloadArgs) -> ExitCode {
    let ReloadArgs { operator, dry_run } = arguments;
    let Some(client) = operator.client() else { return ExitCode::FAILURE };
    let answer = client.post("/v1/gateway/reload", &json!({ "trial": dry_run })).await;
    match answer {
        Ok(answer) => {
            operator.print(&answer, |answer| changes(answer).for_each(out));
            let restart = answer["needs_restart"].as_array().is_some_and(|some| !some.is_empty());
            if restart { ExitCode::from(RESERVED) } else { ExitCode::SUCCESS }
        }
        Err(error) => {
            note(format_args!("postrider: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// What a reload changes, a line each.
pub(super) fn changes(answer: &Value) -> impl Iterator<Item = String> {
    let list = |key: &str| -> Vec<String> {
        let lines = answer[key].as_array().into_iter().flatten();
        lines.filter_map(|line| line.as_str().map(str::to_owned)).collect()
    };
    let (mut changed, restart) = (list("changed"), list("needs_restart"));
    if changed.is_empty() && restart.is_empty() {
        changed.push("nothing has changed".to_owned());
    }
    changed.into_iter().chain(restart.into_iter().map(|line| format!("{line}: needs a restart")))
}

pub(super) async fn log_level(arguments: &LogLevelArgs) -> ExitCode {
    let LogLevelArgs { filter, seconds, operator } = arguments;
    let Some(client) = operator.client() else { return ExitCode::FAILURE };
    let body = json!({ "filter": filter, "for_s": seconds });
    operator.told(client.post("/v1/gateway/log-level", &body).await, |answer| {
        out(format_args!("logging {}", answer["filter"].as_str().unwrap_or_default()));
    })
}
