//! Blocks that were read a moment ago, of all compressed files of a log, and the memory to read more.
//!
//! A page of a search reads a message and its history, which are a few octets each and often of the same blocks.
//! **Invariant**: memory is [`CACHE_BYTES`] and one block, and [`UNPACKERS_MAX`] times what zstd takes, 100 KiB.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use zstd::bulk::Decompressor;

use crate::spool::unpoisoned;

/// Octets of blocks that are kept.
const CACHE_BYTES: usize = 4 << 20;

/// Decompressors that are kept for the next.
const UNPACKERS_MAX: usize = 4;

/// Names a block: the file's number in this process, and its own.
pub(super) type BlockName = (u64, u32);

/// What is kept.
#[derive(Default)]
pub(in crate::spool) struct Blocks {
    kept: Mutex<Kept>,
    unpackers: Mutex<Vec<Decompressor<'static>>>,
    files: AtomicU64,
}

#[derive(Default)]
struct Kept {
    blocks: HashMap<BlockName, Arc<[u8]>>,
    /// The oldest first.
    order: VecDeque<BlockName>,
    bytes: usize,
}

impl Blocks {
    /// A number for a file that no other has.
    pub(super) fn file_number(&self) -> u64 {
        self.files.fetch_add(1, Ordering::Relaxed)
    }

    pub(super) fn get(&self, name: BlockName) -> Option<Arc<[u8]>> {
        unpoisoned::lock(&self.kept).blocks.get(&name).cloned()
    }

    /// Keeps a block; the oldest ones make room.
    pub(super) fn keep(&self, name: BlockName, octets: &Arc<[u8]>) {
        let mut kept = unpoisoned::lock(&self.kept);
        if kept.blocks.insert(name, Arc::clone(octets)).is_some() {
            return;
        }
        kept.order.push_back(name);
        kept.bytes += octets.len();
        while kept.bytes > CACHE_BYTES {
            let Some(oldest) = kept.order.pop_front() else { return };
            let freed = kept.blocks.remove(&oldest).map_or(0, |octets| octets.len());
            kept.bytes -= freed;
        }
    }

    /// Lends a decompressor.
    pub(super) fn with_unpacker<T>(
        &self,
        work: impl FnOnce(&mut Decompressor<'static>) -> T,
    ) -> io::Result<T> {
        let idle = unpoisoned::lock(&self.unpackers).pop();
        let mut unpacker = match idle {
            Some(unpacker) => unpacker,
            None => Decompressor::new()?,
        };
        let outcome = work(&mut unpacker);
        let mut idle = unpoisoned::lock(&self.unpackers);
        if idle.len() < UNPACKERS_MAX {
            idle.push(unpacker);
        }
        Ok(outcome)
    }
}

impl fmt::Debug for Blocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = unpoisoned::lock(&self.kept).bytes;
        f.debug_struct("Blocks").field("bytes", &bytes).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_blocks_make_room_for_new_ones() {
        let (blocks, octets) = (Blocks::default(), Arc::from(vec![7; 1 << 20]));
        let file = blocks.file_number();
        assert_ne!(file, blocks.file_number());
        (0..5).for_each(|number| blocks.keep((file, number), &octets));
        assert!(blocks.get((file, 0)).is_none());
        assert!((1..5).all(|number| blocks.get((file, number)).is_some()));
        assert!(unpoisoned::lock(&blocks.kept).bytes <= CACHE_BYTES);
    }
}
