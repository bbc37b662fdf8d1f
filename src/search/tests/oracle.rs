//! Every page of random queries against a naive scan of the same messages, before and after a reopening.
//!
//! `POSTRIDER_SEARCH_QUERIES` asks more of them.

use std::time::Duration;

use super::kept::{ACCOUNTS, APART, CARRIERS, FIRST_AT, Field, Kept, SENDERS, TAGS, WORDS, number};
use super::naive::Question;
use crate::address::country::Country;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::ledger::query::{Query, ROWS_MAX};
use crate::message::disposition::{Disposition, Status};
use crate::search::expression::Expression;
use crate::search::parse::parse;
use crate::search::resolve::{NotResolved, Resolver};

const MESSAGES: usize = 900;

/// Queries of a plain run.
const QUERIES: usize = 2_000;

/// One of a list.
fn one<'a>(random: &mut fastrand::Rng, list: &[&'a str]) -> &'a str {
    list[random.usize(..list.len())]
}

/// A term as somebody may write it.
fn term(field: &mut Field) -> String {
    let kept = field.random.usize(..field.kept.len());
    let kept = &field.kept[kept];
    let (id, reference, at) = (kept.id.clone(), kept.reference.clone(), kept.at);
    let (carrier_id, text) = (kept.carrier_id.clone().unwrap_or_default(), kept.text.clone());
    let random = &mut field.random;
    let digits = number(random);
    let key = one(random, &["to:", "from:", "number:", "to:", ""]);
    let plain = digits.trim_start_matches('+');
    match random.u8(..22) {
        0 | 1 => format!("{key}{digits}"),
        2 => format!("{key}*{}", &plain[plain.len() - random.usize(1..5)..]),
        3 => format!("{key}{}*", &plain[..random.usize(1..plain.len())]),
        4 => format!("from:{}", one(random, &SENDERS).to_uppercase()),
        5 => one(random, &SENDERS).to_owned(),
        6 => id,
        7 => id[4..].to_owned(),
        8 if !carrier_id.is_empty() => carrier_id.to_uppercase(),
        9 if !carrier_id.is_empty() => {
            let number = carrier_id.parse::<u64>().ok();
            let hexadecimal = number.map(|number| format!("{number:x}"));
            format!("carrier_id:{}", hexadecimal.unwrap_or(carrier_id))
        }
        10 => one(random, &["order-7", "ref:order-7", "ref:order-8"]).to_owned(),
        11 if !reference.is_empty() => reference,
        12 => format!("account:{}", one(random, &ACCOUNTS)),
        13 => format!("carrier:{}", one(random, &CARRIERS)),
        14 => format!("disposition:{}", Disposition::ALL[random.usize(..7)]),
        15 => format!("status:{}", Status::ALL[random.usize(..14)]),
        16 => one(random, &["reason:memory_full", "reason:none", "reason:absent-subscriber"])
            .to_owned(),
        17 => one(random, &["direction:mo", "direction:mt", "type:sms"]).to_owned(),
        18 => format!("tag:{}", one(random, &TAGS[1..])),
        19 => {
            let words: Vec<&str> = text.split(' ').collect();
            let from = random.usize(..words.len());
            let to = random.usize(from + 1..=words.len());
            format!("\"{}\"", words[from..to].join(" "))
        }
        20 => one(random, &[&WORDS[..], &["验证码", "text:您的", "nothing"]].concat()).to_owned(),
        _ => {
            let minutes = (field.kept.len() as u64).saturating_sub((at.0 - FIRST_AT.0) / APART);
            let moment = crate::search::when::When::At(at);
            let (since, until) = (format!("since:{minutes}m"), format!("until:{moment}"));
            if random.bool() { since } else { until }
        }
    }
}

fn query(field: &mut Field) -> String {
    let terms = field.random.usize(..4);
    let term = |field: &mut Field| {
        let term = term(field);
        let minus = if field.random.u8(..6) == 0 { "-" } else { "" };
        format!("{minus}{term}")
    };
    (0..terms).map(|_| term(field)).collect::<Vec<_>>().join(" ")
}

/// Every page of a query, and whether each is what it may be.
fn pages(field: &mut Field, mut query: Query) -> Vec<MessageOrd> {
    let mut found: Vec<MessageOrd> = Vec::new();
    loop {
        let page = field.opened.ledger.search(&query).expect("reads");
        assert!(page.hits.len() <= query.limit);
        assert_eq!(page.complete, page.next.is_none());
        assert_eq!(page.back_to.is_none(), page.next.is_none());
        assert_eq!(page.budget_spent, !page.complete && page.hits.len() < query.limit);
        for hit in &page.hits {
            let kept = &field.kept[hit.ord.0 as usize];
            assert_eq!((hit.state, hit.accepted_at), (kept.state, kept.at));
        }
        found.extend(page.hits.iter().map(|hit| hit.ord));
        let Some(next) = page.next else { return found };
        assert!(query.after.is_none_or(|after| next < after), "it goes on");
        query.after = Some(next);
    }
}

fn agrees(field: &mut Field, written: &str) {
    let home = [Country::from_code("GB").expect("a code")];
    let expression = parse(written).unwrap_or_else(|error| panic!("{written}: {error}"));
    let now = Timestamp(FIRST_AT.0 + field.kept.len() as u64 * APART);
    let random = &mut field.random;
    let account = (random.u8(..8) == 0).then(|| ACCOUNTS[random.usize(..3)]);
    let texts_are_asked_for = written.contains('"') || written.contains("text:");
    let reads_texts = texts_are_asked_for || random.u8(..4) > 0;
    let limit = random.usize(1..40);
    let rows_max = if random.bool() { ROWS_MAX } else { random.u64(1..3_000) };
    let ledger = &field.opened.ledger;
    let resolver = Resolver { ledger, now, home: &home, account, reads_texts };
    let meaning = match resolver.meaning(&expression) {
        Ok(meaning) => meaning,
        Err(NotResolved::OtherAccount) => return,
        Err(error) => panic!("{written}: {error:?}"),
    };
    let bounded = Query { limit, rows_max, time_max: Duration::MAX, ..Query::of(meaning.all) };
    let found = pages(field, bounded);
    let is_seen = |kept: &&Kept| account.is_none_or(|account| kept.account == account);
    let visible = field.kept.iter().filter(is_seen);
    let question = Question::new(&expression, now, reads_texts, visible);
    let expected: Vec<MessageOrd> = (0..)
        .map(MessageOrd)
        .zip(&field.kept)
        .filter(|(_, kept)| is_seen(kept) && question.matches(kept))
        .map(|(ord, _)| ord)
        .collect();
    assert!(expected.iter().rev().eq(&found), "{written}: {expected:?} {found:?}");
}

#[test]
fn every_page_of_random_queries_is_what_a_naive_scan_finds() {
    let asked = std::env::var("POSTRIDER_SEARCH_QUERIES").ok();
    let asked = asked.and_then(|count| count.parse().ok()).unwrap_or(QUERIES);
    let mut field = Field::new(5, MESSAGES);
    for round in 0..2 {
        for _ in 0..asked / 2 {
            let written = query(&mut field);
            agrees(&mut field, &written);
        }
        if round == 0 {
            field = field.reopen();
        }
    }
}

#[test]
fn pages_are_stable_while_messages_arrive() {
    let mut field = Field::new(9, 600);
    for written in ["from:ACME", "disposition:delivered", "to:*12", "text:code", "-carrier:north"] {
        let expression = parse(written).expect("it is right");
        let before = field.kept.len();
        let resolve = |field: &Field, expression: &Expression| {
            let ledger = &field.opened.ledger;
            let resolver =
                Resolver { ledger, now: FIRST_AT, home: &[], account: None, reads_texts: true };
            resolver.meaning(expression).expect("it means something").all
        };
        let all = resolve(&field, &expression);
        let mut query = Query { limit: 7, time_max: Duration::MAX, ..Query::of(all) };
        let mut found = Vec::new();
        loop {
            let page = field.opened.ledger.search(&query).expect("reads");
            found.extend(page.hits.iter().map(|hit| hit.ord));
            if found.len() < 40 {
                field.add(20);
            }
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        let expected = (0..).map(MessageOrd).zip(&field.kept[..before]);
        let question = Question::new(&expression, FIRST_AT, true, field.kept.iter());
        let expected = expected.filter(|(_, kept)| question.matches(kept));
        let expected: Vec<MessageOrd> = expected.map(|(ord, _)| ord).collect();
        assert!(expected.iter().rev().eq(&found), "{written}: {expected:?} {found:?}");
    }
}

#[test]
fn a_query_that_names_what_is_not_there_is_told_what_there_is() {
    let field = Field::new(1, 10);
    let ledger = &field.opened.ledger;
    let of = |account| Resolver { ledger, now: FIRST_AT, home: &[], account, reads_texts: false };
    let told = |resolver: &Resolver<'_>, query| match resolver
        .meaning(&parse(query).expect("it is right"))
    {
        Err(NotResolved::Query(_, error)) => error.to_string(),
        other => format!("{other:?}"),
    };
    assert_eq!(
        told(&of(None), "to:1 carrier:Orang"),
        "at character 6: `Orang` is no carrier that is known; did you mean `orange`? Allowed: orange, north, south"
    );
    assert!(told(&of(None), "account:shap").contains("did you mean `shop`"));
    assert_eq!(told(&of(Some("shop")), "account:bank"), "Err(OtherAccount)");
    assert_eq!(told(&of(None), "text:code"), "Err(Texts)");
    assert!(told(&of(Some("shop")), "account:shop").starts_with("Ok"));
}

#[test]
fn a_budget_of_time_ends_a_search_that_goes_on_where_it_was() {
    let mut field = Field::new(3, 600);
    let query = Query { time_max: Duration::ZERO, limit: 1_000, ..Query::default() };
    let first = field.opened.ledger.search(&query).expect("reads");
    assert!(first.budget_spent && !first.complete && !first.hits.is_empty());
    let all = pages(&mut field, query);
    assert_eq!(all.len(), 600, "a block at a time it is all of them");
}

#[test]
fn what_is_on_disk_and_not_indexed_is_told() {
    use crate::message::record::Message;
    use crate::spool::chunk::Chunk;
    let mut field = Field::new(3, 10);
    let now = Timestamp(FIRST_AT.0 + 3_600_000_000);
    let ledger = field.opened.ledger.clone();
    assert_eq!(ledger.complete_until(now).expect("reads"), now);
    let mut chunk = Chunk::new();
    chunk.message(&Message::default());
    let at = Timestamp(now.0 - 1_000);
    field.opened.journal.append(at, &mut chunk).expect("room");
    assert_eq!(ledger.complete_until(now).expect("reads"), now, "nobody was told of it");
    field.opened.flusher.step();
    assert_eq!(ledger.complete_until(now).expect("reads"), at, "it waits for the index");
    while field.opened.indexer.step().expect("indexes") {}
    assert_eq!(ledger.complete_until(now).expect("reads"), now);
}
