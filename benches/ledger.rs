//! The ledger's share of the budget: append to the log, and look-ups among a million messages.

#![allow(missing_docs, reason = "criterion_group! makes a public function without docs")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput};

use postrider::base::clock::Timestamp;
use postrider::base::id::{CarrierId, MessageOrd};
use postrider::base::processor_time::thread_time;
use postrider::ledger::config::LedgerConfig;
use postrider::ledger::number_set::NumberSet;
use postrider::ledger::open::Opened;
use postrider::ledger::predicate::Predicate;
use postrider::ledger::query::Query;
use postrider::ledger::store::Ledger;
use postrider::ledger::text::found::WordsQuery;
use postrider::ledger::text::phrase::Words;
use postrider::ledger::text::tokens::{Scratch, terms};
use postrider::message::address::{Address, NumberKey};
use postrider::message::carrier_id::NormalId;
use postrider::message::event::What;
use postrider::message::record::Message;
use postrider::spool::chunk::Chunk;
use postrider::spool::real_disk::RealDisk;

const CARRIER: CarrierId = CarrierId(1);
const CHUNK_MESSAGES: u64 = 100;
const MESSAGES: u64 = 1_000_000;

fn open(directory: &tempfile::TempDir) -> Opened {
    let disk = RealDisk::open(directory.path()).expect("directory");
    Ledger::open(Arc::new(disk), LedgerConfig::default()).expect("opens")
}

fn scattered(ord: u64) -> u64 {
    ord.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn number(ord: u64) -> String {
    format!("4477{:08}", scattered(ord) % 100_000_000)
}

fn carrier_id(ord: u64) -> String {
    format!("{:016x}", scattered(ord))
}

fn fill(chunk: &mut Chunk, first: u64) {
    for ord in first..first + CHUNK_MESSAGES {
        let to = number(ord);
        let slot = chunk.message(&Message {
            carrier: CARRIER,
            source: Address { ton: 5, npi: 0, addr: b"ACME" },
            destination: Address { ton: 1, npi: 1, addr: to.as_bytes() },
            registered_delivery: 1,
            body: b"Your code is 481516. It is good for ten minutes. Do not share it",
            ..Message::default()
        });
        let id = carrier_id(ord);
        let sent = What::Sent { carrier: CARRIER, carrier_message_id: id.as_bytes() };
        chunk.event_here(slot.index, &sent);
    }
}

fn append(c: &mut Criterion) {
    let directory = tempfile::tempdir().expect("room");
    let mut opened = open(&directory);
    let mut chunk = Chunk::new();
    fill(&mut chunk, 0);
    let filled = chunk.clone();
    let mut group = c.benchmark_group("log");
    group.throughput(Throughput::Elements(CHUNK_MESSAGES));
    group.bench_function("append a chunk of 100 messages", |b| {
        b.iter(|| {
            chunk.clone_from(&filled);
            while opened.journal.append(Timestamp(1), &mut chunk).is_err() {
                opened.flusher.step();
            }
        });
    });
    group.bench_function("append and commit a chunk of 100 messages", |b| {
        b.iter(|| {
            chunk.clone_from(&filled);
            while opened.journal.append(Timestamp(1), &mut chunk).is_err() {
                opened.flusher.step();
            }
            opened.flusher.step()
        });
    });
    group.finish();
}

fn look_up(c: &mut Criterion) {
    let directory = tempfile::tempdir().expect("room");
    let mut opened = open(&directory);
    let mut chunk = Chunk::new();
    for first in (0..MESSAGES + 50_000).step_by(CHUNK_MESSAGES as usize) {
        fill(&mut chunk, first);
        opened.journal.append(Timestamp(first), &mut chunk).expect("room");
        opened.flusher.step();
        opened.indexer.step().expect("indexes");
    }
    while opened.indexer.step().expect("indexes") {}
    while opened.sealer.step().expect("sorts") {}
    let ledger = opened.ledger;
    let mut random = fastrand::Rng::with_seed(1);
    let mut group = c.benchmark_group("a million messages");
    group.bench_function("message, state and events by id", |b| {
        b.iter(|| {
            let ord = MessageOrd(random.u64(..MESSAGES));
            black_box(ledger.message(ord).expect("reads"));
            black_box(ledger.state(ord).expect("reads"));
            black_box(ledger.events(ord).expect("reads"));
        });
    });
    group.bench_function("by destination", |b| {
        b.iter(|| {
            let key = NumberKey::of(number(random.u64(..MESSAGES)).as_bytes());
            let to = Predicate::To(NumberSet::exact(key));
            ledger.search(&Query::of(vec![to])).expect("reads")
        });
    });
    group.bench_function("by the carrier's id", |b| {
        b.iter(|| {
            let id = NormalId::new(carrier_id(random.u64(..MESSAGES)).as_bytes());
            ledger.correlate(CARRIER, &[id]).expect("reads")
        });
    });
    group.finish();
}

/// Messages of the index of words, and of a segment of it; few where nothing is measured.
const TEXTS: u64 = if cfg!(debug_assertions) { 1 << 12 } else { 1 << 18 };
const TEXT_SEGMENT: u32 = TEXTS as u32 / 2;

/// A text of 12 words, common and rare ones, and a code.
fn text(ord: u64) -> String {
    let mut random = fastrand::Rng::with_seed(scattered(ord));
    let mut text = format!("Your code {:06}", random.u32(..1_000_000));
    for _ in 0..10 {
        let rank = (20_000_f64.powf(random.f64())) as u64;
        text += &format!(" w{:x}", scattered(rank) >> (34 + rank % 20));
    }
    text
}

/// Cutting texts into words.
fn cut(c: &mut Criterion) {
    let mut group = c.benchmark_group("words");
    for (name, text) in [
        ("cut a text of ASCII", text(7)),
        (
            "cut a text in Cyrillic",
            "Ваш код 481516 действителен 10 минут. Никому его не говорите".into(),
        ),
        (
            "cut a text in Chinese",
            "您的验证码是481516，有效期十分钟。请勿将验证码告知他人。".into(),
        ),
    ] {
        let mut scratch = Scratch::default();
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut bytes = 0;
                terms(&text, &mut scratch, |term| bytes += black_box(term).len());
                bytes
            });
        });
    }
    group.finish();
}

/// The files of two segments made from the log, by processor time alone, and searches in them.
fn words(c: &mut Criterion) {
    let mut group = c.benchmark_group("words");
    let directory = tempfile::tempdir().expect("room");
    let config = LedgerConfig { segment_messages: TEXT_SEGMENT, ..LedgerConfig::default() };
    let open = || {
        let disk = RealDisk::open(directory.path()).expect("directory");
        Ledger::open(Arc::new(disk), config.clone()).expect("opens")
    };
    let mut opened = open();
    let mut chunk = Chunk::new();
    for ord in 0..TEXTS + 1 {
        chunk.message(&Message { body: text(ord).as_bytes(), ..Message::default() });
        if ord % CHUNK_MESSAGES == 0 || ord == TEXTS {
            opened.journal.append(Timestamp(ord), &mut chunk).expect("room");
            opened.flusher.step();
            while opened.indexer.step().expect("indexes") {}
        }
    }
    while opened.sealer.step().expect("sorts") {}
    opened.indexer.checkpoint().expect("room");
    drop(opened);
    group.throughput(Throughput::Elements(TEXTS)).sample_size(10);
    group.bench_function("index a message, from the log to one file", |b| {
        b.iter_custom(|rounds| {
            let mut took = Duration::ZERO;
            for _ in 0..rounds {
                for entry in std::fs::read_dir(directory.path()).expect("directory") {
                    let path = entry.expect("a file").path();
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    if name.starts_with("text-") {
                        std::fs::remove_file(&path).expect("there");
                    }
                }
                let mut opened = open();
                let begun = thread_time();
                while opened.text_keeper.step().expect("room") {}
                took += thread_time() - begun;
                let stats = opened.ledger.text_stats().expect("an index");
                assert_eq!((stats.messages, stats.segments), (TEXTS, 2));
                black_box(stats.file_bytes);
            }
            took
        });
    });
    let mut opened = open();
    // There already, unless this is asked for alone.
    while opened.text_keeper.step().expect("room") {}
    let mut random = fastrand::Rng::with_seed(1);
    for (name, count) in [("find a word", 1), ("find two words", 2)] {
        group.throughput(Throughput::Elements(1));
        group.bench_function(name, |b| {
            b.iter(|| {
                let of = text(random.u64(..TEXTS));
                let some = of.split(' ').skip(2).filter_map(Words::of).take(count);
                let page =
                    opened.ledger.with_words(&some.collect::<Vec<_>>(), &WordsQuery::default());
                assert!(!page.expect("reads").ords.is_empty());
            });
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    append(&mut criterion);
    look_up(&mut criterion);
    cut(&mut criterion);
    words(&mut criterion);
    criterion.final_summary();
}
