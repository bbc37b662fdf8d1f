//! Flows side by side against one target, and what the processes watched used meanwhile.

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use crate::base::stand_back::stand_back;
use crate::load::client;
use crate::load::config::Config;
use crate::load::cpu::{self, Usage};
use crate::load::progress::{Display, Progress};
use crate::load::tally::Tally;

/// How often progress is shown and ends are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How much a flood's thread stands back for the flows beside it, whose messages are to wait for the gateway
/// and not for the one that makes the flood.
const FLOOD_NICENESS: i32 = 5;

/// A run that has ended.
#[derive(Clone, Debug)]
pub struct Run {
    /// What was run against.
    pub target: String,
    /// Every flow with its name.
    pub flows: Vec<(String, Tally)>,
    /// What each process watched used, this one first.
    pub processes: Vec<Process>,
}

/// What a process used during a run.
#[derive(Clone, Debug)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Its name.
    pub name: String,
    /// Processor time.
    pub cpu: Duration,
    /// Memory resident at the end, in KiB.
    pub resident_kib: u64,
    /// The most that was ever resident, in KiB.
    pub peak_kib: u64,
}

impl Run {
    /// Adds a later round of the same flows against the same target.
    pub fn merge(&mut self, later: Self) {
        for ((_, flow), (_, more)) in self.flows.iter_mut().zip(&later.flows) {
            flow.merge(more);
        }
        for (process, more) in self.processes.iter_mut().zip(later.processes) {
            process.cpu += more.cpu;
            process.resident_kib = more.resident_kib;
            process.peak_kib = process.peak_kib.max(more.peak_kib);
        }
    }

    /// Messages that went all the way, of all flows.
    pub fn completed(&self) -> u64 {
        self.flows.iter().map(|(_, tally)| tally.completed()).sum()
    }

    /// Milliseconds of processor time for a thousand messages.
    pub fn cpu_per_thousand(&self, process: &Process) -> f64 {
        process.cpu.as_secs_f64() * 1_000_000.0 / (self.completed().max(1) as f64)
    }

    /// Whether no flow lost anything or got anything twice.
    pub fn is_clean(&self) -> bool {
        self.flows.iter().all(|(_, tally)| tally.is_clean())
    }
}

/// A flow under way, in a thread of its own.
struct Running {
    name: String,
    thread: JoinHandle<io::Result<Tally>>,
}

/// Runs all flows to their end. The processes `watched` are measured beside this one.
pub fn run(target: &str, flows: &[Config], watched: &[u32]) -> io::Result<Run> {
    let pids: Vec<u32> = std::iter::once(std::process::id()).chain(watched.to_vec()).collect();
    let before = usages(&pids)?;
    let progress = Arc::new(Progress::default());
    let mut running = Vec::new();
    for (place, flow) in flows.iter().enumerate() {
        // Only the first flow is shown; the others are small beside it and end with it.
        let first = Arc::clone(&progress);
        let (progress, follows) =
            if place == 0 { (first, None) } else { (Arc::default(), Some(first)) };
        let (name, config) = (flow.name.clone(), Config { follows, ..flow.clone() });
        let floods = place == 0 && flows.len() > 1;
        let thread = std::thread::Builder::new().name(format!("load-{name}")).spawn(move || {
            if floods {
                stand_back(FLOOD_NICENESS);
            }
            client::run(config, progress)
        })?;
        running.push(Running { name, thread });
    }
    let mut display = Display::new(target, flows.first().and_then(|flow| flow.messages));
    while running.iter().any(|flow| !flow.thread.is_finished()) {
        std::thread::sleep(LOOK_EVERY);
        display.show(&progress);
    }
    drop(display);
    let after = usages(&pids)?;
    let mut ended = Vec::new();
    for Running { name, thread } in running {
        let tally = thread.join().map_err(|_| io::Error::other(format!("flow {name} panicked")))?;
        ended.push((name, tally?));
    }
    let process = |((&pid, before), after): ((&u32, &Usage), &Usage)| Process {
        pid,
        name: cpu::name(pid),
        cpu: after.cpu_since(before),
        resident_kib: after.resident_kib,
        peak_kib: after.peak_kib,
    };
    let processes = pids.iter().zip(&before).zip(&after).map(process).collect();
    Ok(Run { target: target.to_owned(), flows: ended, processes })
}

/// What each of these processes has used until now.
pub fn usages(pids: &[u32]) -> io::Result<Vec<Usage>> {
    let usage = |&pid: &u32| {
        Usage::of(pid).map_err(|error| io::Error::other(format!("process {pid}: {error}")))
    };
    pids.iter().map(usage).collect()
}
