//! Arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    postrider::cli::arguments::run(std::env::args_os())
}
