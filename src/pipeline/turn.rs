//! What a shard has written and what it may do once that is on disk.
//!
//! A turn ends with one append to the log. Whatever depended on it waits here for the disk, in order,
//! without a wait of anybody's thread. **Invariant**: nothing is answered, submitted or offered before
//! the octets that promise it are durable.

use std::collections::VecDeque;

use bytes::Bytes;

use super::change::Changed;
use super::effect::{Asker, LinkId};
use super::made::Made;
use super::operate::Told;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::deliver::life::Life;
use crate::deliver::limits::Limits;
use crate::deliver::queue::Queued;
use crate::gsm::concatenation::Concatenation;
use crate::receipt::owed::Owed;
use crate::spool::chunk::Slot;
use crate::spool::lsn::Lsn;

/// Where a message is in the turn that wrote it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Written {
    /// Its number and the offset of its record.
    pub slot: Slot,
    /// Where its octets begin in the turn's.
    pub start: u32,
    /// And end.
    pub end: u32,
}

/// A message written in this turn.
#[derive(Debug)]
pub struct Arrival {
    /// Who waits to hear.
    pub asker: Asker,
    /// Where it is.
    pub written: Written,
    /// Who sent it.
    pub account: AccountId,
    /// Who is to get it.
    pub carrier: CarrierId,
    /// What it counts for in rates.
    pub parts: u8,
    /// How urgent it is.
    pub priority: u8,
    /// When it may leave, and until when.
    pub life: Life,
    /// The limits of its route and its prefix.
    pub limits: Limits,
}

/// A message from a handset written in this turn.
#[derive(Debug)]
pub struct Inbound {
    /// The carrier's bind that waits for its answer, its request, and whether that was a data_sm; `None`
    /// for a message made here of others.
    pub asker: Option<(LinkId, u32, bool)>,
    /// Where it is.
    pub written: Written,
    /// Who is to get it.
    pub next: Next,
}

/// What becomes of a message from a handset.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// This account is owed it.
    Owed(AccountId),
    /// It waits for the other parts.
    Waits(Concatenation),
    /// It is kept for nobody.
    Kept,
}

/// A message whose replacement was written in this turn.
#[derive(Debug)]
pub struct Replaced {
    /// Where it waits.
    pub carrier: CarrierId,
    /// The message as it is now, but for the address of its contents.
    pub queued: Queued,
    /// When it may leave.
    pub due: Timestamp,
    /// Where its contents are among the turn's events.
    pub offset: u32,
}

/// Who is told how many messages an operator's wish has ended.
pub struct Ended(pub Told, pub u64);

impl std::fmt::Debug for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ended", self.1)
    }
}

/// Everything that waits for one append.
#[derive(Debug, Default)]
pub struct Turn {
    /// Durable when the log is durable up to here.
    pub end: Lsn,
    /// When it was written.
    pub at: Timestamp,
    /// Number of the turn's first message.
    pub base_ord: MessageOrd,
    /// Where the turn's messages, or its events, begin in the log.
    pub first: Lsn,
    /// The turn's messages as written.
    pub octets: Bytes,
    /// Messages to be accepted.
    pub arrivals: Vec<Arrival>,
    /// Messages from handsets to be acknowledged and passed on.
    pub inbound: Vec<Inbound>,
    /// What was made of messages from handsets, for another try if the log does not take it.
    pub made: Vec<Made>,
    /// Submits that may leave.
    pub submits: Vec<(CarrierId, LinkId, Queued)>,
    /// Messages for the queue of another carrier.
    pub passed: Vec<(CarrierId, Queued)>,
    /// Receipts that may be acknowledged: the bind, its request, whether that was a data_sm.
    pub acknowledgements: Vec<(LinkId, u32, bool)>,
    /// Debts that may be passed on.
    pub owed: Vec<Owed>,
    /// Messages that wait again with other contents.
    pub replaced: Vec<Replaced>,
    /// Operators that wait to hear how many messages they have ended.
    pub told: Vec<Ended>,
    /// Changes that are made, for the shards that wait to hear.
    pub changed: Vec<(usize, Changed)>,
}

impl Turn {
    /// The number a message of this turn was given.
    pub fn ord(&self, written: Written) -> MessageOrd {
        MessageOrd(self.base_ord.0 + u64::from(written.slot.index))
    }

    /// The record of a message of this turn.
    pub fn record(&self, written: Written) -> Bytes {
        self.octets.slice(written.start as usize..written.end as usize)
    }

    /// Whether nothing depends on it.
    pub fn is_empty(&self) -> bool {
        self.arrivals.is_empty()
            && self.inbound.is_empty()
            && self.made.is_empty()
            && self.submits.is_empty()
            && self.passed.is_empty()
            && self.acknowledgements.is_empty()
            && self.owed.is_empty()
            && self.replaced.is_empty()
            && self.told.is_empty()
            && self.changed.is_empty()
    }
}

/// Turns waiting for the disk, oldest first, and their vectors for use again.
#[derive(Debug, Default)]
pub struct Turns {
    waiting: VecDeque<Turn>,
    spare: Vec<Turn>,
}

/// Turns whose vectors are kept: as many as are in flight at a time when the disk is busy.
const SPARE_MAX: usize = 16;

impl Turns {
    /// A turn to write into.
    pub fn begin(&mut self) -> Turn {
        self.spare.pop().unwrap_or_default()
    }

    /// A turn that has been appended.
    pub fn wait(&mut self, turn: Turn) {
        self.waiting.push_back(turn);
    }

    /// Those that wait, oldest first.
    pub fn all(&self) -> impl Iterator<Item = &Turn> {
        self.waiting.iter()
    }

    /// The oldest turn, if the log is durable up to its end.
    pub fn pop_durable(&mut self, durable: Lsn) -> Option<Turn> {
        if self.waiting.front()?.end > durable {
            return None;
        }
        self.waiting.pop_front()
    }

    /// Takes a turn's vectors back, emptied.
    pub fn recycle(&mut self, mut turn: Turn) {
        turn.octets = Bytes::new();
        turn.arrivals.clear();
        turn.inbound.clear();
        turn.made.clear();
        turn.submits.clear();
        turn.passed.clear();
        turn.acknowledgements.clear();
        turn.owed.clear();
        turn.replaced.clear();
        turn.told.clear();
        turn.changed.clear();
        if self.spare.len() < SPARE_MAX {
            self.spare.push(turn);
        }
    }

    /// Whether nothing waits for the disk.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
