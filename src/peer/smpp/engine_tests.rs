//! The engine alone, on a simulated disk: what no socket has to be opened for.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

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
use crate::pipeline::port::Refusal;
use crate::pipeline::receipts::ReceiptIn;
use crate::pipeline::route_config::RouteConfig;
use crate::pipeline::settings::{AccountConfig, CarrierConfig, Settings};
use crate::pipeline::submits::CarrierMessageId;
use crate::receipt::owed::{Owed, OwedReceipt, OwedWhat};
use crate::spool::sim_disk::SimDisk;

const ESME: LinkId = LinkId(1);
const SMSC: LinkId = LinkId(2);
const NOW: Timestamp = Timestamp(1_790_000_000_000_000);

mod adopting;

mod changes;

mod consent;

mod failover;

mod limits;

mod mo;

mod readdressing;

mod texts;

/// One shard with one account and one carrier, whose flusher is stepped in line.
struct Desk {
    engine: Engine,
    opened: Opened,
    account: AccountId,
    carrier: CarrierId,
    now: Timestamp,
}

impl Desk {
    /// The carrier's bind has this window.
    fn new(window: usize) -> Self {
        Self::with(window, CarrierConfig::default())
    }

    fn with(window: usize, carrier: CarrierConfig) -> Self {
        let settings = Settings {
            carriers: vec![CarrierConfig { name: "net".into(), ..carrier }],
            routes: vec![RouteConfig::to("", 0)],
            ..Settings::default()
        };
        Self::of(window, settings)
    }

    /// Of these carriers the first is up.
    fn of(window: usize, settings: Settings) -> Self {
        let app = AccountConfig { name: "app".into(), ..AccountConfig::default() };
        let accounts = if settings.accounts.is_empty() { vec![app] } else { settings.accounts };
        Self::of_accounts(window, Settings { accounts, ..settings })
    }

    /// The same with accounts of its own; the first is bound.
    fn of_accounts(window: usize, settings: Settings) -> Self {
        let disk = Arc::new(SimDisk::new(1));
        let opened = Ledger::open(disk, LedgerConfig::default()).expect("opens");
        let shared = Arc::new(share(&settings, &opened.ledger, 1).expect("names are kept"));
        let (account, carrier) = (shared.accounts[0].id, shared.carriers[0].id);
        let mut engine = Engine::new(shared, 0, opened.journal.clone(), NOW, 1);
        engine.bind_up(account, ESME, Some(10));
        engine.carrier_up(carrier, SMSC, 0, Some(window));
        Self { engine, opened, account, carrier, now: NOW }
    }

    fn submit(&mut self, sequence: u32) {
        self.submit_text(sequence, b"hello");
    }

    fn submit_text(&mut self, sequence: u32, body: &[u8]) {
        self.submit_message(sequence, &Message { body, ..Message::default() }).expect("admitted");
    }

    fn submit_timed(
        &mut self,
        sequence: u32,
        validity_period: &[u8],
        schedule_delivery_time: &[u8],
    ) -> Result<(), Refusal> {
        let timed = Message { validity_period, schedule_delivery_time, ..Message::default() };
        self.submit_message(sequence, &Message { body: b"hello", ..timed })
    }

    fn submit_message(&mut self, sequence: u32, message: &Message<'_>) -> Result<(), Refusal> {
        let message = Message {
            source: Address { ton: 5, npi: 0, addr: b"ACME" },
            destination: Address { ton: 1, npi: 1, addr: b"447700900123" },
            registered_delivery: 1,
            ..*message
        };
        let asker = Asker::Bind(ESME, sequence);
        let submitted = self.engine.submit(self.now, self.account, asker, &message);
        submitted.map(drop).map_err(|(refusal, _)| refusal)
    }

    /// One turn, and the ledger's answers to what was asked in it.
    fn commit(&mut self) -> Vec<Effect> {
        self.engine.end_turn(self.now).expect("the disk works");
        self.opened.flusher.step();
        self.engine.durable().expect("the disk works");
        while self.opened.indexer.step().expect("indexes") {}
        let effects = std::mem::take(&mut self.engine.effects);
        let mut others = Vec::new();
        for effect in effects {
            if let Effect::Ask(ask) = effect {
                let answer = answer(&self.opened.ledger, &ask).expect("the disk works");
                self.engine.mail(self.now, Mail::Answer(answer));
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
        let receipt = receipt(id.as_bytes(), message_state);
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

    /// Turns until nothing more happens.
    fn settle(&mut self) -> Vec<Effect> {
        (0..6).flat_map(|_| self.commit()).collect()
    }

    /// The receipts that the account is offered.
    fn receipts(&mut self) -> Vec<OwedReceipt> {
        let receipt = |effect| match effect {
            Effect::Offer { owed: Owed { what: OwedWhat::Receipt(receipt), .. }, .. } => {
                Some(receipt)
            }
            _ => None,
        };
        self.settle().into_iter().filter_map(receipt).collect()
    }

    /// Turns until nothing more happens: what left for the carrier.
    fn submits(&mut self) -> Vec<Queued> {
        let effects = self.settle();
        let submit = |effect| match effect {
            Effect::Submit { queued, .. } => Some(queued),
            _ => None,
        };
        effects.into_iter().filter_map(submit).collect()
    }
}

fn receipt(id: &[u8], message_state: u8) -> ReceiptIn<'_> {
    ReceiptIn {
        link: SMSC,
        sequence: 1,
        data: false,
        message_state,
        carrier_message_id: id,
        err: b"069",
        raw: b"",
        done_at: None,
        source: Address { ton: 1, npi: 1, addr: b"447700900123" },
        destination: Address { ton: 5, npi: 0, addr: b"ACME" },
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
fn parts_that_were_given_one_id_have_a_receipt_each() {
    let mut desk = Desk::new(10);
    desk.submit_text(1, &[b'x'; 400]);
    let parts = desk.submits();
    let id = CarrierMessageId { written: b"7f", canonical: b"7f" };
    for part in &parts {
        desk.engine.sent(NOW, desk.carrier, Some((SMSC, NOW)), part, &id);
    }
    for message_state in [2, 5, 2] {
        let receipt = receipt(b"7f", message_state);
        desk.engine.receipt(NOW, desk.carrier, &receipt, b"7f", || vec![b"7f".to_vec()]);
    }
    let offers = desk.offers();
    assert_eq!(offers.len(), 1);
    let OwedWhat::Receipt(receipt) = offers[0].what else { panic!("{:?}", offers[0]) };
    assert_eq!((receipt.message_state, receipt.parts, receipt.delivered), (5, 3, 2));
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
        desk.engine.congestion(NOW, carrier, NOW, state);
        assert_eq!(told(&desk), Some(kept));
    }
}

#[test]
fn a_message_whose_validity_ends_while_the_carrier_is_away_ends_with_a_receipt() {
    let mut desk = Desk::new(1);
    let carrier = desk.carrier;
    desk.engine.carrier_down(carrier, SMSC);
    desk.submit_timed(1, b"", b"").expect("admitted");
    desk.submit_timed(2, b"000000000010000R", b"").expect("admitted");
    assert!(desk.receipts().is_empty());
    desk.now = NOW + Duration::from_secs(12);
    let receipts = desk.receipts();
    assert_eq!(receipts.len(), 1, "the one behind the other that lives on");
    assert_eq!(receipts[0].message_state, 3, "EXPIRED");
}

#[test]
fn a_validity_that_is_over_and_times_that_are_none_are_refused() {
    let mut desk = Desk::new(1);
    let over = desk.submit_timed(1, b"200101000000000+", b"");
    assert_eq!(over, Err(Refusal::InvalidValidity));
    assert_eq!(desk.submit_timed(2, b"", b"tomorrow"), Err(Refusal::InvalidSchedule));
    assert_eq!(desk.submit_timed(3, b"", b"200101000000000+"), Ok(()), "past: at once");
    assert_eq!(desk.submits().len(), 1);
}

#[test]
fn a_scheduled_message_leaves_at_its_time_and_not_before() {
    let mut desk = Desk::new(10);
    desk.submit_timed(1, b"", b"000000010000000R").expect("admitted");
    desk.submit(2);
    assert_eq!(desk.submits().len(), 1, "the other one");
    desk.now = NOW + Duration::from_secs(3_599);
    assert!(desk.submits().is_empty());
    assert!(desk.engine.deadline() > desk.now);
    desk.now = NOW + Duration::from_secs(3_600);
    let due = desk.submits();
    assert_eq!(due.len(), 1);
    assert!(!due[0].record.is_empty(), "read back from disk");
}

#[test]
fn a_restart_keeps_the_times_of_what_was_accepted() {
    let mut desk = Desk::new(10);
    desk.submit_timed(1, b"", b"000000010000000R").expect("admitted");
    desk.submit_timed(2, b"000000000010000R", b"000000000005000R").expect("admitted");
    desk.settle();
    while desk.opened.indexer.step().expect("the disk works") {}
    let shared = desk.engine.shared().clone();
    let mut engine = Engine::new(shared, 0, desk.opened.journal.clone(), NOW, 2);
    assert_eq!(engine.restore(&desk.opened.ledger).expect("reads").queued, 2);
    engine.bind_up(desk.account, ESME, Some(10));
    desk.engine = engine;
    desk.now = NOW + Duration::from_secs(4);
    assert!(desk.submits().is_empty());
    desk.now = NOW + Duration::from_secs(11);
    let states: Vec<u8> = desk.receipts().iter().map(|receipt| receipt.message_state).collect();
    assert_eq!(states, [3], "the second one is over");
    let carrier = desk.carrier;
    desk.engine.carrier_up(carrier, SMSC, 0, Some(10));
    desk.now = NOW + Duration::from_secs(3_600);
    assert_eq!(desk.submits().len(), 1, "the first one");
}

#[test]
fn messages_of_an_account_taken_out_of_the_settings_leave_the_backlog_even() {
    let mut desk = Desk::new(10);
    let carrier = desk.carrier;
    desk.engine.carrier_down(carrier, SMSC);
    desk.submit(1);
    desk.settle();
    while desk.opened.indexer.step().expect("the disk works") {}
    let settings = Settings {
        carriers: vec![CarrierConfig { name: "net".into(), ..CarrierConfig::default() }],
        ..Settings::default()
    };
    let shared = Arc::new(share(&settings, &desk.opened.ledger, 1).expect("names are kept"));
    let mut engine = Engine::new(shared.clone(), 0, desk.opened.journal.clone(), NOW, 2);
    assert_eq!(engine.restore(&desk.opened.ledger).expect("reads").queued, 1);
    engine.carrier_up(carrier, SMSC, 0, Some(10));
    desk.engine = engine;
    assert_eq!(desk.submits().len(), 1);
    let backlog = &shared.carriers[0].backlog;
    assert_eq!(backlog.load(std::sync::atomic::Ordering::Relaxed), 0);
}

#[test]
fn a_carrier_that_throttles_in_bursts_is_used_nearly_whole_and_refuses_few() {
    let mut desk = Desk::new(50);
    let carrier = desk.carrier;
    let (mut in_flight, mut taken, mut refused) = (VecDeque::new(), 0_u32, 0_u32);
    let (mut second, mut in_second) = (0, 0);
    for sequence in 0..60 {
        desk.submit(sequence);
    }
    for ms in (0..20_000).step_by(2) {
        desk.now = NOW + Duration::from_millis(ms);
        while let Some((at, sent_at, queued)) = in_flight.pop_front() {
            if at > ms {
                in_flight.push_front((at, sent_at, queued));
                break;
            }
            // 500 in each second of its clock, and no more until the next.
            if ms / 1_000 != second {
                (second, in_second) = (ms / 1_000, 0);
            }
            in_second += 1;
            if in_second > 500 {
                refused += 1;
                desk.engine.refused(desk.now, carrier, (SMSC, sent_at), queued, 0x58);
            } else {
                taken += 1;
                let id = taken.to_string().into_bytes();
                let id = CarrierMessageId { written: &id, canonical: &id };
                desk.engine.sent(desk.now, carrier, Some((SMSC, sent_at)), &queued, &id);
            }
        }
        desk.submit(ms as u32 + 100);
        desk.submit(ms as u32 + 101);
        let effects = (0..2).flat_map(|_| desk.commit()).collect::<Vec<_>>();
        for effect in effects {
            if let Effect::Submit { queued, .. } = effect {
                in_flight.push_back((ms + 20, desk.now, queued));
            }
        }
    }
    assert!(taken >= 9_500, "{taken} of 10000, {refused} refused");
    assert!(refused < taken / 100, "{refused} of {taken}");
}

#[test]
fn a_carrier_that_never_sends_a_receipt_leaves_a_message_unknown_after_its_validity() {
    let mut desk = Desk::new(10);
    let carrier = desk.carrier;
    desk.submit_timed(1, b"000000010000000R", b"").expect("admitted");
    desk.submit(2);
    for (number, queued) in desk.submits().iter().enumerate() {
        let id = number.to_string().into_bytes();
        let id = CarrierMessageId { written: &id, canonical: &id };
        desk.engine.sent(desk.now, carrier, Some((SMSC, NOW)), queued, &id);
    }
    let stats = |desk: &mut Desk, hours: u64| -> Vec<u8> {
        desk.now = NOW + Duration::from_secs(hours * 3_600 + 61);
        desk.receipts().iter().map(|receipt| receipt.message_state).collect()
    };
    assert!(stats(&mut desk, 1).is_empty(), "its validity is over, the margin is not");
    assert_eq!(stats(&mut desk, 2), [7], "UNKNOWN");
    assert!(stats(&mut desk, 3).is_empty(), "once");
    assert!(stats(&mut desk, 48).is_empty());
    assert_eq!(stats(&mut desk, 49), [7], "the other one, after the default of two days");
}
