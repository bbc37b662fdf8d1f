//! Figures of the ledger for metrics and the console.

use crate::spool::log::ColdSums;
use crate::spool::lsn::Lsn;

/// The ledger at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    /// Messages indexed.
    pub messages: u64,
    /// Events indexed.
    pub events: u64,
    /// Carrier ids indexed.
    pub carrier_ids: u64,
    /// Records that could not be read or belong to no known message.
    pub strays: u64,
    /// Everything before this is on disk.
    pub durable: Lsn,
    /// Everything before this is indexed.
    pub indexed: Lsn,
    /// A restart reads the log from here.
    pub checkpoint: Lsn,
    /// Octets that wait to be written.
    pub staged_bytes: u64,
    /// Octets of log files.
    pub log_bytes: u64,
    /// What is in compressed log files, and what they take.
    pub log_cold: ColdSums,
    /// Free octets on the disk; 0 if it cannot say.
    pub free_bytes: u64,
    /// Full segments.
    pub segments: u64,
    /// Full segments that are sorted.
    pub segments_sealed: u64,
    /// Messages that are not kept any more.
    pub expired: u64,
    /// Changed pages of older segments in memory.
    pub dirty_pages: u64,
}

impl Stats {
    /// Octets of log that are durable and not indexed yet.
    pub const fn index_lag_bytes(&self) -> u64 {
        self.durable.since(self.indexed)
    }
}
