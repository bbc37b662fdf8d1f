//! A load on a gateway, and what it and the carrier wrote down of each message.

use std::collections::HashMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use super::patience::until_within;
use super::process::Process;
use super::site::{Site, text};

/// Submits a second: a little more than the carrier takes, so that there is always a queue.
const RATE: usize = 1000;

/// Begins to submit so many messages, and writes down those that are acknowledged.
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

/// Waits for the end of a load, to which every receipt has to have come.
pub fn ends_without_loss(load: &mut Process, within: Duration) {
    until_within(within, "the load ends", || (!load.runs()).then_some(()));
    let said = load.complete();
    // Progress stands before the report.
    let report: serde_json::Value =
        serde_json::from_str(&said[said.find("{\n").unwrap()..]).unwrap();
    let figures = &report["runs"][0]["flows"][0]["figures"];
    assert_eq!(figures["receipts_lost"], 0, "receipts were lost: {figures}");
}

/// Every message that was acknowledged has come to the carrier, and none twice.
pub fn assert_each_went_once(acknowledged: &Path, taken: &Path) {
    let (acknowledged, taken) = (read_acknowledged(acknowledged), read_taken(taken));
    for text in acknowledged.values() {
        let ids = taken.get(text).unwrap_or_else(|| panic!("never submitted: {text}"));
        assert_eq!(ids.len(), 1, "went twice: {text}");
    }
}
