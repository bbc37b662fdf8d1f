//! Rates as sockets and processes have them: a carrier's limit that nobody told us is used and hardly
//! ever passed, and a flood costs a small account next to nothing.
//!
//! Long proofs, run on their own: they print their figures, and these are the machine's as much as ours.
//! What every run checks of the same is checked in virtual time, by the tests of the engine.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use postrider::ledger::config::LedgerConfig;
use postrider::ledger::store::Ledger;
use postrider::spool::real_disk::RealDisk;

use crate::driver::patience::until_within;
use crate::driver::process::Process;
use crate::driver::site::{Site, text};
use crate::driver::smsc::Smsc;

/// Submits a second that the carriers take.
const LIMIT: usize = 500;

/// Longer than any run here takes.
const ENDS_WITHIN: Duration = Duration::from_secs(85);

#[test]
#[ignore = "the long proof: cargo test --test journey rates_proof -- --ignored --nocapture --test-threads 1"]
fn rates_proof_of_a_carriers_unknown_limit() {
    let mut used = [10, 100, 1_000].map(|window| {
        let figures = against_a_limit(20, window);
        println!(
            "{LIMIT}/s that nobody told us, window {window}: {:.1} % of it used, {:.2} % refused",
            100.0 * figures.used,
            100.0 * figures.refused
        );
        assert!(figures.refused < 0.01, "{figures:?}");
        figures.used
    });
    // The best but one: a machine with other work stands still now and then.
    used.sort_unstable_by(f64::total_cmp);
    assert!(used[1] >= 0.95, "{used:?}");
}

/// What became of a limit: shares of 1.
#[derive(Debug)]
struct Figures {
    /// Of what the carrier could have taken in the time looked at, from the first message on.
    used: f64,
    /// Of all submits.
    refused: f64,
}

/// Keeps more queued than can be taken in so many seconds by a carrier that answers ESME_RTHROTTLED to
/// what is more than a tenth of a second ahead of its limit.
fn against_a_limit(seconds: usize, window: usize) -> Figures {
    let keep = Site::new();
    let taken = keep.file("taken");
    let limit = LIMIT.to_string();
    let mut smsc = Smsc::with(&["--rate", &limit, "--delay", "5ms", "--record", text(&taken)]);
    let site = Site::with_sink(smsc.address(), &format!("window = {window}"));
    let mut gateway = site.start();
    let messages = (seconds + 1) * LIMIT;
    let mut load = load(&site, "app", &["--messages", &messages.to_string(), "--window", "500"]);
    clean(&mut load);
    gateway.terminate();
    let counts = smsc.counts();
    let times: Vec<u64> = read_taken(&taken).into_values().collect();
    assert_eq!((times.len(), counts["accepted"]), (messages, messages as u64), "each once");
    let first = times.iter().min().unwrap();
    let end = first + Duration::from_secs(seconds as u64).as_micros() as u64;
    let in_time = times.iter().filter(|&&at| at < end).count();
    Figures {
        used: in_time as f64 / (LIMIT * seconds) as f64,
        refused: counts["throttled"] as f64 / counts["submits"] as f64,
    }
}

#[test]
#[ignore = "the long proof: cargo test --test journey rates_proof -- --ignored --nocapture --test-threads 1"]
fn rates_proof_of_a_small_account_beside_a_flood() {
    // Twice what the carrier takes: a queue stands before it from the first second to the last.
    let flood = 2 * LIMIT;
    let small = flood / 50;
    let p99 = |name: &str, flood: Option<usize>| {
        let waits = waits_of_the_small(5, flood, small);
        println!(
            "{small}/s {name}: {:.1?} p50, {:.1?} p90, {:.1?} p99 from acceptance to the carrier",
            waits.at(50),
            waits.at(90),
            waits.at(99)
        );
        waits.at(99)
    };
    let rounds = [(); 3].map(|()| (p99("alone", None), p99("beside the flood", Some(flood))));
    // The middle of three: a machine with other work stands still now and then.
    let middle = |mut p99: [Duration; 3]| {
        p99.sort_unstable();
        p99[1]
    };
    let (alone, beside) =
        (middle(rounds.map(|round| round.0)), middle(rounds.map(|round| round.1)));
    assert!(beside <= 2 * alone, "{beside:?} beside the flood, {alone:?} alone");
}

/// Times from acceptance to the carrier, shortest first.
#[derive(Debug)]
struct Waits(Vec<Duration>);

impl Waits {
    fn at(&self, percentile: usize) -> Duration {
        self.0[(self.0.len() * percentile).div_ceil(100) - 1]
    }
}

/// Sends `small` messages a second, in pairs, from one account for so many seconds, beside `flood` a
/// second from another, to a carrier with an agreed rate of [`LIMIT`] that allows no burst.
fn waits_of_the_small(seconds: usize, flood: Option<usize>, small: usize) -> Waits {
    let keep = Site::new();
    let (taken, accepted) = (keep.file("taken"), keep.file("accepted"));
    let smsc = Smsc::with(&["--delay", "5ms", "--record", text(&taken)]);
    let site = Site::new()
        .account("flood", "")
        .account("small", "")
        .carrier(
            "sink",
            smsc.address(),
            &format!("window = 100\nrate_per_second = {LIMIT}\nburst = 1"),
        )
        .route("", "sink");
    let mut gateway = site.start();
    let lasts = format!("{seconds}s");
    let steady = |account: &str, rate: usize, more: &[&str]| {
        let rate = rate.to_string();
        load(&site, account, &[&["--rate", &rate, "--duration", &lasts], more].concat())
    };
    let mut loads: Vec<Process> =
        flood.map(|rate| steady("flood", rate, &[])).into_iter().collect();
    let tick = format!("{}ms", 2_000 / small);
    loads.push(steady("small", small, &["--tick", &tick, "--record", text(&accepted)]));
    loads.iter_mut().for_each(clean);
    gateway.terminate();
    smsc.stop();
    waits_in(&site.data(), &accepted, &read_taken(&taken))
}

fn load(site: &Site, account: &str, more: &[&str]) -> Process {
    let to = site.smpp().to_string();
    let fixed =
        ["load", "--system-id", account, "--password", "secret", "--to", &to, "--binds", "1"];
    Process::postrider(&[&fixed[..], more].concat())
}

/// Every receipt came, and only once.
fn clean(load: &mut Process) {
    until_within(ENDS_WITHIN, "the load ends", || (!load.runs()).then_some(()));
    assert!(load.end().success(), "{}", load.complete());
}

/// What makes a text of the load unique: the tag of the run and a number.
fn name_in(text: &str) -> String {
    text[..17].to_owned()
}

/// When each text came to the carrier, in microseconds.
fn read_taken(path: &Path) -> HashMap<String, u64> {
    let lines = std::fs::read_to_string(path).unwrap();
    let fields = lines.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    fields.map(|fields| (name_in(fields[4]), fields[0].parse().unwrap())).collect()
}

/// How long each message of a load waited from its place on disk to the carrier.
fn waits_in(data: &Path, accepted: &Path, taken: &HashMap<String, u64>) -> Waits {
    let disk = Arc::new(RealDisk::open(data).unwrap());
    let ledger = Ledger::open(disk, LedgerConfig::default()).unwrap().ledger;
    let cipher = ledger.id_cipher();
    let mut waits = Vec::new();
    for line in std::fs::read_to_string(accepted).unwrap().lines() {
        let (id, text) = line.split_once('\t').unwrap();
        let stored = ledger.message(cipher.open(id.as_bytes()).unwrap()).unwrap().unwrap();
        let at_carrier = taken[&name_in(text)];
        waits.push(Duration::from_micros(at_carrier.saturating_sub(stored.accepted_at.0)));
    }
    waits.sort_unstable();
    Waits(waits)
}
