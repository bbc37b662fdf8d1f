//! Fingerprints of the words of rows: the same from the log and from a file of the index, in any order.
//!
//! Of each block of rows it is the sum of a hash of every pair of a word and its row. A word too many or too
//! few changes it, and no memory is needed for the words.

use crate::base::id::MessageOrd;
use crate::ledger::text::verify::{Scratch, each_term, term_hash};
use crate::message::record::Message;

/// Rows of a block.
pub(super) const BLOCK_ROWS: u64 = 256;

/// The sums of all blocks of a directory.
#[derive(Debug, Default)]
pub(super) struct WordSums {
    pub(super) sums: Vec<u64>,
    scratch: Scratch,
    row: Vec<u64>,
}

impl WordSums {
    /// The next message; `None` for one that is lost.
    pub(super) fn push(&mut self, ord: MessageOrd, message: Option<&Message<'_>>) {
        let block = (ord.0 / BLOCK_ROWS) as usize;
        if self.sums.len() <= block {
            self.sums.resize(block + 1, 0);
        }
        let Some(message) = message else { return };
        let row = &mut self.row;
        row.clear();
        each_term(message, &mut self.scratch, |term| row.push(term_hash(term)));
        row.sort_unstable();
        row.dedup();
        let sum = row.iter().fold(0_u64, |sum, hash| sum.wrapping_add(of(*hash, ord)));
        self.sums[block] = self.sums[block].wrapping_add(sum);
    }
}

/// The hash of a word in a row.
pub(super) const fn of(term: u64, ord: MessageOrd) -> u64 {
    let mut z = term ^ ord.0.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
