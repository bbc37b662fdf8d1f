//! The ledger as a whole: against a model, against power cuts, against its bounds.

mod cooling;

mod crash;

mod erasing;

mod filters;

mod indexes;

mod model;

mod proof;

mod words;

mod world;

use std::sync::Arc;
use std::time::Duration;

use super::config::LedgerConfig;
use super::number_set::NumberSet;
use super::open::Opened;
use super::predicate::{Ords, Predicate};
use super::query::{Query, ROWS_MAX};
use super::store::Ledger;
use super::text::phrase::Words;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::message::address::{Address, NumberKey};
use crate::message::carrier_id::NormalId;
use crate::message::disposition::{Disposition, Status};
use crate::message::event::{Event, Report, What};
use crate::message::reason::Reason;
use crate::message::record::{Direction, Message};
use crate::spool::chunk::Chunk;
use crate::spool::disk::Disk;
use crate::spool::error::OpenError;
use crate::spool::real_disk::RealDisk;
use crate::spool::recovery::LogOptions;
use crate::spool::sim_disk::SimDisk;

fn open(disk: &SimDisk) -> Opened {
    Ledger::open(Arc::new(disk.clone()), LedgerConfig::tiny()).expect("opens")
}

fn drive(opened: &mut Opened) {
    opened.flusher.step();
    while opened.indexer.step().expect("indexes") {}
    while opened.indexer.catch_up() {}
    while opened.sealer.step().expect("seals") {}
}

#[test]
fn a_message_is_found_by_everything_after_a_crash() {
    let disk = SimDisk::new(1);
    let mut opened = open(&disk);
    let mut chunk = Chunk::new();
    let carrier = CarrierId(1);
    for turn in 0..100_u64 {
        for i in 0..10 {
            let to = format!("4477{:06}", turn * 10 + i);
            let destination = Address::infer(to.as_bytes());
            let message =
                Message { destination, carrier, registered_delivery: 1, ..Message::default() };
            let slot = chunk.message(&message);
            chunk.event_here(slot.index, &What::Sending { carrier, bind: 0, attempt: 1 });
            let id = format!("00AB{:X}", turn * 10 + i);
            let carrier_message_id = id.as_bytes();
            chunk.event_here(slot.index, &What::Sent { carrier, carrier_message_id });
        }
        let base = opened.journal.append(Timestamp(turn), &mut chunk).expect("room").base_ord;
        let report = Report { message_state: 2, ..Report::default() };
        for i in 0..9 {
            let what = What::Receipt { carrier, report };
            chunk.event(&Event { ord: MessageOrd(base.0 + i), what });
        }
        opened.journal.append(Timestamp(turn), &mut chunk).expect("room");
        drive(&mut opened);
    }
    for round in 0..2 {
        let ledger = &opened.ledger;
        for i in 0..1000_u64 {
            let ord = MessageOrd(i);
            let to = format!("4477{i:06}");
            assert_eq!(
                ledger.message(ord).expect("reads").expect("there").message().destination.addr,
                to.as_bytes()
            );
            let state = ledger.state(ord).expect("reads").expect("there");
            let delivered = i % 10 != 9;
            assert_eq!(state.disposition == Disposition::Delivered, delivered, "{i} {round}");
            let names: Vec<_> = ledger
                .events(ord)
                .expect("reads")
                .iter()
                .map(|e| e.event().expect("event").what.name())
                .collect();
            assert_eq!(names[..2], ["sending", "sent"]);
            assert_eq!(names.len(), if delivered { 3 } else { 2 });
            let id = format!("ab{i:x}");
            assert_eq!(ledger.correlate(carrier, &[id]).expect("reads"), [ord]);
            let key = NumberKey::of(to.as_bytes());
            let query = Query::of(vec![Predicate::To(NumberSet::exact(key))]);
            let page = ledger.search(&query).expect("reads");
            assert_eq!(page.hits.iter().map(|hit| hit.ord).collect::<Vec<_>>(), [ord]);
            assert!(page.complete);
        }
        assert_eq!(ledger.owed(AccountId(0), None, 2000).expect("reads").len(), 900);
        assert_eq!(ledger.to_submit(carrier, None, 2000).expect("reads").len(), 0);
        let crashed = disk.crash();
        opened = open(&crashed);
    }
}

#[test]
fn a_directory_has_one_opener_and_one_node() {
    let disk = SimDisk::new(1);
    let opened = open(&disk);
    let again = Ledger::open(Arc::new(disk.clone()), LedgerConfig::tiny());
    assert!(matches!(again, Err(OpenError::InUse { .. })));
    drop(opened);
    let other = LedgerConfig { node: 3, ..LedgerConfig::tiny() };
    let other = Ledger::open(Arc::new(disk.clone()), other);
    assert!(matches!(other, Err(OpenError::OtherNode { found: 0, configured: 3 })));
    open(&disk);
}

#[test]
fn sizes_of_a_directory_stay_those_it_was_made_with() {
    let mut world = world::World::new(5);
    world.open().expect("opens");
    (0..300).for_each(|_| assert!(world.step()));
    assert!(world.check());
    world.opened.as_mut().expect("open").indexer.checkpoint().expect("room");
    world.config.segment_messages = 1024;
    world.config.run_entries = 700;
    world.config.links_per_file = 300;
    world.open().expect("opens");
    (0..300).for_each(|_| assert!(world.step()));
    assert!(world.check());
}

#[test]
fn messages_lost_with_a_damaged_log_are_rows_without_a_message() {
    let disk = SimDisk::new(1);
    let mut opened = open(&disk);
    let mut chunk = Chunk::new();
    for turn in 0..90 {
        for _ in 0..5 {
            chunk.message(&Message { body: &[7; 100], ..Message::default() });
        }
        let what = What::Answered { command_status: 0 };
        chunk.event(&Event { ord: MessageOrd(turn * 5 / 2), what });
        opened.journal.append(Timestamp(turn), &mut chunk).expect("room");
        opened.flusher.step();
    }
    drop(opened);
    let mut logs = disk.list().expect("alive");
    logs.retain(|name| name.starts_with("log-"));
    disk.damage(&logs[1], |octets| octets[100..9000].fill(0x55));
    let mut config = LedgerConfig::tiny();
    let refused = Ledger::open(Arc::new(disk.clone()), config.clone());
    assert!(matches!(refused, Err(OpenError::Corrupt { .. })));
    config.log.accept_corruption = true;
    drop(Ledger::open(Arc::new(disk.clone()), config).expect("accepted"));
    // The damage is behind the checkpoint that was made: no word is needed any more.
    let mut opened = open(&disk);
    let count = |opened: &Opened| {
        let ords = (0..opened.ledger.stats().messages).map(MessageOrd);
        ords.filter(|&ord| opened.ledger.message(ord).expect("reads").is_some()).count()
    };
    let left = count(&opened);
    assert!((200..450).contains(&left), "{left}");
    assert_eq!(opened.ledger.stats().messages, 450);
    let query = Query { limit: 1000, ..Query::default() };
    assert_eq!(opened.ledger.search(&query).expect("reads").hits.len(), left);
    let slot = chunk.message(&Message::default());
    let appended = opened.journal.append(Timestamp(99), &mut chunk).expect("room");
    assert_eq!(appended.ord(slot.index), MessageOrd(450));
    drive(&mut opened);
    assert_eq!(count(&opened), left + 1);
}

#[test]
fn threads_write_index_and_sort_while_others_read() {
    let directory = tempfile::tempdir().expect("room");
    let config = LedgerConfig {
        log: LogOptions { file_bytes: 1 << 20, ..LedgerConfig::tiny().log },
        segment_messages: 2048,
        run_entries: 2048,
        checkpoint_log_bytes: 300_000,
        ..LedgerConfig::tiny()
    };
    let open = || {
        let disk = RealDisk::open(directory.path()).expect("directory");
        Ledger::open(Arc::new(disk), config.clone()).expect("opens")
    };
    let carrier = CarrierId(0);
    let running = open().start().expect("threads");
    let (mut chunk, mut done) = (Chunk::new(), 0_u64);
    while done < 10_000 {
        for ord in done..done + 20 {
            let slot = chunk.message(&Message { registered_delivery: 1, ..Message::default() });
            let id = format!("{ord:x}");
            let carrier_message_id = id.as_bytes();
            chunk.event_here(slot.index, &What::Sent { carrier, carrier_message_id });
        }
        let Ok(appended) = running.journal.append(Timestamp(done), &mut chunk) else { continue };
        done += 20;
        if done % 500 == 0 {
            assert!(running.ledger.wait_indexed(appended.end, Duration::from_secs(20)));
            let ord = MessageOrd(done - 7);
            assert!(running.ledger.message(ord).expect("reads").is_some());
            let id = NormalId::new(format!("{:x}", ord.0).as_bytes());
            assert_eq!(running.ledger.correlate(carrier, &[id]).expect("reads"), [ord]);
            assert_eq!(running.ledger.search(&Query::default()).expect("reads").hits.len(), 50);
        }
    }
    running.stop().expect("nothing failed");
    let opened = open();
    let report = &opened.recovered;
    assert_eq!((report.messages, report.messages_replayed), (10_000, 0));
    assert_eq!(opened.ledger.counts(AccountId(0)).by[0], 10_000);
}

#[test]
fn random_operations_agree_with_the_model() {
    (0..30).for_each(|seed| random_operations(seed, 4, 400));
}

#[test]
#[ignore = "takes minutes"]
fn random_operations_agree_with_the_model_long() {
    (1000..1200).for_each(|seed| random_operations(seed, 8, 800));
}

fn random_operations(seed: u64, rounds: u32, steps: u32) {
    let mut world = world::World::new(seed);
    for _ in 0..rounds {
        world.open().expect("opens");
        for _ in 0..world.random.u32(..steps) {
            assert!(world.step());
            if world.random.u8(..100) == 0 {
                assert!(world.check());
            }
        }
        assert!(world.check());
    }
}

/// A query of which anything may be asked.
fn random_query(random: &mut fastrand::Rng, messages: usize) -> Query {
    let asked = random.usize(..4);
    Query {
        all: (0..asked).map(|_| random_predicate(random, messages, 2)).collect(),
        limit: random.usize(1..60),
        after: (random.u8(..4) == 0).then(|| MessageOrd(random.u64(..=messages as u64))),
        rows_max: if random.bool() { ROWS_MAX } else { random.u64(1..300) },
        time_max: Duration::MAX,
    }
}

fn random_predicate(random: &mut fastrand::Rng, messages: usize, depth: u8) -> Predicate {
    let at = |random: &mut fastrand::Rng| {
        let after = random.u64(..=messages as u64 * 40);
        Timestamp(1_000_000 + after * [1, 1 << 20][random.usize(..2)])
    };
    let alphabets = ["xxx", "x", "y"];
    match random.u8(..if depth == 0 { 16 } else { 19 }) {
        0..3 => Predicate::To(random_numbers(random)),
        3 => Predicate::From(random_numbers(random)),
        4 => {
            let sender = ["ACME", "Shop", "12345", "9"][random.usize(..4)];
            Predicate::From(NumberSet::exact(NumberKey::of(sender.as_bytes())))
        }
        5 => Predicate::Account(AccountId(random.u16(..5) * random.u16(..2))),
        6 => Predicate::Carrier(CarrierId(random.u16(..5))),
        7 => Predicate::Disposition(Disposition::ALL[random.usize(..7)]),
        8 => Predicate::Status(Status::ALL[random.usize(..14)]),
        9 => {
            Predicate::Reason([Reason::None, Reason::Throttled, Reason::InDoubt][random.usize(..3)])
        }
        10 => Predicate::Direction([Direction::Inbound, Direction::Outbound][random.usize(..2)]),
        11 => Predicate::Accepted(at(random)..at(random)),
        12 => {
            let some = (0..random.u8(..6)).map(|_| MessageOrd(random.u64(..=messages as u64)));
            Predicate::Ords(Ords::new(some.collect()))
        }
        13 => Predicate::Text(Words::of(alphabets[random.usize(..3)]).expect("a word")),
        14 => {
            let one = format!("order-{}", random.u16(..200));
            Predicate::Reference(["", "same", &one][random.usize(..3)].into())
        }
        15 => {
            Predicate::Tag([&b""[..], b"otp", b"WAP", b"rare", b"none"][random.usize(..5)].into())
        }
        16 => Predicate::Not(Box::new(random_predicate(random, messages, depth - 1))),
        _ => {
            let some = random.u8(..4);
            Predicate::Any(
                (0..some).map(|_| random_predicate(random, messages, depth - 1)).collect(),
            )
        }
    }
}

fn random_numbers(random: &mut fastrand::Rng) -> NumberSet {
    let digits = |random: &mut fastrand::Rng| format!("4477{:03}", random.u16(..300));
    let set = match random.u8(..4) {
        0 => Some(NumberSet::exact(NumberKey::of(digits(random).as_bytes()))),
        1 => {
            let several = (0..5).map(|_| NumberKey::of(digits(random).as_bytes()));
            Some(NumberSet::any(several.collect::<Vec<_>>()))
        }
        2 => NumberSet::prefix(&digits(random).as_bytes()[..random.usize(4..8)]),
        _ => NumberSet::ending(&digits(random).as_bytes()[random.usize(..7)..]),
    };
    set.expect("digits")
}
