//! Arbitrary octets as a data directory: opening explains or opens, and never panics.
//!
//! The body of the fuzz target `log_recovery`, here so that its corpus also runs as a plain test.

use std::sync::Arc;

use super::config::LedgerConfig;
use super::query::Query;
use super::store::Ledger;
use crate::base::clock::Timestamp;
use crate::base::id::{CarrierId, MessageOrd};
use crate::message::event::{Event, What};
use crate::message::record::Message;
use crate::spool::chunk::{CHUNK_HEADER_BYTES, Chunk};
use crate::spool::disk::Disk;
use crate::spool::frame::{self, FRAME_HEADER_BYTES};
use crate::spool::lsn::Lsn;
use crate::spool::sim_disk::SimDisk;
use crate::spool::stamp::STAMP_BYTES;

/// Opens a directory that was changed as the octets say, and reads everything in it. Each four
/// octets are one change: which file, where in it (two octets), what is written there.
pub fn open_damaged(octets: &[u8]) {
    let disk = written();
    let mut names = disk.list().unwrap_or_default();
    names.sort_unstable();
    for change in octets.as_chunks::<4>().0 {
        let name = &names[usize::from(change[0] & 0x7f) % names.len().max(1)];
        let place = usize::from(u16::from_le_bytes([change[1], change[2]]));
        disk.damage(name, |file| {
            let length = file.len().max(1);
            match change[0] >> 7 {
                0 if !file.is_empty() => file[place % length] ^= change[3],
                _ => file.truncate(place % length),
            }
        });
    }
    open_both_ways(&disk);
}

/// Opens a directory whose log holds these octets behind a valid beginning.
pub fn open_log(octets: &[u8]) {
    let disk = written();
    let mut names = disk.list().unwrap_or_default();
    names.retain(|name| name.starts_with("log-"));
    names.sort_unstable();
    if let Some(name) = names.last() {
        disk.damage(name, |file| {
            file.truncate(STAMP_BYTES + octets.first().copied().map_or(0, usize::from));
            file.extend_from_slice(octets);
        });
    }
    open_both_ways(&disk);
}

/// Opens a directory whose log is one valid frame with one chunk: the first octet is the ordinal it
/// begins with, the second how many messages it claims, the rest are its records.
pub fn open_chunk(octets: &[u8]) {
    let [base_ord, messages, records @ ..] = octets else { return };
    let disk = SimDisk::new(1);
    drop(Ledger::open(Arc::new(disk.clone()), LedgerConfig::tiny()));
    let identity = disk.contents("identity").unwrap_or_default();
    let id = identity.get(24..32).and_then(|octets| octets.try_into().ok()).map(u64::from_le_bytes);
    let mut frame = vec![0; FRAME_HEADER_BYTES];
    frame.extend_from_slice(&((CHUNK_HEADER_BYTES + records.len()) as u32).to_le_bytes());
    frame.extend_from_slice(&u64::from(*base_ord).to_le_bytes());
    frame.extend_from_slice(&u32::from(*messages).to_le_bytes());
    frame.extend_from_slice(&u32::from(*messages).to_le_bytes());
    frame.extend_from_slice(&7_u64.to_le_bytes());
    frame.extend_from_slice(records);
    frame::seal(&mut frame, id.unwrap_or(0), Lsn(0));
    disk.damage("log-0000000000000000", |file| {
        file.truncate(STAMP_BYTES);
        file.extend_from_slice(&frame);
    });
    open_both_ways(&disk);
}

fn open_both_ways(disk: &SimDisk) {
    for accept_corruption in [false, true] {
        let mut config = LedgerConfig::tiny();
        config.log.accept_corruption = accept_corruption;
        let Ok(mut opened) = Ledger::open(Arc::new(disk.clone()), config) else { continue };
        let messages = opened.ledger.stats().messages;
        for ord in (0..messages.min(2000)).map(MessageOrd) {
            let _ = opened.ledger.message(ord);
            let _ = opened.ledger.events(ord);
        }
        let _ = opened.ledger.search(&Query::default());
        let _ = opened.ledger.notices(10);
        let _ = opened.ledger.to_submit(CarrierId(0), None, 10);
        let _ = opened.indexer.checkpoint();
    }
}

/// A directory with a few of everything, the same every time.
fn written() -> SimDisk {
    let disk = SimDisk::new(1);
    let Ok(mut opened) = Ledger::open(Arc::new(disk.clone()), LedgerConfig::tiny()) else {
        return disk;
    };
    let mut chunk = Chunk::new();
    for turn in 0..12_u64 {
        for _ in 0..25 {
            let slot = chunk.message(&Message::default());
            let carrier = CarrierId(0);
            chunk.event_here(slot.index, &What::Sending { carrier, bind: 0, attempt: 1 });
            let carrier_message_id = &turn.to_le_bytes();
            chunk.event_here(slot.index, &What::Sent { carrier, carrier_message_id });
        }
        let what = What::Answered { command_status: 0 };
        chunk.event(&Event { ord: MessageOrd(turn), what });
        let _ = opened.journal.append(Timestamp(turn), &mut chunk);
        opened.flusher.step();
        let _ = opened.indexer.step();
        let _ = opened.sealer.step();
        if turn == 8 {
            let _ = opened.indexer.checkpoint();
        }
    }
    disk
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corpus_of_the_fuzz_target_is_opened_or_explained() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/log_recovery");
        let inputs = std::fs::read_dir(folder).expect("a corpus");
        let run = |input: std::fs::DirEntry| {
            let octets = std::fs::read(input.path()).expect("a file");
            open_damaged(&octets);
            open_log(&octets);
            open_chunk(&octets);
        };
        assert!(inputs.map(|input| run(input.expect("a file"))).count() > 5);
    }

    #[test]
    fn a_damaged_directory_is_opened_or_explained() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..60 {
            let changes: Vec<u8> = (0..4 * random.usize(1..4)).map(|_| random.u8(..)).collect();
            open_damaged(&changes);
            open_log(&changes);
            open_chunk(&changes);
        }
    }
}
