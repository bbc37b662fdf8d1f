//! The subcommand: from its arguments to a file that is whole, or none.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;

use super::format::Format;
use super::pages::{Asked, Pages};
use super::target::Target;
use crate::cli::access::{AccessArgs, AccessError};
use crate::cli::api_client::ApiError;
use crate::cli::print::note;

/// Write what a query finds to a file
///
/// Newest first, each message once. CSV is safe to open in a spreadsheet: what could run as a formula begins
/// with an apostrophe, numbers with a + too. JSON Lines has each message as the API shows it. Parquet has the
/// columns of CSV with their types. Numbers are masked for keys without numbers:reveal.
/// Exit codes: 0 all of it, 1 not.
#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArgs {
    #[command(flatten)]
    access: AccessArgs,
    /// What is looked for, as for `postrider search`; empty for all messages
    #[arg(long, default_value = "", allow_hyphen_values = true)]
    query: String,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// Where to: a new file [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Messages at most
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// What messages say, too: for keys with content:read
    #[arg(long)]
    texts: bool,
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
enum ExportError {
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error("the file cannot be written: {0}")]
    Io(#[from] io::Error),
}

/// Time between two lines that say how far it is.
const LINE_EVERY: Duration = Duration::from_secs(10);

pub(in crate::cli) async fn run(arguments: &ExportArgs) -> ExitCode {
    match export(arguments).await {
        Ok(said) => {
            note(said);
            ExitCode::SUCCESS
        }
        Err(error) => {
            note(format_args!("postrider: {error}"));
            ExitCode::FAILURE
        }
    }
}

async fn export(arguments: &ExportArgs) -> Result<String, ExportError> {
    let client = arguments.access.client()?;
    let asked = Asked {
        query: &arguments.query,
        texts: arguments.texts,
        limit: arguments.limit.unwrap_or(u64::MAX),
    };
    let mut pages = Pages::new(&client, asked);
    // The query is read by the gateway: a wrong one leaves no file behind.
    let mut page = pages.next().await?;
    let target = Target::new(arguments.output.as_deref())?;
    let mut writer = arguments.format.writer(target, arguments.texts)?;
    let mut line_at = Instant::now();
    while let Some(messages) = page {
        for message in &messages {
            writer.message(message)?;
        }
        if line_at.elapsed() >= LINE_EVERY {
            line_at = Instant::now();
            note(format_args!("{} messages, back to {}", pages.given(), pages.back_to()));
        }
        page = pages.next().await?;
    }
    writer.finish()?.finish()?;
    Ok(format!("{} messages, complete until {}", pages.given(), pages.complete_until()))
}
