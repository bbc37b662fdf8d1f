//! The proof: the gateway is killed in the middle of a load, again and again, and nothing that it
//! acknowledged is lost or unknown; what goes out twice is told.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use postrider::base::id::MessageOrd;
use postrider::ledger::config::LedgerConfig;
use postrider::ledger::store::Ledger;
use postrider::message::carrier_id::NormalId;
use postrider::message::event::What;
use postrider::spool::real_disk::RealDisk;

use crate::driver::patience::{until, until_within};
use crate::driver::process::Process;
use crate::driver::site::{Site, text};
use crate::driver::smsc::Smsc;

/// Submits that may be unanswered at the carrier: binds times window.
const UNANSWERED_MAX: usize = 4 * 10;

/// Submits a second: a little more than the carrier takes, so that there is always a queue.
const RATE: usize = 1000;

/// The load ends when its last receipt has come.
const LOAD_ENDS_WITHIN: Duration = Duration::from_secs(300);

/// Submits that the carrier takes between two kills.
const TAKEN_BETWEEN: usize = 1000;

/// Messages of the load for each life of the gateway: more than the carrier takes in it.
const SUBMITTED_BETWEEN: usize = 1500;

#[test]
fn three_kills_in_the_middle_of_a_load_lose_nothing() {
    kills_lose_nothing(3);
}

#[test]
#[ignore = "the long proof, about a minute: cargo test --test journey twenty_kills -- --ignored"]
fn twenty_kills_in_the_middle_of_a_load_lose_nothing() {
    kills_lose_nothing(20);
}

fn kills_lose_nothing(kills: usize) {
    let keep = Site::new();
    let (acknowledged, taken) = (keep.file("acknowledged"), keep.file("taken"));
    let smsc = Smsc::with(&["--response-delay", "50ms", "--record", text(&taken)]);
    let site = Site::new()
        .account("app", "window = 1000")
        .carrier("sink", smsc.address(), "binds = 4\nwindow = 10")
        .route("", "sink");
    let mut gateway = site.start();
    let mut load = start_load(&site, &acknowledged, (kills + 1) * SUBMITTED_BETWEEN);
    let mut taken_so_far = Lines::of(&taken);
    for _ in 0..kills {
        let enough = taken_so_far.count() + TAKEN_BETWEEN;
        until("the carrier takes messages", || (taken_so_far.count() >= enough).then_some(()));
        gateway.kill();
        gateway = site.start();
    }
    // All receipts of what was acknowledged come back.
    until_within(LOAD_ENDS_WITHIN, "the load ends", || (!load.runs()).then_some(()));
    let said = load.complete();
    gateway.terminate();
    smsc.stop();
    // Progress stands before the report.
    let report: serde_json::Value =
        serde_json::from_str(&said[said.find("{\n").unwrap()..]).unwrap();
    let figures = &report["runs"][0]["flows"][0]["figures"];
    assert_eq!(figures["receipts_lost"], 0, "receipts were lost: {figures}");

    let acknowledged = read_acknowledged(&acknowledged);
    let taken = read_taken(&taken);
    for text in acknowledged.values() {
        assert!(taken.contains_key(text), "acknowledged and never submitted: {text}");
    }
    let again: Vec<&Vec<String>> = taken.values().filter(|ids| ids.len() > 1).collect();
    println!("{} acknowledged, {kills} kills, {} went twice", acknowledged.len(), again.len());
    assert!(!again.is_empty(), "no kill came in the middle");
    assert!(again.len() <= kills * UNANSWERED_MAX, "{} went twice", again.len());
    judge_ledger(&site.data(), &acknowledged, &again);
}

pub fn start_load(site: &Site, acknowledged: &Path, messages: usize) -> Process {
    let (to, messages, rate) = (site.smpp().to_string(), messages.to_string(), RATE.to_string());
    let fixed =
        ["load", "--system-id", "app", "--password", "secret", "--binds", "2", "--reconnect"];
    let mut arguments = fixed.to_vec();
    arguments.extend(["--json", "--to", &to, "--messages", &messages, "--rate", &rate]);
    arguments.extend(["--window", "100", "--record", text(acknowledged)]);
    Process::postrider(&arguments)
}

/// Counts the lines of a file that grows.
#[derive(Debug)]
pub struct Lines {
    file: fs::File,
    count: usize,
}

impl Lines {
    pub fn of(path: &Path) -> Self {
        Self { file: fs::File::open(path).unwrap(), count: 0 }
    }

    pub fn count(&mut self) -> usize {
        let mut more = Vec::new();
        self.file.read_to_end(&mut more).unwrap();
        self.count += more.iter().filter(|&&octet| octet == b'\n').count();
        self.count
    }
}

/// What makes a text of the load unique: the tag of the run and a number.
fn name_in(text: &str) -> &str {
    &text[..17]
}

/// Our id and the name of the text of every message acknowledged.
pub fn read_acknowledged(path: &Path) -> HashMap<String, String> {
    let whole = fs::read_to_string(path).unwrap();
    let fields = whole.lines().map(|line| line.split_once('\t').unwrap());
    fields.map(|(id, text)| (id.to_owned(), name_in(text).to_owned())).collect()
}

/// The carrier's ids of every text it was given, by the text's name.
pub fn read_taken(path: &Path) -> HashMap<String, Vec<String>> {
    let mut taken: HashMap<String, Vec<String>> = HashMap::new();
    for line in fs::read_to_string(path).unwrap().lines() {
        let [_time, id, _source, _destination, text] =
            line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        taken.entry(name_in(text).to_owned()).or_default().push(id.to_owned());
    }
    taken
}

/// Every acknowledged message is known with its text, and each that went twice says so.
fn judge_ledger(data: &Path, acknowledged: &HashMap<String, String>, again: &[&Vec<String>]) {
    let disk = Arc::new(RealDisk::open(data).unwrap());
    let ledger = Ledger::open(disk, LedgerConfig::default()).unwrap().ledger;
    let cipher = ledger.id_cipher();
    let mut ords = HashSet::new();
    for (id, text) in acknowledged {
        let ord = cipher.open(id.as_bytes()).unwrap();
        let stored = ledger.message(ord).unwrap().unwrap_or_else(|| panic!("{id} is unknown"));
        assert!(stored.message().body.starts_with(text.as_bytes()), "{id} has another text");
        assert!(ords.insert(ord), "{id} was given twice");
    }
    let sink = ledger.names().find_carrier("sink").unwrap();
    for ids in again {
        let forms: Vec<Vec<u8>> =
            ids.iter().map(|id| NormalId::new(id.as_bytes()).as_octets().to_vec()).collect();
        let ord = ledger.correlate(sink, &forms).unwrap();
        assert_eq!(ord.len(), 1, "{ids:?} is not one message: {ord:?}");
        assert_told(&ledger, ord[0]);
    }
}

/// The doubt stands between two submits in the message's history.
fn assert_told(ledger: &Ledger, ord: MessageOrd) {
    let events = ledger.events(ord).unwrap();
    let kinds: Vec<What<'_>> =
        events.iter().filter_map(|event| event.event()).map(|event| event.what).collect();
    let sending = |what: &What<'_>| matches!(what, What::Sending { .. });
    let doubt = kinds
        .iter()
        .position(|what| matches!(what, What::InDoubt { resend: true, .. }))
        .unwrap_or_else(|| panic!("it went twice and does not say so: {kinds:?}"));
    let (before, after) = kinds.split_at(doubt);
    assert!(before.iter().any(sending) && after.iter().any(sending), "{kinds:?}");
    assert!(ledger.state(ord).unwrap().unwrap().was_in_doubt());
}
