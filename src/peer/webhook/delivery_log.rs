//! What was tried lately: the newest attempts of one webhook, in memory.

use std::collections::VecDeque;

use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::feed::kind::Kind;
use crate::spool::lsn::Lsn;

/// Attempts that are remembered of each webhook, until the gateway stops.
pub const ATTEMPTS_MAX: usize = 1000;

/// One attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Attempt {
    /// The event.
    pub lsn: Lsn,
    /// Its kind; `None` for a test.
    pub kind: Option<Kind>,
    /// Its message; `NO_MESSAGE` if it is about none.
    pub ord: MessageOrd,
    /// 1 for the first.
    pub attempt: u32,
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: u32,
    /// A word of `answer::RESULTS`.
    pub result: &'static str,
    /// HTTP status; 0 when there was none.
    pub status: u16,
    /// When it is tried again.
    pub again_at: Option<Timestamp>,
}

/// The newest attempts.
#[derive(Clone, Debug, Default)]
pub struct DeliveryLog(VecDeque<Attempt>);

impl DeliveryLog {
    /// Remembers one, and forgets the oldest if they are too many.
    pub fn push(&mut self, attempt: Attempt) {
        if self.0.len() >= ATTEMPTS_MAX {
            self.0.pop_front();
        }
        self.0.push_back(attempt);
    }

    /// All of them, newest first.
    pub fn newest(&self) -> impl Iterator<Item = &Attempt> {
        self.0.iter().rev()
    }
}
