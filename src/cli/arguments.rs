//! The subcommands, and the way from arguments to one of them.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use super::check;

/// A carrier-grade SMS gateway that can tell anyone what happened to any message.
///
/// Data goes to standard output, everything else to standard error. Exit codes: 0 done, 1 it did not
/// work, 2 it worked with a reservation (see the subcommand), 64 wrong usage.
#[derive(Debug, Parser)]
#[command(name = "postrider", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say whether a configuration can be used, and what is wrong with it
    Check(check::CheckArgs),
}

/// Runs what the arguments say.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // A closed standard error leaves nobody to tell.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    match arguments.command {
        Command::Check(arguments) => check::run(&arguments),
    }
}

/// `EX_USAGE` of sysexits.h; clap's own 2 means something else here.
const USAGE: u8 = 64;

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Arguments::command().debug_assert();
    }
}
