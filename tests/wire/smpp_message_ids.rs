//! Which names of messages are the same.

use postrider::message::carrier_id::{NormalId, candidates};

use crate::vectors::shared;

fn same(one: &str, other: &str) -> bool {
    let canonical = NormalId::new(other.as_bytes());
    candidates(one.as_bytes()).any(|form| form == canonical)
}

#[test]
fn every_recorded_pair_is_the_same_message_or_not_as_told() {
    let Some(text) = shared("smpp-message-id-pairs.csv") else { return };
    for line in text.lines().skip(1).filter(|line| !line.is_empty()) {
        let mut columns = line.split(',');
        let (one, other) = (columns.next().unwrap(), columns.next().unwrap());
        let as_numbers = columns.next() == Some("true");
        let differ = ["not equal", "not the same", "two messages", "no match"]
            .iter()
            .any(|words| line.contains(words));
        assert_eq!(same(one, other), !differ, "{line}");
        assert_eq!(same(other, one), !differ, "{line}");
        let canonical = NormalId::new(one.as_bytes()) == NormalId::new(other.as_bytes());
        assert!(canonical || as_numbers || differ, "{line}");
    }
}

#[test]
fn a_pair_of_our_own_is_the_same_both_ways() {
    for (one, other) in [("DEADBEEF", "3735928559"), ("00ff", "0000000255"), ("A-b@C", "a-B@c")] {
        assert!(same(one, other) && same(other, one), "{one} {other}");
    }
    assert!(!same("deadbeef", "3735928558"));
}
