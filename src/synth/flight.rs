//! A message between its acceptance and the last that is heard of it.

use super::fate::Fate;
use crate::base::clock::Timestamp;
use crate::base::id::{CarrierId, MessageOrd};

/// Octets of a text that a receipt repeats (SMPP v3.4 Appendix B).
pub(super) const HEAD_BYTES: usize = 20;

/// What is kept of a message under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flight {
    pub(super) ord: MessageOrd,
    /// Who has it, and its place in the world.
    pub(super) carrier: CarrierId,
    pub(super) carrier_at: usize,
    pub(super) fate: Fate,
    pub(super) attempt: u8,
    pub(super) failures: u8,
    /// `registered_delivery`, as its account asked.
    pub(super) wants: u8,
    /// The parts it is one of, if it is one.
    pub(super) group: Option<u32>,
    /// What its carrier numbered it.
    pub(super) number: u64,
    pub(super) sent_at: Timestamp,
    /// Steps that are to come.
    pub(super) steps: u8,
    pub(super) head: [u8; HEAD_BYTES],
    pub(super) head_bytes: u8,
}

impl Flight {
    /// A message that was just accepted.
    pub(super) fn new(ord: MessageOrd, now: Timestamp, body: &[u8]) -> Self {
        let mut head = [0; HEAD_BYTES];
        let bytes = body.len().min(HEAD_BYTES);
        head[..bytes].copy_from_slice(&body[..bytes]);
        Self {
            ord,
            carrier: CarrierId::NONE,
            carrier_at: 0,
            fate: Fate::Delivered,
            attempt: 0,
            failures: 0,
            wants: 0,
            group: None,
            number: 0,
            sent_at: now,
            steps: 0,
            head,
            head_bytes: bytes as u8,
        }
    }

    /// The beginning of its text.
    pub(super) fn head(&self) -> &[u8] {
        &self.head[..usize::from(self.head_bytes)]
    }
}

/// What happens to a message next.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Step {
    /// Its sender gives it another text.
    Replace,
    /// Its sender takes it back.
    Cancel,
    /// It is submitted.
    Submit,
    /// The carrier answers.
    Answer,
    /// The carrier says that it is on its way.
    Enroute,
    /// The carrier's receipt comes.
    Report,
    /// One more comes, that says otherwise.
    ReportAgain,
    /// The gateway gives up waiting for one.
    GiveUp,
    /// Its account takes what it is owed.
    Settle,
}
