//! Lists and counts of segments: what they find, what they spare, and that they can be lost.

use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::ledger::tally_query::{Dimension, Group, TallyQuery};
use crate::spool::stamp::STAMP_BYTES;

/// Segments of 256 messages; every message has a reference of its own, few have anything else.
fn filled(disk: &SimDisk, segments: u64) -> Opened {
    let mut opened = open(disk);
    let mut chunk = Chunk::new();
    for turn in 0..segments * 16 {
        for ord in turn * 16..turn * 16 + 16 {
            let rare = ord == 300;
            let to = if rare { "447700900999".to_owned() } else { format!("44770{ord:07}") };
            let reference = format!("order-{ord}");
            let slot = chunk.message(&Message {
                account: AccountId(if rare { 7 } else { (ord % 3) as u16 }),
                carrier: CarrierId(if rare { 9 } else { 1 }),
                destination: Address::infer(to.as_bytes()),
                service_type: if rare { b"rare" } else { b"otp" },
                client_ref: reference.as_bytes(),
                ..Message::default()
            });
            if rare {
                let reason = Reason::NoRoute;
                chunk.event_here(slot.index, &What::Ended { reason });
            }
        }
        opened.journal.append(Timestamp(turn), &mut chunk).expect("room");
        drive(&mut opened);
    }
    opened
}

/// The whole answer to a query that may look at few rows.
fn found(opened: &Opened, all: Vec<Predicate>, rows_max: u64) -> Option<Vec<u64>> {
    let query = Query { rows_max, time_max: Duration::MAX, ..Query::of(all) };
    let page = opened.ledger.search(&query).expect("reads");
    page.complete.then(|| page.hits.iter().map(|hit| hit.ord.0).collect())
}

fn ending(digits: &[u8]) -> NumberSet {
    NumberSet::ending(digits).expect("digits")
}

/// What only message 300 has.
fn rarities() -> Vec<Predicate> {
    vec![
        Predicate::Reference(b"order-300".to_vec()),
        Predicate::Tag(b"rare".to_vec()),
        Predicate::Account(AccountId(7)),
        Predicate::Carrier(CarrierId(9)),
        Predicate::Reason(Reason::NoRoute),
        Predicate::Disposition(Disposition::Blocked),
        Predicate::To(ending(b"0900999")),
        Predicate::To(ending(b"447700900999")),
        Predicate::Any(vec![
            Predicate::From(ending(b"0900999")),
            Predicate::Reference(b"order-300".to_vec()),
            Predicate::To(ending(b"900999")),
        ]),
    ]
}

#[test]
fn what_few_messages_have_is_found_among_many_by_looking_at_few() {
    let disk = SimDisk::new(1);
    let opened = filled(&disk, 40);
    for rarity in rarities() {
        // One block of 256 rows, where there is no list; and the record that makes sure.
        let answer = found(&opened, vec![rarity.clone()], 400);
        assert_eq!(answer, Some(vec![300]), "{rarity:?}");
    }
    let nothing = [
        Predicate::Reference(b"order-99999".to_vec()),
        Predicate::Tag(b"none".to_vec()),
        Predicate::Account(AccountId(55)),
        Predicate::Reason(Reason::MemoryFull),
        Predicate::Status(Status::Expired),
        Predicate::Direction(Direction::Inbound),
        Predicate::To(ending(b"55550013")),
    ];
    for nothing in nothing {
        assert_eq!(found(&opened, vec![nothing.clone()], 1), Some(Vec::new()), "{nothing:?}");
    }
}

#[test]
fn counts_of_two_things_together_spare_what_each_alone_does_not() {
    let disk = SimDisk::new(1);
    let opened = filled(&disk, 40);
    let common = Predicate::Account(AccountId(1));
    let both = vec![common, Predicate::Disposition(Disposition::Blocked)];
    assert_eq!(found(&opened, both, 1), Some(Vec::new()));
}

/// Makes a directory what a version without marks, lists and their place in checkpoints left.
fn make_former(disk: &SimDisk) {
    for name in disk.list().expect("alive") {
        if name.starts_with("marks-") || name.starts_with("lists-") {
            disk.remove(&name).expect("alive");
        }
        if name.starts_with("checkpoint-") {
            disk.damage(&name, |octets| {
                let length = u32::from_le_bytes(octets[STAMP_BYTES..][..4].try_into().expect("4"));
                octets[STAMP_BYTES..][..4].copy_from_slice(&(length - 8).to_le_bytes());
                let end = STAMP_BYTES + 8 + length as usize;
                octets.drain(end - 8..end);
                // Behind the checksum may be what an older, longer checkpoint left.
                let pages =
                    u32::from_le_bytes(octets[STAMP_BYTES + 4..][..4].try_into().expect("4"));
                let crc_at = end - 8 + pages as usize * (8 + 4096);
                let crc = crc32c::crc32c(&octets[..crc_at]).to_le_bytes();
                octets[crc_at..][..4].copy_from_slice(&crc);
            });
        }
    }
}

#[test]
fn segments_of_a_former_version_are_searched_and_get_their_lists_while_the_gateway_runs() {
    let disk = SimDisk::new(1);
    let mut opened = filled(&disk, 5);
    let mut chunk = Chunk::new();
    chunk.message(&Message { client_ref: b"order-300", ..Message::default() });
    opened.journal.append(Timestamp(900), &mut chunk).expect("room");
    drive(&mut opened);
    opened.indexer.checkpoint().expect("room");
    drop(opened);
    make_former(&disk);

    let mut opened = open(&disk);
    assert_eq!(opened.recovered.messages_replayed, 0, "the checkpoint counts");
    assert!(!opened.ledger.has_lists());
    let reference = || vec![Predicate::Reference(b"order-300".to_vec())];
    assert_eq!(found(&opened, reference(), ROWS_MAX), Some(vec![1280, 300]));
    assert_eq!(found(&opened, reference(), 400), None, "every record is looked at");
    while opened.sealer.step().expect("room") {}
    while opened.indexer.catch_up() {}
    assert!(opened.ledger.has_lists());
    // The first and the last ask for the reference, which another message has now.
    for rarity in &rarities()[1..8] {
        assert_eq!(found(&opened, vec![rarity.clone()], 400), Some(vec![300]), "{rarity:?}");
    }
    // The tail was begun by the former version: it is filled up, and gets its lists with the others.
    for _ in 0..300 {
        chunk.message(&Message { client_ref: b"order-x", ..Message::default() });
    }
    opened.journal.append(Timestamp(901), &mut chunk).expect("room");
    drive(&mut opened);
    opened.indexer.checkpoint().expect("room");
    for _ in 0..2 {
        assert!(opened.ledger.has_lists());
        assert_eq!(found(&opened, reference(), 500), Some(vec![1280, 300]));
        drop(opened);
        opened = open(&disk);
        while opened.sealer.step().expect("room") {}
    }
}

#[test]
fn a_former_version_may_have_been_at_it_in_between() {
    for seed in 0..6 {
        let mut world = world::World::new(seed);
        for _ in 0..3 {
            world.open().expect("opens");
            (0..250).for_each(|_| assert!(world.step()));
            assert!(world.check());
            world.opened.as_mut().expect("open").indexer.checkpoint().expect("room");
            world.opened = None;
            if world.random.bool() {
                make_former(&world.disk);
            }
        }
        world.open().expect("opens");
        assert!(world.check());
    }
}

#[test]
fn damaged_or_lost_lists_are_made_again() {
    let disk = SimDisk::new(1);
    let mut opened = filled(&disk, 4);
    opened.indexer.checkpoint().expect("room");
    let tag = || vec![Predicate::Tag(b"rare".to_vec())];
    // Of a file that is open: its first entry.
    disk.damage("lists-00000001", |octets| octets[STAMP_BYTES] ^= 1);
    let last = vec![Predicate::To(ending(b"900999"))];
    assert_eq!(found(&opened, last.clone(), ROWS_MAX), Some(vec![300]));
    assert!(!opened.ledger.has_lists());
    while opened.sealer.step().expect("room") {}
    assert!(opened.ledger.has_lists());
    assert_eq!(found(&opened, last, 400), Some(vec![300]));
    drop(opened);
    disk.damage("lists-00000000", |octets| octets.truncate(100));
    disk.damage("lists-00000001", |octets| octets.truncate(10));
    disk.damage("marks-00000001", |octets| octets.truncate(10));
    disk.remove("lists-00000002").expect("there");
    let mut opened = open(&disk);
    assert_eq!(found(&opened, tag(), ROWS_MAX), Some(vec![300]));
    while opened.sealer.step().expect("room") {}
    assert_eq!(found(&opened, tag(), 400), Some(vec![300]));
}

#[test]
fn a_disk_that_refuses_lists_of_old_segments_costs_nothing_else() {
    use crate::spool::sim_disk::Fault;
    let disk = SimDisk::new(1);
    let mut opened = filled(&disk, 3);
    opened.indexer.checkpoint().expect("room");
    drop(opened);
    make_former(&disk);
    let mut opened = open(&disk);
    disk.fail_at(disk.operations() + 1, Fault::Error);
    while opened.sealer.step().expect("no error of the sealer") {}
    assert!(!opened.ledger.has_lists());
    assert_eq!(found(&opened, vec![Predicate::Tag(b"rare".to_vec())], ROWS_MAX), Some(vec![300]));
}

#[test]
fn counts_are_exact_after_a_kill_before_and_while_they_are_made_again() {
    let disk = SimDisk::new(1);
    let opened = filled(&disk, 6);
    let query = TallyQuery {
        time_max: Duration::MAX,
        ..TallyQuery::of(0..1, vec![Dimension::Disposition, Dimension::Account])
    };
    let expected = opened.ledger.tally(&query).expect("reads").groups;
    assert_eq!(expected.values().sum::<u64>(), 6 * 256);
    drop(opened);
    let mut opened = open(&disk.crash());
    let impatient = TallyQuery { time_max: Duration::ZERO, ..query.clone() };
    let tallied = opened.ledger.tally(&impatient).expect("reads");
    let counted: u64 = tallied.groups.values().sum();
    assert!(tallied.uncounted > 0);
    assert_eq!(counted + tallied.uncounted, 6 * 256, "what is not counted is told");
    loop {
        assert_eq!(opened.ledger.tally(&query).expect("reads").groups, expected);
        // What changes while they are made is counted once, wherever it is.
        if !opened.indexer.catch_up() {
            break;
        }
    }
    let what = What::Ended { reason: Reason::NoRoute };
    let mut chunk = Chunk::new();
    chunk.event(&Event { ord: MessageOrd(5), what });
    opened.journal.append(Timestamp(9), &mut chunk).expect("room");
    drive(&mut opened);
    let tallied = opened.ledger.tally(&impatient).expect("reads");
    assert_eq!((tallied.uncounted, tallied.groups.values().sum::<u64>()), (0, 6 * 256));
    let blocked = |groups: &BTreeMap<Group, u64>| -> u64 {
        let of = groups.iter().filter(|(group, _)| group.disposition == Some(Disposition::Blocked));
        of.map(|(_, count)| count).sum()
    };
    assert_eq!((blocked(&expected), blocked(&tallied.groups)), (1, 2));
}
