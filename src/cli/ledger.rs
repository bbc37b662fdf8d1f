//! `postrider ledger`: what is in a data directory that no gateway works on, and whether it is sound.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use serde_json::json;

use super::ledger_stat;
use super::print::{json as print_json, note, out};
use crate::ledger::inspect::finding::Weight;
use crate::ledger::inspect::survey::survey;
use crate::ledger::inspect::verify::{STATES_MAX, Verified, VerifyOptions, verify};
use crate::spool::disk::Disk;
use crate::spool::error::OpenError;
use crate::spool::read_disk::ReadDisk;

/// What is done with a directory.
#[derive(Clone, Debug, Subcommand)]
pub(super) enum LedgerCommand {
    /// Say what is in a data directory
    ///
    /// As its newest checkpoint has it. Nothing is changed. Exit codes: 0 told, 1 not.
    Stat(StatArgs),
    /// Say whether a data directory is as it was written
    ///
    /// Every frame of the log is checked, and every index against the log: columns, states, numbers,
    /// carriers' ids, links of events, words. Nothing is changed. A torn end of the log, which the next
    /// start cuts, is a note and no fault. Exit codes: 0 nothing is wrong, 1 something is, or it could not be
    /// read.
    Verify(VerifyArgs),
}

/// Arguments of `postrider ledger stat`.
#[derive(Clone, Debug, Args)]
pub(super) struct StatArgs {
    /// The data directory; no gateway may work on it
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Arguments of `postrider ledger verify`.
#[derive(Clone, Debug, Args)]
pub(super) struct VerifyArgs {
    /// The data directory; no gateway may work on it
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
    /// Messages whose states are in memory at a time, 16 octets each; more are read in several rounds
    #[arg(long, value_name = "N", default_value_t = STATES_MAX)]
    states: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Time between two lines that say how far it is.
const LINE_EVERY: Duration = Duration::from_secs(10);

pub(super) fn run(command: &LedgerCommand) -> ExitCode {
    let outcome = match command {
        LedgerCommand::Stat(arguments) => stat(arguments),
        LedgerCommand::Verify(arguments) => check(arguments),
    };
    outcome.unwrap_or_else(|error| {
        note(format_args!("postrider: {error}"));
        ExitCode::FAILURE
    })
}

fn open(directory: &Path) -> Result<Arc<dyn Disk>, OpenError> {
    let place = directory.display().to_string();
    let disk = ReadDisk::open(directory).map_err(|error| OpenError::io(&place, error))?;
    Ok(Arc::new(disk))
}

fn stat(arguments: &StatArgs) -> Result<ExitCode, OpenError> {
    let survey = survey(&open(&arguments.data_dir)?)?;
    if arguments.json {
        print_json(&ledger_stat::as_json(&survey));
    } else {
        ledger_stat::lines(&survey).iter().for_each(out);
    }
    Ok(ExitCode::SUCCESS)
}

fn check(arguments: &VerifyArgs) -> Result<ExitCode, OpenError> {
    let disk = open(&arguments.data_dir)?;
    let (started, mut line_at) = (Instant::now(), Instant::now());
    let options = VerifyOptions { states_max: arguments.states };
    let verified = verify(&disk, options, &mut |bytes| {
        if line_at.elapsed() >= LINE_EVERY {
            line_at = Instant::now();
            note(format_args!("{} MiB of log read", bytes >> 20));
        }
    })?;
    show(arguments, &verified, started.elapsed());
    let sound = verified.findings.wrong == 0;
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn show(arguments: &VerifyArgs, verified: &Verified, took: Duration) {
    let findings = &verified.findings;
    if arguments.json {
        let list: Vec<_> = findings
            .list
            .iter()
            .map(|finding| {
                json!({
                    "wrong": finding.weight == Weight::Wrong,
                    "file": finding.file,
                    "offset": finding.offset,
                    "what": finding.what,
                })
            })
            .collect();
        print_json(&json!({
            "sound": findings.wrong == 0,
            "findings": list,
            "wrong": findings.wrong,
            "untold": findings.untold,
            "log_files": verified.log_files,
            "log_bytes": verified.log_bytes,
            "log_files_compressed": verified.cold_files,
            "log_bytes_saved": verified.cold_saved_bytes,
            "frames": verified.frames,
            "messages": verified.messages,
            "events": verified.events,
            "word_files": verified.word_files,
            "took_s": took.as_secs_f64(),
        }));
        return;
    }
    findings.list.iter().for_each(out);
    if findings.untold > 0 {
        out(format_args!("and {} more like these", findings.untold));
    }
    out(format_args!(
        "{}: {} messages and {} events in {} frames of {} log files ({} octets; {} compressed, which saves {}), \
         {} files of words; {:.1} s",
        if findings.wrong == 0 { "sound" } else { "NOT SOUND" },
        verified.messages,
        verified.events,
        verified.frames,
        verified.log_files,
        verified.log_bytes,
        verified.cold_files,
        verified.cold_saved_bytes,
        verified.word_files,
        took.as_secs_f64()
    ));
}
