//! `postrider sim ledger`: a data directory full of traffic that never was.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp as Moment;
use serde_json::{Value, json};

use super::print::{json as print_json, note, out};
use crate::base::clock::{Clock, Timestamp};
use crate::ledger::config::LedgerConfig;
use crate::spool::disk::Disk as _;
use crate::spool::real_disk::RealDisk;
use crate::synth::config::SynthConfig;
use crate::synth::fill::{FillError, fill};
use crate::synth::summary::{Phase, Summary};

/// Fill a new data directory with made-up traffic
///
/// Accounts, carriers and people of fifteen countries; codes, notices and offers in their languages and
/// scripts; failures, retries, late receipts, answers and STOP. It goes through the log and the indexes of
/// the gateway, so that `serve`, `search`, `trace` and `ledger` take the directory as their own. The same
/// arguments with the same --until give the same messages. Exit codes: 0 filled, 1 not.
#[derive(Clone, Debug, Args)]
pub(super) struct SimLedgerArgs {
    /// Messages to write; each part of a long one counts
    #[arg(long, value_name = "N")]
    messages: u64,
    /// Days to spread them over
    #[arg(long, value_name = "D", default_value_t = 7)]
    days: u32,
    /// What chance is drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The directory: new, or empty
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
    /// When the traffic ends, as in 2025-10-21T13:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
    /// The node that the directory is for
    #[arg(long, default_value_t = 0)]
    node: u16,
    /// Messages in a segment: a power of two from 256 to 16777216
    #[arg(long, value_name = "N", default_value_t = LedgerConfig::default().segment_messages)]
    segment_messages: u32,
    /// Leave the index of words out
    #[arg(long)]
    no_words: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Time between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

pub(super) fn run(arguments: &SimLedgerArgs) -> ExitCode {
    let started = Instant::now();
    match write(arguments, started) {
        Ok((summary, written)) => {
            show(arguments, &summary, written, started.elapsed());
            ExitCode::SUCCESS
        }
        Err(error) => {
            note(format_args!("postrider: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Fills the directory; also says how long that took without the last of the indexing.
fn write(arguments: &SimLedgerArgs, started: Instant) -> Result<(Summary, Duration), FillError> {
    let asked = arguments.until.and_then(|at| u64::try_from(at.as_microsecond()).ok());
    let config = SynthConfig {
        messages: arguments.messages,
        days: arguments.days,
        seed: arguments.seed,
        until: asked.map_or_else(|| Clock::start().now(), Timestamp),
        node: arguments.node,
        words: !arguments.no_words,
    };
    let disk = Arc::new(private(&arguments.data_dir)?);
    let mut progress = Progress::new(arguments.messages);
    let mut written = None;
    let ledger =
        LedgerConfig { segment_messages: arguments.segment_messages, ..LedgerConfig::default() };
    let summary = fill(disk, &config, ledger, &mut |summary| {
        if summary.phase == Phase::Indexing {
            written.get_or_insert_with(|| started.elapsed());
        }
        progress.show(summary);
    })?;
    Ok((summary, written.unwrap_or_else(|| started.elapsed())))
}

/// The directory, for its owner alone if it is made here: what looks like people's messages is treated
/// as such.
fn private(directory: &Path) -> Result<RealDisk, FillError> {
    use std::os::unix::fs::DirBuilderExt as _;
    if !directory.exists() {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    let disk = RealDisk::open(directory)?;
    tracing::debug!(place = disk.place(), "is filled");
    Ok(disk)
}

fn show(arguments: &SimLedgerArgs, summary: &Summary, written: Duration, took: Duration) {
    let rate = |time: Duration| (summary.messages as f64 / time.as_secs_f64().max(1e-6)) as u64;
    if arguments.json {
        print_json(&as_json(summary, rate(written), rate(took), took));
        return;
    }
    let each = |bytes: u64| bytes / summary.messages.max(1);
    out(format_args!(
        "{} messages ({} from handsets, {} parts of long ones) and {} events in {}",
        summary.messages,
        summary.inbound,
        summary.parts,
        summary.events,
        arguments.data_dir.display()
    ));
    out(format_args!("{} had not ended yet when it ended", summary.under_way));
    out(format_args!(
        "log {} octets, {} a message; with indexes {} octets, {} a message",
        summary.log_bytes,
        each(summary.log_bytes),
        summary.disk_bytes,
        each(summary.disk_bytes)
    ));
    out(format_args!(
        "{} messages/s written, {} with the last of the indexing; {:.1} s",
        rate(written),
        rate(took),
        took.as_secs_f64()
    ));
}

fn as_json(summary: &Summary, written: u64, indexed: u64, took: Duration) -> Value {
    let at = |time: Option<Timestamp>| {
        let moment = time.and_then(|time| Moment::from_microsecond(time.0.cast_signed()).ok());
        moment.map(|moment| moment.to_string())
    };
    json!({
        "messages": summary.messages,
        "inbound": summary.inbound,
        "parts": summary.parts,
        "events": summary.events,
        "under_way": summary.under_way,
        "first": at(summary.first),
        "last": at(summary.last),
        "log_bytes": summary.log_bytes,
        "disk_bytes": summary.disk_bytes,
        "written_per_second": written,
        "indexed_per_second": indexed,
        "took_s": took.as_secs_f64(),
    })
}

/// How far it is: a bar on a terminal, else a line now and then.
struct Progress {
    bar: Option<ProgressBar>,
    messages: u64,
    line_at: Instant,
}

impl Progress {
    fn new(messages: u64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let target = ProgressDrawTarget::stderr_with_hz(5);
            let bar = ProgressBar::with_draw_target(Some(messages), target);
            let style = "{elapsed} {wide_bar} {percent}% {per_sec} {msg}";
            bar.with_style(
                ProgressStyle::with_template(style)
                    .unwrap_or_else(|_| ProgressStyle::default_bar()),
            )
        });
        Self { bar, messages, line_at: Instant::now() }
    }

    fn show(&mut self, summary: &Summary) {
        let indexing = summary.phase == Phase::Indexing;
        let told = || match indexing {
            true => format!("indexing the last ones, words of {}", summary.words_indexed),
            false => format!("{} events", summary.events),
        };
        if let Some(bar) = &self.bar {
            bar.set_position(summary.messages);
            bar.set_message(told());
        } else if self.line_at.elapsed() >= LINE_EVERY {
            self.line_at = Instant::now();
            note(format_args!("{} of {} messages, {}", summary.messages, self.messages, told()));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
