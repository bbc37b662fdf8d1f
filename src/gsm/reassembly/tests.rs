//! Joining of parts: in any order, doubled, reused, too late, too many.

use super::*;
use crate::gsm::concatenation::Reference;

const T0: Timestamp = Timestamp(1_000_000);

fn part(reference: u8, total: u8, sequence: u8, octets: &str) -> Part<u32> {
    Part {
        scope: 1,
        source: b"447700900123"[..].into(),
        destination: b"12345"[..].into(),
        concatenation: Some(Reference::Narrow(reference).part(total, sequence)),
        octets: octets.as_bytes().to_vec(),
        token: u32::from(reference) * 1000 + u32::from(sequence),
    }
}

fn reassembly() -> Reassembly<u32> {
    Reassembly::new(ReassemblyLimits::default())
}

fn text(joined: &Joined<u32>) -> String {
    joined.pieces.iter().map(|piece| String::from_utf8_lossy(&piece.octets)).collect()
}

#[test]
fn parts_in_any_order_are_joined_in_theirs() {
    let mut parts = reassembly();
    assert_eq!(parts.add(T0, part(7, 3, 3, "c")), [Outcome::Waiting]);
    assert_eq!(parts.add(T0, part(7, 3, 1, "a")), [Outcome::Waiting]);
    let [Outcome::Whole(joined)] = &parts.add(T0, part(7, 3, 2, "b"))[..] else { panic!("whole") };
    assert_eq!(text(joined), "abc");
    assert_eq!(
        joined.pieces.iter().map(|piece| piece.token).collect::<Vec<_>>(),
        [7001, 7002, 7003]
    );
    assert!(joined.missing.is_empty() && parts.is_empty() && parts.octets() == 0);
}

#[test]
fn a_message_that_is_whole_passes_through() {
    let mut parts = reassembly();
    let single = Part { concatenation: None, ..part(0, 1, 1, "a") };
    assert_eq!(parts.add(T0, single.clone()), [Outcome::Single(single)]);
    let out = parts.add(T0, part(0, 1, 1, "a"));
    assert!(matches!(&out[..], [Outcome::Whole(joined)] if text(joined) == "a"), "{out:?}");
    assert!(parts.is_empty());
}

#[test]
fn what_differs_in_anything_of_its_key_is_another_message() {
    let mut parts = reassembly();
    parts.add(T0, part(7, 2, 1, "a"));
    let other = || part(7, 2, 2, "b");
    let wide = other().concatenation.map(|it| Concatenation { wide: true, ..it });
    for stranger in [
        Part { scope: 2, ..other() },
        Part { source: b"1"[..].into(), ..other() },
        Part { destination: b"1"[..].into(), ..other() },
        Part { concatenation: wide, ..other() },
        part(8, 2, 2, "b"),
        part(7, 3, 2, "b"),
    ] {
        assert_eq!(parts.add(T0, stranger), [Outcome::Waiting]);
    }
    assert_eq!(parts.len(), 7);
    assert!(matches!(parts.add(T0, other())[..], [Outcome::Whole(_)]));
}

#[test]
fn the_same_part_again_changes_nothing() {
    let mut parts = reassembly();
    parts.add(T0, part(7, 2, 1, "a"));
    let again = Part { token: 9, ..part(7, 2, 1, "a") };
    let double = Piece { sequence: 1, octets: b"a".to_vec(), token: 9 };
    assert_eq!(parts.add(T0, again), [Outcome::Double(double)]);
    let out = parts.add(T0, part(7, 2, 2, "b"));
    assert!(matches!(&out[..], [Outcome::Whole(joined)] if joined.pieces[0].token == 7001));
}

#[test]
fn another_text_at_a_taken_place_begins_a_new_message() {
    let mut parts = reassembly();
    parts.add(T0, part(7, 3, 1, "a"));
    parts.add(T0, part(7, 3, 2, "b"));
    let out = parts.add(T0, part(7, 3, 1, "x"));
    let [Outcome::Waiting, Outcome::Incomplete(old, Incomplete::Restarted)] = &out[..] else {
        panic!("{out:?}")
    };
    assert_eq!((text(old).as_str(), &old.missing[..]), ("ab", &[3][..]));
    parts.add(T0, part(7, 3, 2, "y"));
    let out = parts.add(T0, part(7, 3, 3, "z"));
    assert!(matches!(&out[..], [Outcome::Whole(joined)] if text(joined) == "xyz"));
}

#[test]
fn what_waits_too_long_leaves_with_what_is_missing() {
    let mut parts = reassembly();
    parts.add(T0, part(7, 4, 2, "b"));
    let due = T0 + Duration::from_secs(1800);
    assert_eq!(parts.next_expiry(), due);
    let mut out = Vec::new();
    // A later part does not lengthen the wait.
    parts.add(T0 + Duration::from_secs(900), part(7, 4, 4, "d"));
    parts.expire(Timestamp(due.0 - 1), &mut out);
    assert!(out.is_empty());
    parts.expire(due, &mut out);
    let [Outcome::Incomplete(joined, Incomplete::Expired)] = &out[..] else { panic!("{out:?}") };
    assert_eq!((text(joined).as_str(), &joined.missing[..]), ("bd", &[1, 3][..]));
    assert_eq!((parts.next_expiry(), parts.octets()), (Timestamp::NEVER, 0));
}

#[test]
fn a_part_after_the_expiry_begins_anew() {
    let mut parts = reassembly();
    parts.add(T0, part(7, 2, 1, "a"));
    let out = parts.add(T0 + Duration::from_secs(1800), part(7, 2, 2, "b"));
    assert!(matches!(&out[..], [Outcome::Waiting, Outcome::Incomplete(_, Incomplete::Expired)]));
    assert_eq!(parts.len(), 1);
}

#[test]
fn the_oldest_leaves_where_there_is_no_room_and_never_in_silence() {
    let limits = ReassemblyLimits { groups: 2, ..ReassemblyLimits::default() };
    let mut parts = Reassembly::new(limits);
    parts.add(T0, part(1, 2, 1, "a"));
    parts.add(T0, part(2, 2, 1, "b"));
    let out = parts.add(T0, part(3, 2, 1, "c"));
    let [Outcome::Waiting, Outcome::Incomplete(oldest, Incomplete::Evicted)] = &out[..] else {
        panic!("{out:?}")
    };
    assert_eq!((oldest.key.reference, parts.len()), (1, 2));
}

#[test]
fn octets_are_bounded_too_even_those_of_one_part() {
    let limits = ReassemblyLimits { octets: 100, ..ReassemblyLimits::default() };
    let mut parts = Reassembly::new(limits);
    parts.add(T0, part(1, 2, 1, &"a".repeat(80)));
    let out = parts.add(T0, part(2, 2, 1, &"b".repeat(90)));
    let evicted =
        |outcome: &&Outcome<u32>| matches!(outcome, Outcome::Incomplete(_, Incomplete::Evicted));
    assert_eq!(out.iter().filter(evicted).count(), 2, "{out:?}");
    assert_eq!((parts.len(), parts.octets()), (0, 0));
}

#[test]
fn every_token_comes_out_once_whatever_comes_in() {
    let mut random = fastrand::Rng::with_seed(11);
    let limits = ReassemblyLimits { groups: 8, octets: 400, expiry: Duration::from_secs(5) };
    let mut parts = Reassembly::new(limits);
    let mut left = Vec::new();
    let mut now = T0;
    for token in 0..20_000_u32 {
        now = now + Duration::from_millis(random.u64(0..500));
        let total = random.u8(1..5);
        let octets = random.u8(0..3).to_string().repeat(random.usize(1..30));
        let came = part(random.u8(0..6), total, random.u8(1..=total), &octets);
        left.extend(parts.add(now, Part { token, ..came }));
        assert!(parts.len() <= 8 && parts.octets() <= 400);
    }
    parts.expire(Timestamp::NEVER, &mut left);
    let mut tokens: Vec<u32> = left.into_iter().flat_map(tokens).collect();
    tokens.sort_unstable();
    assert_eq!(tokens, (0..20_000).collect::<Vec<_>>());
}

fn tokens(outcome: Outcome<u32>) -> Vec<u32> {
    match outcome {
        Outcome::Waiting => Vec::new(),
        Outcome::Single(part) => vec![part.token],
        Outcome::Double(piece) => vec![piece.token],
        Outcome::Whole(joined) | Outcome::Incomplete(joined, _) => {
            joined.pieces.into_iter().map(|piece| piece.token).collect()
        }
    }
}
