//! The proof of size: ten million messages with four events each on a real directory.
//!
//! `POSTRIDER_PROOF_DIR=… cargo test --release --lib -- --ignored --nocapture ten_million`;
//! `POSTRIDER_PROOF_MESSAGES` sets another number, `POSTRIDER_PROOF_RATE` messages per second.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::base::clock::{Clock, Timestamp};
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::ledger::config::LedgerConfig;
use crate::ledger::number_set::NumberSet;
use crate::ledger::predicate::Predicate;
use crate::ledger::query::Query;
use crate::ledger::running::Running;
use crate::ledger::store::Ledger;
use crate::message::address::{Address, NumberKey};
use crate::message::disposition::Disposition;
use crate::message::event::{Event, Report, What};
use crate::message::record::Message;
use crate::spool::chunk::Chunk;
use crate::spool::journal::{AppendError, Journal};
use crate::spool::real_disk::RealDisk;

const CARRIER: CarrierId = CarrierId(2);

fn number(ord: u64) -> String {
    format!("4477{:08}", ord.wrapping_mul(0x9e37_79b9_7f4a_7c15) % 5_000_000)
}

fn carrier_id(ord: u64) -> String {
    format!("{:016X}", ord.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 8)
}

fn cpu(thread: bool) -> Duration {
    let clock = if thread {
        rustix::time::ClockId::ThreadCPUTime
    } else {
        rustix::time::ClockId::ProcessCPUTime
    };
    let time = rustix::time::clock_gettime(clock);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn anonymous_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("RssAnon"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn append(journal: &Journal, now: Timestamp, chunk: &mut Chunk) -> MessageOrd {
    loop {
        match journal.append(now, chunk) {
            Ok(appended) => return appended.base_ord,
            Err(AppendError::Busy) => std::thread::sleep(Duration::from_micros(500)),
            Err(error) => panic!("{error}"),
        }
    }
}

/// Writes a turn: new messages with `sending`, and `sent`, receipt and answer of earlier ones.
fn turn(journal: &Journal, now: Timestamp, chunk: &mut Chunk, first: u64, count: u64) {
    let body = [b'x'; 60];
    for i in 0..count {
        let to = number(first + i);
        let slot = chunk.message(&Message {
            account: AccountId((i % 50) as u16),
            carrier: CARRIER,
            source: Address { ton: 5, npi: 0, addr: b"ACME" },
            destination: Address { ton: 1, npi: 1, addr: to.as_bytes() },
            registered_delivery: 1,
            parts: 1,
            body: &body,
            ..Message::default()
        });
        chunk.event_here(slot.index, &What::Sending { carrier: CARRIER, bind: 1, attempt: 1 });
    }
    assert_eq!(append(journal, now, chunk).0, first);
    for ord in first..first + count {
        let id = carrier_id(ord);
        let sent = What::Sent { carrier: CARRIER, carrier_message_id: id.as_bytes() };
        chunk.event(&Event { ord: MessageOrd(ord), what: sent });
    }
    append(journal, now, chunk);
    for ord in (first..first + count).filter_map(|ord| ord.checked_sub(20_000)) {
        let id = carrier_id(ord);
        let raw = b"id:0318794433 sub:001 dlvrd:001 submit date:2411220229 done date:2411220230";
        let report = Report {
            message_state: if ord % 100 == 0 { 5 } else { 2 },
            last: true,
            carrier_message_id: id.as_bytes(),
            err: b"000",
            raw,
            ..Report::default()
        };
        let what = What::Receipt { carrier: CARRIER, report };
        chunk.event(&Event { ord: MessageOrd(ord), what });
        if ord % 1000 != 0 {
            let what = What::Answered { command_status: 0 };
            chunk.event(&Event { ord: MessageOrd(ord), what });
        }
    }
    append(journal, now, chunk);
}

#[test]
#[ignore = "writes gigabytes for minutes"]
fn ten_million_messages_stay_small_and_quick() {
    let messages = setting("POSTRIDER_PROOF_MESSAGES").unwrap_or(10_000_000);
    let temporary = tempfile::tempdir().expect("room");
    let directory = std::env::var("POSTRIDER_PROOF_DIR")
        .map_or_else(|_| temporary.path().to_owned(), Into::into);
    let opened = open(&directory);
    let syncs = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&syncs);
    opened.journal.observe(Box::new(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
    }));
    fill(&opened, messages);
    println!("syncs {}", syncs.load(Ordering::Relaxed));
    look_up(&opened.ledger, messages);
    println!("{:?}", opened.ledger.stats());
    println!("anonymous {} MiB", anonymous_mib());
    // The process ends here without a checkpoint: a second run in the directory shows a restart.
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn open(directory: &Path) -> Running {
    let started = (Instant::now(), cpu(false));
    let disk = RealDisk::open(directory).expect("directory");
    let opened = Ledger::open(Arc::new(disk), LedgerConfig::default()).expect("opens");
    println!(
        "opened in {:?} wall, {:?} CPU: {:?}",
        started.0.elapsed(),
        cpu(false) - started.1,
        opened.recovered
    );
    opened.start().expect("threads")
}

fn fill(running: &Running, messages: u64) {
    let clock = Clock::start();
    let rate = setting("POSTRIDER_PROOF_RATE");
    let mut chunk = Chunk::new();
    let mut first = running.recovered.messages;
    let begun = (Instant::now(), cpu(false), cpu(true), first);
    let mut last = begun;
    while first < messages {
        turn(&running.journal, clock.now(), &mut chunk, first, 100);
        first += 100;
        if let Some(rate) = rate {
            let due = Duration::from_micros((first - begun.3) * 1_000_000 / rate);
            std::thread::sleep(due.saturating_sub(begun.0.elapsed()));
        }
        if first.is_multiple_of(1_000_000) {
            let now = (Instant::now(), cpu(false), cpu(true), first);
            report("million", last, now, running);
            last = now;
        }
    }
    let end = append(&running.journal, clock.now(), &mut chunk);
    assert_eq!(end.0, first);
    while running.journal.staged_bytes() > 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    std::thread::sleep(Duration::from_millis(20));
    assert!(running.ledger.wait_indexed(running.journal.durable(), Duration::from_secs(60)));
    report("all", begun, (Instant::now(), cpu(false), cpu(true), first), running);
}

type Mark = (Instant, Duration, Duration, u64);

fn report(what: &str, from: Mark, to: Mark, running: &Running) {
    let messages = (to.3 - from.3) as f64;
    let (process, writer) = (to.1 - from.1, to.2 - from.2);
    println!(
        "{what} to {}: {:.0} messages/s, CPU us/message {:.2} + generator and append {:.2}, \
         anonymous {} MiB, lag {} KiB",
        to.3,
        messages / (to.0 - from.0).as_secs_f64(),
        (process - writer).as_secs_f64() * 1e6 / messages,
        writer.as_secs_f64() * 1e6 / messages,
        anonymous_mib(),
        running.ledger.stats().index_lag_bytes() >> 10,
    );
}

fn look_up(ledger: &Ledger, messages: u64) {
    let mut random = fastrand::Rng::with_seed(3);
    let mut timed = |what: &str, run: &mut dyn FnMut(u64)| {
        let mut spent: Vec<Duration> = (0..500)
            .map(|_| {
                let ord = random.u64(..messages);
                let before = cpu(true);
                run(ord);
                cpu(true) - before
            })
            .collect();
        spent.sort_unstable();
        println!("{what}: CPU p50 {:?} p99 {:?} max {:?}", spent[250], spent[495], spent[499]);
    };
    timed("message, state and events by id", &mut |ord| {
        let ord = MessageOrd(ord);
        assert!(ledger.message(ord).expect("reads").is_some());
        assert!(ledger.state(ord).expect("reads").is_some());
        assert!(ledger.events(ord).expect("reads").len() >= 2);
    });
    timed("by destination", &mut |ord| {
        let to = Predicate::To(NumberSet::exact(NumberKey::of(number(ord).as_bytes())));
        let page = ledger.search(&Query::of(vec![to])).expect("reads");
        assert!(page.hits.iter().any(|hit| hit.ord.0 == ord));
    });
    timed("by a prefix of 9 digits", &mut |ord| {
        let to = NumberSet::prefix(&number(ord).as_bytes()[..9]).expect("digits");
        let query = Query::of(vec![Predicate::To(to)]);
        assert!(!ledger.search(&query).expect("reads").hits.is_empty());
    });
    timed("by the carrier's id", &mut |ord| {
        let id = crate::message::carrier_id::NormalId::new(carrier_id(ord).as_bytes());
        assert_eq!(ledger.correlate(CARRIER, &[id]).expect("reads"), [MessageOrd(ord)]);
    });
    timed("by a carrier's id that nobody gave", &mut |ord| {
        assert_eq!(ledger.correlate(CARRIER, &[format!("z{ord}")]).expect("reads"), []);
    });
    timed("50 newest bounced of an account", &mut |ord| {
        let account = Predicate::Account(AccountId((ord % 50) as u16));
        let bounced = Predicate::Disposition(Disposition::Bounced);
        ledger.search(&Query::of(vec![account, bounced])).expect("reads");
    });
    let before = cpu(true);
    let waiting = ledger.to_submit(CARRIER, None, 1_000_000).expect("reads").len();
    println!("to submit: {waiting} found with {:?} CPU", cpu(true) - before);
    let before = cpu(true);
    let owed = ledger.owed(AccountId(0), None, 1_000_000).expect("reads").len();
    println!("owed: {owed} found with {:?} CPU", cpu(true) - before);
}
