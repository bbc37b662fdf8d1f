//! A log that is compressed as soon as it is closed: everything is as it was, whatever is cut off when.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::crash::{reopen, run_into};
use super::erasing::{Desk, cut_at_every, desk_of, erased, erases_all};
use super::world::World;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::base::processor_time::thread_time;
use crate::ledger::config::LedgerConfig;
use crate::ledger::inspect::survey::survey;
use crate::ledger::inspect::verify::{VerifyOptions, verify};
use crate::ledger::open::Opened;
use crate::ledger::store::Ledger;
use crate::message::event::{Event, What};
use crate::spool::chunk::Chunk;
use crate::spool::disk::Disk;
use crate::spool::error::OpenError;
use crate::spool::log::ColdSums;
use crate::spool::real_disk::RealDisk;
use crate::spool::sim_disk::Fault;

/// Compresses what was closed a microsecond ago.
fn at_once() -> LedgerConfig {
    LedgerConfig { compress_after: Some(Duration::from_micros(1)), ..LedgerConfig::tiny() }
}

fn sums(desk: &Desk) -> ColdSums {
    desk.opened.ledger.stats().log_cold
}

#[test]
fn a_compressed_log_is_read_searched_and_verified_as_one_that_is_not() {
    let mut desk = desk_of(at_once());
    let there = sums(&desk);
    assert!(there.files > 1 && there.bytes < there.plain_bytes / 2, "{there:?}");
    desk.check(|_| false);
    assert_eq!(desk.verified(), [""; 0]);
    let disk: Arc<dyn Disk> = Arc::new(desk.disk.crash());
    assert_eq!(survey(&disk).expect("readable").cold, there);
    desk.disk = desk.disk.crash();
    desk.reopen();
    assert_eq!(sums(&desk), there);
    desk.check(|_| false);
    desk.config.compress_after = None;
    desk.reopen();
    desk.check(|_| false);
}

#[test]
fn a_directory_from_before_is_compressed_once_it_may_be() {
    let mut desk = desk_of(LedgerConfig::tiny());
    assert_eq!(sums(&desk), ColdSums::default());
    desk.config = at_once();
    desk.reopen();
    assert!(desk.settle());
    assert!(sums(&desk).files > 1);
    desk.check(|_| false);
    assert_eq!(desk.verified(), [""; 0]);
}

#[test]
fn a_file_is_compressed_once_it_is_cold_and_the_disk_has_room() {
    let hour = Duration::from_secs(3_600);
    let mut desk = desk_of(LedgerConfig { compress_after: Some(hour), ..LedgerConfig::tiny() });
    assert!(desk.settle());
    assert_eq!(sums(&desk).files, 0, "not in the first hour");
    let used: u64 = desk.sizes().iter().map(|(_, bytes)| bytes).sum();
    desk.disk.set_capacity(used + 1_000);
    desk.now = desk.now + hour;
    assert!(desk.settle());
    assert_eq!(sums(&desk).files, 0, "without room for another");
    desk.disk.set_capacity(1 << 30);
    assert!(desk.settle());
    assert!(sums(&desk).files > 1);
    desk.check(|_| false);
    assert!(desk.sizes().iter().all(|(name, _)| !name.starts_with("tmp-")));
}

#[test]
fn a_restart_and_nothing_written_since_begin_the_time_anew() {
    let hour = Duration::from_secs(3_600);
    let mut desk = desk_of(LedgerConfig { compress_after: Some(hour), ..LedgerConfig::tiny() });
    desk.now = desk.now + hour;
    assert!(desk.settle());
    let before = sums(&desk).files;
    desk.reopen();
    assert!(desk.settle());
    assert_eq!(sums(&desk).files, before, "the newest one was closed just now");
    desk.now = desk.now + hour;
    assert!(desk.settle());
    assert_eq!(sums(&desk).files, before + 1);
    desk.check(|_| false);
}

#[test]
fn nothing_of_an_erased_number_is_left_in_compressed_files() {
    let desk = desk_of(at_once());
    assert!(sums(&desk).files > 1);
    erases_all(desk);
}

#[test]
fn what_was_compressed_is_compressed_when_it_was_erased_from() {
    let mut desk = desk_of(at_once());
    let before = sums(&desk);
    desk.config.compress_after = None;
    desk.reopen();
    desk.erase_number().expect("taken");
    assert!(desk.settle());
    desk.check(erased);
    let after = sums(&desk);
    assert_eq!((after.files, after.plain_bytes), (before.files, before.plain_bytes));
    assert_eq!(desk.files_with_it(), [""; 0]);
}

#[test]
fn what_is_erased_while_a_file_is_compressed_is_in_no_file_that_was_begun() {
    let mut desk = desk_of(LedgerConfig::tiny());
    desk.config = at_once();
    for steps in 1..6 {
        desk.reopen();
        let now = desk.later();
        (0..steps).for_each(|_| drop(desk.opened.keeper.step(now)));
        let names = desk.disk.list().expect("alive");
        if names.iter().any(|name| name.starts_with("tmp-cold-")) {
            desk.erase_number().expect("taken");
            assert!(desk.settle());
            assert_eq!(desk.files_with_it(), [""; 0]);
            desk.check(erased);
            return;
        }
    }
    panic!("none was begun");
}

#[test]
fn a_power_cut_while_erasing_from_compressed_files_loses_nothing() {
    cut_at_every(&at_once(), 31);
}

#[test]
#[ignore = "takes minutes"]
fn a_power_cut_at_every_operation_of_erasing_from_compressed_files_loses_nothing_long() {
    cut_at_every(&at_once(), 1);
}

#[test]
fn a_power_cut_at_any_operation_of_compressing_loses_nothing() {
    compress_cut_at_every(31, 47, false);
    compress_cut_at_every(32, 53, true);
}

#[test]
#[ignore = "takes minutes"]
fn a_power_cut_at_every_operation_of_compressing_loses_nothing_long() {
    for seed in 31..35 {
        compress_cut_at_every(seed, 1, seed % 2 == 0);
    }
}

/// Beside all else that a ledger does, and beside letting go of old messages.
fn compress_cut_at_every(seed: u64, stride: usize, expires: bool) {
    let mut cooled = 0;
    for operation in (0..).step_by(stride) {
        let mut world = World::new(seed);
        (world.cools, world.expires) = (true, expires);
        world.config.compress_after = at_once().compress_after;
        let struck = run_into(&mut world, 900, operation, Fault::PowerCut);
        reopen(&mut world, (operation % 3) as u32);
        cooled += u32::from(world.cooled > 0);
        if !struck {
            assert!(cooled > 3, "files were compressed in {cooled} runs");
            return;
        }
    }
}

#[test]
fn damage_in_a_compressed_file_is_told_with_its_place() {
    let mut desk = desk_of(at_once());
    desk.reopen();
    let name = "log-0000000000000000";
    let disk = desk.disk.crash();
    disk.damage(name, |octets| octets[200] ^= 1);
    let disk: Arc<dyn Disk> = Arc::new(disk);
    let verified = verify(&disk, VerifyOptions::default(), &mut |_| {}).expect("readable");
    let told: Vec<String> = verified.findings.list.iter().map(ToString::to_string).collect();
    let block = told.iter().find(|told| told.contains(name) && told.contains("block 0"));
    assert!(block.is_some_and(|told| told.contains("at octet 64")), "{told:?}");
    assert!(told.iter().any(|told| told.contains("octets of acknowledged records")), "{told:?}");
}

#[test]
fn a_restart_that_begins_in_a_compressed_file_refuses_damage_in_it() {
    let config = LedgerConfig {
        checkpoint_log_bytes: u64::MAX,
        checkpoint_interval: Duration::MAX,
        ..at_once()
    };
    let mut desk = Desk::new(config);
    desk.put_some(400);
    assert!(sums(&desk).files > 1);
    let messages = desk.opened.ledger.stats().messages;
    desk.reopen();
    assert_eq!(desk.opened.recovered.messages_replayed, messages, "there is no checkpoint");
    let disk = desk.disk.crash();
    disk.damage("log-0000000000000000", |octets| octets[200] ^= 1);
    let open = |accept_corruption| {
        let mut config = desk.config.clone();
        config.log.accept_corruption = accept_corruption;
        Ledger::open(Arc::new(disk.clone()), config)
    };
    let Err(error) = open(false) else { panic!("was taken") };
    assert!(matches!(error, OpenError::Corrupt { offset: 64, .. }), "{error}");
    let opened = open(true).expect("accepted");
    assert!(!opened.recovered.scan.skipped.is_empty());
    drop(opened);
    open(false).expect("once is enough");
}

/// What a page costs of a log that is compressed and of one that is not. Of a directory that is changed:
/// `POSTRIDER_COLD_DIR=… cargo test --release --lib -- --ignored --nocapture a_page_of_a_compressed_log`.
#[test]
#[ignore = "measures: wants a directory that `postrider sim ledger` made"]
fn a_page_of_a_compressed_log_costs_little() {
    let Ok(place) = std::env::var("POSTRIDER_COLD_DIR") else { return };
    let disk: Arc<dyn Disk> = Arc::new(RealDisk::open(place.as_ref()).expect("there"));
    let open = |config| Ledger::open(Arc::clone(&disk), config).expect("opens");
    let mut opened = open(LedgerConfig { compress_after: None, ..LedgerConfig::default() });
    // Another file begins with it.
    let mut chunk = Chunk::new();
    let event = Event { ord: MessageOrd(0), what: What::Answered { command_status: 0 } };
    chunk.event(&event);
    opened.journal.append(Timestamp(1), &mut chunk).expect("room");
    opened.flusher.step();
    pages("plain", &opened);
    drop(opened);
    let after = at_once().compress_after;
    let mut opened = open(LedgerConfig { compress_after: after, ..LedgerConfig::default() });
    let (begun, cpu) = (Instant::now(), thread_time());
    let now = Timestamp(1 << 60);
    while opened.keeper.step(now).expect("room") {}
    let sums = opened.ledger.stats().log_cold;
    println!("{sums:?} in {:?}, CPU {:?}", begun.elapsed(), thread_time() - cpu);
    pages("compressed", &opened);
}

fn pages(what: &str, opened: &Opened) {
    let ledger = &opened.ledger;
    let messages = ledger.stats().messages;
    let mut random = fastrand::Rng::with_seed(3);
    for (name, near, events) in [
        ("50 anywhere", false, false),
        ("50 anywhere with their events", false, true),
        ("50 of the same time", true, false),
        ("50 of the same time with their events", true, true),
    ] {
        let mut spent: Vec<Duration> = (0..200)
            .map(|_| {
                let first = random.u64(..messages - 50);
                let cpu = thread_time();
                for row in 0..50 {
                    let ord = if near { first + row } else { random.u64(..messages) };
                    assert!(ledger.message(MessageOrd(ord)).expect("reads").is_some());
                    if events {
                        ledger.events(MessageOrd(ord)).expect("reads");
                    }
                }
                thread_time() - cpu
            })
            .collect();
        spent.sort_unstable();
        println!("{what}, {name}: CPU p50 {:?}, p99 {:?}", spent[100], spent[197]);
    }
}
