//! `postrider audit`: whether the audit of a data directory is as it was written.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use super::print::{json as print_json, note, out};
use crate::peer::http::console::audit_chain::{Verified, verify};
use crate::spool::read_disk::ReadDisk;

/// Subcommands of `postrider audit`.
#[derive(Debug, Subcommand)]
pub(super) enum AuditCommand {
    /// Find lines that were changed, removed, put elsewhere or cut off
    ///
    /// Each line of `audit.log` has the hash of the one before, and `audit.head` knows the last. Nothing is changed; a
    /// gateway may run meanwhile. Exit codes: 0 it is as it was written, 1 it is not, or cannot be read.
    Verify(VerifyArgs),
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// The data directory
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
    /// The last hash of an earlier verification, which has to be that of a line
    #[arg(long, value_name = "HASH")]
    expect: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(AuditCommand::Verify(arguments): &AuditCommand) -> ExitCode {
    let expect = arguments.expect.as_deref();
    let verified = ReadDisk::open(&arguments.data_dir).and_then(|disk| verify(&disk, expect));
    match verified {
        Ok(verified) => tell(verified, arguments),
        Err(error) => {
            let place = arguments.data_dir.display();
            note(format_args!("postrider: the audit in {place} cannot be read: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn tell(mut verified: Verified, arguments: &VerifyArgs) -> ExitCode {
    if arguments.expect.is_some() && !verified.found {
        verified.wrong.push("no line has the hash that is expected".to_owned());
    }
    let is_right = verified.wrong.is_empty();
    if arguments.json {
        let Verified { entries, last, wrong, torn_bytes, .. } = verified;
        print_json(&json!({
            "entries": entries, "last": last, "wrong": wrong, "torn_bytes": torn_bytes,
        }));
    } else {
        verified.wrong.iter().for_each(out);
        if verified.torn_bytes > 0 {
            let octets = verified.torn_bytes;
            note(format_args!(
                "{octets} octets at the end were never a line: the next start cuts them"
            ));
        }
        let word = if is_right { "as they were written" } else { "not as they were written" };
        out(format_args!("{} entries, {word}; last {}", verified.entries, verified.last));
    }
    if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
