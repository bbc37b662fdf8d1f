//! What a run has written.

use crate::base::clock::Timestamp;

/// How far a run is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Phase {
    /// Messages and events are written.
    #[default]
    Writing,
    /// All of them are; the last ones are indexed.
    Indexing,
}

/// Counts of a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// How far it is.
    pub phase: Phase,
    /// Records of messages, a part of a long one by itself.
    pub messages: u64,
    /// Of these, from handsets.
    pub inbound: u64,
    /// Of these, parts of long messages.
    pub parts: u64,
    /// Events.
    pub events: u64,
    /// Octets of log.
    pub log_bytes: u64,
    /// Octets of all files, indexes included; 0 before the end.
    pub disk_bytes: u64,
    /// Messages that had not ended when it ended.
    pub under_way: u64,
    /// Messages whose words are in their index.
    pub words_indexed: u64,
    /// When the first message was accepted.
    pub first: Option<Timestamp>,
    /// When the last one was.
    pub last: Option<Timestamp>,
}
