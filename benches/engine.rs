//! The engine's share of the budget: a message's whole journey through it without sockets, and the
//! check of a rate.

use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput};

use postrider::address::country::Country;
use postrider::base::clock::Timestamp;
use postrider::base::id::{AccountId, CarrierId};
use postrider::ledger::config::LedgerConfig;
use postrider::ledger::open::Opened;
use postrider::ledger::store::Ledger;
use postrider::message::address::Address;
use postrider::message::record::Message;
use postrider::peer::smpp::switchboard::share;
use postrider::pipeline::effect::{Asker, Effect, LinkId};
use postrider::pipeline::engine::Engine;
use postrider::pipeline::receipts::ReceiptIn;
use postrider::pipeline::route_book::RouteBook;
use postrider::pipeline::route_config::RouteConfig;
use postrider::pipeline::settings::{AccountConfig, CarrierConfig, Settings};
use postrider::pipeline::submits::CarrierMessageId;
use postrider::spool::real_disk::RealDisk;
use postrider::throttle::limiter::{Limiter, Rate};

const BATCH: u32 = 100;
const ESME: LinkId = LinkId(1);
const SMSC: LinkId = LinkId(2);
const NOW: Timestamp = Timestamp(1_790_000_000_000_000);

fn settings() -> Settings {
    let account = AccountConfig { name: "load".into(), ..AccountConfig::default() };
    let carrier = CarrierConfig { name: "sink".into(), ..CarrierConfig::default() };
    let route = RouteConfig::to("", 0);
    Settings {
        accounts: vec![account],
        carriers: vec![carrier],
        routes: vec![route],
        ..Settings::default()
    }
}

/// One batch from submit to the answered receipt, with the log's commits: the flusher is stepped in
/// line.
struct Journey {
    engine: Engine,
    opened: Opened,
    account: AccountId,
    carrier: CarrierId,
    ids: u64,
}

impl Journey {
    fn new(directory: &tempfile::TempDir) -> Self {
        let disk = Arc::new(RealDisk::open(directory.path()).expect("directory"));
        let opened = Ledger::open(disk, LedgerConfig::default()).expect("opens");
        let shared = Arc::new(share(&settings(), &opened.ledger, 1).expect("names are kept"));
        let (account, carrier) = (shared.accounts[0].id, shared.carriers[0].id);
        let mut engine = Engine::new(shared, 0, opened.journal.clone(), NOW, 1);
        engine.bind_up(account, ESME, Some(1_000));
        engine.carrier_up(carrier, SMSC, 0, Some(1_000));
        Self { engine, opened, account, carrier, ids: 0 }
    }

    fn commit(&mut self) -> Vec<Effect> {
        self.engine.end_turn(NOW).expect("the disk works");
        self.opened.flusher.step();
        self.engine.durable().expect("the disk works");
        std::mem::take(&mut self.engine.effects)
    }

    fn batch(&mut self) {
        let message = Message {
            source: Address { ton: 5, npi: 0, addr: b"ACME" },
            destination: Address { ton: 1, npi: 1, addr: b"447700900123" },
            registered_delivery: 1,
            body: b"Your code is 481516. It is good for ten minutes. Do not share it",
            ..Message::default()
        };
        for sequence in 0..BATCH {
            let asker = Asker::Bind(ESME, sequence);
            self.engine.submit(NOW, self.account, asker, &message).expect("admitted");
        }
        black_box(self.commit());
        let mut receipts = Vec::new();
        for effect in self.commit() {
            if let Effect::Submit { queued, .. } = effect {
                self.ids += 1;
                let id = format!("{:010x}", self.ids);
                let ids = CarrierMessageId { written: id.as_bytes(), canonical: id.as_bytes() };
                self.engine.sent(NOW, self.carrier, Some((SMSC, NOW)), &queued, &ids);
                receipts.push(id);
            }
        }
        for (sequence, id) in receipts.iter().enumerate() {
            self.receipt(sequence as u32, id.as_bytes());
        }
        self.commit();
        for effect in self.commit() {
            if let Effect::Offer { link, owed } = effect {
                self.engine.answered(NOW, link, owed, 0);
            }
        }
        self.commit();
    }

    fn receipt(&mut self, sequence: u32, id: &[u8]) {
        let receipt = ReceiptIn {
            link: SMSC,
            sequence,
            data: false,
            message_state: 2,
            carrier_message_id: id,
            err: b"000",
            raw: b"id:0000000001 sub:001 dlvrd:001 stat:DELIVRD err:000 text:",
            done_at: None,
            source: Address { ton: 1, npi: 1, addr: b"447700900123" },
            destination: Address { ton: 5, npi: 0, addr: b"ACME" },
        };
        self.engine.receipt(NOW, self.carrier, &receipt, id, Vec::new);
    }
}

/// Where a sync costs nothing, so that the engine is what is measured.
const MEMORY: &str = "/dev/shm";

fn engine_step(c: &mut Criterion) {
    let directory = tempfile::tempdir_in(MEMORY).expect("a file system in memory");
    let mut journey = Journey::new(&directory);
    let mut group = c.benchmark_group("engine");
    group.throughput(Throughput::Elements(u64::from(BATCH)));
    group.bench_function("100 messages from submit to answered receipt", |b| {
        b.iter(|| journey.batch());
    });
    group.finish();
}

fn throttle_check(c: &mut Criterion) {
    let rate = Rate {
        per_second: NonZeroU32::new(1_000_000).expect("not zero"),
        burst: NonZeroU32::new(1_000).expect("not zero"),
    };
    let limiter = Limiter::new(rate, NOW);
    let mut now = NOW;
    c.bench_function("throttle check", |b| {
        b.iter(|| {
            now = now + Duration::from_micros(1);
            black_box(limiter.check(now, 1))
        });
    });
}

/// What admission pays for a route: a default route alone, ten thousand prefixes, an equal pair that is
/// drawn from, a country that shares its calling code.
fn route_lookup(c: &mut Criterion) {
    let carriers = ["one", "two"];
    let carriers =
        carriers.map(|name| CarrierConfig { name: name.into(), ..CarrierConfig::default() });
    let book = |routes: Vec<RouteConfig>| {
        let settings = Settings { carriers: carriers.to_vec(), routes, ..settings() };
        RouteBook::of_settings(&settings).expect("routes")
    };
    let pair = |carrier| RouteConfig { weight: 3, ..RouteConfig::to("44", carrier) };
    let gb = Country::from_code("GB").into_iter().collect();
    let prefixes = (0..10_000).map(|n| RouteConfig::to(&format!("44{n:05}"), n % 2));
    let message = Message {
        source: Address { ton: 5, npi: 0, addr: b"ACME" },
        destination: Address { ton: 1, npi: 1, addr: b"447400123456" },
        ..Message::default()
    };
    for (name, routes) in [
        ("route by default", vec![RouteConfig::to("", 0)]),
        ("route among 10,000 prefixes", prefixes.chain([RouteConfig::to("", 0)]).collect()),
        ("route drawn from two", vec![pair(0), pair(1)]),
        ("route by shared country", vec![RouteConfig { countries: gb, ..RouteConfig::default() }]),
    ] {
        let book = book(routes);
        c.bench_function(name, |b| {
            b.iter(|| black_box(book.choose(AccountId(0), black_box(&message))));
        });
    }
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    engine_step(&mut criterion);
    throttle_check(&mut criterion);
    route_lookup(&mut criterion);
    criterion.final_summary();
}
