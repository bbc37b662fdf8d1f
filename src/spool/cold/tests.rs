//! Compressed files as a whole: what is read of them, damage, torn octets, and the log over them.

use std::sync::Arc;

use super::blocks::Blocks;
use super::compress::Compressed;
use super::file::ColdFile;
use super::layout::{FOOTER_BYTES, Place};
use super::write::ColdWriter;
use crate::base::clock::Timestamp;
use crate::message::record::Message;
use crate::spool::chunk::{CHUNK_HEADER_BYTES, Chunk};
use crate::spool::disk::{Disk, DiskFile, Paced};
use crate::spool::error::OpenError;
use crate::spool::flusher::Flushed;
use crate::spool::log::{Log, file_name};
use crate::spool::lsn::Lsn;
use crate::spool::recovery::{LogOptions, recover};
use crate::spool::sim_disk::{Fault, SimDisk};
use crate::spool::stamp::STAMP_BYTES;
use crate::spool::tests::{ID, Spool, body_at, open_with, options};
use crate::spool::walk::{Walk, walk};

const PLACE: Place = Place { directory_id: 3, base: Lsn(0x1000) };
const NAME: &str = "cold";

/// The octets of log in a compressed file's octets, whatever its directory; nothing if they are none. For tests
/// that look for something in all files.
pub(crate) fn unpacked(octets: &[u8]) -> Option<Vec<u8>> {
    let long = |at: usize| Some(u64::from_le_bytes(*octets.get(at..)?.first_chunk()?));
    let place = Place { directory_id: long(24)?, base: Lsn(long(32)?) };
    if !octets.starts_with(&place.cold_stamp()) {
        return None;
    }
    let disk = SimDisk::new(1);
    let file = disk.create(NAME).expect("room");
    file.write_at(octets, 0).expect("room");
    let cold = ColdFile::open(file, place, &Arc::default()).expect("reads");
    let mut out = vec![0; cold.length() as usize];
    cold.read_at(&mut out, STAMP_BYTES as u64).expect("reads");
    Some(out)
}

/// Octets that are now repeated, now random.
fn mixed(random: &mut fastrand::Rng, length: usize) -> Vec<u8> {
    let mut octets = Vec::with_capacity(length);
    while octets.len() < length {
        let run = random.usize(1..400);
        let same = random.u8(..);
        let noisy = random.bool();
        octets.extend((0..run).map(|_| if noisy { random.u8(..) } else { same }));
    }
    octets.truncate(length);
    octets
}

fn written(disk: &SimDisk, octets: &[u8], block_bytes: u32) {
    let file = disk.create(NAME).expect("room");
    let mut writer = ColdWriter::new(file, PLACE, block_bytes, Paced::default()).expect("room");
    octets.chunks(777).for_each(|some| writer.put(some).expect("room"));
    writer.finish().expect("room");
}

fn opened(disk: &SimDisk) -> ColdFile {
    let file = disk.open(NAME).expect("there");
    ColdFile::open(file, PLACE, &Arc::<Blocks>::default()).expect("reads")
}

#[test]
fn any_span_reads_as_it_does_of_the_file_it_was_made_of() {
    let mut random = fastrand::Rng::with_seed(1);
    for round in 0..40 {
        let length = random.usize(..9_000) * (round % 4);
        let octets = mixed(&mut random, length);
        let disk = SimDisk::new(1);
        written(&disk, &octets, [256, 300, 1_024, 16_384][round % 4]);
        let cold = opened(&disk);
        assert!(cold.is_whole(length as u64));
        let plain = [&PLACE.plain_stamp().encode()[..], &octets].concat();
        assert_eq!(cold.len_bytes().expect("known"), plain.len() as u64);
        for _ in 0..200 {
            let (at, count) = (random.usize(..plain.len() + 100), random.usize(..3_000));
            let expected = &plain[at.min(plain.len())..(at + count).min(plain.len())];
            for sound_only in [false, true] {
                let mut buffer = vec![9; count];
                let read = match sound_only {
                    true => cold.read_sound(&mut buffer, at as u64),
                    false => cold.read_at(&mut buffer, at as u64),
                };
                assert_eq!(&buffer[..read.expect("reads")], expected, "{count} from {at}");
            }
        }
        let mut faults = Vec::new();
        cold.faults(&mut |fault| faults.push(fault)).expect("reads");
        assert_eq!(faults, [], "round {round}");
    }
}

/// Checks that every block reads as it was or as zeros; says which are zeros.
fn lost_blocks(cold: &ColdFile, octets: &[u8], block_bytes: usize, what: &str) -> Vec<usize> {
    let mut read = vec![9; octets.len()];
    let count = cold.read_at(&mut read, STAMP_BYTES as u64).expect("reads");
    let mut lost = Vec::new();
    for (number, block) in octets.chunks(block_bytes).enumerate() {
        let from = number * block_bytes;
        let now = read[..count].get(from..from + block.len()).unwrap_or_default();
        if now != block {
            assert!(now.iter().all(|octet| *octet == 0), "{what}: block {number} is another");
            lost.push(number);
        }
    }
    lost
}

#[test]
fn an_octet_changed_anywhere_costs_one_block_at_most_and_is_told() {
    let octets = mixed(&mut fastrand::Rng::with_seed(2), 2_000);
    let disk = SimDisk::new(1);
    written(&disk, &octets, 512);
    let whole = disk.contents(NAME).expect("there");
    for at in STAMP_BYTES..whole.len() {
        disk.damage(NAME, |file| {
            file.clone_from(&whole);
            file[at] ^= 0x10;
        });
        let cold = opened(&disk);
        let lost = lost_blocks(&cold, &octets, 512, &format!("octet {at}"));
        let mut faults = 0;
        cold.faults(&mut |_| faults += 1).expect("reads");
        assert!(lost.len() <= 1 && faults == 1, "octet {at}: {lost:?}, {faults} faults");
        assert_eq!(lost.is_empty(), !cold.is_whole(2_000), "octet {at}: the table or a block");
    }
}

#[test]
fn of_a_file_cut_at_any_octet_all_whole_blocks_are_read() {
    let octets = mixed(&mut fastrand::Rng::with_seed(3), 2_000);
    let disk = SimDisk::new(1);
    written(&disk, &octets, 512);
    let whole = disk.contents(NAME).expect("there");
    let cold = opened(&disk);
    let ends: Vec<u64> = (1..4)
        .map(|number| cold.block_offset(number * 512))
        .chain([whole.len() as u64 - (FOOTER_BYTES + 4 * 4) as u64])
        .collect();
    for cut in STAMP_BYTES..whole.len() {
        for torn in [false, true] {
            disk.damage(NAME, |file| {
                file.clone_from(&whole);
                match torn {
                    true => file[cut..].fill(0),
                    false => file.truncate(cut),
                }
            });
            let unchanged = disk.contents(NAME) == Some(whole.clone());
            let cold = opened(&disk);
            assert_eq!(cold.is_whole(2_000), unchanged, "cut at {cut}");
            let lost = lost_blocks(&cold, &octets, 512, &format!("cut at {cut}"));
            let there = ends.iter().filter(|end| **end <= cut as u64).count();
            // The last octets of a block may be zeros anyway.
            assert!(lost.len() <= 4 - there, "cut at {cut}: {lost:?}");
        }
    }
}

/// Messages in several files, with the places of all.
fn filled(disk: &SimDisk) -> (Spool, Vec<(Lsn, Vec<u8>)>) {
    let mut spool = open_with(disk, &options()).expect("opens");
    let places = (0..120_u32).map(|number| one(&mut spool, number)).collect();
    (spool, places)
}

fn one(spool: &mut Spool, number: u32) -> (Lsn, Vec<u8>) {
    let body = format!("message {number:05} of many that are much like one another").into_bytes();
    let mut chunk = Chunk::new();
    chunk.message(&Message { body: &body, ..Message::default() });
    let appended = spool.journal.append(Timestamp(5), &mut chunk).expect("room");
    assert!(matches!(spool.flusher.step(), Flushed::Committed(_)));
    (appended.lsn(CHUNK_HEADER_BYTES as u32), body)
}

/// Compresses all closed files; the error of the disk if it failed.
fn compress_all(log: &Log) -> std::io::Result<usize> {
    let mut count = 0;
    for (base, _) in log.closed_plain() {
        let mut compressing = log.compress(base, 512)?.expect("it is whole");
        loop {
            match compressing.step(log)? {
                Compressed::Again => {}
                Compressed::Done(sums) => {
                    assert!(sums.saved_bytes() > sums.bytes, "{sums:?}");
                    break;
                }
                other => panic!("{other:?}"),
            }
        }
        count += 1;
    }
    Ok(count)
}

fn all_there(log: &Log, places: &[(Lsn, Vec<u8>)]) {
    for (lsn, body) in places {
        assert_eq!(body_at(log, *lsn).as_ref(), Some(body), "{lsn}");
    }
}

#[test]
fn records_keep_their_addresses_and_a_restart_reads_from_any_of_them() {
    let disk = SimDisk::new(1);
    let (mut spool, mut places) = filled(&disk);
    let before = spool.log.len_bytes();
    let files = compress_all(&spool.log).expect("room");
    assert!(files >= 3, "{files}");
    let sums = spool.log.cold_sums();
    assert_eq!(sums.files, files as u64);
    assert!(spool.log.len_bytes() < before - sums.saved_bytes() / 2);
    all_there(&spool.log, &places);
    places.push(one(&mut spool, 999));
    let end = spool.journal.durable();
    let mut froms = Vec::new();
    let read = walk(&disk, ID, &mut |lsn, _| {
        froms.push(Lsn(lsn.0 - 12));
        Ok(())
    });
    let Walk { cold, bytes, faults, .. } = read.expect("reads");
    assert_eq!((cold, bytes, faults), (sums, end.0, vec![]));
    for from in froms {
        let recovered = recover(Arc::new(disk.crash()), ID, from, &options()).expect("opens");
        assert_eq!(recovered.scan.end, end, "from {from}");
        all_there(&recovered.log, &places);
    }
}

#[test]
fn who_has_the_old_file_open_reads_on_in_it() {
    let disk = SimDisk::new(1);
    let (spool, places) = filled(&disk);
    let old = disk.open(&file_name(Lsn(0))).expect("there");
    let before = disk.contents(&file_name(Lsn(0))).expect("there");
    compress_all(&spool.log).expect("room");
    assert_ne!(disk.contents(&file_name(Lsn(0))), Some(before.clone()));
    let mut octets = vec![0; before.len()];
    assert_eq!(old.read_at(&mut octets, 0).expect("reads"), before.len());
    assert!(octets == before);
    all_there(&spool.log, &places);
}

#[test]
fn a_power_cut_at_every_operation_of_compressing_leaves_a_whole_file() {
    for operation in 0.. {
        let disk = SimDisk::new(operation);
        let (spool, places) = filled(&disk);
        let end = spool.journal.durable();
        disk.fail_at(disk.operations() + operation, Fault::PowerCut);
        let done = compress_all(&spool.log);
        drop(spool);
        let spool = open_with(&disk.crash(), &options()).expect("opens");
        assert_eq!(spool.recovered.scan.end, end, "cut at {operation}");
        assert!(spool.recovered.scan.torn.is_none(), "cut at {operation}");
        all_there(&spool.log, &places);
        compress_all(&spool.log).expect("room");
        all_there(&spool.log, &places);
        if done.is_ok() {
            assert!(operation > 12, "{operation}");
            return;
        }
    }
}

#[test]
fn an_error_of_the_disk_leaves_the_old_file_and_it_is_tried_again() {
    let disk = SimDisk::new(1);
    let (spool, places) = filled(&disk);
    for operation in 0..6 {
        disk.fail_at(disk.operations() + operation, Fault::Error);
        let _failed = compress_all(&spool.log);
        all_there(&spool.log, &places);
    }
    compress_all(&spool.log).expect("room");
    all_there(&spool.log, &places);
    assert_eq!(spool.log.closed_plain(), []);
}

#[test]
fn damage_in_a_compressed_file_is_refused_and_skipped_only_on_the_operators_word() {
    let disk = SimDisk::new(1);
    let (spool, places) = filled(&disk);
    compress_all(&spool.log).expect("room");
    let bases = spool.log.bases();
    drop(spool);
    let name = file_name(bases[1]);
    let whole = disk.contents(&name).expect("there");
    // A flipped bit in a block, a hole over some, the rest of the file gone; of the table alone nothing is lost.
    for kind in 0..4 {
        let disk = disk.crash();
        disk.damage(&name, |octets| match kind {
            0 => octets[STAMP_BYTES + 50] ^= 4,
            1 => octets[STAMP_BYTES + 100..STAMP_BYTES + 700].fill(0),
            2 => octets.truncate(whole.len() / 2),
            _ => octets[whole.len() - 50] ^= 1,
        });
        let refused = open_with(&disk, &options()).map(|_| ());
        if kind == 3 {
            refused.expect("the blocks say where they belong");
            continue;
        }
        let Err(error) = refused else { panic!("{kind} was taken") };
        let OpenError::Corrupt { ref file, offset, .. } = error else { panic!("{error}") };
        assert!(*file == name && offset < whole.len() as u64, "{error}");
        assert!(error.to_string().contains("--accept-corruption"), "{error}");
        let accepting = LogOptions { accept_corruption: true, ..options() };
        let spool = open_with(&disk, &accepting).expect("accepted");
        assert!(!spool.recovered.scan.skipped.is_empty());
        let mut lost = 0;
        for (lsn, body) in &places {
            match body_at(&spool.log, *lsn) {
                Some(now) => assert_eq!(&now, body),
                None => lost += 1,
            }
        }
        assert!((1..80).contains(&lost), "{kind}: {lost} lost");
        let found = walk(&disk, ID, &mut |_, _| Ok(())).expect("reads");
        assert!(found.faults.iter().any(|(file, ..)| *file == name), "{kind}");
    }
}

#[test]
fn a_compressed_file_that_should_be_the_last_one_is_not_taken_for_torn() {
    let disk = SimDisk::new(1);
    let (spool, _) = filled(&disk);
    compress_all(&spool.log).expect("room");
    let (newest, base) = (spool.log.newest_base(), spool.log.bases());
    drop(spool);
    disk.remove(&file_name(newest)).expect("there");
    let name = file_name(base[base.len() - 2]);
    let cold = disk.contents(&name).expect("there");
    disk.damage(&name, |octets| octets[cold.len() - FOOTER_BYTES - 100] ^= 1);
    let refused = open_with(&disk, &options()).map(|_| ());
    assert!(matches!(refused, Err(OpenError::Corrupt { .. })), "{refused:?}");
}

#[test]
fn a_damaged_stamp_is_refused_and_on_the_operators_word_read_past() {
    let disk = SimDisk::new(1);
    let (spool, places) = filled(&disk);
    compress_all(&spool.log).expect("room");
    drop(spool);
    disk.damage(&file_name(Lsn(0)), |octets| octets[30] ^= 1);
    assert!(open_with(&disk, &options()).is_err());
    let accepting = LogOptions { accept_corruption: true, ..options() };
    let spool = open_with(&disk, &accepting).expect("accepted");
    assert_eq!(spool.recovered.scan.skipped, []);
    all_there(&spool.log, &places);
}

#[test]
fn a_compressed_file_of_a_newer_version_says_so() {
    let disk = SimDisk::new(1);
    let (spool, _) = filled(&disk);
    compress_all(&spool.log).expect("room");
    drop(spool);
    disk.damage(&file_name(Lsn(0)), |octets| {
        octets[16] = 3;
        let crc = crc32c::crc32c(&octets[..60]).to_le_bytes();
        octets[60..64].copy_from_slice(&crc);
    });
    let Err(error) = open_with(&disk, &options()).map(|_| ()) else { panic!("was taken") };
    assert!(matches!(error, OpenError::Version { found: 3, known: 2, .. }), "{error}");
}

#[test]
fn a_file_with_damage_in_it_or_nothing_to_save_is_left_as_it_is() {
    let disk = SimDisk::new(1);
    let (spool, _) = filled(&disk);
    let name = file_name(Lsn(0));
    let before = disk.contents(&name);
    disk.damage(&name, |octets| octets[STAMP_BYTES + 500] ^= 1);
    assert!(spool.log.compress(Lsn(0), 512).expect("reads").is_err());
    disk.damage(&name, |octets| octets.clone_from(before.as_ref().expect("there")));
    assert!(spool.log.compress(Lsn(0), 512).expect("reads").is_ok(), "it is whole again");
    drop(spool);
    let disk = SimDisk::new(1);
    let mut spool = open_with(&disk, &options()).expect("opens");
    let mut random = fastrand::Rng::with_seed(4);
    for _ in 0..8 {
        let body: Vec<u8> = (0..1_500).map(|_| random.u8(..)).collect();
        let mut chunk = Chunk::new();
        chunk.message(&Message { body: &body, ..Message::default() });
        spool.journal.append(Timestamp(5), &mut chunk).expect("room");
        spool.flusher.step();
    }
    let mut compressing = spool.log.compress(Lsn(0), 512).expect("reads").expect("whole");
    let outcome = loop {
        match compressing.step(&spool.log).expect("room") {
            Compressed::Again => {}
            outcome => break outcome,
        }
    };
    assert!(matches!(outcome, Compressed::Left(_)), "{outcome:?}");
    assert!(disk.list().expect("alive").iter().all(|name| !name.starts_with("tmp-")));
}
