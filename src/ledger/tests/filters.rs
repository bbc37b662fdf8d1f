//! Filters of segments: answers are the same with them and without, whatever is cut off, damaged, let go of
//! or erased, and who looks for what is nowhere is told so by a few pages.

use super::*;
use crate::ledger::erase::request::Asking;
use crate::ledger::inspect::verify::{VerifyOptions, verify};
use crate::message::event::By;
use crate::spool::sim_disk::Fault;

/// Full segments, and some messages more.
const SEGMENTS: u64 = 6;
const MESSAGES: u64 = SEGMENTS * 256 + 100;

/// What was asked, and the messages that were found.
type Answered = (Vec<Predicate>, Vec<u64>);
type Answers = Vec<Answered>;

fn to(ord: u64) -> String {
    format!("4477{:07}", ord / 3 * 7)
}

fn put_all(opened: &mut Opened) {
    let mut chunk = Chunk::new();
    for ord in 0..MESSAGES {
        let (to, reference) = (to(ord), format!("order-{}", ord / 2));
        let body = format!("your code is c{} or word{}", ord * 31, ord % 40);
        let slot = chunk.message(&Message {
            destination: Address::infer(to.as_bytes()),
            source: Address::infer(if ord == 700 { b"RARE" } else { b"ACME" }),
            client_ref: reference.as_bytes(),
            service_type: if ord == 300 { b"rare" } else { b"otp" },
            body: body.as_bytes(),
            ..Message::default()
        });
        chunk.event_here(slot.index, &What::Ended { reason: Reason::NoRoute });
        if ord % 50 == 49 || ord + 1 == MESSAGES {
            opened.journal.append(Timestamp(ord * 1000), &mut chunk).expect("room");
            drive(opened);
        }
    }
    opened.indexer.checkpoint().expect("room");
}

/// Everybody works until nobody has anything to do; `false` if the disk failed.
fn settle(opened: &mut Opened, now: Timestamp) -> bool {
    let mut idle = 0;
    while idle < 3 {
        opened.flusher.step();
        let worked = [
            opened.indexer.step(),
            opened.sealer.step(),
            opened.text_follower.step(),
            opened.text_keeper.step(),
            opened.keeper.step(now),
        ];
        if worked.iter().any(Result::is_err) {
            return false;
        }
        idle = if worked.iter().any(|it| matches!(it, Ok(true))) { 0 } else { idle + 1 };
    }
    true
}

fn questions(random: &mut fastrand::Rng) -> Vec<Predicate> {
    let ord = random.u64(..MESSAGES + 200);
    let text = |text: String| Predicate::Text(Words::of(&text).expect("a word"));
    let exact = |number: &str| NumberSet::exact(NumberKey::of(number.as_bytes()));
    let one = match random.u8(..9) {
        0 => Predicate::To(exact(&to(ord))),
        1 => Predicate::From(exact(["RARE", "ACME", "NONE"][random.usize(..3)])),
        2 => Predicate::Reference(format!("order-{}", ord / 2).into_bytes()),
        3 => Predicate::Tag([&b"rare"[..], b"otp", b"none"][random.usize(..3)].to_vec()),
        4 => text(format!("c{}", ord * 31)),
        5 => text(format!("word{}", ord % 45)),
        6 => Predicate::Any(vec![
            Predicate::To(exact(&to(ord))),
            Predicate::Reference(format!("order-{}", random.u64(..2 * MESSAGES)).into_bytes()),
        ]),
        7 => Predicate::To(NumberSet::any(
            (0..3).map(|at| NumberKey::of(to(ord + at * 90).as_bytes())),
        )),
        _ => Predicate::Not(Box::new(Predicate::To(exact(&to(ord))))),
    };
    if random.bool() { vec![one] } else { vec![one, text(format!("word{}", random.u64(..45)))] }
}

fn answer(ledger: &Ledger, all: Vec<Predicate>) -> Vec<u64> {
    let query =
        Query { limit: 5000, time_max: Duration::MAX, rows_max: u64::MAX, ..Query::of(all) };
    let page = ledger.search(&query).expect("reads");
    assert!(page.complete);
    page.hits.iter().map(|hit| hit.ord.0).collect()
}

/// Random questions, and what the directory answers them.
fn answers(ledger: &Ledger) -> Answers {
    let mut random = fastrand::Rng::with_seed(9);
    let all = (0..120).map(|_| questions(&mut random));
    all.map(|all| (all.clone(), answer(ledger, all))).collect()
}

fn same(ledger: &Ledger, expected: &[Answered]) {
    for (all, ords) in expected {
        assert_eq!(&answer(ledger, all.clone()), ords, "{all:?}");
    }
}

/// A directory with everything but filters, and what it answers.
fn unfiltered() -> (SimDisk, Answers) {
    let disk = SimDisk::new(3);
    let mut opened = open(&disk);
    put_all(&mut opened);
    while opened.sealer.step().expect("room")
        | opened.text_follower.step().expect("room")
        | opened.text_keeper.step().expect("room")
    {}
    assert_eq!(opened.ledger.filter_files(), 0);
    let answers = answers(&opened.ledger);
    assert!(answers.iter().filter(|(_, ords)| !ords.is_empty()).count() > 30);
    opened.indexer.checkpoint().expect("room");
    drop(opened);
    (disk, answers)
}

fn filter_files(disk: &SimDisk) -> Vec<String> {
    let mut names = disk.list().expect("alive");
    names.retain(|name| name.starts_with("filter-"));
    names.sort_unstable();
    names
}

fn findings(disk: &SimDisk) -> Vec<String> {
    let disk: Arc<dyn Disk> = Arc::new(disk.crash());
    let verified = verify(&disk, VerifyOptions::default(), &mut |_| {}).expect("readable");
    verified.findings.list.iter().map(ToString::to_string).collect()
}

#[test]
fn an_old_directory_gets_filters_and_answers_as_before() {
    let (disk, expected) = unfiltered();
    let mut opened = open(&disk);
    same(&opened.ledger, &expected);
    // Somebody searches while they are being made.
    while opened.keeper.step(Timestamp(0)).expect("room") {
        let (all, ords) = &expected[7];
        assert_eq!(&answer(&opened.ledger, all.clone()), ords);
    }
    assert_eq!(opened.ledger.filter_files(), 3);
    same(&opened.ledger, &expected);
    opened.indexer.checkpoint().expect("room");
    drop(opened);
    assert_eq!(filter_files(&disk).len(), 3);
    assert_eq!(findings(&disk), [""; 0]);
    let disk = disk.crash();
    let mut opened = open(&disk);
    assert_eq!(opened.ledger.filter_files(), 3, "they are taken as they are");
    assert!(!opened.keeper.step(Timestamp(0)).expect("nothing to do"));
    same(&opened.ledger, &expected);
}

#[test]
fn what_is_nowhere_is_looked_for_in_the_newest_rows_alone() {
    let (disk, _) = unfiltered();
    let mut opened = open(&disk);
    assert!(settle(&mut opened, Timestamp(0)));
    for name in disk.list().expect("alive") {
        // Whoever looked into one of these would be told so.
        let tails = format!("text-{SEGMENTS:08x}");
        let kinds = ["to-", "lists-", "text-"];
        if kinds.iter().any(|kind| name.starts_with(kind)) && !name.starts_with(&tails) {
            disk.damage(&name, |octets| octets[64..].fill(0xee));
        }
    }
    let mut passed = 0;
    for number in 0..200 {
        let word = format!("nobody{number}");
        let all = [
            Predicate::Text(Words::of(&word).expect("a word")),
            Predicate::Reference(word.clone().into_bytes()),
        ];
        for one in all {
            let query = Query { time_max: Duration::MAX, ..Query::of(vec![one]) };
            passed += u32::from(opened.ledger.search(&query).is_ok_and(|page| page.complete));
        }
    }
    assert!(passed > 300, "few are looked for in vain: {passed} of 400");
}

#[test]
fn a_power_cut_at_any_operation_of_merging_filters_changes_no_answer() {
    let (disk, expected) = unfiltered();
    for operation in 0.. {
        let disk = disk.crash();
        let mut opened = open(&disk);
        disk.fail_at(disk.operations() + operation, Fault::PowerCut);
        let done = settle(&mut opened, Timestamp(0));
        drop(opened);
        let disk = disk.crash();
        let mut opened = open(&disk);
        same(&opened.ledger, &expected[..20]);
        assert!(disk.list().expect("alive").iter().all(|name| !name.starts_with("tmp-")));
        assert!(settle(&mut opened, Timestamp(0)));
        assert_eq!(opened.ledger.filter_files(), 3, "cut at {operation}");
        same(&opened.ledger, &expected[20..40]);
        if done {
            assert!(operation > 10, "they were made: {operation}");
            return;
        }
    }
}

#[test]
fn filters_cut_or_changed_anywhere_are_made_again() {
    let (disk, expected) = unfiltered();
    let mut opened = open(&disk);
    assert!(settle(&mut opened, Timestamp(0)));
    opened.indexer.checkpoint().expect("room");
    drop(opened);
    let name = filter_files(&disk)[1].clone();
    let whole = disk.contents(&name).expect("there");
    let ends = (0..64).chain(whole.len() - 24..whole.len());
    for at in ends.chain((64..whole.len()).step_by(611)) {
        for cut in [false, true] {
            disk.damage(&name, |octets| {
                octets.clone_from(&whole);
                if cut { octets.truncate(at) } else { octets[at] ^= 1 }
            });
            let disk = disk.crash();
            // A later version is nothing that this one may throw away.
            if !cut && (16..20).contains(&at) {
                continue;
            }
            let mut opened = open(&disk);
            let in_a_page = !cut && at >= 64 && at < whole.len() - 20;
            assert_eq!(opened.ledger.filter_files(), if in_a_page { 3 } else { 2 }, "{at}");
            same(&opened.ledger, &expected[..if in_a_page { 60 } else { 5 }]);
            assert!(settle(&mut opened, Timestamp(0)));
            assert_eq!(opened.ledger.filter_files(), 3);
            drop(opened);
            if !in_a_page {
                assert!(disk.contents(&name).as_ref() == Some(&whole), "made as it was");
            }
        }
    }
}

#[test]
fn verifying_tells_of_filters_that_miss_something() {
    let (disk, _) = unfiltered();
    let mut opened = open(&disk);
    assert!(settle(&mut opened, Timestamp(0)));
    opened.indexer.checkpoint().expect("room");
    drop(opened);
    // A whole file of other segments, under a name that it has not.
    let names = filter_files(&disk);
    let other = disk.contents(&names[0]).expect("there");
    disk.damage(&names[2], |octets| {
        let stamp = octets[..64].to_vec();
        octets.clone_from(&other);
        octets[..64].copy_from_slice(&stamp);
    });
    assert!(findings(&disk).iter().any(|found| found.contains(&names[2])));
}

#[test]
fn filters_go_with_the_last_of_their_segments() {
    let (disk, expected) = unfiltered();
    let mut opened = open(&disk);
    assert!(settle(&mut opened, Timestamp(0)));
    let mut left = Vec::new();
    for kept in 1..=SEGMENTS {
        opened.ledger.keep_since(Timestamp(kept * 256 * 1000));
        opened.indexer.checkpoint().expect("room");
        assert!(settle(&mut opened, Timestamp(0)));
        let from = opened.ledger.stats().expired;
        for (all, ords) in &expected[..40] {
            let ords: Vec<u64> = ords.iter().copied().filter(|ord| *ord >= from).collect();
            assert_eq!(answer(&opened.ledger, all.clone()), ords);
        }
        let names = filter_files(&disk);
        assert_eq!(names.len(), opened.ledger.filter_files());
        left.push(names.len());
    }
    assert!(left.is_sorted_by(|a, b| a >= b) && left[0] == 3 && left[5] < 3, "{left:?}");
}

#[test]
fn filters_are_made_again_without_what_was_erased() {
    let (disk, _) = unfiltered();
    let mut opened = open(&disk);
    assert!(settle(&mut opened, Timestamp(0)));
    let before: Vec<Vec<u8>> =
        filter_files(&disk).iter().map(|name| disk.contents(name).expect("there")).collect();
    // Three messages of one segment.
    let number = to(600);
    let asking = Asking { by: By::Operator, account: None, who: "test", at: Timestamp(1) };
    opened.ledger.erase_number(number.as_bytes(), &asking).expect("taken");
    for turn in 0..30 {
        assert!(settle(&mut opened, Timestamp(10_000_000 * (turn + 1))));
    }
    let exact = NumberSet::exact(NumberKey::of(number.as_bytes()));
    assert_eq!(answer(&opened.ledger, vec![Predicate::To(exact)]), [0; 0]);
    assert_eq!(opened.ledger.filter_files(), 3);
    let after: Vec<Vec<u8>> =
        filter_files(&disk).iter().map(|name| disk.contents(name).expect("there")).collect();
    assert!(before[0] == after[0] && before[2] == after[2], "others stay");
    assert!(before[1] != after[1], "theirs is made again");
    opened.indexer.checkpoint().expect("room");
    drop(opened);
    assert_eq!(findings(&disk), [""; 0], "and has nothing that its segments have not");
}
