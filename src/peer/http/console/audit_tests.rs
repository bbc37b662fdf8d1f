//! That the audit tells of every change of it, and survives stops.

use std::sync::Arc;

use super::audit_book::AuditBook;
use super::audit_chain::{Verified, verify};
use super::audit_entry::{Entry, FILE, HEAD_FILE};
use crate::spool::disk::{Disk, read_small, replace};
use crate::spool::sim_disk::{Fault, SimDisk};

fn entry(action: &str) -> Entry {
    Entry { actor: "rep".into(), action: action.into(), ..Entry::default() }
}

/// An audit of five entries.
fn five() -> Arc<SimDisk> {
    let disk = Arc::new(SimDisk::new(1));
    let book = AuditBook::open(Arc::<SimDisk>::clone(&disk)).expect("a new one");
    for number in 1..=5 {
        assert_eq!(book.append(entry(&format!("act.{number}"))).expect("written"), number);
    }
    disk
}

fn lines(disk: &SimDisk) -> Vec<String> {
    let octets = read_small(disk, FILE, 1 << 20).expect("there");
    String::from_utf8(octets).expect("text").lines().map(str::to_owned).collect()
}

/// What is found after somebody has worked on the lines.
fn after(change: impl FnOnce(&mut Vec<String>)) -> Verified {
    let disk = five();
    let mut lines = lines(&disk);
    change(&mut lines);
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    replace(&*disk, FILE, text.as_bytes()).expect("written");
    verify(&*disk, None).expect("read")
}

#[test]
fn an_audit_that_nobody_touched_is_right() {
    let verified = after(|_| {});
    assert_eq!((verified.entries, &verified.wrong[..]), (5, &[][..]));
    let disk = five();
    assert!(verify(&*disk, Some(&verified.last)).expect("read").last.len() == 64);
}

#[test]
fn a_changed_a_removed_a_reordered_and_an_added_line_are_found() {
    let changed = after(|lines| lines[3] = lines[3].replace("act.3", "act.9"));
    assert_eq!(changed.wrong, ["line 5 does not follow line 4: one was changed"]);
    let removed = after(|lines| drop(lines.remove(3)));
    assert_eq!(
        removed.wrong,
        [
            "before line 4 entries 3 to 3 are missing",
            "line 4 does not follow line 3: one was changed"
        ]
    );
    assert!(!after(|lines| lines.swap(2, 3)).wrong.is_empty());
    assert!(!after(|lines| lines.insert(3, lines[3].clone())).wrong.is_empty());
    assert!(!after(|lines| lines[0] = "postrider audit 2".into()).wrong.is_empty());
    assert!(!after(|lines| lines[2] = "hm".into()).wrong.is_empty());
}

#[test]
fn a_changed_last_line_and_a_cut_end_are_found_by_the_head() {
    let changed = after(|lines| lines[5] = lines[5].replace("act.5", "act.9"));
    assert_eq!(changed.wrong, ["line 6 is not the entry that the head knows: it was changed"]);
    let cut = after(|lines| lines.truncate(4));
    assert_eq!(cut.wrong, ["the end was cut: entries 4 to 5 are missing"]);
    assert!(!after(Vec::clear).wrong.is_empty());
    let disk = five();
    disk.remove(HEAD_FILE).expect("there");
    assert!(!verify(&*disk, None).expect("read").wrong.is_empty());
}

#[test]
fn a_cut_stays_to_be_seen_after_a_start() {
    let disk = five();
    let kept: String = lines(&disk)[..4].iter().map(|line| format!("{line}\n")).collect();
    replace(&*disk, FILE, kept.as_bytes()).expect("written");
    let book = AuditBook::open(Arc::<SimDisk>::clone(&disk)).expect("it opens");
    book.append(entry("act.6")).expect("written");
    let wrong = verify(&*disk, None).expect("read").wrong;
    assert_eq!(wrong, ["before line 5 entries 4 to 5 are missing"]);
}

#[test]
fn a_torn_end_is_cut_and_what_was_written_stays() {
    let disk = five();
    let mut octets = read_small(&*disk, FILE, 1 << 20).expect("there");
    octets.extend_from_slice(b"{\"seq\":6,\"at\"");
    replace(&*disk, FILE, &octets).expect("written");
    assert_eq!(verify(&*disk, None).expect("read").torn_bytes, 13);
    let book = AuditBook::open(Arc::<SimDisk>::clone(&disk)).expect("it opens");
    book.append(entry("act.6")).expect("written");
    let verified = verify(&*disk, None).expect("read");
    assert_eq!((verified.entries, &verified.wrong[..]), (6, &[][..]));
    let newest = book.newest(2, |entry| entry.action != "act.5").expect("read");
    let newest: Vec<_> = newest.iter().map(|entry| &*entry.action).collect();
    assert_eq!(newest, ["act.6", "act.4"]);
}

#[test]
fn a_file_of_somebody_else_is_refused_with_its_name() {
    for text in ["", "hello\n", "postrider audit 1\nhm\n"] {
        let disk = Arc::new(SimDisk::new(1));
        replace(&*disk, FILE, text.as_bytes()).expect("written");
        let error = AuditBook::open(disk).map(drop).expect_err("no audit").to_string();
        assert!(error.starts_with("audit.log is damaged"), "{error}");
    }
}

#[test]
fn a_power_cut_at_any_operation_leaves_all_that_was_told_and_a_whole_chain() {
    for operation in 0.. {
        let disk = SimDisk::new(operation);
        disk.fail_at(operation, Fault::PowerCut);
        let shared: Arc<dyn Disk> = Arc::new(disk.clone());
        let mut told = 0;
        if let Ok(book) = AuditBook::open(shared) {
            told = (1..=5).take_while(|_| book.append(entry("act")).is_ok()).count() as u64;
        }
        let disk = Arc::new(disk.crash());
        let book = AuditBook::open(Arc::<SimDisk>::clone(&disk)).expect("it opens again");
        book.append(entry("after")).expect("written");
        let verified = verify(&*disk, None).expect("read");
        assert_eq!(verified.wrong, [""; 0], "cut at {operation}");
        assert!(verified.entries > told, "{told} were told, cut at {operation}");
        if told == 5 {
            return;
        }
    }
}
