//! The engine alone, on a simulated disk: what no socket has to be opened for.

use std::sync::Arc;

use super::switchboard::share;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId};
use crate::deliver::queue::Queued;
use crate::ledger::config::LedgerConfig;
use crate::ledger::open::Opened;
use crate::ledger::store::Ledger;
use crate::message::address::Address;
use crate::message::record::Message;
use crate::pipeline::effect::{Asker, Effect, LinkId};
use crate::pipeline::engine::Engine;
use crate::pipeline::settings::{AccountConfig, CarrierConfig, RouteConfig, Settings};
use crate::spool::real_disk::RealDisk;

const ESME: LinkId = LinkId(1);
const SMSC: LinkId = LinkId(2);
const NOW: Timestamp = Timestamp(1_790_000_000_000_000);

/// One shard with one account and one carrier, whose flusher is stepped in line.
struct Desk {
    engine: Engine,
    opened: Opened,
    account: AccountId,
    carrier: CarrierId,
    _directory: tempfile::TempDir,
}

impl Desk {
    /// The carrier's bind has this window.
    fn new(window: usize) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let disk = Arc::new(RealDisk::open(directory.path()).expect("opens"));
        let opened = Ledger::open(disk, LedgerConfig::default()).expect("opens");
        let settings = Settings {
            accounts: vec![AccountConfig { name: "app".into(), ..AccountConfig::default() }],
            carriers: vec![CarrierConfig { name: "net".into(), ..CarrierConfig::default() }],
            routes: vec![RouteConfig { prefix: String::new(), carrier: 0 }],
            ..Settings::default()
        };
        let shared = Arc::new(share(&settings, &opened.ledger, 1).expect("names are kept"));
        let (account, carrier) = (shared.accounts[0].id, shared.carriers[0].id);
        let mut engine = Engine::new(shared, 0, opened.journal.clone(), NOW, 1);
        engine.bind_up(account, ESME, Some(10));
        engine.carrier_up(carrier, SMSC, 0, Some(window));
        Self { engine, opened, account, carrier, _directory: directory }
    }

    fn submit(&mut self, sequence: u32) {
        let message = Message {
            source: Address { ton: 5, npi: 0, addr: b"ACME" },
            destination: Address { ton: 1, npi: 1, addr: b"447700900123" },
            registered_delivery: 1,
            body: b"hello",
            ..Message::default()
        };
        let asker = Asker::Bind(ESME, sequence);
        self.engine.submit(NOW, self.account, asker, &message).expect("admitted");
    }

    fn commit(&mut self) -> Vec<Effect> {
        self.engine.end_turn(NOW).expect("the disk works");
        self.opened.flusher.step();
        self.engine.durable().expect("the disk works");
        std::mem::take(&mut self.engine.effects)
    }

    /// Turns until nothing more happens: what left for the carrier.
    fn submits(&mut self) -> Vec<Queued> {
        let effects: Vec<Effect> = (0..4).flat_map(|_| self.commit()).collect();
        let submit = |effect| match effect {
            Effect::Submit { queued, .. } => Some(queued),
            _ => None,
        };
        effects.into_iter().filter_map(submit).collect()
    }
}

#[test]
fn a_message_that_cannot_be_read_from_its_record_ends_and_the_next_takes_its_place() {
    let mut desk = Desk::new(1);
    desk.submit(1);
    desk.submit(2);
    let first = desk.submits();
    assert_eq!(first.len(), 1, "the window holds the second back");
    let carrier = desk.carrier;
    desk.engine.unreadable(NOW, carrier, Some(SMSC), &first[0]);
    let second = desk.submits();
    assert_eq!(second.len(), 1);
    assert!(second[0].ord > first[0].ord);
}
