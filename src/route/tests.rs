//! What routes choose, and that what they say of it is what they do.

use std::collections::HashMap;
use std::time::Duration;

use super::explain::{Behind, Outcome};
use super::question::Question;
use super::rule::{Budget, Mismatch, Rule};
use super::table::{RULES_MAX, RouteTable, TableError};
use crate::address::country::Country;
use crate::address::kind::Kind;
use crate::base::id::{AccountId, CarrierId};
use crate::message::address::Address;

const TO: &[u8] = b"+447400123456";

fn rule(prefix: &str, carrier: u16) -> Rule {
    let prefixes = vec![prefix.into()];
    Rule { prefixes, carrier: CarrierId(carrier), name: format!("r{carrier}"), ..Rule::default() }
}

fn country(code: &str) -> Country {
    Country::from_code(code).expect("a code")
}

fn table(rules: Vec<Rule>) -> RouteTable {
    RouteTable::new(rules).expect("rules")
}

fn to(destination: &[u8]) -> Question<'_> {
    Question { destination, parts: 1, ..Question::default() }
}

fn carrier(table: &RouteTable, question: &Question<'_>) -> Option<u16> {
    table.choose(question).map(|choice| choice.carrier.0)
}

/// Why each rule is not the one, by place.
fn outcomes(table: &RouteTable, question: &Question<'_>) -> Vec<Outcome> {
    let mut rules = table.explain(question).rules;
    rules.sort_by_key(|weighed| weighed.place);
    rules.iter().map(|weighed| weighed.outcome).collect()
}

#[test]
fn the_longest_prefix_wins() {
    let table = table(vec![rule("44", 1), rule("", 0), rule("447", 2)]);
    assert_eq!(carrier(&table, &to(b"+447700900123")), Some(2));
    assert_eq!(carrier(&table, &to(b"441632960000")), Some(1));
    assert_eq!(carrier(&table, &to(b"33612345678")), Some(0));
    assert_eq!(carrier(&table, &to(b"*100#")), Some(0));
    assert_eq!(carrier(&table, &to(b"")), Some(0));
}

#[test]
fn without_a_default_route_a_foreign_number_has_none() {
    let table = table(vec![rule("44", 1)]);
    let question = to(b"33612345678");
    assert_eq!(table.choose(&question), None);
    assert_eq!(outcomes(&table, &question), [Outcome::NotMatched(Mismatch::Prefix)]);
    assert_eq!(RouteTable::default().choose(&question), None);
}

#[test]
fn an_explicit_order_goes_before_the_longest_prefix() {
    let first = Rule { order: 1, ..rule("", 0) };
    let table = table(vec![rule("447400", 1), first]);
    assert_eq!(carrier(&table, &to(TO)), Some(0));
    let behind = Behind::Order { own: 100, chosen: 1 };
    assert_eq!(outcomes(&table, &to(TO)), [Outcome::Behind(behind), Outcome::Chosen]);
}

#[test]
fn each_condition_keeps_out_what_it_should() {
    let account = Rule { accounts: vec![AccountId(7)], ..rule("", 1) };
    let sender = Rule { senders: vec![b"ACME".to_vec(), b"60777".to_vec()], ..rule("", 1) };
    let prefix = Rule { sender_prefixes: vec![b"447".to_vec()], ..rule("", 1) };
    let kind = Rule { sender_kinds: vec![Kind::ShortCode], ..rule("", 1) };
    let tag = Rule { tags: vec![b"otp".to_vec()], ..rule("", 1) };
    let parts = Rule { parts: 2..=4, ..rule("", 1) };
    let from = |ton, addr| Question { source: Address { ton, npi: 0, addr }, ..to(TO) };
    let otp: &[&[u8]] = &[b"x", b"otp"];
    for (rule, yes, no, mismatch) in [
        (&account, Question { account: AccountId(7), ..to(TO) }, to(TO), Mismatch::Account),
        (&sender, from(5, b"acme"), from(5, b"ACME2"), Mismatch::Sender),
        (&prefix, from(1, b"+447700900123"), from(1, b"33612345678"), Mismatch::SenderPrefix),
        (&kind, from(0, b"60777"), from(5, b"ACME"), Mismatch::SenderKind(Kind::Alphanumeric)),
        (&tag, Question { tags: otp, ..to(TO) }, to(TO), Mismatch::Tag),
        (
            &parts,
            Question { parts: 4, ..to(TO) },
            Question { parts: 5, ..to(TO) },
            Mismatch::Parts(5),
        ),
        (
            &parts,
            Question { parts: 2, ..to(TO) },
            Question { parts: 0, ..to(TO) },
            Mismatch::Parts(1),
        ),
    ] {
        let table = table(vec![rule.clone()]);
        assert_eq!(carrier(&table, &yes), Some(1), "{rule:?}");
        assert_eq!(outcomes(&table, &no), [Outcome::NotMatched(mismatch)], "{rule:?}");
        assert_eq!(carrier(&table, &no), None, "{rule:?}");
    }
}

#[test]
fn a_country_is_more_than_its_calling_code() {
    let of = |code: &str, carrier| Rule {
        countries: vec![country(code)],
        prefixes: Vec::new(),
        ..rule("", carrier)
    };
    let table = table(vec![of("RU", 1), of("KZ", 2), of("FR", 3), of("JM", 4)]);
    assert_eq!(carrier(&table, &to(b"79123456789")), Some(1));
    assert_eq!(carrier(&table, &to(b"+77710009998")), Some(2));
    assert_eq!(carrier(&table, &to(b"33612345678")), Some(3));
    assert_eq!(carrier(&table, &to(b"18765551234")), Some(4));
    assert_eq!(carrier(&table, &to(b"12125550123")), None);
    let us = Outcome::NotMatched(Mismatch::Country(Some(country("US"))));
    assert_eq!(outcomes(&table, &to(b"12125550123")), [us; 4]);
    let unknown = RouteTable::new(vec![of("ZZ", 1)]);
    assert!(matches!(unknown, Err(TableError::Country(_, _))), "{unknown:?}");
}

#[test]
fn more_conditions_go_before_fewer_of_the_same_prefix() {
    let mine = Rule { accounts: vec![AccountId(7)], ..rule("44", 2) };
    let table = table(vec![rule("44", 1), mine]);
    let question = Question { account: AccountId(7), ..to(TO) };
    assert_eq!(carrier(&table, &question), Some(2));
    assert_eq!(carrier(&table, &to(TO)), Some(1));
    let behind = Outcome::Behind(Behind::Conditions { own: 0, chosen: 1 });
    assert_eq!(outcomes(&table, &question), [behind, Outcome::Chosen]);
}

#[test]
fn the_cheapest_of_equal_rank_is_taken_before_any_weight() {
    let of = |carrier, cost, weight| Rule { cost, weight, ..rule("44", carrier) };
    let table = table(vec![of(1, 30, 1000), of(2, 20, 1), of(3, 25, 1000)]);
    assert_eq!(carrier(&table, &to(TO)), Some(2));
    let behind = |own| Outcome::Behind(Behind::Cost { own, chosen: 20 });
    assert_eq!(outcomes(&table, &to(TO)), [behind(30), Outcome::Chosen, behind(25)]);
}

#[test]
fn a_draw_keeps_to_the_weights_and_to_its_outcome() {
    let of = |carrier, weight| Rule { weight, ..rule("", carrier) };
    let table = table(vec![of(0, 70), of(1, 20), of(2, 10)]);
    let mut counts: HashMap<u16, u32> = HashMap::new();
    for number in 0..100_000_u64 {
        let destination = (447_700_000_000 + number).to_string();
        let question = to(destination.as_bytes());
        let chosen = carrier(&table, &question).expect("a route");
        assert_eq!(carrier(&table, &question), Some(chosen), "the same again");
        *counts.entry(chosen).or_default() += 1;
    }
    for (carrier, expected) in [(0, 70_000), (1, 20_000), (2, 10_000)] {
        assert!(counts[&carrier].abs_diff(expected) < 1_000, "{counts:?}");
    }
}

#[test]
fn the_failover_list_is_gone_through_once_and_within_its_budget() {
    let budget = Budget { carriers_max: 3, time_max: Duration::from_secs(60) };
    let failover = [2, 3, 4].map(CarrierId).to_vec();
    let table = table(vec![Rule { failover, budget, ..rule("44", 1) }]);
    let next = |question: &Question<'_>, tried: &[u16]| {
        let tried: Vec<CarrierId> = tried.iter().copied().map(CarrierId).collect();
        table.next_carrier(question, &tried).map(|carrier| carrier.0)
    };
    assert_eq!(next(&to(TO), &[]), Some(1));
    assert_eq!(next(&to(TO), &[1]), Some(2));
    assert_eq!(next(&to(TO), &[1, 2]), Some(3));
    assert_eq!(next(&to(TO), &[1, 2, 3]), None, "three were allowed");
    let late = Question { age: Duration::from_secs(60), ..to(TO) };
    assert_eq!(next(&late, &[1]), None, "a minute was allowed");
    assert_eq!(next(&late, &[]), Some(1), "the first is tried however late");
    assert_eq!(next(&Question { origin: Some(CarrierId(2)), ..to(TO) }, &[1]), Some(3));
    assert_eq!(next(&to(b"33612345678"), &[1]), None);
}

#[test]
fn nothing_goes_back_to_the_carrier_it_came_from() {
    let table = table(vec![rule("44", 1), rule("", 0)]);
    let question = Question { origin: Some(CarrierId(1)), ..to(TO) };
    assert_eq!(carrier(&table, &question), Some(0));
    let back = Outcome::NotMatched(Mismatch::Origin);
    assert_eq!(outcomes(&table, &question), [back, Outcome::Chosen]);
}

#[test]
fn what_cannot_be_a_table_is_told() {
    let wrong = RouteTable::new(vec![rule("44x", 1)]);
    assert_eq!(wrong.map(|_| ()), Err(TableError::Prefix("r1".into())));
    assert!(RouteTable::new(vec![rule("1234567890123456", 1)]).is_err());
    let many = RouteTable::new(vec![Rule::default(); RULES_MAX + 1]).map(|_| ());
    assert_eq!(many, Err(TableError::TooMany(RULES_MAX + 1)));
}

/// Some of a few values.
fn some<T: Clone>(r: &mut fastrand::Rng, values: &[T]) -> Vec<T> {
    if r.u8(..3) > 0 {
        return Vec::new();
    }
    (0..r.usize(1..3)).map(|_| values[r.usize(..values.len())].clone()).collect()
}

fn bytes(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn any_rule(r: &mut fastrand::Rng, place: usize) -> Rule {
    let low = r.u8(..3);
    Rule {
        name: place.to_string(),
        order: if r.bool() { 100 } else { r.u16(99..102) },
        prefixes: some(r, &bytes(&["", "4", "44", "447", "1", "7", "77", "3361"])),
        countries: some(r, &["GB", "JE", "RU", "KZ", "US", "FR"].map(country)),
        accounts: some(r, &[0, 1, 2].map(AccountId)),
        senders: some(r, &bytes(&["ACME", "60777", "447700900123"])),
        sender_prefixes: some(r, &bytes(&["A", "447", "6"])),
        sender_kinds: some(r, &[Kind::ShortCode, Kind::Alphanumeric, Kind::International]),
        tags: some(r, &bytes(&["otp", "bulk"])),
        parts: if r.bool() { 0..=u8::MAX } else { low..=low + r.u8(..3) },
        carrier: CarrierId(r.u16(..5)),
        weight: r.u32(..4),
        cost: r.u32(..2),
        ..Rule::default()
    }
}

#[test]
fn what_is_said_is_what_is_done() {
    let destinations: [&[u8]; 8] = [
        b"447400123456",
        b"+447797712345",
        b"77710009998",
        b"79123456789",
        b"12125550123",
        b"33612345678",
        b"60777",
        b"*#x",
    ];
    let senders: [(u8, &[u8]); 5] =
        [(5, b"ACME"), (3, b"60777"), (1, b"447700900123"), (5, b"Bob"), (0, b"")];
    let tags: [&[&[u8]]; 3] = [&[], &[b"otp"], &[b"bulk", b"otp"]];
    for seed in 0..400 {
        let r = &mut fastrand::Rng::with_seed(seed);
        let rules = (0..r.usize(..12)).map(|place| any_rule(r, place)).collect();
        let table = table(rules);
        for _ in 0..50 {
            let (ton, addr) = senders[r.usize(..senders.len())];
            let question = Question {
                destination: destinations[r.usize(..destinations.len())],
                source: Address { ton, npi: 0, addr },
                account: AccountId(r.u16(..3)),
                origin: r.bool().then(|| CarrierId(r.u16(..5))),
                tags: tags[r.usize(..tags.len())],
                parts: r.u8(..5),
                age: Duration::ZERO,
            };
            agrees(&table, &question);
        }
    }
}

fn agrees(table: &RouteTable, question: &Question<'_>) {
    let choice = table.choose(question);
    let explained = table.explain(question);
    let matching: Vec<_> = explained
        .rules
        .iter()
        .filter(|weighed| !matches!(weighed.outcome, Outcome::NotMatched(_)))
        .collect();
    let chosen: Vec<_> =
        explained.rules.iter().filter(|weighed| weighed.outcome == Outcome::Chosen).collect();
    assert_eq!(choice.is_some(), !matching.is_empty(), "{question:?} {explained:#?}");
    assert_eq!(explained.choice, choice);
    let Some(choice) = choice else { return };
    let [chosen] = chosen[..] else { panic!("one is chosen: {explained:#?}") };
    assert_eq!(chosen.place, choice.place);
    assert_eq!(matching[0].place, choice.place, "it stands first: {explained:#?}");
    assert_ne!(Some(choice.carrier), question.origin);
    assert_eq!(table.next_carrier(question, &[]), Some(choice.carrier));
    for weighed in &matching[1..] {
        // Each reason is one: the chosen rule is ahead by what is named.
        let ahead = match weighed.outcome {
            Outcome::Behind(Behind::Order { own, chosen }) => chosen < own,
            Outcome::Behind(Behind::Prefix { own, chosen }) => chosen > own,
            Outcome::Behind(Behind::Conditions { own, chosen }) => chosen > own,
            Outcome::Behind(Behind::Cost { own, chosen }) => chosen < own,
            Outcome::Behind(Behind::Draw) => weighed.rule.cost == choice.rule.cost,
            other => panic!("{other:?}"),
        };
        assert!(ahead, "{weighed:?} {explained:#?}");
    }
}
