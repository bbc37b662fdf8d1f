//! The log as a whole: group commit, failing disks, torn tails, damage.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::chunk::{Chunk, ChunkView};
use super::disk::Disk;
use super::error::OpenError;
use super::flusher::{Flushed, Flusher};
use super::frame::FRAME_HEADER_BYTES;
use super::journal::{AppendError, Health, Journal};
use super::log::Log;
use super::lsn::Lsn;
use super::real_disk::RealDisk;
use super::recovery::{LogOptions, Recovered, recover};
use super::sim_disk::{Fault, SimDisk};
use super::stamp::STAMP_BYTES;
use crate::base::clock::Timestamp;
use crate::base::id::{CarrierId, MessageOrd};
use crate::message::event::{Event, What};
use crate::message::record::Message;

pub(super) const ID: u64 = 0x1234;

pub(super) struct Spool {
    pub(super) journal: Journal,
    pub(super) flusher: Flusher,
    pub(super) log: Arc<Log>,
    pub(super) recovered: Recovered,
}

pub(super) fn options() -> LogOptions {
    LogOptions {
        file_bytes: 4096,
        staged_bytes_max: 2048,
        free_bytes_min: 0,
        ..LogOptions::default()
    }
}

pub(super) fn open_with(disk: &SimDisk, options: &LogOptions) -> Result<Spool, OpenError> {
    let recovered = recover(Arc::new(disk.clone()), ID, Lsn(0), options)?;
    let (journal, flusher) = recovered.start(MessageOrd(0), options);
    Ok(Spool { journal, flusher, log: Arc::clone(&recovered.log), recovered })
}

fn open(disk: &SimDisk) -> Spool {
    open_with(disk, &options()).expect("opens")
}

fn one_message(body: &[u8]) -> Chunk {
    let mut chunk = Chunk::new();
    chunk.message(&Message { body, ..Message::default() });
    chunk
}

fn one_event() -> Chunk {
    let mut chunk = Chunk::new();
    let what = What::Sending { carrier: CarrierId(1), bind: 0, attempt: 1 };
    chunk.event(&Event { ord: MessageOrd(0), what });
    chunk
}

/// Writes a frame with one message and says where its record is.
fn write(spool: &mut Spool, body: &[u8]) -> Lsn {
    let mut chunk = one_message(body);
    let appended = spool.journal.append(Timestamp(5), &mut chunk).expect("room");
    assert!(matches!(spool.flusher.step(), Flushed::Committed(_)));
    assert!(spool.journal.durable() >= appended.end);
    appended.lsn(super::chunk::CHUNK_HEADER_BYTES as u32)
}

pub(super) fn body_at(log: &Log, lsn: Lsn) -> Option<Vec<u8>> {
    let mut octets = Vec::new();
    log.record(lsn, &mut octets).expect("reads");
    Message::decode(&octets).map(|message| message.body.to_vec())
}

fn newest_log(disk: &SimDisk) -> String {
    let names = disk.list().expect("alive");
    names.into_iter().filter(|name| name.starts_with("log-")).max().expect("a log")
}

#[test]
fn records_are_found_by_address_over_files_and_restarts() {
    let disk = SimDisk::new(1);
    let mut places = Vec::new();
    for round in 0..4 {
        let mut spool = open(&disk);
        for i in 0..60_usize {
            let length = if i == 30 { 40_000 } else { i * 7 };
            let body = vec![round as u8; length];
            places.push((write(&mut spool, &body), body));
        }
        for (lsn, body) in &places {
            assert_eq!(body_at(&spool.log, *lsn).as_ref(), Some(body));
        }
        let beyond = spool.journal.durable();
        assert_eq!(body_at(&spool.log, beyond), None);
    }
}

#[test]
fn everything_staged_goes_out_as_one_frame_with_dense_ordinals() {
    let disk = SimDisk::new(1);
    let mut spool = open(&disk);
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    spool.journal.subscribe(Box::new(move || {
        counted.fetch_add(1, Ordering::SeqCst);
    }));
    assert_eq!(spool.flusher.step(), Flushed::Idle);
    let mut ends = Vec::new();
    for i in 0..3 {
        let appended = spool.journal.append(Timestamp(i), &mut one_message(b"x")).expect("room");
        assert_eq!(appended.base_ord, MessageOrd(i));
        ends.push(appended.end);
        assert!(spool.journal.durable() < appended.end, "not before the sync");
    }
    assert_eq!(ends.last(), Some(&spool.journal.end()));
    let before = disk.operations();
    assert!(matches!(spool.flusher.step(), Flushed::Committed(_)));
    assert_eq!(spool.journal.end(), spool.journal.durable());
    assert_eq!(disk.operations() - before, 2, "one write and one sync");
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    assert!(ends.iter().all(|&end| spool.journal.durable() >= end));
    let mut frame = vec![0; 4096];
    let count = spool.log.read_at(Lsn(0), &mut frame).expect("reads");
    let mut rest = &frame[FRAME_HEADER_BYTES..count];
    for i in 0..3 {
        let chunk = ChunkView::parse(rest).expect("a chunk");
        assert_eq!((chunk.base_ord, chunk.time), (MessageOrd(i), Timestamp(i)));
        rest = &rest[chunk.len_bytes()..];
    }
}

#[test]
fn an_empty_chunk_needs_nothing_and_a_refused_one_stays_whole() {
    let spool = open(&SimDisk::new(1));
    let appended = spool.journal.append(Timestamp(0), &mut Chunk::new()).expect("room");
    assert!(spool.journal.durable() >= appended.end);
    let mut big = one_message(&[0; 1500]);
    spool.journal.append(Timestamp(0), &mut big.clone()).expect("room");
    let refused = spool.journal.append(Timestamp(0), &mut big);
    assert_eq!((refused, big.messages()), (Err(AppendError::Busy), 1));
}

#[test]
fn a_failed_write_or_sync_is_the_end() {
    for (operation, failing) in [(0, "write"), (1, "sync")] {
        let disk = SimDisk::new(1);
        let mut spool = open(&disk);
        write(&mut spool, b"safe");
        let durable = spool.journal.durable();
        spool.journal.append(Timestamp(0), &mut one_message(b"x")).expect("room");
        disk.fail_at(disk.operations() + operation, Fault::Error);
        assert_eq!(spool.flusher.step(), Flushed::Failed, "{failing}");
        assert_eq!(spool.journal.health(), Health::Failed);
        assert!(spool.journal.failure().is_some());
        let operations = disk.operations();
        assert_eq!(spool.flusher.step(), Flushed::Failed);
        assert_eq!(disk.operations(), operations, "never tried again");
        let refused = spool.journal.append(Timestamp(0), &mut one_event());
        assert_eq!(refused, Err(AppendError::Failed));
        assert_eq!(spool.journal.durable(), durable);
    }
}

#[test]
fn a_disk_below_its_floor_takes_events_only_until_room_returns() {
    let disk = SimDisk::new(1);
    disk.set_capacity(1 << 20);
    let options = LogOptions { free_bytes_min: 512 << 10, ..options() };
    let mut spool = open_with(&disk, &options).expect("opens");
    assert_eq!((spool.flusher.step(), spool.journal.health()), (Flushed::Idle, Health::Accepting));
    disk.set_capacity(400 << 10);
    for _ in 0..400 {
        let mut chunk = one_message(&[0; 1000]);
        if spool.journal.append(Timestamp(0), &mut chunk) == Err(AppendError::Full) {
            break;
        }
        spool.flusher.step();
        // The look at the free space is due after so many octets; do not write them all here.
        spool.flusher.look_at_room();
    }
    assert_eq!(spool.journal.health(), Health::Full);
    spool.journal.append(Timestamp(0), &mut one_event()).expect("events go on");
    assert!(matches!(spool.flusher.step(), Flushed::Committed(_)));
    disk.set_capacity(2 << 20);
    spool.flusher.step();
    assert_eq!(spool.journal.health(), Health::Accepting);
}

#[test]
fn a_tail_torn_at_any_octet_is_cut_and_never_appended_to() {
    let disk = SimDisk::new(1);
    let mut spool = open(&disk);
    let first = write(&mut spool, b"first");
    let valid = spool.journal.durable();
    write(&mut spool, b"second, to be torn");
    let end = spool.journal.durable();
    let name = newest_log(&disk);
    let whole = disk.contents(&name).expect("there");
    let at = |lsn: Lsn| STAMP_BYTES + lsn.0 as usize;
    for cut in at(valid)..at(end) {
        for garbage in [false, true] {
            let fill = if garbage { 0xa5 } else { 0 };
            if whole[cut..at(end)].iter().all(|&octet| octet == fill) {
                continue;
            }
            let disk = disk.crash();
            disk.damage(&name, |octets| {
                *octets = whole.clone();
                octets[cut..].fill(fill);
            });
            let mut spool = open(&disk);
            assert_eq!(spool.recovered.scan.end, valid, "cut at {cut}");
            assert_eq!(spool.recovered.scan.torn.is_some(), cut > at(valid) || garbage);
            assert_eq!(body_at(&spool.log, first).as_deref(), Some(&b"first"[..]));
            assert_ne!(newest_log(&disk), name, "a new file");
            let third = write(&mut spool, b"third");
            let spool = open(&disk);
            assert_eq!(body_at(&spool.log, third).as_deref(), Some(&b"third"[..]));
            assert!(spool.recovered.scan.torn.is_none());
        }
    }
}

#[test]
fn damage_before_the_end_is_refused_and_skipped_only_on_the_operators_word() {
    let disk = SimDisk::new(1);
    let mut spool = open(&disk);
    let places: Vec<Lsn> = (0..40_u8).map(|i| write(&mut spool, &[i; 200])).collect();
    drop(spool);
    let names = disk.list().expect("alive");
    assert!(names.len() > 2, "several files");
    for name in &names {
        let whole = disk.contents(name).expect("there");
        // A flipped bit in the middle, a hole, and the rest of the file gone.
        for kind in 0..3 {
            let disk = disk.crash();
            disk.damage(name, |octets| {
                *octets = whole.clone();
                match kind {
                    0 => octets[STAMP_BYTES + 700] ^= 4,
                    1 => octets[STAMP_BYTES + 600..STAMP_BYTES + 1200].fill(0),
                    _ => octets.truncate(STAMP_BYTES + 100),
                }
            });
            let newest = Some(name) == names.iter().max();
            if kind == 2 && newest {
                continue;
            }
            let Err(error) = open_with(&disk, &options()).map(|_| ()) else {
                panic!("{name} {kind} was taken");
            };
            let text = error.to_string();
            assert!(matches!(error, OpenError::Corrupt { .. }), "{text}");
            assert!(text.contains(name) && text.contains("--accept-corruption"), "{text}");
            let accepting = LogOptions { accept_corruption: true, ..options() };
            let spool = open_with(&disk, &accepting).expect("accepted");
            assert_eq!(spool.recovered.scan.skipped.len(), 1, "{name} {kind}");
            let last = places.last().expect("some");
            assert_eq!(body_at(&spool.log, *last).as_deref(), Some(&[39; 200][..]));
        }
    }
}

#[test]
fn a_log_of_another_version_or_directory_is_refused() {
    let disk = SimDisk::new(1);
    drop(open(&disk));
    assert!(recover(Arc::new(disk.clone()), ID + 1, Lsn(0), &options()).is_err());
    disk.damage(&newest_log(&disk), |octets| {
        octets[16] = 9;
        let crc = crc32c::crc32c(&octets[..60]).to_le_bytes();
        octets[60..64].copy_from_slice(&crc);
    });
    let Err(error) = open_with(&disk, &options()).map(|_| ()) else { panic!("was taken") };
    assert!(matches!(error, OpenError::Version { found: 9, .. }), "{error}");
}

#[test]
fn a_body_that_looks_like_a_frame_is_none() {
    // What a frame of this directory would look like, in a message's body behind a torn header.
    let disk = SimDisk::new(1);
    let mut spool = open(&disk);
    let mut fake = one_message(b"fake").octets().to_vec();
    fake.splice(0..0, [0; FRAME_HEADER_BYTES]);
    super::frame::seal(&mut fake, ID + 1, Lsn(100));
    write(&mut spool, &fake);
    let name = newest_log(&disk);
    disk.damage(&name, |octets| octets[STAMP_BYTES] ^= 1);
    let spool = open(&disk);
    assert_eq!((spool.recovered.scan.end, spool.recovered.scan.torn.is_some()), (Lsn(0), true));
}

#[test]
fn a_directory_of_the_machine_works_and_has_one_owner() {
    let directory = tempfile::tempdir().expect("room");
    let disk = Arc::new(RealDisk::open(directory.path()).expect("directory"));
    let held = disk.lock().expect("free");
    let other = RealDisk::open(directory.path()).expect("directory");
    assert!(other.lock().is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock));
    drop(held);
    other.lock().expect("free again");
    let mut place = Lsn(0);
    for _ in 0..2 {
        let recovered = recover(disk.clone(), ID, Lsn(0), &options()).expect("opens");
        let (journal, mut flusher) = recovered.start(MessageOrd(0), &options());
        if place > Lsn(0) {
            assert_eq!(body_at(&recovered.log, place).as_deref(), Some(&b"real"[..]));
        }
        let thread = std::thread::spawn(move || flusher.run());
        for _ in 0..100 {
            let appended = loop {
                match journal.append(Timestamp(1), &mut one_message(b"real")) {
                    Ok(appended) => break appended,
                    Err(error) => assert_eq!(error, AppendError::Busy),
                }
            };
            place = appended.lsn(super::chunk::CHUNK_HEADER_BYTES as u32);
        }
        journal.close();
        thread.join().expect("ends");
        assert!(journal.durable() > place);
    }
    assert!(disk.free_bytes().expect("known") > 0);
}
