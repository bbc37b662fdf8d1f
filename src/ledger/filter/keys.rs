//! Keys of a filter, and which bits stand for one.
//!
//! A filter is cut into blocks of [`BLOCK_BITS`] bits; a key has [`PROBES`] bits of one block, so that it
//! costs one page to look for (a blocked Bloom filter). Part of the durable format.
//! **Invariant**: keys are hashes with the key of the directory: nobody who has only the file can try
//! numbers.

use crate::ledger::config::Geometry;

/// Bits of a block, of each segment.
pub(in crate::ledger) const BLOCK_BITS: usize = 504;

/// Blocks of a page: an octet for each bit of a block, with a bit of it for each segment.
pub(in crate::ledger) const BLOCKS_PER_PAGE: usize = 8;

/// Octets of a page that are used.
pub(in crate::ledger) const PAGE_USED: usize = BLOCKS_PER_PAGE * BLOCK_BITS;

/// Bits for each message of a segment: about eight for each of its keys.
const BITS_PER_ROW: usize = 32;

/// Bits that stand for a key.
const PROBES: u32 = 5;

/// What a key is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ledger) enum KeyKind {
    To = 1,
    From = 2,
    Reference = 3,
    Tag = 4,
    Word = 5,
}

/// Makes the keys of a directory.
#[derive(Clone, Copy, Debug)]
pub(in crate::ledger) struct Keys {
    secret: u64,
}

impl Keys {
    pub(in crate::ledger) const fn new(secret: u64) -> Self {
        Self { secret }
    }

    /// The key of a number.
    pub(in crate::ledger) fn number(self, kind: KeyKind, value: u64) -> u64 {
        fold(fold(self.secret, kind as u64), value)
    }

    /// The key of a word.
    pub(in crate::ledger) fn word(self, word: &[u8]) -> u64 {
        let (words, rest) = word.as_chunks::<8>();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        let seed = fold(fold(self.secret, KeyKind::Word as u64), word.len() as u64);
        let all = words.iter().chain(std::iter::once(&last));
        all.fold(seed, |hash, word| fold(hash, u64::from_le_bytes(*word)))
    }
}

/// One round: a full multiplication, both halves of it.
fn fold(hash: u64, word: u64) -> u64 {
    let wide = u128::from(hash ^ 0x8ebc_6af0_9c88_c6e3) * u128::from(word ^ 0x5899_65cc_7537_4cc3);
    hash.rotate_left(29) ^ (wide >> 64) as u64 ^ wide as u64
}

/// How large the filters of a directory are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ledger) struct Shape {
    pub(in crate::ledger) blocks: u32,
}

impl Shape {
    pub(in crate::ledger) fn of(geometry: Geometry) -> Self {
        Self { blocks: (geometry.rows() * BITS_PER_ROW).div_ceil(BLOCK_BITS) as u32 }
    }

    pub(in crate::ledger) const fn pages(self) -> u32 {
        self.blocks.div_ceil(BLOCKS_PER_PAGE as u32)
    }

    /// The page of a key, and the octets of it that have its bits.
    pub(in crate::ledger) fn place(self, key: u64) -> (u32, impl Iterator<Item = usize>) {
        let block = (((key >> 32) * u64::from(self.blocks)) >> 32) as u32;
        let first = block as usize % BLOCKS_PER_PAGE * BLOCK_BITS;
        let bits = fold(key, 0xa076_1d64_78bd_642f);
        let octets = (0..PROBES).map(move |probe| {
            let drawn = (bits >> (12 * probe)) as usize & 0xfff;
            first + ((drawn * BLOCK_BITS) >> 12)
        });
        (block / BLOCKS_PER_PAGE as u32, octets)
    }
}
