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
use crate::pipeline::ask::answer;
use crate::pipeline::effect::{Asker, Effect, LinkId};
use crate::pipeline::engine::Engine;
use crate::pipeline::mail::Mail;
use crate::pipeline::receipts::ReceiptIn;
use crate::pipeline::route_config::RouteConfig;
use crate::pipeline::settings::{AccountConfig, CarrierConfig, Settings};
use crate::pipeline::submits::CarrierMessageId;
use crate::receipt::owed::{Owed, OwedWhat};
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
            routes: vec![RouteConfig::to("", 0)],
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
        self.submit_text(sequence, b"hello");
    }

    fn submit_text(&mut self, sequence: u32, body: &[u8]) {
        let message = Message {
            source: Address { ton: 5, npi: 0, addr: b"ACME" },
            destination: Address { ton: 1, npi: 1, addr: b"447700900123" },
            registered_delivery: 1,
            body,
            ..Message::default()
        };
        let asker = Asker::Bind(ESME, sequence);
        self.engine.submit(NOW, self.account, asker, &message).expect("admitted");
    }

    /// One turn, and the ledger's answers to what was asked in it.
    fn commit(&mut self) -> Vec<Effect> {
        self.engine.end_turn(NOW).expect("the disk works");
        self.opened.flusher.step();
        self.engine.durable().expect("the disk works");
        while self.opened.indexer.step().expect("indexes") {}
        let effects = std::mem::take(&mut self.engine.effects);
        let mut others = Vec::new();
        for effect in effects {
            if let Effect::Ask(ask) = effect {
                let answer = answer(&self.opened.ledger, &ask).expect("the disk works");
                self.engine.mail(NOW, Mail::Answer(answer));
            } else {
                others.push(effect);
            }
        }
        others
    }

    /// The carrier takes what was submitted, under ids of its own.
    fn sent(&mut self, queued: &[Queued]) {
        for one in queued {
            let id = format!("{:x}", one.ord.0 + 100);
            let ids = CarrierMessageId { written: id.as_bytes(), canonical: id.as_bytes() };
            self.engine.sent(NOW, self.carrier, Some((SMSC, NOW)), one, &ids);
        }
    }

    /// The carrier reports on one message.
    fn receipt(&mut self, queued: &Queued, message_state: u8) {
        let id = format!("{:x}", queued.ord.0 + 100);
        let receipt = ReceiptIn {
            link: SMSC,
            sequence: 1,
            data: false,
            message_state,
            carrier_message_id: id.as_bytes(),
            err: b"069",
            raw: b"",
            done_at: None,
            source: Address { ton: 1, npi: 1, addr: b"447700900123" },
            destination: Address { ton: 5, npi: 0, addr: b"ACME" },
        };
        self.engine.receipt(NOW, self.carrier, &receipt, id.as_bytes(), Vec::new);
    }

    /// Turns until nothing more happens: the receipts offered to the application.
    fn offers(&mut self) -> Vec<Owed> {
        let effects: Vec<Effect> = (0..6).flat_map(|_| self.commit()).collect();
        let offer = |effect| match effect {
            Effect::Offer { owed, .. } => Some(owed),
            _ => None,
        };
        effects.into_iter().filter_map(offer).collect()
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

#[test]
fn a_long_message_leaves_in_parts_and_has_one_receipt_when_all_have_ended() {
    let mut desk = Desk::new(10);
    desk.submit_text(1, &[b'x'; 400]);
    let parts = desk.submits();
    assert_eq!(parts.len(), 3);
    assert!(parts.windows(2).all(|pair| pair[1].ord.0 == pair[0].ord.0 + 1));
    desk.sent(&parts);
    desk.receipt(&parts[2], 2);
    desk.receipt(&parts[0], 2);
    assert!(desk.offers().is_empty(), "one part has not ended");
    desk.receipt(&parts[1], 5);
    let offers = desk.offers();
    assert_eq!(offers.len(), 1);
    assert_eq!(offers[0].ord, parts[0].ord, "known by its first part");
    let OwedWhat::Receipt(receipt) = offers[0].what else { panic!("{:?}", offers[0]) };
    assert_eq!((receipt.message_state, receipt.parts, receipt.delivered), (5, 3, 2));
    desk.engine.answered(NOW, ESME, offers[0].clone(), 0);
    assert!(desk.offers().is_empty());
    let owed = desk.opened.ledger.owed(desk.account, None, 10).expect("read");
    assert!(owed.is_empty(), "{owed:?}");
}

#[test]
fn the_receipt_of_a_long_message_that_ended_all_at_once_comes_once() {
    let mut desk = Desk::new(10);
    desk.submit_text(1, &[b'x'; 400]);
    let parts = desk.submits();
    desk.sent(&parts);
    for part in &parts {
        desk.receipt(part, 2);
    }
    let offers = desk.offers();
    assert_eq!(offers.len(), 1);
    let OwedWhat::Receipt(receipt) = offers[0].what else { panic!("{:?}", offers[0]) };
    assert_eq!((receipt.message_state, receipt.delivered), (2, 3));
}

#[test]
fn a_carriers_congestion_is_kept_for_whoever_limits_its_rate() {
    let mut desk = Desk::new(1);
    let carrier = desk.carrier;
    let told = |desk: &Desk| {
        desk.engine.shared().carrier(carrier).and_then(|shared| shared.congestion_state())
    };
    assert_eq!(told(&desk), None);
    for (state, kept) in [(0, 0), (85, 85), (255, 99)] {
        desk.engine.congestion(carrier, state);
        assert_eq!(told(&desk), Some(kept));
    }
}
