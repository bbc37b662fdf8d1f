//! The bounds of the ledger, each with its default.

use std::time::Duration;

use super::text::config::TextConfig;
use crate::base::id::MessageOrd;
use crate::spool::cold::compress::BLOCK_BYTES;
use crate::spool::recovery::LogOptions;

/// Messages whose states share one page of the state file.
pub(super) const PAGE_ROWS: usize = 256;

/// Messages that are counted, and skipped by a search, together.
const BLOCK_ROWS: usize = 4096;

/// How a data directory is opened and kept.
#[derive(Clone, Debug)]
pub struct LedgerConfig {
    /// This node's number; a directory belongs to one node. Default 0.
    pub node: u16,
    /// The log's own bounds.
    pub log: LogOptions,
    /// Messages in a segment: a power of two from 256 to 2^24. Default 2^20.
    pub segment_messages: u32,
    /// Carrier ids in a sorted run, at least 256. Default 2^20.
    pub run_entries: u32,
    /// Event links in a file, at least 256. Default 2^22.
    pub links_per_file: u32,
    /// Newest segments whose states stay in memory, at least 1. Default 2.
    pub resident_segments: u32,
    /// Changed pages of older segments kept in memory before a checkpoint is due. Default 4,096.
    pub dirty_pages_max: usize,
    /// Octets of log after which a checkpoint is due. Default 256 MiB.
    pub checkpoint_log_bytes: u64,
    /// Time after which a checkpoint is due, when anything was written. Default 30 s.
    pub checkpoint_interval: Duration,
    /// How long the indexer's thread gathers work. Default 5 ms.
    pub index_interval: Duration,
    /// Notices that are remembered. Default 1,000.
    pub notices_max: usize,
    /// Different counts of a segment that are kept (see `cells`), at 16 octets each. Default 2^16.
    pub cells_max: u32,
    /// Neighbouring segments whose filters are merged into one file, from 1 to 8. Default 8.
    pub filter_segments: u32,
    /// How long messages are kept. Default: for ever.
    pub keep: Option<Duration>,
    /// How long a log file is left as it was written before it is compressed. Default an hour; `None` for ever.
    pub compress_after: Option<Duration>,
    /// Octets of log that are compressed together, from 256 to 2^20. Default 16 KiB.
    pub compress_block_bytes: u32,
    /// How long what is personal is kept, by the name of the account. Default: as long as the message.
    pub account_keep: Vec<(String, Duration)>,
    /// The index of words, if there is one. Default with its own bounds.
    pub text: Option<TextConfig>,
    /// Makes the identity of a new directory repeatable, for the simulation. Default none.
    pub identity_seed: Option<u64>,
}

impl Default for LedgerConfig {
    fn default() -> Self {
        Self {
            node: 0,
            log: LogOptions::default(),
            segment_messages: 1 << 20,
            run_entries: 1 << 20,
            links_per_file: 1 << 22,
            resident_segments: 2,
            dirty_pages_max: 4096,
            checkpoint_log_bytes: 256 << 20,
            checkpoint_interval: Duration::from_secs(30),
            index_interval: Duration::from_millis(5),
            notices_max: 1000,
            cells_max: 1 << 16,
            filter_segments: 8,
            keep: None,
            compress_after: Some(Duration::from_secs(60 * 60)),
            compress_block_bytes: BLOCK_BYTES,
            account_keep: Vec::new(),
            text: Some(TextConfig::default()),
            identity_seed: None,
        }
    }
}

impl LedgerConfig {
    /// Small files and frequent turns of everything, for tests.
    pub fn tiny() -> Self {
        Self {
            log: LogOptions {
                file_bytes: 16 << 10,
                staged_bytes_max: 64 << 10,
                free_bytes_min: 0,
                accept_corruption: false,
            },
            segment_messages: 256,
            run_entries: 256,
            links_per_file: 512,
            resident_segments: 1,
            dirty_pages_max: 8,
            checkpoint_log_bytes: 64 << 10,
            notices_max: 20,
            compress_after: None,
            compress_block_bytes: 512,
            filter_segments: 2,
            text: Some(TextConfig::tiny()),
            identity_seed: Some(1),
            ..Self::default()
        }
    }

    pub(super) fn checked(mut self) -> Self {
        self.segment_messages = self.segment_messages.clamp(256, 1 << 24).next_power_of_two();
        self.run_entries = self.run_entries.clamp(256, 1 << 26);
        self.links_per_file = self.links_per_file.clamp(256, 1 << 28);
        self.resident_segments = self.resident_segments.max(1);
        self.filter_segments = self.filter_segments.clamp(1, 8);
        self
    }

    pub(super) fn geometry(&self) -> Geometry {
        Geometry { shift: self.segment_messages.trailing_zeros() }
    }
}

/// Where a message's row is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Geometry {
    shift: u32,
}

impl Geometry {
    /// Rows of a segment.
    pub(super) const fn rows(self) -> usize {
        1 << self.shift
    }

    pub(super) const fn segment(self, ord: MessageOrd) -> usize {
        (ord.0 >> self.shift) as usize
    }

    pub(super) const fn row(self, ord: MessageOrd) -> usize {
        (ord.0 & ((1 << self.shift) - 1)) as usize
    }

    /// The message of a row; the row behind the last is the first of the next segment.
    pub(super) const fn ord(self, segment: usize, row: usize) -> MessageOrd {
        MessageOrd(((segment as u64) << self.shift) + row as u64)
    }

    /// Rows of a block.
    pub(super) const fn block_rows(self) -> usize {
        if self.rows() < BLOCK_ROWS { self.rows() } else { BLOCK_ROWS }
    }

    pub(super) const fn blocks(self) -> usize {
        self.rows() / self.block_rows()
    }

    pub(super) const fn block(self, row: usize) -> usize {
        row / self.block_rows()
    }
}
