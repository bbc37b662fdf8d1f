//! The feed over a ledger on a simulated disk: what is told, in which order, after which stops.

mod lanes;

use std::sync::Arc;
use std::time::Duration;

use super::consumer::Consumer;
use super::cursor::{Position, Replay};
use super::feed::Feed;
use super::follower::Follower;
use super::kind::{Kind, Kinds};
use super::notice::Wants;
use crate::base::clock::{Clock, Timestamp};
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::ledger::config::LedgerConfig;
use crate::ledger::open::Opened;
use crate::ledger::store::Ledger;
use crate::message::condition::Condition;
use crate::message::event::{Event, NO_MESSAGE, Report, What};
use crate::message::reason::Reason;
use crate::message::record::{Direction, Message};
use crate::spool::chunk::Chunk;
use crate::spool::lsn::Lsn;
use crate::spool::sim_disk::SimDisk;

const SHOP: AccountId = AccountId(1);
const SINK: CarrierId = CarrierId(0);
const NOW: Timestamp = Timestamp(u64::MAX / 2);

struct World {
    opened: Opened,
    time: u64,
}

impl World {
    fn open(disk: &Arc<SimDisk>) -> Self {
        let opened = Ledger::open(Arc::<SimDisk>::clone(disk), LedgerConfig::tiny()).unwrap();
        Self { opened, time: 1_000_000 }
    }

    fn append(&mut self, fill: impl FnOnce(&mut Chunk)) -> MessageOrd {
        let mut chunk = Chunk::new();
        fill(&mut chunk);
        self.time += 1_000_000;
        let appended = self.opened.journal.append(Timestamp(self.time), &mut chunk).unwrap();
        self.opened.flusher.step();
        while self.opened.indexer.step().unwrap() {}
        appended.base_ord
    }

    fn message(&mut self, account: AccountId) -> MessageOrd {
        let message = Message { account, carrier: SINK, parts: 1, ..Message::default() };
        self.append(|chunk| {
            chunk.message(&message);
        })
    }

    fn event(&mut self, ord: MessageOrd, what: What<'_>) {
        self.append(|chunk| {
            chunk.event(&Event { ord, what });
        });
    }

    fn sent(&mut self, ord: MessageOrd) {
        self.event(ord, What::Sending { carrier: SINK, bind: 0, attempt: 1 });
        self.event(ord, What::Sent { carrier: SINK, carrier_message_id: b"x" });
    }

    fn receipt(&mut self, ord: MessageOrd, message_state: u8) {
        let reason = if message_state == 2 { Reason::None } else { Reason::NetworkError };
        let report =
            Report { message_state, reason: reason as u8, last: true, ..Report::default() };
        self.event(ord, What::Receipt { carrier: SINK, report });
    }

    fn feed(&self) -> Feed {
        Feed::new(Arc::clone(&self.opened.ledger))
    }
}

const EVERYTHING: Wants = Wants { kinds: Kinds::ALL, account: None };

fn follower(feed: &Feed) -> Follower {
    feed.follower(Clock::start())
}

fn turns(follower: &mut Follower, feed: &Feed) {
    while follower.turn(&feed.consumers()).unwrap() {}
}

/// Takes everything that is due, settling it.
fn told(consumer: &Consumer) -> Vec<(u64, Kind)> {
    let mut told = Vec::new();
    while let Some(given) = consumer.next(NOW) {
        told.push((given.notice.ord.0, given.notice.kind));
        consumer.settle(NOW, given.notice.lsn);
    }
    told
}

#[test]
fn a_message_is_told_in_its_order_and_only_to_whom_it_concerns() {
    use Kind::{Accepted, Delivered, Sent};
    let mut world = World::open(&Arc::new(SimDisk::new(1)));
    let feed = world.feed();
    let all = feed.join("all", EVERYTHING, Lsn(0), 10).unwrap();
    let own = Wants { account: Some(SHOP), ..EVERYTHING };
    let shop = feed.join("shop", own, Lsn(0), 10).unwrap();
    let ends = Wants { kinds: Kinds::NONE.with(Delivered), account: None };
    let ends = feed.join("ends", ends, Lsn(0), 10).unwrap();
    let mut follower = follower(&feed);
    let first = world.message(AccountId(0));
    let second = world.message(SHOP);
    world.sent(first);
    world.receipt(first, 2);
    world.sent(second);
    turns(&mut follower, &feed);
    let everything = [(0, Accepted), (1, Accepted), (0, Sent), (0, Delivered), (1, Sent)];
    let mut heard = told(&all);
    heard.sort_by_key(|(ord, _)| *ord);
    let mut wanted = everything.to_vec();
    wanted.sort_by_key(|(ord, _)| *ord);
    assert_eq!(heard, wanted);
    assert_eq!(told(&shop), [(1, Accepted), (1, Sent)]);
    assert_eq!(told(&ends), [(0, Delivered)]);
    assert_eq!(all.backlog().events, 0);
}

#[test]
fn every_change_has_its_kind_and_a_receipt_that_repeats_has_none() {
    let mut world = World::open(&Arc::new(SimDisk::new(1)));
    let feed = world.feed();
    let all = feed.join("all", EVERYTHING, Lsn(0), 100).unwrap();
    let mut follower = follower(&feed);
    let ord = world.message(SHOP);
    let throttled = |retry_at| What::Refused {
        carrier: SINK,
        command_status: 0x58,
        reason: Reason::Throttled,
        ruling: Default::default(),
        retry_at,
    };
    world.event(ord, What::Sending { carrier: SINK, bind: 0, attempt: 1 });
    world.event(ord, throttled(Timestamp(5)));
    world.sent(ord);
    for state in [3, 3, 2, 2, 5, 5] {
        world.receipt(ord, state);
    }
    turns(&mut follower, &feed);
    let kinds: Vec<Kind> = told(&all).into_iter().map(|(_, kind)| kind).collect();
    use Kind::{Accepted, Conflicting, Delivered, Expired, Queued, Sent};
    // DELIVRD after EXPIRED raises the verdict, and contradicts already: what follows is no news.
    assert_eq!(kinds, [Accepted, Queued, Sent, Expired, Delivered]);
    let other = world.message(SHOP);
    world.sent(other);
    for state in [2, 5, 5] {
        world.receipt(other, state);
    }
    let lost = world.message(SHOP);
    world.event(lost, What::Ended { reason: Reason::ValidityOver });
    let back = world.message(SHOP);
    let by = crate::message::event::By::Operator;
    world.event(back, What::Cancelled { by });
    turns(&mut follower, &feed);
    let kinds: Vec<(u64, Kind)> = told(&all);
    let of = |ord: u64| -> Vec<Kind> {
        kinds.iter().filter(|(of, _)| *of == ord).map(|(_, kind)| *kind).collect()
    };
    assert_eq!(of(1), [Accepted, Sent, Delivered, Conflicting]);
    assert_eq!(of(2), [Accepted, Expired]);
    assert_eq!(of(3), [Accepted, Kind::Cancelled]);
}

#[test]
fn a_message_in_parts_is_one_message_that_fares_as_its_worst_part() {
    let mut world = World::open(&Arc::new(SimDisk::new(1)));
    let feed = world.feed();
    let all = feed.join("all", EVERYTHING, Lsn(0), 100).unwrap();
    let mut follower = follower(&feed);
    let first = world.append(|chunk| {
        for part in 1..=3 {
            chunk.message(&Message { account: SHOP, parts: 3, part, ..Message::default() });
        }
    });
    let parts = [0, 1, 2].map(|at| MessageOrd(first.0 + at));
    parts.into_iter().for_each(|part| world.sent(part));
    for (part, state) in parts.into_iter().zip([2, 5, 2]) {
        world.receipt(part, state);
    }
    turns(&mut follower, &feed);
    use Kind::{Accepted, Sent, Undelivered};
    assert_eq!(told(&all), [(0, Accepted), (0, Sent), (0, Undelivered)]);
}

#[test]
fn messages_from_handsets_are_told_once_they_are_somebodys() {
    let mut world = World::open(&Arc::new(SimDisk::new(1)));
    let feed = world.feed();
    let all = feed.join("all", EVERYTHING, Lsn(0), 100).unwrap();
    let mut follower = follower(&feed);
    for account in [AccountId::NONE, SHOP] {
        let message = Message { direction: Direction::Inbound, account, ..Message::default() };
        let ord = world.append(|chunk| {
            chunk.message(&message);
        });
        world.event(ord, What::Answered { command_status: 0 });
    }
    turns(&mut follower, &feed);
    assert_eq!(told(&all), [(1, Kind::Received)]);
}

#[test]
fn whoever_is_slow_is_owed_everything_and_holds_up_nobody() {
    let mut world = World::open(&Arc::new(SimDisk::new(1)));
    let feed = world.feed();
    let slow = feed.join("slow", EVERYTHING, Lsn(0), 8).unwrap();
    let quick = feed.join("quick", EVERYTHING, Lsn(0), 8).unwrap();
    let mut follower = follower(&feed);
    let mut heard = Vec::new();
    for _ in 0..1000 {
        world.message(SHOP);
        turns(&mut follower, &feed);
        heard.extend(told(&quick));
    }
    assert_eq!(heard.len(), 1000);
    assert_eq!(quick.backlog().events, 0);
    let owed = slow.backlog();
    assert_eq!((owed.events, owed.oldest_at), (1000, Some(Timestamp(2_000_000))));
    let mut heard = Vec::new();
    while heard.len() < 1000 {
        let more = told(&slow);
        assert!(!more.is_empty() && more.len() <= 8);
        heard.extend(more);
        turns(&mut follower, &feed);
    }
    assert!(heard.iter().map(|(ord, _)| *ord).eq(0..1000), "in order, each once");
    assert_eq!(slow.backlog().events, 0);
}

#[test]
fn after_a_crash_what_was_settled_on_disk_is_not_told_again_and_all_else_is() {
    let disk = Arc::new(SimDisk::new(1));
    let mut world = World::open(&disk);
    let feed = world.feed();
    let consumer = feed.join("one", EVERYTHING, Lsn(0), 16).unwrap();
    let mut before = follower(&feed);
    for _ in 0..40 {
        world.message(SHOP);
    }
    turns(&mut before, &feed);
    let given: Vec<Lsn> =
        std::iter::from_fn(|| consumer.next(NOW)).map(|given| given.notice.lsn).collect();
    assert_eq!(given.len(), 16);
    // Those in the middle are settled; the first is not, and stays unsettled for long.
    given[1..6].iter().for_each(|lsn| consumer.settle(NOW, *lsn));
    before.write_cursors(&feed.consumers(), true);
    consumer.settle(NOW, given[7]);
    let owed = consumer.backlog().events;
    drop((consumer, before, feed, world));
    let world = World::open(&disk);
    let feed = world.feed();
    let consumer = feed.join("one", EVERYTHING, Lsn(0), 16).unwrap();
    assert_eq!(consumer.backlog().events, owed + 1, "what it settled last was not on disk");
    let mut after = follower(&feed);
    turns(&mut after, &feed);
    let mut heard = Vec::new();
    while heard.len() < 35 {
        let more = told(&consumer);
        assert!(!more.is_empty(), "{heard:?}");
        heard.extend(more.into_iter().map(|(ord, _)| ord));
        turns(&mut after, &feed);
    }
    let wanted: Vec<u64> = std::iter::once(0).chain(6..40).collect();
    heard.sort_unstable();
    assert_eq!(heard, wanted);
    assert_eq!(consumer.backlog().events, 0);
}

#[test]
fn the_past_is_told_again_by_time_and_kind_beside_what_is_new() {
    let disk = Arc::new(SimDisk::new(1));
    let mut world = World::open(&disk);
    let feed = world.feed();
    let consumer = feed.join("one", EVERYTHING, Lsn(0), 8).unwrap();
    let mut follower = follower(&feed);
    for _ in 0..50 {
        let ord = world.message(SHOP);
        world.sent(ord);
        turns(&mut follower, &feed);
        told(&consumer);
    }
    // Each message has three records of a second each: the tenth was accepted at 1 + 3 × 10 + 1 s.
    let second = |number: u64| Timestamp(number * 1_000_000);
    let replay = Replay {
        position: Position::frame(world.opened.ledger.mark_at(second(32)).unwrap().chunk),
        until: world.opened.ledger.indexed(),
        from: second(32),
        to: second(92),
        kinds: Kinds::NONE.with(Kind::Sent),
    };
    assert!(consumer.replay(replay));
    world.message(SHOP);
    let mut heard = Vec::new();
    for _ in 0..20 {
        turns(&mut follower, &feed);
        heard.extend(told(&consumer));
    }
    let (new, again): (Vec<_>, Vec<_>) =
        heard.into_iter().partition(|(_, kind)| *kind == Kind::Accepted);
    assert_eq!(new, [(50, Kind::Accepted)]);
    assert!(again.iter().map(|(ord, _)| *ord).eq(10..30), "{again:?}");
    assert_eq!(consumer.backlog().events, 0);
}

#[test]
fn the_record_of_an_event_is_found_again_by_its_address_and_no_other_is() {
    let mut world = World::open(&Arc::new(SimDisk::new(1)));
    let feed = world.feed();
    let consumer = feed.join("one", EVERYTHING, Lsn(0), 100).unwrap();
    for _ in 0..20 {
        let ord = world.message(SHOP);
        world.sent(ord);
        world.receipt(ord, 2);
    }
    turns(&mut follower(&feed), &feed);
    let mut known = Vec::new();
    while let Some(given) = consumer.next(NOW) {
        let found = super::judge::at(&world.opened.ledger, given.notice.lsn).unwrap();
        assert_eq!(found, Some(given.notice));
        known.push(given.notice.lsn);
        consumer.settle(NOW, given.notice.lsn);
    }
    assert_eq!(known.len(), 60);
    for lsn in (0..world.opened.ledger.indexed().0 + 50).map(Lsn) {
        let found = super::judge::at(&world.opened.ledger, lsn).unwrap();
        assert_eq!(found.is_some(), known.contains(&lsn), "{lsn}");
    }
}

#[test]
fn whoever_returns_goes_on_where_it_was_or_is_told_of_a_gap() {
    let mut world = World::open(&Arc::new(SimDisk::new(1)));
    let feed = world.feed();
    let all = feed.join("all", EVERYTHING, Lsn(0), 100).unwrap();
    for _ in 0..30 {
        world.message(SHOP);
    }
    let mut follower = follower(&feed);
    turns(&mut follower, &feed);
    let lsns: Vec<Lsn> =
        std::iter::from_fn(|| all.next(NOW)).map(|given| given.notice.lsn).collect();
    let mut returns = |last: Lsn, most: usize, bytes: u64| {
        let (position, complete) = feed.resume(EVERYTHING, last, (most, bytes)).unwrap();
        let one = feed.listen("returns", EVERYTHING, position, 100);
        turns(&mut follower, &feed);
        let heard: Vec<u64> = told(&one).into_iter().map(|(ord, _)| ord).collect();
        feed.leave("returns", true).unwrap();
        (heard, complete)
    };
    assert_eq!(returns(lsns[9], 20, 1 << 20), ((10..30).collect(), true));
    assert_eq!(returns(lsns[9], 5, 1 << 20), ((25..30).collect(), false));
    assert_eq!(returns(lsns[9], 20, 100), (Vec::new(), false));
    assert_eq!(returns(Lsn(3), 20, 1 << 20), (Vec::new(), false), "no event is there");
}

#[test]
fn without_consumers_nothing_is_read() {
    let mut world = World::open(&Arc::new(SimDisk::new(1)));
    let feed = world.feed();
    let mut follower = follower(&feed);
    world.message(SHOP);
    assert!(!follower.turn(&feed.consumers()).unwrap());
    let since = world.opened.ledger.durable();
    let consumer = feed.join("late", EVERYTHING, since, 8).unwrap();
    world.message(SHOP);
    turns(&mut follower, &feed);
    assert_eq!(told(&consumer), [(1, Kind::Accepted)], "what came before is not its business");
    feed.leave("late", true).unwrap();
    assert!(feed.consumers().is_empty());
}

#[test]
fn a_running_feed_tells_what_comes_and_ends_when_told_to() {
    let opened = Ledger::open(Arc::new(SimDisk::new(1)), LedgerConfig::tiny()).unwrap();
    let running = opened.start().unwrap();
    let feed = Feed::new(Arc::clone(&running.ledger));
    let consumer = feed.join("one", EVERYTHING, Lsn(0), 8).unwrap();
    let thread = feed.start(Clock::start()).unwrap();
    let mut chunk = Chunk::new();
    chunk.message(&Message { account: SHOP, ..Message::default() });
    running.journal.append(Clock::start().now(), &mut chunk).unwrap();
    let until = std::time::Instant::now() + Duration::from_secs(5);
    while consumer.backlog().events == 0 {
        assert!(std::time::Instant::now() < until);
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(told(&consumer), [(0, Kind::Accepted)]);
    feed.stop();
    thread.join().unwrap();
    drop((feed, consumer));
    running.stop().unwrap();
}

#[test]
fn a_carriers_condition_is_told_to_who_hears_of_all_and_to_no_account() {
    let mut world = World::open(&Arc::new(SimDisk::new(1)));
    let feed = world.feed();
    let all = feed.join("all", EVERYTHING, Lsn(0), 10).unwrap();
    let nobodys = Wants { account: Some(AccountId::NONE), ..EVERYTHING };
    let unknown = feed.join("unknown", nobodys, Lsn(0), 10).unwrap();
    let shop = feed.join("shop", Wants { account: Some(SHOP), ..EVERYTHING }, Lsn(0), 10).unwrap();
    let mut follower = follower(&feed);
    let condition = |condition, carrier| {
        let until = Timestamp(0);
        What::Carrier { carrier: CarrierId(carrier), condition, until, untold: 0 }
    };
    world.event(NO_MESSAGE, condition(Condition::Up, 0));
    world.event(NO_MESSAGE, condition(Condition::Down, 0));
    world.event(NO_MESSAGE, condition(Condition::Suspended, 1));
    turns(&mut follower, &feed);
    let first = all.next(NOW).unwrap().notice;
    let other = all.next(NOW).unwrap().notice;
    assert_eq!((first.kind, other.kind), (Kind::CarrierUp, Kind::CarrierSuspended));
    assert_eq!(all.next(NOW), None, "a carrier's next news waits for its previous");
    assert_eq!((first.of_message(), other.carrier), (false, CarrierId(1)));
    all.settle(NOW, first.lsn);
    assert_eq!(all.next(NOW).map(|given| given.notice.kind), Some(Kind::CarrierDown));
    assert!(told(&shop).is_empty() && told(&unknown).is_empty());
}
