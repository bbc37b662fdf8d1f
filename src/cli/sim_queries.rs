//! `postrider sim queries`: how long answers take from a directory, for every kind of question.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use super::print::{json as print_json, note, out};
use crate::base::clock::Clock;
use crate::base::processor_time::thread_time;
use crate::ledger::config::LedgerConfig;
use crate::ledger::open::Opened;
use crate::ledger::probe::kind::Kind;
use crate::ledger::probe::prober::Prober;
use crate::ledger::store::Ledger;
use crate::ledger::text::config::TextConfig;
use crate::spool::error::OpenError;
use crate::spool::real_disk::RealDisk;

/// Measure what searching a data directory costs
///
/// Asks random questions of every kind, drawn from the directory's own messages, and prints what each took
/// of the processor and of time: what the search took, and what reading the records and histories of its
/// hits took besides. What is behind, as lists, words and merged runs, is made first. No gateway may work
/// on the directory, which `sim ledger` fills. Exit codes: 0 measured, 1 not.
#[derive(Clone, Debug, Args)]
pub(super) struct SimQueriesArgs {
    /// The data directory
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
    /// Questions of each kind
    #[arg(long, value_name = "N", default_value_t = 300)]
    queries: usize,
    /// What chance is drawn from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Take the directory as it is: make nothing that is behind
    #[arg(long)]
    as_it_is: bool,
    /// The node that the directory is for
    #[arg(long, default_value_t = 0)]
    node: u16,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What questions of one kind took.
struct Measured {
    kind: Kind,
    hits: usize,
    cut: usize,
    search: Spread,
    shown: Spread,
    wall: Spread,
}

/// Half of them took as long at most, and 99 of 100.
#[derive(Clone, Copy, Default)]
struct Spread {
    p50: Duration,
    p99: Duration,
}

impl Spread {
    fn of(mut all: Vec<Duration>) -> Self {
        all.sort_unstable();
        let at = |share: usize| {
            let last = all.len().saturating_sub(1);
            all.get((all.len() * share / 100).min(last)).copied().unwrap_or_default()
        };
        Self { p50: at(50), p99: at(99) }
    }
}

pub(super) fn run(arguments: &SimQueriesArgs) -> ExitCode {
    match measure(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note(format_args!("postrider: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &SimQueriesArgs) -> Result<(), OpenError> {
    let place = arguments.data_dir.display().to_string();
    let failed = |error| OpenError::io(&place, error);
    let disk = RealDisk::open(&arguments.data_dir).map_err(failed)?;
    // Nobody waits for anything else here, so that words need no pace.
    let text = TextConfig { rows_per_second: u32::MAX, ..TextConfig::default() };
    let config = LedgerConfig { node: arguments.node, text: Some(text), ..LedgerConfig::default() };
    let mut opened = Ledger::open(Arc::new(disk), config)?;
    let begun = (Instant::now(), thread_time());
    if !arguments.as_it_is {
        settle(&mut opened).map_err(failed)?;
    }
    let settled = (begun.0.elapsed(), thread_time().saturating_sub(begun.1));
    let ledger = opened.ledger;
    let stats = ledger.stats();
    let mut prober = Prober::new(ledger, arguments.seed).map_err(failed)?;
    let rows = Kind::ALL
        .into_iter()
        .map(|kind| questions(&mut prober, kind, arguments.queries))
        .collect::<io::Result<Vec<Measured>>>()
        .map_err(failed)?;
    let memory = anonymous_kib();
    if arguments.json {
        let rows: Vec<Value> = rows.iter().map(as_json).collect();
        print_json(&json!({
            "messages": stats.messages,
            "segments": stats.segments,
            "settled_s": settled.0.as_secs_f64(),
            "settled_cpu_s": settled.1.as_secs_f64(),
            "anonymous_kib": memory,
            "kinds": rows,
        }));
        return Ok(());
    }
    out(format_args!(
        "{} messages in {} full segments; made what was behind in {:.1} s, {:.1} s of the processor",
        stats.messages,
        stats.segments,
        settled.0.as_secs_f64(),
        settled.1.as_secs_f64()
    ));
    show(&rows);
    out(format_args!("anonymous memory {} MiB", memory.unwrap_or(0) / 1024));
    Ok(())
}

/// Makes everything that the threads of a gateway would have made by and by.
fn settle(opened: &mut Opened) -> io::Result<()> {
    let clock = Clock::start();
    loop {
        let mut any = opened.sealer.step()?;
        any |= opened.text_follower.step()?;
        any |= opened.text_keeper.step()?;
        any |= opened.keeper.step(clock.now())?;
        if !any {
            return opened.indexer.checkpoint();
        }
    }
}

fn questions(prober: &mut Prober, kind: Kind, count: usize) -> io::Result<Measured> {
    let (mut search, mut shown, mut wall) = (Vec::new(), Vec::new(), Vec::new());
    let (mut hits, mut cut) = (0, 0);
    for _ in 0..count {
        let Some(question) = prober.draw(kind) else { break };
        let begun = (Instant::now(), thread_time());
        let answer = prober.ask(&question)?;
        let asked = thread_time();
        prober.show(&answer)?;
        wall.push(begun.0.elapsed());
        search.push(asked.saturating_sub(begun.1));
        shown.push(thread_time().saturating_sub(begun.1));
        hits += answer.ords.len();
        cut += usize::from(answer.cut);
    }
    let (search, shown, wall) = (Spread::of(search), Spread::of(shown), Spread::of(wall));
    Ok(Measured { kind, hits, cut, search, shown, wall })
}

fn show(rows: &[Measured]) {
    out(format_args!(
        "{:<30} {:>7} {:>4}  {:>8} {:>8}  {:>8} {:>8}  {:>8} {:>8}",
        "milliseconds", "hits", "cut", "search", "p99", "+ shown", "p99", "wall", "p99"
    ));
    for row in rows {
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        out(format_args!(
            "{:<30} {:>7} {:>4}  {:>8.3} {:>8.3}  {:>8.3} {:>8.3}  {:>8.3} {:>8.3}",
            row.kind.name(),
            row.hits,
            row.cut,
            ms(row.search.p50),
            ms(row.search.p99),
            ms(row.shown.p50),
            ms(row.shown.p99),
            ms(row.wall.p50),
            ms(row.wall.p99),
        ));
    }
}

fn as_json(row: &Measured) -> Value {
    let spread = |it: Spread| {
        let us = |time: Duration| time.as_nanos() as f64 / 1e3;
        json!({ "p50_us": us(it.p50), "p99_us": us(it.p99) })
    };
    json!({
        "kind": row.kind.name(),
        "hits": row.hits,
        "cut": row.cut,
        "search_cpu": spread(row.search),
        "shown_cpu": spread(row.shown),
        "wall": spread(row.wall),
    })
}

/// Memory of the process that is not of files.
fn anonymous_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("RssAnon"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
