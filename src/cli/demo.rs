//! `postrider demo`: a gateway, simulated carriers and traffic in one process, to look at.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use crate::app::demo::{Options, run as run_demo};
use crate::sim::config::duration;

/// Run a gateway with simulated carriers and traffic, and say what to try
///
/// It listens on ports 2775 and 8080 of the loopback, or on free ones if these are taken. Nothing
/// leaves this machine. Exit codes: 0 ended, 1 it could not start, 74 the disk failed.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct DemoArgs {
    /// Keep the data here [default: a directory that is removed at the end]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// End after this long
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    lasts: Option<Duration>,
    /// Print the addresses only
    #[arg(long)]
    quiet: bool,
}

pub(super) fn run(arguments: DemoArgs) -> ExitCode {
    let DemoArgs { data_dir, lasts, quiet } = arguments;
    run_demo(&Options { data_dir, lasts, quiet })
}
