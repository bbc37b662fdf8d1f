//! Arbitrary octets as a compressed file of the log: reading it explains or succeeds, and never panics.
//!
//! The body of the fuzz target `cold`, here so that its corpus also runs as a plain test. In one of the three ways
//! checksums are made right, or nothing behind them would ever be reached.

use std::sync::Arc;

use super::block::{BLOCK_HEADER_BYTES, header_of};
use super::blocks::Blocks;
use super::file::ColdFile;
use super::layout::{ENTRY_BYTES, FOOTER_BYTES, Footer, Place, blocks_of};
use super::write::ColdWriter;
use crate::spool::disk::{Disk, DiskFile, Paced};
use crate::spool::lsn::Lsn;
use crate::spool::sim_disk::SimDisk;
use crate::spool::stamp::STAMP_BYTES;

const PLACE: Place = Place { directory_id: 7, base: Lsn(0x300) };
const NAME: &str = "log-0000000000000300";

/// Octets of a block in the right file.
const BLOCK: u32 = 256;

/// Octets that are read of a file, at most, and at a time.
const READ_MAX: u64 = 1 << 20;
const READ_BYTES: usize = 3_000;

/// Reads a file that is these octets behind its stamp.
pub fn read_octets(octets: &[u8]) {
    let file = [&PLACE.cold_stamp()[..], octets].concat();
    look(&file);
}

/// Reads a file of one block, whose table, footer and block say what the octets do, with right checksums.
pub fn read_sealed(octets: &[u8]) {
    let Some((numbers, rest)) = octets.split_first_chunk::<16>() else { return };
    let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| numbers[at + i]));
    let block_bytes = word(0) % (1 << 21);
    let length = u64::from(word(4)) % (1 << 33);
    let entries = rest.len().min(64) / ENTRY_BYTES * ENTRY_BYTES;
    let (table, stored) = rest.split_at(entries);
    let mut file = PLACE.cold_stamp().to_vec();
    file.extend_from_slice(&header_of(PLACE, word(8) % 4, word(12), stored));
    file.extend_from_slice(stored);
    file.extend_from_slice(table);
    let blocks = (entries / ENTRY_BYTES) as u32;
    let footer = Footer { block_bytes, length, blocks, table_crc: PLACE.checksum(table) };
    file.extend_from_slice(&footer.encode(PLACE));
    look(&file);
    // So that the footer says as many blocks as there are.
    let length = u64::from(blocks) * u64::from(block_bytes);
    file.truncate(file.len() - FOOTER_BYTES);
    file.extend_from_slice(&Footer { length, ..footer }.encode(PLACE));
    look(&file);
}

/// Reads a right file that was changed in places: each four octets are one change, where it is (three octets)
/// and what is written there; of a zero the rest of the file goes. What is said to be sound has to be true.
pub fn read_changed(octets: &[u8]) {
    let (truth, mut file) = right_file();
    for change in octets.as_chunks::<4>().0 {
        let at = u32::from_le_bytes([change[0], change[1], change[2], 0]) as usize;
        let at = STAMP_BYTES + at % (file.len() - STAMP_BYTES).max(1);
        match file.get_mut(at) {
            Some(octet) if change[3] > 0 => *octet ^= change[3],
            _ => file.truncate(at),
        }
        if file.len() <= STAMP_BYTES {
            break;
        }
    }
    let Some(cold) = open(&file) else { return };
    let mut read = vec![0; truth.len()];
    let mut at = 0;
    while at < truth.len() {
        let from = STAMP_BYTES as u64 + at as u64;
        let count = cold.read_sound(&mut read[at..], from).unwrap_or(0);
        assert_eq!(read[at..at + count], truth[at..at + count], "from {at}");
        // On with the block behind the damage.
        at = (at + count + 1).next_multiple_of(BLOCK as usize);
    }
}

/// A file that is right, and the octets of log in it.
fn right_file() -> (Vec<u8>, Vec<u8>) {
    let mut random = fastrand::Rng::with_seed(5);
    let mut truth: Vec<u8> = (0..3_000_u32).map(|at| (at / 7 % 60) as u8).collect();
    truth.extend((0..700).map(|_| random.u8(..)));
    let disk = SimDisk::new(1);
    if let Ok(file) = disk.create(NAME)
        && let Ok(mut writer) = ColdWriter::new(file, PLACE, BLOCK, Paced::default())
    {
        let _room = writer.put(&truth).and_then(|()| writer.finish());
    }
    (truth, disk.contents(NAME).unwrap_or_default())
}

fn open(octets: &[u8]) -> Option<ColdFile> {
    let disk = SimDisk::new(1);
    let file = disk.create(NAME).ok()?;
    file.write_at(octets, 0).ok()?;
    let cold = ColdFile::open(file, PLACE, &Arc::<Blocks>::default()).ok()?;
    // A table takes no more than the file could hold blocks.
    let blocks = blocks_of(cold.table.length, cold.table.block_bytes);
    let could = octets.len() / ENTRY_BYTES.min(BLOCK_HEADER_BYTES) + 1;
    assert!(cold.table.starts.len() as u64 == blocks && blocks <= could as u64);
    Some(cold)
}

/// Reads a file from its beginning, from its end, and block by block.
fn look(octets: &[u8]) {
    let Some(cold) = open(octets) else { return };
    let mut buffer = vec![0; READ_BYTES];
    let length = cold.len_bytes().unwrap_or(0);
    let starts = (0..READ_MAX).step_by(READ_BYTES).take_while(|at| *at < length);
    for at in starts.chain([length.saturating_sub(1_000), length, u64::MAX]) {
        let zeros = cold.read_at(&mut buffer, at).unwrap_or(0);
        let sound = cold.read_sound(&mut buffer, at).unwrap_or(0);
        assert!(sound <= zeros && zeros <= READ_BYTES);
        assert!(cold.block_offset(at) >= STAMP_BYTES as u64);
    }
    let mut faults = 0;
    let _explained = cold.faults(&mut |_| faults += 1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corpus_of_the_fuzz_target_is_read_or_explained() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/cold");
        let inputs = std::fs::read_dir(folder).expect("a corpus");
        let run = |input: std::fs::DirEntry| {
            let octets = std::fs::read(input.path()).expect("a file");
            let octets = &octets[1..];
            read_octets(octets);
            read_sealed(octets);
            read_changed(octets);
        };
        assert!(inputs.map(|input| run(input.expect("a file"))).count() > 5);
    }

    #[test]
    fn files_of_any_octets_are_read_or_explained() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..400 {
            let mut octets: Vec<u8> =
                (0..random.usize(..900)).map(|_| random.u8(..) >> random.u8(..8)).collect();
            read_octets(&octets);
            read_changed(&octets[..octets.len().min(random.usize(..40))]);
            if let Some(numbers) = octets.first_chunk_mut::<16>() {
                numbers[..4].copy_from_slice(&random.u32(256..2_000).to_le_bytes());
                numbers[12..].copy_from_slice(&random.u32(1..2_000).to_le_bytes());
            }
            read_sealed(&octets);
        }
    }
}
