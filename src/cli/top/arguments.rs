//! Arguments of `postrider top`, and its ways of showing.

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::page;
use super::screen;
use super::snapshot::look;
use crate::cli::operator::OperatorArgs;
use crate::cli::print::{json, note, out};

/// Arguments of `postrider top`.
#[derive(Debug, Args)]
pub(in crate::cli) struct TopArgs {
    #[command(flatten)]
    operator: OperatorArgs,
    /// Look once, print and end
    #[arg(long)]
    once: bool,
    /// Seconds between two looks
    #[arg(long, value_name = "SECONDS", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=60))]
    every: u64,
}

/// Runs it.
pub(in crate::cli) async fn run(arguments: &TopArgs) -> ExitCode {
    let Some(client) = arguments.operator.client() else { return ExitCode::FAILURE };
    let first = match look(&client).await {
        Ok(first) => first,
        Err(error) => {
            note(format_args!("postrider: {error}"));
            return ExitCode::FAILURE;
        }
    };
    if arguments.operator.wants_json() {
        json(&first);
        return ExitCode::SUCCESS;
    }
    if arguments.once {
        for lines in [page::overview(&first, None), page::carriers(&first), page::queues(&first)] {
            lines.into_iter().for_each(out);
            out("");
        }
        return ExitCode::SUCCESS;
    }
    match screen::keep(&client, first, Duration::from_secs(arguments.every)).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note(format_args!("postrider: {error}"));
            ExitCode::FAILURE
        }
    }
}
