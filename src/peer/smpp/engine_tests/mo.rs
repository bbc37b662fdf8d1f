//! Messages from handsets: parts that become one, and whose they are.

use super::*;
use crate::base::id::MessageOrd;
use crate::gsm::part::UDHI;
use crate::message::disposition::Status;
use crate::message::event::{What, ords};
use crate::message::reason::Reason;
use crate::message::record::Direction;
use crate::message::state::State;
use crate::message::unjoined::Unjoined;
use crate::pipeline::mo_config::{MoParts, MoRouteConfig};

const OTHER_BIND: LinkId = LinkId(5);
const OTHER_ESME: LinkId = LinkId(6);
const HANDSET: &[u8] = b"447700900777";

fn carrier() -> CarrierConfig {
    CarrierConfig {
        name: "net".into(),
        mo_account: Some("app".into()),
        mo_join: Duration::from_secs(60),
        ..CarrierConfig::default()
    }
}

fn account(name: &str) -> AccountConfig {
    AccountConfig { name: name.into(), ..AccountConfig::default() }
}

fn of(accounts: Vec<AccountConfig>, carrier: CarrierConfig, mo_routes: Vec<MoRouteConfig>) -> Desk {
    let mut desk = Desk::of(
        10,
        Settings { accounts, carriers: vec![carrier], mo_routes, ..Settings::default() },
    );
    desk.settle();
    desk
}

/// One account, to which everything goes, with a bind.
fn desk() -> Desk {
    of(vec![account("app")], carrier(), Vec::new())
}

/// Two accounts: texts that begin with STOP go to the second, whose bind is the other.
fn two() -> Desk {
    let mut desk = of(vec![account("app"), account("stops")], carrier(), vec![stop()]);
    let stops = desk.engine.shared().accounts[1].id;
    desk.engine.bind_up(stops, OTHER_ESME, Some(10));
    desk
}

fn stop() -> MoRouteConfig {
    MoRouteConfig {
        name: Some("stop".into()),
        keywords: vec!["stop".into()],
        account: 1,
        ..MoRouteConfig::default()
    }
}

/// What a message was delivered as: to which bind, with or without a header, its octets.
#[derive(Debug)]
struct Delivered {
    link: LinkId,
    owed: Owed,
    esm_class: u8,
    data_coding: u8,
    body: Vec<u8>,
}

impl Desk {
    fn bring(&mut self, link: LinkId, sequence: u32, message: &Message<'_>) {
        let message = Message {
            source: Address { ton: 1, npi: 1, addr: HANDSET },
            destination: Address { ton: 3, npi: 0, addr: b"60777" },
            parts: 1,
            ..*message
        };
        self.engine.inbound(self.carrier, (link, sequence, false), &message);
    }

    /// Part `number` of `of` under a reference.
    fn part(&mut self, link: LinkId, (reference, of, number): (u8, u8, u8), text: &str) {
        let body = [&[5, 0, 3, reference, of, number][..], text.as_bytes()].concat();
        let message = Message { esm_class: UDHI, body: &body, ..Message::default() };
        self.bring(link, u32::from(number), &message);
    }

    /// Turns until nothing more happens: the requests that were acknowledged, and what was offered.
    fn came(&mut self) -> (Vec<u32>, Vec<Delivered>) {
        let (mut acknowledged, mut delivered) = (Vec::new(), Vec::new());
        for effect in self.settle() {
            match effect {
                Effect::Acknowledge { sequence, .. } => acknowledged.push(sequence),
                Effect::Refused { sequence, .. } => panic!("{sequence} was refused"),
                Effect::Offer { link, owed } => {
                    let OwedWhat::Message(record) = &owed.what else { panic!("{owed:?}") };
                    let message = Message::decode(record).expect("a message");
                    assert_eq!(message.source.addr, HANDSET);
                    let (esm_class, data_coding) = (message.esm_class, message.data_coding);
                    let body = message.body.to_vec();
                    delivered.push(Delivered { link, owed, esm_class, data_coding, body });
                }
                _ => {}
            }
        }
        (acknowledged, delivered)
    }

    fn delivered(&mut self) -> Vec<Delivered> {
        self.came().1
    }

    fn texts(&mut self) -> Vec<String> {
        let texts = self.delivered().into_iter().map(|it| String::from_utf8(it.body));
        texts.collect::<Result<_, _>>().expect("texts")
    }

    fn later(&mut self, seconds: u64) {
        self.now = self.now + Duration::from_secs(seconds);
    }

    /// The gateway stops and starts again with the same directory.
    fn start_again(&mut self) -> u64 {
        while self.opened.indexer.step().expect("the disk works") {}
        let shared = self.engine.shared().clone();
        let journal = self.opened.journal.clone();
        self.engine = Engine::new(shared, 0, journal, self.now, 2);
        let restored = self.engine.restore(&self.opened.ledger).expect("reads");
        self.engine.carrier_up(self.carrier, SMSC, 0, Some(10));
        self.engine.bind_up(self.account, ESME, Some(10));
        restored.inbound
    }

    fn state_of(&self, ord: u64) -> State {
        self.opened.ledger.state(MessageOrd(ord)).expect("reads").expect("is there")
    }

    fn has(&self, ord: u64, holds: impl Fn(&What<'_>) -> bool) -> bool {
        let events = self.opened.ledger.events(MessageOrd(ord)).expect("reads");
        events.iter().filter_map(|event| event.event()).any(|event| holds(&event.what))
    }

    fn owed_to_anybody(&self) -> usize {
        let accounts = self.engine.shared().accounts.iter().map(|account| account.id);
        let accounts = accounts.chain([AccountId::NONE]);
        accounts.map(|id| self.opened.ledger.owed(id, None, 10).expect("reads").len()).sum()
    }
}

#[test]
fn the_parts_of_two_binds_reach_the_account_as_one_message() {
    let mut desk = desk();
    desk.part(SMSC, (9, 3, 3), "three");
    desk.part(OTHER_BIND, (9, 3, 1), "one ");
    let (acknowledged, delivered) = desk.came();
    assert_eq!(acknowledged, [3, 1], "each part is acknowledged when it is on disk");
    assert!(delivered.is_empty());
    desk.part(OTHER_BIND, (9, 3, 2), "two ");
    let (acknowledged, delivered) = desk.came();
    assert_eq!(acknowledged, [2]);
    assert_eq!(delivered.len(), 1);
    assert_eq!((&delivered[0].body[..], delivered[0].esm_class), (&b"one two three"[..], 0));
    let whole = delivered[0].owed.ord;
    assert!(desk.has(whole.0, |what| match what {
        What::Joined { parts } => ords(parts).eq([1, 2, 0].map(MessageOrd)),
        _ => false,
    }));
    for part in 0..3 {
        assert!(desk.has(part, |what| *what == What::Folded { into: whole }));
        assert_eq!(desk.state_of(part).reason, Reason::PartOf);
    }
    desk.engine.answered(desk.now, ESME, delivered[0].owed.clone(), 0);
    assert!(desk.delivered().is_empty());
    assert_eq!(desk.owed_to_anybody(), 0);
    assert_eq!(desk.state_of(whole.0).status, Status::Forwarded);
}

#[test]
fn carriers_do_not_share_references() {
    let other = CarrierConfig { name: "other".into(), ..carrier() };
    let settings = Settings { carriers: vec![carrier(), other], ..Settings::default() };
    let mut desk = Desk::of(10, settings);
    desk.settle();
    desk.part(SMSC, (9, 2, 1), "one ");
    desk.carrier = desk.engine.shared().carriers[1].id;
    desk.part(OTHER_BIND, (9, 2, 2), "two");
    assert!(desk.delivered().is_empty());
}

#[test]
fn what_is_not_whole_in_time_goes_on_as_it_came_and_says_what_is_missing() {
    let mut desk = desk();
    desk.part(SMSC, (9, 3, 2), "two");
    assert!(desk.delivered().is_empty());
    desk.later(59);
    assert!(desk.delivered().is_empty());
    assert!(desk.engine.deadline() <= desk.now + Duration::from_secs(1));
    desk.later(1);
    let delivered = desk.delivered();
    assert_eq!(delivered.len(), 1);
    assert_eq!(delivered[0].body, b"\x05\x00\x03\x09\x03\x02two", "with its header");
    assert_eq!(delivered[0].esm_class, UDHI);
    let told = What::Unjoined { why: Unjoined::Missing, number: 2, of: 3, missing: &[1, 3] };
    assert!(desk.has(delivered[0].owed.ord.0, |what| *what == told));
    desk.engine.answered(desk.now, ESME, delivered[0].owed.clone(), 0);
    desk.settle();
    assert_eq!(desk.owed_to_anybody(), 0);
}

#[test]
fn a_restart_between_parts_loses_none_and_joins_on() {
    let mut desk = desk();
    desk.part(SMSC, (9, 2, 1), "one ");
    desk.part(SMSC, (7, 2, 1), "lonely");
    desk.settle();
    desk.later(30);
    assert_eq!(desk.start_again(), 2);
    assert!(desk.delivered().is_empty(), "no account is given what waits");
    desk.part(SMSC, (9, 2, 2), "two");
    assert_eq!(desk.texts(), ["one two"]);
    desk.later(30);
    assert_eq!(desk.texts(), ["\u{5}\0\u{3}\u{7}\u{2}\u{1}lonely"], "its time went on");
    assert_eq!(desk.start_again(), 0, "nothing waits any more");
    assert_eq!(desk.texts().len(), 2, "not answered: offered again");
}

#[test]
fn parts_that_were_acknowledged_together_are_joined_after_a_restart() {
    let mut desk = desk();
    desk.part(SMSC, (9, 2, 1), "one ");
    desk.part(SMSC, (9, 2, 2), "two");
    // On disk, and then the power goes, before the whole is written.
    desk.engine.end_turn(desk.now).expect("the disk works");
    desk.opened.flusher.step();
    assert_eq!(desk.start_again(), 2);
    assert_eq!(desk.texts(), ["one two"]);
}

#[test]
fn a_part_that_comes_twice_is_told_and_not_given_twice() {
    let mut desk = desk();
    desk.part(SMSC, (9, 2, 1), "one ");
    desk.part(OTHER_BIND, (9, 2, 1), "one ");
    desk.part(SMSC, (9, 2, 2), "two");
    let (acknowledged, delivered) = desk.came();
    assert_eq!((acknowledged.len(), delivered.len()), (3, 1));
    assert!(desk.has(1, |what| *what == What::Doubles { of: MessageOrd(0) }));
    // Our answer was lost, and the carrier brings the last part again.
    desk.part(OTHER_BIND, (9, 2, 2), "two");
    assert!(desk.delivered().is_empty());
    desk.later(60);
    assert!(desk.delivered().is_empty());
    let again = 4;
    assert!(desk.has(again, |what| *what == What::Doubles { of: MessageOrd(2) }));
    assert_eq!(desk.state_of(again).reason, Reason::Duplicate);
}

#[test]
fn a_part_that_cannot_be_joined_goes_on_at_once_and_says_why() {
    let mut desk = desk();
    for (of, number) in [(2, 0), (2, 3), (0, 1)] {
        desk.part(SMSC, (9, of, number), "x");
    }
    desk.bring(SMSC, 9, &Message { esm_class: UDHI, body: b"\x09\x00", ..Message::default() });
    desk.part(SMSC, (9, 1, 1), "only one");
    let delivered = desk.delivered();
    assert_eq!(delivered.len(), 5);
    let told = |ord: u64, why| {
        desk.has(ord, |what| matches!(what, What::Unjoined { why: told, .. } if *told == why))
    };
    assert!((0..3).all(|ord| told(ord, Unjoined::Numbers)));
    assert!(told(3, Unjoined::Header));
    assert!(delivered[4].body.ends_with(b"only one"), "one part of one goes as it came");
}

#[test]
fn sar_parameters_join_as_headers_do() {
    let mut desk = desk();
    for (number, text) in [(2, "two"), (1, "one ")] {
        let tlvs = [2, 0x0C, 0, 2, 0, 9, 2, 0x0E, 0, 1, 2, 2, 0x0F, 0, 1, number];
        desk.bring(SMSC, 1, &Message { body: text.as_bytes(), tlvs: &tlvs, ..Message::default() });
    }
    assert_eq!(desk.texts(), ["one two"]);
}

#[test]
fn the_longest_message_is_joined_whatever_the_order() {
    let mut desk = desk();
    for number in (1..=255).rev() {
        desk.part(SMSC, (9, 255, number), &format!("{number:0>153}"));
    }
    let delivered = desk.delivered();
    assert_eq!((delivered.len(), delivered[0].body.len()), (1, 255 * 153));
    assert!(delivered[0].body.starts_with(format!("{:0>153}", 1).as_bytes()));
}

#[test]
fn two_alphabets_become_one_and_octets_with_a_text_stay_parts() {
    let mut desk = desk();
    let mut part = |number: u8, data_coding, octets: &[u8], of: u8| {
        let body = [&[5, 0, 3, of, 2, number][..], octets].concat();
        let message = Message { esm_class: UDHI, data_coding, body: &body, ..Message::default() };
        desk.bring(SMSC, 1, &message);
    };
    part(1, 0, b"hi ", 1);
    part(2, 8, &[0x04, 0x36], 1);
    part(1, 4, &[0xff], 2);
    part(2, 0, b"text", 2);
    let delivered = desk.delivered();
    assert_eq!(delivered.len(), 3);
    let ucs2: Vec<u8> = "hi ж".encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!((delivered[0].data_coding, &delivered[0].body), (8, &ucs2));
    for part in &delivered[1..] {
        assert_eq!(part.esm_class, UDHI);
        let unlike = |what: &What<'_>| matches!(what, What::Unjoined { why: Unjoined::Unlike, .. });
        assert!(desk.has(part.owed.ord.0, unlike));
    }
}

#[test]
fn a_keyword_decides_by_the_joined_text_whichever_part_comes_first() {
    let mut desk = two();
    desk.part(SMSC, (9, 2, 2), "of this");
    desk.part(SMSC, (9, 2, 1), "Stop all ");
    desk.bring(SMSC, 3, &Message { body: b"hello", ..Message::default() });
    let delivered = desk.delivered();
    let whose: Vec<_> = delivered.iter().map(|it| (it.link, &it.body[..])).collect();
    assert_eq!(whose, [(ESME, &b"hello"[..]), (OTHER_ESME, b"Stop all of this")]);
    let whole = delivered[1].owed.ord;
    assert!(desk.has(whole.0, |what| matches!(what, What::Routed { rule: b"stop", .. })));
    let stored = desk.opened.ledger.message(whole).expect("reads").expect("is there");
    assert_eq!(stored.message().account, desk.engine.shared().accounts[1].id);
    assert_eq!((stored.message().direction, stored.message().parts), (Direction::Inbound, 2));
}

#[test]
fn parts_without_the_first_word_go_where_no_keyword_is_asked_for() {
    let mut desk = two();
    desk.part(SMSC, (9, 2, 2), "stop");
    desk.part(SMSC, (8, 2, 1), "stop ");
    desk.settle();
    desk.later(60);
    let delivered = desk.delivered();
    let whose: Vec<_> = delivered.iter().map(|it| (it.link, it.body[3])).collect();
    assert_eq!(whose.len(), 2);
    assert!(whose.contains(&(ESME, 9)), "the keyword was in what is missing");
    assert!(whose.contains(&(OTHER_ESME, 8)));
}

#[test]
fn what_no_rule_takes_is_kept_and_says_so_and_a_later_rule_may_take_a_waiting_part() {
    let nobodys = CarrierConfig { mo_account: None, ..carrier() };
    let mut desk = of(vec![account("app"), account("stops")], nobodys, vec![stop()]);
    desk.bring(SMSC, 1, &Message { body: b"hello", ..Message::default() });
    desk.part(SMSC, (9, 2, 1), "no ");
    desk.part(SMSC, (9, 2, 2), "keyword");
    desk.part(SMSC, (7, 2, 2), "alone");
    let (acknowledged, delivered) = desk.came();
    assert_eq!((acknowledged.len(), delivered.len()), (4, 0));
    desk.later(60);
    assert!(desk.delivered().is_empty());
    let whole = 4;
    for ord in [0, whole, 3] {
        let state = desk.state_of(ord);
        assert_eq!((state.status, state.reason), (Status::UndeliverableInbound, Reason::NoRoute));
    }
    assert_eq!(desk.owed_to_anybody(), 0);
    assert_eq!(desk.start_again(), 0);
}

#[test]
fn an_account_that_joins_by_itself_has_the_parts_as_they_come() {
    let pass = AccountConfig { mo_parts: MoParts::Pass, ..account("app") };
    let mut desk = of(vec![pass], carrier(), Vec::new());
    desk.part(SMSC, (9, 2, 2), "two");
    let delivered = desk.delivered();
    assert_eq!(delivered[0].body, b"\x05\x00\x03\x09\x02\x02two");
    // Where a keyword decides, they are given when it is known whose they are.
    let stops = AccountConfig { mo_parts: MoParts::Pass, ..account("stops") };
    let mut desk = of(vec![account("app"), stops], carrier(), vec![stop()]);
    let stops = desk.engine.shared().accounts[1].id;
    desk.engine.bind_up(stops, OTHER_ESME, Some(10));
    desk.part(SMSC, (9, 2, 2), "two");
    desk.part(SMSC, (9, 2, 1), "stop ");
    let delivered = desk.delivered();
    assert_eq!(delivered.len(), 2);
    assert!(delivered.iter().all(|it| it.link == OTHER_ESME && it.esm_class == UDHI));
}

#[test]
fn without_a_time_to_join_each_part_goes_by_itself() {
    let off = CarrierConfig { mo_join: Duration::ZERO, ..carrier() };
    let mut desk = of(vec![account("app")], off, Vec::new());
    desk.part(SMSC, (9, 2, 2), "two");
    assert_eq!(desk.delivered().len(), 1);
}

#[test]
fn a_long_text_goes_in_parts_to_a_bind_that_takes_no_parameters() {
    let mut desk = desk();
    desk.bring(SMSC, 1, &Message { body: &[b'x'; 400], ..Message::default() });
    let whole = desk.delivered().remove(0).owed;
    assert!(desk.engine.in_parts(ESME, &whole));
    assert!(desk.engine.in_parts(ESME, &whole), "told twice, and cut once");
    let delivered = desk.delivered();
    assert_eq!(delivered.len(), 3);
    for (number, part) in (1..).zip(&delivered) {
        assert_eq!((part.esm_class, part.body[4], part.body[5]), (UDHI, 3, number));
    }
    assert!(desk.has(whole.ord.0, |what| *what == What::Folded { into: delivered[0].owed.ord }));
    for part in delivered {
        desk.engine.answered(desk.now, ESME, part.owed, 0);
    }
    desk.settle();
    assert_eq!(desk.owed_to_anybody(), 0);
    let reference = &[5, 0, 3, 1, 2, 1][..];
    let part = [reference, &[b'x'; 300]].concat();
    desk.bring(SMSC, 1, &Message { esm_class: 0, body: &part, ..Message::default() });
    assert_eq!(desk.delivered().len(), 1);
}
