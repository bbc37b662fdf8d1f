//! The bounds of the index of words, each with its default.

pub(in crate::ledger) use super::file::LAYOUT;

/// How words are indexed. Their index can be thrown away at any time and is then made again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TextConfig {
    /// Octets of words in memory before they become a file, from 8 KiB. Three times as much is used: by
    /// the newest rows, by those being written, and by an old segment whose file is missing. Default 16 MiB.
    pub table_bytes: usize,
    /// Octets of pages of files kept in memory. Default 16 MiB.
    pub cache_bytes: usize,
    /// Messages whose words are indexed in a second, at most; those of the others are looked for in the log
    /// until their turn comes. While more come, fewer are indexed: at three times as many a third. Default 60,000.
    pub rows_per_second: u32,
    /// Files of one segment before some are merged, at least 2. Default 16.
    pub parts_max: usize,
}

impl Default for TextConfig {
    fn default() -> Self {
        Self {
            table_bytes: 16 << 20,
            cache_bytes: 16 << 20,
            rows_per_second: 60_000,
            parts_max: 16,
        }
    }
}

impl TextConfig {
    /// Small tables and few files, for tests.
    pub const fn tiny() -> Self {
        Self { table_bytes: 0, cache_bytes: 0, parts_max: 3, rows_per_second: 1_000_000 }
    }

    pub(super) fn table_bytes(&self) -> usize {
        self.table_bytes.max(8 << 10)
    }

    pub(super) fn parts_max(&self) -> usize {
        self.parts_max.max(2)
    }
}
