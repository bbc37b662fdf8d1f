//! How much traffic is made up, and from what.

use std::time::Duration;

use crate::base::clock::Timestamp;

/// Messages of a run at most; a part of a long one counts by itself.
pub const MESSAGES_MAX: u64 = 4_000_000_000;

/// Days of a run at most.
pub const DAYS_MAX: u32 = 3_650;

/// Octets that a message takes on the disk with all its events and indexes, rounded up: a run that would
/// not fit is refused before it begins. Closed files of the log take less, once they are compressed.
pub const BYTES_PER_MESSAGE: u64 = 750;

/// What traffic is made up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SynthConfig {
    /// Records of messages, from 1 to [`MESSAGES_MAX`].
    pub messages: u64,
    /// Days they are spread over, from 1 to [`DAYS_MAX`].
    pub days: u32,
    /// What chance is drawn from. Default 1.
    pub seed: u64,
    /// When it ends; nothing is told of later.
    pub until: Timestamp,
    /// The node whose directory it is. Default 0.
    pub node: u16,
    /// Whether the words of texts are indexed. Default yes.
    pub words: bool,
}

impl SynthConfig {
    /// When it begins.
    pub fn since(&self) -> Timestamp {
        self.until - Duration::from_secs(u64::from(self.days) * 86_400)
    }
}
