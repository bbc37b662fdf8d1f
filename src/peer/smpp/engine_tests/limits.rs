//! The rates of routes and of destinations' prefixes: who waits for them, and who does not.

use super::*;
use crate::pipeline::board::LiveBoard;
use crate::pipeline::current::Current;
use crate::pipeline::limit_config::LimitConfig;
use crate::pipeline::port::Board as _;

/// A carrier with these limits and routes that all lead to it; its answers come at once.
fn desk(limits: Vec<LimitConfig>, routes: Vec<RouteConfig>, carrier: CarrierConfig) -> Desk {
    let carriers = vec![CarrierConfig { name: "net".into(), ..carrier }];
    Desk::of(10_000, Settings { carriers, routes, limits, ..Settings::default() })
}

fn limit(prefix: &str, rate_per_second: u32) -> LimitConfig {
    let (name, prefixes, carrier) = (None, vec![prefix.to_owned()], None);
    LimitConfig { name, prefixes, carrier, rate_per_second, burst: 5 }
}

fn limited(prefix: &str, rate: u32) -> RouteConfig {
    RouteConfig { rate_per_second: Some(rate), burst: 5, ..RouteConfig::to(prefix, 0) }
}

impl Desk {
    fn submit_to(&mut self, sequence: u32, to: &str) {
        self.submit_for(self.account, sequence, to);
    }

    fn submit_for(&mut self, account: AccountId, sequence: u32, to: &str) {
        let message = Message {
            source: Address { ton: 5, npi: 0, addr: b"ACME" },
            destination: Address { ton: 1, npi: 1, addr: to.as_bytes() },
            body: b"hello",
            ..Message::default()
        };
        let asker = Asker::Bind(ESME, sequence);
        self.engine.submit(self.now, account, asker, &message).expect("admitted");
    }

    /// Lives for a time and wakes when the engine asks for it; gives what left, and when.
    fn live(&mut self, time: Duration) -> Vec<(Timestamp, Queued)> {
        let end = self.now + time;
        let (mut left, mut turns) = (Vec::new(), 0);
        loop {
            let mut idle = 0;
            while idle < 3 {
                idle += 1;
                for effect in self.commit() {
                    let Effect::Submit { carrier, link, queued } = effect else { continue };
                    let id = queued.ord.0.to_string().into_bytes();
                    let ids = CarrierMessageId { written: &id, canonical: &id };
                    let answered = Some((link, self.now));
                    self.engine.sent(self.now, carrier, answered, &queued, &ids);
                    left.push((self.now, queued));
                    // An answer makes room for others.
                    idle = 0;
                }
            }
            turns += 1;
            assert!(turns < 200_000, "it spins");
            let next = self.engine.deadline().max(self.now + Duration::from_millis(1));
            if next > end {
                self.now = end;
                return left;
            }
            self.now = next;
        }
    }
}

fn to<'q>(left: &'q [(Timestamp, Queued)], prefix: &str) -> Vec<&'q (Timestamp, Queued)> {
    let begins = |queued: &Queued| {
        let message = Message::decode(&queued.record).expect("a record");
        message.destination.addr.starts_with(prefix.as_bytes())
    };
    left.iter().filter(|(_, queued)| begins(queued)).collect()
}

/// No second had more than the rate and the burst.
fn assert_kept(left: &[&(Timestamp, Queued)], rate: usize, burst: usize) {
    for (first, (from, _)) in left.iter().enumerate() {
        let second = left[first..].iter().take_while(|(at, _)| at.since(*from) < SECOND).count();
        assert!(second <= rate + burst, "{second} in a second, of {rate} + {burst}");
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn what_a_routes_rate_holds_lets_another_destination_flow_at_once() {
    let routes = vec![limited("44", 20), RouteConfig::to("", 0)];
    let mut desk = desk(vec![], routes, CarrierConfig::default());
    for sequence in 0..500 {
        desk.submit_to(sequence, "447700900123");
        desk.submit_to(1_000 + sequence, "33612345678");
    }
    let left = desk.live(SECOND * 10);
    let others = to(&left, "33");
    assert_eq!(others.len(), 500);
    assert!(others.iter().all(|(at, _)| at.since(NOW) < Duration::from_millis(10)));
    let held = to(&left, "44");
    assert!((200..=206).contains(&held.len()), "{}", held.len());
    assert_kept(&held, 20, 5);
    assert!(held.windows(2).all(|pair| pair[0].1.ord < pair[1].1.ord), "in order");
}

#[test]
fn a_prefixs_rate_counts_what_comes_by_all_routes_and_the_longest_prefix_alone() {
    let limits = vec![limit("44", 100), limit("4477", 10)];
    let routes = vec![RouteConfig::to("44", 0), RouteConfig::to("447700900", 0)];
    let mut desk = desk(limits, routes, CarrierConfig::default());
    for sequence in 0..200 {
        desk.submit_to(sequence, "447700900123");
        desk.submit_to(1_000 + sequence, "447711111111");
        desk.submit_to(2_000 + sequence, "442079460000");
    }
    let left = desk.live(SECOND * 2);
    let mobiles = to(&left, "4477");
    assert!((24..=26).contains(&mobiles.len()), "{}", mobiles.len());
    assert_eq!(to(&left, "4420").len(), 200, "the mobiles take nothing from it");
    assert_kept(&to(&left, "4420"), 100, 5);
}

#[test]
fn the_rates_of_route_prefix_and_carrier_all_hold() {
    let carrier = CarrierConfig { rate_per_second: Some(30), burst: 1, ..Default::default() };
    let routes = vec![limited("44", 20), RouteConfig::to("", 0)];
    let mut desk = desk(vec![limit("4477", 8)], routes, carrier);
    for sequence in 0..400 {
        desk.submit_to(sequence, "447700900123");
        desk.submit_to(1_000 + sequence, "442079460000");
        desk.submit_to(2_000 + sequence, "33612345678");
    }
    let left = desk.live(SECOND * 10);
    assert_kept(&left.iter().collect::<Vec<_>>(), 30, 1);
    assert_kept(&to(&left, "44"), 20, 5);
    assert_kept(&to(&left, "4477"), 8, 5);
    assert!((295..=302).contains(&left.len()), "all of the carrier's rate: {}", left.len());
    let (mobiles, fixed) = (to(&left, "4477").len(), to(&left, "442").len());
    assert!((75..=86).contains(&mobiles), "{mobiles}");
    // The carrier takes them in their order, so others have a share of what the route might have.
    assert!(mobiles + fixed >= 185, "{mobiles} + {fixed}");
}

#[test]
fn two_accounts_under_a_prefixs_rate_have_the_same_share_however_much_one_sends() {
    let accounts = ["app", "other"];
    let account = |name: &&str| AccountConfig { name: (*name).into(), ..Default::default() };
    let settings = Settings {
        accounts: accounts.iter().map(account).collect(),
        carriers: vec![CarrierConfig { name: "net".into(), ..CarrierConfig::default() }],
        routes: vec![RouteConfig::to("", 0)],
        limits: vec![limit("44", 50)],
        ..Settings::default()
    };
    let mut desk = Desk::of_accounts(10_000, settings);
    let other = desk.engine.shared().accounts[1].id;
    (0..3_000).for_each(|sequence| desk.submit_to(sequence, "447700900123"));
    desk.live(SECOND);
    (0..300).for_each(|sequence| desk.submit_for(other, sequence, "447700900123"));
    let left = desk.live(SECOND * 10);
    let theirs = left.iter().filter(|(_, queued)| queued.account == other).count();
    assert!((200..=300).contains(&theirs), "{theirs} of {}", left.len());
    assert!((495..=505).contains(&left.len()), "{}", left.len());
}

#[test]
fn a_limit_of_one_carrier_leaves_the_others_alone_and_two_carriers_share_one_of_all() {
    let carrier = |name: &str| CarrierConfig { name: name.into(), ..CarrierConfig::default() };
    let of_first = LimitConfig { carrier: Some(0), ..limit("447", 10) };
    let settings = Settings {
        carriers: vec![carrier("net"), carrier("other")],
        routes: vec![RouteConfig::to("4477", 0), RouteConfig::to("", 1)],
        limits: vec![of_first, limit("44", 20)],
        ..Settings::default()
    };
    let mut desk = Desk::of(10_000, settings);
    let other = desk.engine.shared().carriers[1].id;
    desk.engine.carrier_up(other, LinkId(3), 0, Some(10_000));
    for sequence in 0..300 {
        desk.submit_to(sequence, "447700900123");
        desk.submit_to(1_000 + sequence, "447800900123");
        desk.submit_to(2_000 + sequence, "442079460000");
    }
    let left = desk.live(SECOND * 5);
    let first = to(&left, "4477").len();
    assert!((54..=56).contains(&first), "{first}");
    let rest = left.len() - first;
    assert!((104..=106).contains(&rest), "{rest}");
}

#[test]
fn a_message_says_which_limit_holds_it_and_until_when() {
    let routes = vec![RouteConfig { name: Some("uk".into()), ..limited("44", 1) }];
    let mut desk = desk(vec![limit("4477", 2)], routes, CarrierConfig::default());
    (0..20).for_each(|sequence| desk.submit_to(sequence, "447700900123"));
    desk.live(Duration::from_millis(50));
    let board =
        LiveBoard::new(Current::new(desk.engine.shared().clone()), desk.opened.journal.clone());
    let [prefix, route] = &board.limits()[..] else { panic!("two limits") };
    assert_eq!((prefix.kind, prefix.name.as_str(), prefix.rate_per_second), ("prefix", "4477", 2));
    assert_eq!((route.kind, route.name.as_str(), route.burst), ("route", "uk", 5));
    assert_eq!(prefix.held + route.held, 15);
    assert_eq!((prefix.parts, route.parts), (5, 5));
    let until = [prefix, route].into_iter().find_map(|limit| limit.until).expect("a time");
    assert!(until > desk.now && until.since(desk.now) <= SECOND);
    let destination = Address { ton: 1, npi: 1, addr: b"447700900123" };
    let message = Message { account: desk.account, destination, ..Message::default() };
    assert_eq!(board.limits_of(&message, desk.carrier), board.limits());
}

#[test]
fn a_restart_with_a_full_bucket_keeps_the_rate_and_its_lines() {
    let mut desk = desk(vec![limit("44", 10)], vec![RouteConfig::to("", 0)], Default::default());
    (0..100).for_each(|sequence| desk.submit_to(sequence, "447700900123"));
    desk.live(SECOND);
    while desk.opened.indexer.step().expect("the disk works") {}
    let settings = Settings {
        accounts: vec![AccountConfig { name: "app".into(), ..Default::default() }],
        carriers: vec![CarrierConfig { name: "net".into(), ..Default::default() }],
        routes: vec![RouteConfig::to("", 0)],
        limits: vec![limit("44", 10)],
        ..Settings::default()
    };
    let shared = Arc::new(share(&settings, &desk.opened.ledger, 1).expect("names are kept"));
    let mut engine = Engine::new(shared, 0, desk.opened.journal.clone(), desk.now, 2);
    assert_eq!(engine.restore(&desk.opened.ledger).expect("reads").queued, 85);
    engine.carrier_up(desk.carrier, SMSC, 0, Some(10_000));
    desk.engine = engine;
    let left = desk.live(SECOND * 2);
    assert!((24..=25).contains(&left.len()), "{}", left.len());
}

#[test]
fn what_is_over_while_a_limit_holds_it_ends_so_and_the_counts_are_even() {
    let carrier = CarrierConfig { lifetime: SECOND * 3, ..CarrierConfig::default() };
    let mut desk = desk(vec![limit("44", 1)], vec![RouteConfig::to("", 0)], carrier);
    (0..50).for_each(|sequence| desk.submit_to(sequence, "447700900123"));
    let left = desk.live(SECOND * 10);
    assert!((7..=9).contains(&left.len()), "{}", left.len());
    let shared = desk.engine.shared();
    let counts = [
        &shared.carriers[0].backlog,
        &shared.carriers[0].held,
        &shared.accounts[0].backlog,
        &shared.accounts[0].held,
    ];
    assert_eq!(counts.map(|count| count.load(std::sync::atomic::Ordering::Relaxed)), [0; 4]);
    assert_eq!(shared.routes.limits().limits()[0].held(), 0);
    assert!(desk.engine.deadline() > desk.now);
}

#[test]
fn what_has_gathered_before_a_carrier_that_was_away_holds_nobody_up_when_it_is_back() {
    let mut desk = desk(vec![limit("44", 50)], vec![RouteConfig::to("", 0)], Default::default());
    let carrier = desk.carrier;
    desk.engine.carrier_down(carrier, SMSC);
    (0..20_000).for_each(|sequence| desk.submit_to(sequence, "447700900123"));
    desk.live(Duration::from_millis(100));
    desk.submit_to(30_000, "33612345678");
    desk.engine.carrier_up(carrier, SMSC, 0, Some(10_000));
    let left = desk.live(SECOND);
    let other = to(&left, "33");
    assert_eq!(other.len(), 1);
    assert!(other[0].0.since(NOW) < Duration::from_millis(150), "{:?}", other[0].0);
    assert_kept(&to(&left, "44"), 50, 5);
}
