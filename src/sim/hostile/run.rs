//! `postrider sim smsc --profile NAME` and `--list-profiles`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use super::config::Config;
use super::profiles::all::all;
use super::smsc::HostileSmsc;
use super::truth::Truth;
use crate::sim::args::{announce, told_to_end};

/// What a hostile SMSC is run with.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) config: Config,
    pub(crate) truth: Option<PathBuf>,
    pub(crate) quiet: bool,
    pub(crate) with_parent: bool,
}

/// Prints the profiles with what they do.
pub(crate) fn list_profiles() -> ExitCode {
    let mut out = io::stdout().lock();
    let printed =
        all().try_for_each(|profile| writeln!(out, "{:<22}{}", profile.name, profile.about));
    if printed.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs the SMSC until SIGTERM or SIGINT. The first line of stdout says where it listens.
pub(crate) fn run(run: Run) -> ExitCode {
    match until_told(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "postrider sim smsc: {error}");
            ExitCode::FAILURE
        }
    }
}

fn until_told(run: Run) -> io::Result<()> {
    // What cannot be written at the end is better known at the start.
    let file = run.truth.map(File::create).transpose()?;
    let seed = run.config.seed;
    let smsc = HostileSmsc::start(run.config)?;
    announce(smsc.addr())?;
    if !run.quiet {
        let _ = writeln!(io::stderr(), "seed {seed}");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(told_to_end(run.with_parent))?;
    let truth = smsc.stop();
    if let Some(file) = file {
        truth.write(BufWriter::new(file))?;
    }
    if !run.quiet {
        let _ = print_counts(&truth);
    }
    Ok(())
}

fn print_counts(truth: &Truth) -> io::Result<()> {
    let submits = || truth.entries.iter().flat_map(|entry| &entry.submits);
    let receipts = || truth.entries.iter().flat_map(|entry| &entry.receipts);
    let counts = [
        ("messages", truth.entries.len()),
        ("submits", submits().count()),
        ("taken", submits().filter(|submit| submit.status == 0).count()),
        ("taken_again", truth.entries.iter().filter(|entry| entry.taken() > 1).count()),
        ("receipts", receipts().count()),
        ("receipts_confirmed", receipts().filter(|told| told.confirmed).count()),
        ("parts_from_handsets", truth.parts.len()),
    ];
    let mut stderr = io::stderr().lock();
    for (name, count) in counts {
        writeln!(stderr, "{name:<20}{count:>14}")?;
    }
    if truth.unrecorded > 0 {
        writeln!(stderr, "{} submits beyond what the truth can hold", truth.unrecorded)?;
    }
    Ok(())
}
