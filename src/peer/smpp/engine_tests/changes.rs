//! Messages that are cancelled or replaced while they wait (SMPP v3.4 §4.9, §4.10).

use std::sync::atomic::Ordering;

use super::*;
use crate::base::id::MessageOrd;
use crate::carrier::profile::Profile;
use crate::gsm::coding::DefaultAlphabet;
use crate::gsm::transliterate::Level;
use crate::ledger::predicate::Predicate;
use crate::ledger::query::Query;
use crate::message::disposition::{Disposition, Status};
use crate::message::event::{By, Doubt, What};
use crate::message::record::Message;
use crate::message::state::State;
use crate::pipeline::ask::Ask;
use crate::pipeline::change::{Change, ChangeAsker, Replacement, Target, Unchanged};

const FIRST: MessageOrd = MessageOrd(0);
const HOUR: &[u8] = b"000000010000000R";

fn one(ord: MessageOrd) -> Target {
    Target::One { ord, source: Some(b"ACME".to_vec()), destination: Vec::new() }
}

fn all(service_type: &[u8]) -> Target {
    let (source, destination) = (b"ACME".to_vec(), b"447700900123".to_vec());
    Target::All { source, destination, service_type: service_type.to_vec() }
}

fn text(body: &[u8]) -> Replacement {
    Replacement { body: body.to_vec(), registered_delivery: 1, ..Replacement::default() }
}

fn down() -> Desk {
    let mut desk = Desk::new(10);
    let carrier = desk.carrier;
    desk.engine.carrier_down(carrier, SMSC);
    desk
}

impl Desk {
    fn change(&mut self, target: Target, replacement: Option<Replacement>) {
        let change = Change { account: self.account, target, replacement, by: By::Application };
        let asker = ChangeAsker::Bind(ESME, 77);
        self.engine.change(change, asker).map_err(|(refusal, _)| refusal).expect("begun");
    }

    /// Turns until it is answered; what was submitted meanwhile is lost.
    fn outcome(&mut self) -> Result<(), Unchanged> {
        let changed = |effect: &Effect| match effect {
            Effect::Changed { outcome, sequence: 77, .. } => Some(*outcome),
            _ => None,
        };
        let outcomes: Vec<_> = (0..12).flat_map(|_| self.commit()).collect();
        let outcomes: Vec<_> = outcomes.iter().filter_map(changed).collect();
        assert_eq!(outcomes.len(), 1, "answered once");
        outcomes[0]
    }

    fn cancel(&mut self, target: Target) -> Result<(), Unchanged> {
        self.change(target, None);
        self.outcome()
    }

    fn replace(&mut self, ord: MessageOrd, with: Replacement) -> Result<(), Unchanged> {
        self.change(one(ord), Some(with));
        self.outcome()
    }

    /// The ledger's answers to what was asked before.
    fn answer(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Ask(ask) = effect {
                let answer = answer(&self.opened.ledger, &ask).expect("the disk works");
                self.engine.mail(self.now, Mail::Answer(answer));
            }
        }
    }

    fn state(&self, ord: MessageOrd) -> State {
        self.opened.ledger.state(ord).expect("reads").expect("known")
    }

    fn backlog(&self) -> u64 {
        let shared = self.engine.shared();
        let carrier = shared.carriers[0].backlog.load(Ordering::Relaxed);
        assert_eq!(carrier, shared.accounts[0].backlog.load(Ordering::Relaxed));
        carrier
    }

    /// The bind is up again.
    fn up(&mut self) {
        let carrier = self.carrier;
        self.engine.carrier_up(carrier, SMSC, 0, Some(10));
    }

    /// The process stops and starts again.
    fn restart(&mut self) -> u64 {
        while self.opened.indexer.step().expect("the disk works") {}
        let settings = Settings {
            accounts: vec![AccountConfig { name: "app".into(), ..AccountConfig::default() }],
            carriers: vec![CarrierConfig { name: "net".into(), ..CarrierConfig::default() }],
            routes: vec![RouteConfig::to("", 0)],
            ..Settings::default()
        };
        let shared = Arc::new(share(&settings, &self.opened.ledger, 1).expect("names are kept"));
        let mut engine = Engine::new(shared, 0, self.opened.journal.clone(), self.now, 2);
        let queued = engine.restore(&self.opened.ledger).expect("reads").queued;
        engine.bind_up(self.account, ESME, Some(10));
        self.engine = engine;
        queued
    }
}

fn bodies(submits: &[Queued]) -> Vec<Vec<u8>> {
    let body = |queued: &Queued| Message::decode(&queued.record).expect("a message").body.to_vec();
    submits.iter().map(body).collect()
}

#[test]
fn a_scheduled_message_that_is_cancelled_never_leaves_and_its_receipt_says_deleted() {
    let mut desk = Desk::new(10);
    desk.submit_timed(1, b"", HOUR).expect("admitted");
    desk.settle();
    assert_eq!(desk.backlog(), 1);
    desk.change(one(FIRST), None);
    let mut told = false;
    for _ in 0..4 {
        for effect in desk.commit() {
            match effect {
                Effect::Changed { outcome, .. } => told = outcome == Ok(()),
                Effect::Offer { owed, .. } => {
                    let OwedWhat::Receipt(receipt) = owed.what else { panic!("{owed:?}") };
                    assert_eq!(receipt.message_state, 4, "DELETED");
                }
                Effect::Submit { .. } => panic!("it leaves"),
                _ => {}
            }
        }
    }
    assert!(told);
    assert_eq!(desk.backlog(), 0);
    let state = desk.state(FIRST);
    assert_eq!((state.status, state.disposition), (Status::Cancelled, Disposition::Blocked));
    desk.now = NOW + Duration::from_secs(3_700);
    assert!(desk.submits().is_empty());
    assert_eq!(desk.cancel(one(FIRST)), Err(Unchanged::Ended));
}

#[test]
fn the_answer_waits_for_the_disk() {
    let mut desk = down();
    desk.submit(1);
    desk.settle();
    desk.change(one(FIRST), None);
    desk.commit();
    desk.engine.end_turn(NOW).expect("the disk works");
    desk.engine.durable().expect("the disk works");
    let answered =
        |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::Changed { .. }));
    assert!(!answered(&desk.engine.effects), "not on disk yet");
    desk.opened.flusher.step();
    desk.engine.durable().expect("the disk works");
    assert!(answered(&desk.engine.effects));
}

#[test]
fn what_has_left_or_may_have_is_not_cancelled() {
    let mut desk = Desk::new(10);
    desk.submit(1);
    let left = desk.submits();
    assert_eq!(desk.cancel(one(FIRST)), Err(Unchanged::Sent), "on its way");
    let carrier = desk.carrier;
    desk.engine.carrier_down(carrier, SMSC);
    desk.engine.in_doubt(NOW, carrier, SMSC, left[0].clone(), Doubt::LinkLost);
    assert_eq!(desk.cancel(one(FIRST)), Err(Unchanged::InDoubt));
    desk.up();
    let again = desk.submits();
    desk.sent(&again);
    assert_eq!(desk.cancel(one(FIRST)), Err(Unchanged::Sent), "the carrier has it");
    assert_eq!(desk.replace(FIRST, text(b"other")), Err(Unchanged::Sent));
    desk.receipt(&again[0], 2);
    assert_eq!(desk.cancel(one(FIRST)), Err(Unchanged::Ended));
}

#[test]
fn a_message_that_leaves_while_the_ledger_is_asked_is_not_cancelled() {
    let mut desk = Desk::new(1);
    desk.submit(1);
    desk.submit(2);
    let first = desk.submits();
    let second = MessageOrd(1);
    desk.change(one(second), None);
    desk.engine.end_turn(NOW).expect("the disk works");
    let asks = std::mem::take(&mut desk.engine.effects);
    desk.sent(&first);
    let left = desk.submits();
    assert_eq!(left.len(), 1, "the window has room again");
    for effect in asks {
        if let Effect::Ask(ask) = effect {
            let answer = answer(&desk.opened.ledger, &ask).expect("the disk works");
            desk.engine.mail(NOW, Mail::Answer(answer));
        }
    }
    assert_eq!(desk.outcome(), Err(Unchanged::Sent));
}

#[test]
fn a_message_that_waits_for_a_rate_or_after_a_refusal_is_cancelled() {
    let slow = CarrierConfig { rate_per_second: Some(1), burst: 1, ..CarrierConfig::default() };
    let mut desk = Desk::with(10, slow);
    desk.submit(1);
    desk.submit(2);
    let left = desk.submits();
    assert_eq!(left.len(), 1, "the rate holds the other");
    assert_eq!(desk.cancel(one(MessageOrd(1))), Ok(()));
    let carrier = desk.carrier;
    desk.engine.refused(NOW, carrier, (SMSC, NOW), left[0].clone(), 0x14);
    desk.settle();
    assert_eq!(desk.backlog(), 1);
    assert_eq!(desk.cancel(one(FIRST)), Ok(()), "in its back-off");
    assert_eq!(desk.backlog(), 0);
    desk.now = NOW + Duration::from_secs(600);
    assert!(desk.submits().is_empty());
}

#[test]
fn nothing_of_another_account_or_another_source_is_cancelled() {
    let mut desk = down();
    desk.submit(1);
    desk.settle();
    let other = Change {
        account: AccountId(desk.account.0 + 1),
        target: one(FIRST),
        replacement: None,
        by: By::Application,
    };
    desk.engine.change(other, ChangeAsker::Bind(ESME, 77)).map_err(drop).expect("begun");
    assert_eq!(desk.outcome(), Err(Unchanged::NoSuchMessage));
    let from = |source: &[u8], destination: &[u8]| Target::One {
        ord: FIRST,
        source: Some(source.to_vec()),
        destination: destination.to_vec(),
    };
    assert_eq!(desk.cancel(from(b"OTHER", b"")), Err(Unchanged::OtherSource));
    assert_eq!(desk.cancel(from(b"ACME", b"49")), Err(Unchanged::OtherDestination));
    assert_eq!(desk.cancel(one(MessageOrd(9))), Err(Unchanged::NoSuchMessage));
    assert_eq!(desk.cancel(from(b"ACME", b"447700900123")), Ok(()));
}

#[test]
fn all_between_two_addresses_are_cancelled_and_the_others_stay() {
    let mut desk = down();
    desk.submit(1);
    let message = Message { service_type: b"WAP", body: b"x", ..Message::default() };
    desk.submit_message(2, &message).expect("admitted");
    desk.submit_text(3, &[b'x'; 400]);
    desk.settle();
    assert_eq!(desk.cancel(all(b"CMT")), Err(Unchanged::NothingWaits));
    assert_eq!(desk.cancel(all(b"WAP")), Ok(()));
    assert_eq!(desk.backlog(), 4);
    assert_eq!(desk.cancel(all(b"")), Ok(()));
    assert_eq!(desk.backlog(), 0);
    assert_eq!(desk.cancel(all(b"")), Err(Unchanged::NothingWaits));
    let cancelled = Query::of(vec![Predicate::Status(Status::Cancelled)]);
    assert_eq!(desk.opened.ledger.search(&cancelled).expect("reads").hits.len(), 5);
}

#[test]
fn a_long_message_is_cancelled_whole_or_not_at_all() {
    let mut desk = Desk::new(1);
    desk.submit_text(1, &[b'x'; 400]);
    let left = desk.submits();
    assert_eq!(left.len(), 1, "the first part");
    assert_eq!(desk.cancel(one(FIRST)), Err(Unchanged::Sent));
    let mut desk = down();
    desk.submit_text(1, &[b'x'; 400]);
    desk.settle();
    desk.change(one(FIRST), None);
    let receipts = desk.receipts();
    assert_eq!(receipts.len(), 1, "one for the whole");
    assert_eq!((receipts[0].message_state, receipts[0].parts), (4, 3));
    assert_eq!(desk.backlog(), 0);
}

#[test]
fn a_restart_keeps_what_was_cancelled_and_what_was_not() {
    let mut desk = down();
    desk.submit(1);
    desk.submit(2);
    desk.settle();
    assert_eq!(desk.cancel(one(FIRST)), Ok(()));
    assert_eq!(desk.restart(), 1);
    assert_eq!(desk.cancel(one(MessageOrd(1))), Ok(()), "read from the ledger");
    assert_eq!(desk.restart(), 0);
    let receipts = desk.receipts();
    assert_eq!(receipts.len(), 2, "owed over the restart");
    assert!(receipts.iter().all(|receipt| receipt.message_state == 4));
    desk.up();
    assert!(desk.submits().is_empty());
}

#[test]
fn a_replaced_message_leaves_with_its_new_text_also_after_a_restart_and_a_refusal() {
    for restarts in [false, true] {
        let mut desk = down();
        desk.submit(1);
        desk.settle();
        assert_eq!(desk.replace(FIRST, text(b"other")), Ok(()));
        assert_eq!(desk.backlog(), 1);
        assert_eq!(desk.replace(FIRST, text(b"third")), Ok(()), "and again");
        if restarts {
            assert_eq!(desk.restart(), 1);
        }
        desk.up();
        let left = desk.submits();
        assert_eq!(bodies(&left), [b"third"]);
        let carrier = desk.carrier;
        desk.engine.refused(NOW, carrier, (SMSC, NOW), left[0].clone(), 0x14);
        desk.now = NOW + Duration::from_secs(600);
        let again = desk.submits();
        assert_eq!(bodies(&again), [b"third"]);
        desk.sent(&again);
        desk.receipt(&again[0], 2);
        assert_eq!(desk.receipts().len(), 1);
        let accepted = desk.opened.ledger.accepted(FIRST).expect("reads").expect("known");
        assert_eq!(accepted.message().body, b"hello", "the record keeps the old text");
        let events = desk.opened.ledger.events(FIRST).expect("reads");
        let replaced = |what: What<'_>| matches!(what, What::Replaced { .. });
        let replaced = events.iter().filter(|event| replaced(event.event().expect("known").what));
        assert_eq!(replaced.count(), 2);
    }
}

#[test]
fn a_replacement_may_change_the_times_and_the_receipts() {
    let mut desk = Desk::new(10);
    desk.submit_timed(1, b"", HOUR).expect("admitted");
    desk.settle();
    desk.now = NOW + Duration::from_secs(60);
    let sooner = Replacement {
        schedule_delivery_time: b"000000000100000R".to_vec(),
        registered_delivery: 0,
        ..text(b"sooner")
    };
    assert_eq!(desk.replace(FIRST, sooner), Ok(()));
    desk.now = NOW + Duration::from_secs(119);
    assert!(desk.submits().is_empty(), "a minute from the replacement");
    assert_eq!(desk.restart(), 1);
    desk.up();
    assert!(desk.submits().is_empty(), "over a restart");
    desk.now = NOW + Duration::from_secs(120);
    let left = desk.submits();
    assert_eq!(bodies(&left), [b"sooner"]);
    desk.sent(&left);
    desk.receipt(&left[0], 2);
    assert!(desk.receipts().is_empty(), "none is asked for any more");
    let owed = desk.opened.ledger.owed(desk.account, None, 10).expect("reads");
    assert!(owed.is_empty());
}

#[test]
fn times_that_cannot_be_kept_and_texts_too_long_leave_a_message_as_it_is() {
    let mut desk = down();
    desk.submit(1);
    desk.settle();
    let over = Replacement { validity_period: b"200101000000000+".to_vec(), ..text(b"x") };
    assert_eq!(desk.replace(FIRST, over), Err(Unchanged::InvalidValidity));
    let never = Replacement { schedule_delivery_time: b"soon".to_vec(), ..text(b"x") };
    assert_eq!(desk.replace(FIRST, never), Err(Unchanged::InvalidSchedule));
    assert_eq!(desk.replace(FIRST, text(&[b'x'; 200])), Err(Unchanged::MoreParts));
    assert_eq!(desk.replace(FIRST, text(&[b'x'; 60_000])), Err(Unchanged::TooLong));
    desk.up();
    assert_eq!(bodies(&desk.submits()), [b"hello"]);
}

#[test]
fn a_long_message_is_cut_again_and_a_shorter_text_needs_fewer_parts() {
    for (length, parts) in [(390, 3), (300, 2), (100, 1)] {
        let mut desk = down();
        desk.submit_text(1, &[b'x'; 400]);
        desk.settle();
        assert_eq!(desk.replace(FIRST, text(&vec![b'y'; length])), Ok(()));
        assert_eq!(desk.backlog(), parts as u64);
        assert_eq!(desk.restart(), parts as u64);
        desk.up();
        let left = desk.submits();
        let header = if parts > 1 { 6 } else { 0 };
        let texts: Vec<u8> =
            bodies(&left).iter().flat_map(|body| body[header..].to_vec()).collect();
        assert_eq!(texts, vec![b'y'; length]);
        desk.sent(&left);
        left.iter().for_each(|part| desk.receipt(part, 2));
        let receipts = desk.receipts();
        assert_eq!(receipts.len(), 1);
        assert_eq!((receipts[0].message_state, receipts[0].parts), (2, parts as u8));
        let owed = desk.opened.ledger.owed(desk.account, None, 10).expect("reads");
        assert!(owed.len() <= 1, "{owed:?}");
    }
}

#[test]
fn the_parts_of_a_replacement_are_packed_where_those_of_a_submit_are() {
    let profile = Profile { default_alphabet: DefaultAlphabet::Gsm7Packed, ..Profile::default() };
    let packed = CarrierConfig { profile: Arc::new(profile), ..CarrierConfig::default() };
    let parts_of = |old: &[u8], new: Option<&[u8]>| {
        let mut desk = Desk::with(10, packed.clone());
        desk.engine.carrier_down(desk.carrier, SMSC);
        desk.submit_text(1, old);
        desk.settle();
        if let Some(new) = new {
            assert_eq!(desk.replace(FIRST, text(new)), Ok(()));
        }
        desk.up();
        let left = bodies(&desk.submits());
        // Without the header, whose reference is another.
        left.iter().map(|body| body[6..].to_vec()).collect::<Vec<_>>()
    };
    let (old, new) = ([b'x'; 400], [b'y'; 300]);
    let replaced = parts_of(&old, Some(&new));
    assert_eq!(replaced.len(), 3, "342 septets");
    assert_eq!(replaced, parts_of(&new, None));
}

#[test]
fn a_new_text_comes_in_the_coding_of_the_old_one_and_is_written_anew_as_that_was() {
    let mut desk = texts::desk(Some(Level::LookAlikes), Profile::default());
    desk.engine.carrier_down(desk.carrier, SMSC);
    let (taken, left) = desk.post("it’s late");
    assert_eq!(left.len(), 0);
    let ucs2 = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
    assert_eq!(desk.replace(taken.ord, text(&ucs2("it’s “early”"))), Ok(()));
    assert_eq!(desk.replace(taken.ord, text(&ucs2("es ist “früh” 早"))), Ok(()));
    assert_eq!(desk.rewritten(taken), [(8, 0, 1, 0, 0), (8, 0, 3, 0, 0)]);
    assert_eq!(desk.replace(taken.ord, text(&ucs2("it’s noon"))), Ok(()));
    desk.up();
    let left = desk.submits();
    let message = Message::decode(&left[0].record).expect("a record");
    assert_eq!((message.data_coding, message.body), (0, &b"it's noon"[..]));
}

#[test]
fn a_replaced_message_can_be_cancelled() {
    let mut desk = down();
    desk.submit_text(1, &[b'x'; 400]);
    desk.settle();
    assert_eq!(desk.replace(FIRST, text(b"short")), Ok(()));
    assert_eq!(desk.cancel(one(FIRST)), Ok(()));
    assert_eq!(desk.backlog(), 0);
    assert_eq!(desk.restart(), 0);
    let receipts = desk.receipts();
    assert_eq!(receipts.len(), 1);
    assert_eq!((receipts[0].message_state, receipts[0].parts), (4, 1));
}

#[test]
fn many_changes_at_a_time_are_refused_and_those_begun_are_answered() {
    let mut desk = down();
    desk.submit(1);
    desk.settle();
    let mut refused = 0;
    for sequence in 0..100 {
        let (account, target) = (desk.account, one(FIRST));
        let change = Change { account, target, replacement: None, by: By::Application };
        let begun = desk.engine.change(change, ChangeAsker::Bind(ESME, sequence));
        refused += usize::from(begun.is_err());
    }
    assert_eq!(refused, 36);
    let effects: Vec<Effect> = (0..12).flat_map(|_| desk.commit()).collect();
    let outcomes = effects.iter().filter_map(|effect| match effect {
        Effect::Changed { outcome, .. } => Some(*outcome),
        _ => None,
    });
    let outcomes: Vec<_> = outcomes.collect();
    assert_eq!(outcomes.len(), 64);
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
}

#[test]
fn a_message_that_was_passed_on_is_changed_where_it_waits_now() {
    let carrier = |name: &str| CarrierConfig {
        name: name.into(),
        attempts_max: 1,
        ..CarrierConfig::default()
    };
    let settings = Settings {
        carriers: ["net", "other"].map(carrier).into(),
        routes: vec![RouteConfig { failover: vec![1], ..RouteConfig::to("", 0) }],
        ..Settings::default()
    };
    let mut desk = Desk::of(10, settings);
    desk.submit(1);
    desk.submit(2);
    let (first, system_error) = (desk.carrier, 0x08);
    for queued in desk.submits() {
        desk.engine.refused(NOW, first, (SMSC, NOW), queued, system_error);
    }
    assert!(desk.submits().is_empty(), "the other one is down");
    assert_eq!(desk.cancel(one(FIRST)), Ok(()));
    assert_eq!(desk.replace(MessageOrd(1), text(b"other")), Ok(()));
    let other = desk.engine.shared().carriers[1].id;
    desk.engine.carrier_up(other, LinkId(3), 0, Some(10));
    assert_eq!(bodies(&desk.submits()), [b"other"]);
    let backlogs = desk.engine.shared().carriers.iter();
    assert!(backlogs.map(|carrier| carrier.backlog.load(Ordering::Relaxed)).eq([0, 0]));
}

#[test]
fn a_part_that_its_sender_cut_keeps_its_header_and_wants_one_in_the_new_text() {
    let mut desk = down();
    let part =
        Message { esm_class: 0x40, body: b"\x05\x00\x03\x07\x02\x01hello", ..Message::default() };
    desk.submit_message(1, &part).expect("admitted");
    desk.settle();
    assert_eq!(desk.replace(FIRST, text(b"hello")), Err(Unchanged::NoHeader));
    let other = b"\x05\x00\x03\x07\x02\x01other";
    assert_eq!(desk.replace(FIRST, text(other)), Ok(()));
    desk.up();
    let left = desk.submits();
    assert_eq!(bodies(&left), [other]);
    assert_eq!(Message::decode(&left[0].record).map(|message| message.esm_class), Some(0x40));
}

#[test]
fn cancels_beside_a_long_line_take_turns_with_it() {
    let mut desk = down();
    for sequence in 0..20_000 {
        desk.submit(sequence);
    }
    desk.settle();
    let (first, second) = (MessageOrd(3), MessageOrd(19_000));
    assert_eq!(desk.cancel(one(first)), Ok(()));
    desk.change(one(second), None);
    let answered = |effects: Vec<Effect>| {
        effects.iter().any(|effect| matches!(effect, Effect::Changed { .. }))
    };
    assert!(!answered(desk.settle()), "a pause between two looks");
    assert!(desk.engine.deadline() <= NOW + Duration::from_millis(20));
    desk.now = NOW + Duration::from_millis(20);
    assert!(answered(desk.settle()));
    assert_eq!(desk.state(second).status, Status::Cancelled);
}

#[test]
fn an_old_text_that_is_read_late_does_not_leave() {
    let mut desk = Desk::new(10);
    desk.submit_timed(1, b"", HOUR).expect("admitted");
    desk.settle();
    let soon = b"000000000001000R".to_vec();
    let other = Replacement { schedule_delivery_time: soon, ..text(b"other") };
    desk.change(one(FIRST), Some(other));
    desk.engine.end_turn(desk.now).expect("the disk works");
    let asks = std::mem::take(&mut desk.engine.effects);
    // Due now: its record is asked for, and comes after it was replaced and is asked for again.
    desk.now = NOW + Duration::from_secs(3_600);
    desk.engine.end_turn(desk.now).expect("the disk works");
    let late = std::mem::take(&mut desk.engine.effects);
    desk.answer(asks);
    let mut effects = desk.commit();
    let replaced = |effect: &Effect| matches!(effect, Effect::Changed { outcome: Ok(()), .. });
    assert!(effects.iter().any(replaced));
    desk.now = NOW + Duration::from_secs(3_602);
    desk.engine.end_turn(desk.now).expect("the disk works");
    let again = std::mem::take(&mut desk.engine.effects);
    let reads = |effect: &Effect| matches!(effect, Effect::Ask(Ask::Records { .. }));
    assert!(late.iter().any(reads) && again.iter().any(reads));
    desk.answer(late);
    effects.extend(desk.settle());
    desk.answer(again);
    effects.extend(desk.settle());
    let left = effects.into_iter().filter_map(|effect| match effect {
        Effect::Submit { queued, .. } => Some(queued),
        _ => None,
    });
    assert_eq!(bodies(&left.collect::<Vec<_>>()), [b"other"]);
}
