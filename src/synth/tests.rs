//! A made-up directory is one that the gateway could have written.

use std::sync::Arc;

use super::config::SynthConfig;
use super::fill::{FillError, fill};
use super::summary::Summary;
use crate::base::clock::Timestamp;
use crate::ledger::config::LedgerConfig;
use crate::ledger::open::Opened;
use crate::ledger::store::Ledger;
use crate::message::disposition::Disposition;
use crate::message::state::State;
use crate::spool::disk::Disk;
use crate::spool::sim_disk::SimDisk;

const CONFIG: SynthConfig = SynthConfig {
    messages: 6_000,
    days: 3,
    seed: 7,
    until: Timestamp(1_760_000_000_000_000),
    node: 0,
    words: true,
};

fn filled(config: &SynthConfig) -> (SimDisk, Summary) {
    let disk = SimDisk::new(1);
    let ledger = LedgerConfig::tiny();
    let summary = fill(Arc::new(disk.clone()), config, ledger, &mut |_| {}).expect("there is room");
    (disk, summary)
}

fn open(disk: &SimDisk) -> Opened {
    Ledger::open(Arc::new(disk.clone()), LedgerConfig::tiny()).expect("it opens")
}

#[test]
fn every_message_that_was_asked_for_is_there_with_its_history() {
    let (disk, summary) = filled(&CONFIG);
    let ledger = open(&disk).ledger;
    let stats = ledger.stats();
    assert_eq!((stats.messages, stats.strays), (CONFIG.messages, 0));
    assert_eq!((summary.messages, summary.events), (stats.messages, stats.events));
    let (mut last, mut buckets) = (Timestamp(0), [0; Disposition::ALL.len()]);
    for ord in (0..stats.messages).map(crate::base::id::MessageOrd) {
        let stored = ledger.message(ord).expect("reads").expect("is there");
        assert!(stored.accepted_at >= last && stored.accepted_at <= CONFIG.until);
        last = stored.accepted_at;
        let mut state =
            State::accepted(&ledger.accepted(ord).expect("reads").expect("is").message());
        for event in ledger.events(ord).expect("reads") {
            state.apply(&event.event().expect("an event").what);
        }
        assert_eq!(ledger.state(ord).expect("reads"), Some(state));
        buckets[state.disposition as usize] += 1;
    }
    let share = |disposition: Disposition| buckets[disposition as usize];
    assert!(share(Disposition::Delivered) > 5_000, "{buckets:?}");
    for rare in [Disposition::Bounced, Disposition::Blocked, Disposition::Expired] {
        assert!(share(rare) > 10, "{buckets:?}");
    }
    assert!(summary.inbound > 100 && summary.parts > 100 && summary.under_way < 200, "{summary:?}");
}

#[test]
fn the_same_seed_gives_the_same_directory_and_another_one_does_not() {
    let log = |disk: &SimDisk| {
        let mut names = disk.list().expect("lists");
        names.retain(|name| name.starts_with("log-") || name == "names" || name == "identity");
        names.sort();
        names.into_iter().map(|name| (disk.contents(&name), name)).collect::<Vec<_>>()
    };
    let (once, summary) = filled(&CONFIG);
    let (again, summary_again) = filled(&CONFIG);
    assert!(log(&once) == log(&again), "not the same octets");
    assert_eq!(
        (summary.events, summary.log_bytes),
        (summary_again.events, summary_again.log_bytes)
    );
    let (other, _) = filled(&SynthConfig { seed: 8, ..CONFIG });
    assert!(log(&once) != log(&other));
}

#[test]
fn a_directory_with_anything_in_it_is_left_alone() {
    let disk = SimDisk::new(1);
    disk.create("somebody's").expect("room");
    let refused = fill(Arc::new(disk.clone()), &CONFIG, LedgerConfig::tiny(), &mut |_| {});
    assert!(matches!(refused, Err(FillError::NotEmpty(_))));
    assert_eq!(disk.list().expect("lists"), ["somebody's"]);
}

#[test]
fn one_message_alone_is_possible_and_none_is_not() {
    for messages in [1, 2, 7] {
        let (disk, summary) = filled(&SynthConfig { messages, days: 1, ..CONFIG });
        assert_eq!((summary.messages, open(&disk).ledger.stats().messages), (messages, messages));
    }
    let none = SynthConfig { messages: 0, ..CONFIG };
    let refused = fill(Arc::new(SimDisk::new(1)), &none, LedgerConfig::tiny(), &mut |_| {});
    assert!(matches!(refused, Err(FillError::OutOfRange)));
}
