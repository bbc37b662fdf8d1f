//! `postrider serve`: runs the gateway until it is told to stop.

use std::path::PathBuf;
use std::process::ExitCode;

/// Run the gateway
///
/// Exit codes: 0 stopped as asked, 1 it could not start, 74 the disk failed.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct ServeArgs {
    /// The configuration.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The data directory, in place of the configuration's.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Go on although acknowledged records in the log are damaged: what is lost is printed.
    #[arg(long)]
    accept_corruption: bool,
}

pub(super) fn run(arguments: ServeArgs) -> ExitCode {
    let ServeArgs { config, data_dir, accept_corruption } = arguments;
    crate::app::serve::run(&config, data_dir, accept_corruption)
}
