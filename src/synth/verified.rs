//! Directories that were made up are looked at by `ledger::inspect`, which has to find what is done to them.

use std::sync::Arc;

use super::config::SynthConfig;
use super::fill::fill;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::ledger::config::LedgerConfig;
use crate::ledger::inspect::finding::{Finding, Weight};
use crate::ledger::inspect::survey::survey;
use crate::ledger::inspect::verify::{Verified, VerifyOptions, verify};
use crate::ledger::store::Ledger;
use crate::message::disposition::Disposition;
use crate::message::record::Message;
use crate::spool::chunk::Chunk;
use crate::spool::disk::Disk;
use crate::spool::sim_disk::SimDisk;
use crate::spool::stamp::STAMP_BYTES;

const CONFIG: SynthConfig = SynthConfig {
    messages: 2_000,
    days: 2,
    seed: 3,
    until: Timestamp(1_760_000_000_000_000),
    node: 0,
    words: true,
};

fn filled() -> SimDisk {
    let disk = SimDisk::new(1);
    fill(Arc::new(disk.clone()), &CONFIG, LedgerConfig::tiny(), &mut |_| {}).expect("room");
    disk
}

fn look(disk: &SimDisk, states_max: u64) -> Verified {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    verify(&disk, VerifyOptions { states_max }, &mut |_| {}).expect("it can be read")
}

fn told(verified: &Verified) -> Vec<String> {
    verified.findings.list.iter().map(ToString::to_string).collect()
}

/// Writes messages that no checkpoint knows, each in a frame of its own.
fn goes_on(disk: &SimDisk, frames: usize) {
    let ledger = Ledger::open(Arc::new(disk.clone()), LedgerConfig::tiny());
    let mut opened = ledger.expect("it opens");
    let mut chunk = Chunk::new();
    for _ in 0..frames {
        for _ in 0..20 {
            chunk.message(&Message { body: &[b'x'; 150], ..Message::default() });
        }
        opened.journal.append(CONFIG.until, &mut chunk).expect("room");
        opened.flusher.step();
    }
}

/// Where the last file of the log is written, and up to where.
fn last_log(disk: &SimDisk) -> (String, usize) {
    let mut names = disk.list().expect("lists");
    names.retain(|name| name.starts_with("log-"));
    names.sort();
    let name = names.pop().expect("a log");
    let octets = disk.contents(&name).expect("there");
    let end = octets.iter().rposition(|octet| *octet != 0).map_or(0, |last| last + 1);
    (name, end)
}

#[test]
fn nothing_is_wrong_with_a_directory_that_nobody_touched() {
    let disk = filled();
    for states_max in [1 << 20, 512, 256] {
        let verified = look(&disk, states_max);
        assert_eq!(told(&verified), [""; 0], "{states_max} states at a time");
        assert_eq!((verified.messages, verified.findings.wrong), (CONFIG.messages, 0));
        assert!(verified.frames > 10 && verified.word_files > 2);
    }
    goes_on(&disk, 3);
    let verified = look(&disk, 512);
    assert_eq!(told(&verified), [""; 0], "after a stop without a checkpoint");
    assert_eq!(verified.messages, CONFIG.messages + 60);
}

#[test]
fn an_octet_changed_in_any_file_is_found_and_named() {
    let disk = filled();
    let (newest_log, log_end) = last_log(&disk);
    let geometry = 256;
    let full = CONFIG.messages as usize / geometry;
    let mut random = fastrand::Rng::with_seed(5);
    let mut kinds = std::collections::BTreeSet::new();
    for name in disk.list().expect("lists") {
        let whole = disk.contents(&name).expect("there");
        let tail = format!("-{full:08x}");
        let used = match name.as_str() {
            // Its octets say nothing.
            "lock" => continue,
            _ if name == newest_log => log_end,
            // Of the last segment's rows, some are not used yet.
            _ if name.starts_with("columns") && name.ends_with(&tail) => {
                STAMP_BYTES + CONFIG.messages as usize % geometry * 8
            }
            _ if name.starts_with("states") && name.ends_with(&tail) => {
                STAMP_BYTES + CONFIG.messages as usize % geometry * 16
            }
            _ if name.starts_with("marks") && name.ends_with(&tail) => {
                STAMP_BYTES + CONFIG.messages as usize % geometry * 4
            }
            // It is written over the one before, which may have been longer.
            _ if name.starts_with("checkpoint") => {
                let word =
                    |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| whole[at + i])) as usize;
                STAMP_BYTES + 8 + word(STAMP_BYTES) + word(STAMP_BYTES + 4) * (8 + 4096) + 4
            }
            _ => whole.len(),
        };
        kinds.insert(name.split('-').next().unwrap_or_default().to_owned());
        let drawn: Vec<usize> = (0..4).map(|_| random.usize(..used)).collect();
        for at in [0, STAMP_BYTES - 1, used - 1].into_iter().chain(drawn) {
            disk.damage(&name, |octets| octets[at] ^= 1 << random.u8(..8));
            let verified = look(&disk, 1 << 20);
            let named = verified.findings.list.iter().any(|finding| finding.file == name);
            assert!(verified.findings.wrong > 0, "{name} at {at} of {used}: nothing was found");
            assert!(named, "{name} at {at} of {used}: {:?}", told(&verified));
            disk.damage(&name, |octets| octets.clone_from(&whole));
        }
    }
    let kinds: Vec<String> = kinds.into_iter().collect();
    let expected =
        ["checkpoint", "columns", "corr", "from", "identity", "ids", "links", "log", "names"];
    assert!(expected.iter().all(|kind| kinds.iter().any(|found| found == kind)), "{kinds:?}");
    assert!(["states", "text", "to"].iter().all(|kind| kinds.iter().any(|found| found == kind)));
    assert_eq!(told(&look(&disk, 1 << 20)), [""; 0], "all is as it was");
}

#[test]
fn a_file_that_is_gone_is_missed() {
    let disk = filled();
    for prefix in ["columns-00000000", "states-00000001", "links-00000000", "to-00000000"] {
        let whole = disk.contents(prefix).expect("there");
        disk.remove(prefix).expect("there");
        let verified = look(&disk, 1 << 20);
        assert!(verified.findings.list.iter().any(|it| it.file == prefix), "{prefix}");
        disk.create(prefix).expect("room");
        disk.damage(prefix, |octets| octets.clone_from(&whole));
    }
}

#[test]
fn a_torn_tail_is_a_note_and_damage_is_not() {
    let disk = filled();
    goes_on(&disk, 2);
    let (name, end) = last_log(&disk);
    let whole = disk.contents(&name).expect("there");
    // The last frame has 20 messages of 150 octets.
    for cut in [end - 40, end - 700, end - 3_000] {
        disk.damage(&name, |octets| octets[cut..].fill(0));
        let verified = look(&disk, 1 << 20);
        assert_eq!(verified.findings.wrong, 0, "cut at {cut}: {:?}", told(&verified));
        let notes = &verified.findings.list;
        assert!(notes.len() == 1 && notes[0].file == name && notes[0].weight == Weight::Note);
        assert!(notes[0].what.starts_with("torn"), "{}", notes[0]);
        assert_eq!(verified.messages, CONFIG.messages + 20);
        disk.damage(&name, |octets| octets.clone_from(&whole));
    }
    for at in [end - 40, end - 1_500, STAMP_BYTES + 60, STAMP_BYTES + 2] {
        disk.damage(&name, |octets| octets[at] ^= 4);
        let verified = look(&disk, 1 << 20);
        let is_it = |it: &&Finding| it.weight == Weight::Wrong && it.what.starts_with("corruption");
        let wrong = verified.findings.list.iter().find(is_it);
        let wrong = wrong.unwrap_or_else(|| panic!("{at}: {:?}", told(&verified)));
        assert_eq!(wrong.file, name, "{at}: {wrong}");
        assert!(wrong.offset.is_some_and(|offset| offset <= at as u64), "{wrong}");
        disk.damage(&name, |octets| octets.clone_from(&whole));
    }
}

#[test]
fn a_log_that_ends_before_its_checkpoint_has_lost_what_was_on_disk() {
    let disk = filled();
    let (name, end) = last_log(&disk);
    disk.damage(&name, |octets| octets[end - 600..].fill(0));
    let verified = look(&disk, 1 << 20);
    let found = told(&verified).into_iter().any(|it| it.contains("corruption: the log ends at"));
    assert!(verified.findings.wrong > 0 && found, "{:?}", told(&verified));
}

#[test]
fn a_directory_at_work_is_not_looked_into() {
    let disk = filled();
    let lock = disk.lock().expect("free");
    let shared: Arc<dyn Disk> = Arc::new(disk.clone());
    let refused = verify(&shared, VerifyOptions::default(), &mut |_| {}).map(|_| ());
    let said = refused.expect_err("in use").to_string();
    assert!(said.contains("in use by another process"), "{said}");
    assert!(survey(&shared).is_err());
    drop(lock);
    assert!(survey(&shared).is_ok());
}

#[test]
fn a_survey_counts_what_the_ledger_says_of_each_message() {
    let disk = filled();
    let shared: Arc<dyn Disk> = Arc::new(disk.clone());
    let survey = survey(&shared).expect("nobody works there");
    let ledger = Ledger::open(shared, LedgerConfig::tiny()).expect("it opens").ledger;
    let mut buckets = [0; Disposition::ALL.len()];
    for ord in (0..CONFIG.messages).map(MessageOrd) {
        buckets[ledger.state(ord).expect("reads").expect("is").disposition as usize] += 1;
    }
    assert_eq!((survey.buckets, survey.messages), (buckets, CONFIG.messages));
    assert!((2..=3).contains(&survey.days.len()), "{:?}", survey.days);
    let by_day: u64 = survey.days.values().flatten().sum();
    assert_eq!((by_day, survey.log_bytes_after), (CONFIG.messages, 0));
    assert_eq!(survey.segments, (CONFIG.messages / 256, CONFIG.messages / 256, 256));
    assert!(survey.words.messages >= CONFIG.messages / 256 * 256 && survey.kinds["text"].bytes > 0);
    assert!(survey.oldest < survey.newest && survey.newest <= Some(CONFIG.until));
}
