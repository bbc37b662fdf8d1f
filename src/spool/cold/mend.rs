//! Finding the blocks of a file whose table is damaged: each says which it is.

use std::io;

use super::block::{BLOCK_HEADER_BYTES, BlockHeader};
use super::file::{MISSING, Table};
use super::layout::{BLOCK_BYTES, LENGTH_MAX, Place, blocks_of};
use crate::spool::disk::DiskFile;
use crate::spool::recovery::Window;
use crate::spool::stamp::STAMP_BYTES;

/// Octets looked at between two reads in search of a block.
const SEARCH_BYTES: usize = 64 << 10;

/// Reads a file of so many octets from its first block on. What is not found is missing from the table. How much
/// log there was behind the last block found is not known.
pub(super) fn mend(file: &dyn DiskFile, bytes: u64, place: Place) -> io::Result<Table> {
    let mut window = Window::default();
    let mut found: Vec<(u32, BlockHeader)> = Vec::new();
    let mut at = STAMP_BYTES as u64;
    while at < bytes {
        let octets = window.read(file, at, SEARCH_BYTES)?;
        let places = octets.len().saturating_sub(BLOCK_HEADER_BYTES - 1);
        let header = (0..places).find_map(|i| {
            let header = BlockHeader::parse(&octets[i..], place)?;
            // They are in order; an old one may be told by that.
            let behind = found.last().is_none_or(|(_, last)| header.number > last.number);
            behind.then_some((i, header))
        });
        let Some((i, header)) = header else {
            if places == 0 {
                break;
            }
            at += places as u64;
            continue;
        };
        let start = at + i as u64;
        let Ok(behind_stamp) = u32::try_from(start - STAMP_BYTES as u64) else { break };
        found.push((behind_stamp, header));
        at = start + (BLOCK_HEADER_BYTES + header.stored as usize) as u64;
    }
    Ok(table_of(&found, bytes))
}

/// The table of the blocks that were found in a file of so many octets, by where they are.
fn table_of(found: &[(u32, BlockHeader)], bytes: u64) -> Table {
    let block_bytes = *BLOCK_BYTES.start();
    let none = Table { block_bytes, end: STAMP_BYTES as u64, ..Table::default() };
    let Some((_, last)) = found.last() else { return none };
    // Only the last one may be shorter: if it is all there is, where it belongs is not known.
    if found.len() == 1 && last.number > 0 {
        return none;
    }
    let longest = found.iter().map(|(_, header)| header.length).max().unwrap_or_default();
    let block_bytes = longest.max(block_bytes);
    let length = u64::from(last.number) * u64::from(block_bytes) + u64::from(last.length);
    let possible = u64::from(last.number) <= bytes / BLOCK_HEADER_BYTES as u64;
    if length > LENGTH_MAX || !possible {
        return none;
    }
    let mut starts = vec![MISSING; blocks_of(length, block_bytes) as usize];
    for (start, header) in found {
        if let Some(entry) = starts.get_mut(header.number as usize) {
            *entry = *start;
        }
    }
    let end = found.last().map_or(0, |(start, last)| u64::from(*start) + u64::from(last.stored));
    let end = end + (STAMP_BYTES + BLOCK_HEADER_BYTES) as u64;
    Table { block_bytes, length, starts, end }
}
