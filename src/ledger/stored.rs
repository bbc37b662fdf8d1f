//! What the ledger hands out: records with their octets, borrowed from nobody.

use crate::base::clock::Timestamp;
use crate::base::id::{CarrierId, MessageOrd};
use crate::message::event::Event;
use crate::message::record::Message;
use crate::message::state::State;
use crate::spool::lsn::Lsn;

/// A message as it was accepted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredMessage {
    /// Its place in the ledger.
    pub ord: MessageOrd,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Where its record is.
    pub lsn: Lsn,
    octets: Vec<u8>,
}

impl StoredMessage {
    /// `None` if the octets are no message's.
    pub(super) fn new(
        ord: MessageOrd,
        accepted_at: Timestamp,
        lsn: Lsn,
        octets: Vec<u8>,
    ) -> Option<Self> {
        Message::decode(&octets)?;
        Some(Self { ord, accepted_at, lsn, octets })
    }

    /// The message.
    pub fn message(&self) -> Message<'_> {
        // Decoded once already when this value was made.
        Message::decode(&self.octets).unwrap_or_default()
    }

    /// What `Message::decode` takes.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }
}

/// An event as it was recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredEvent {
    /// When it was recorded.
    pub at: Timestamp,
    /// Where its record is.
    pub lsn: Lsn,
    octets: Vec<u8>,
}

impl StoredEvent {
    pub(super) const fn new(at: Timestamp, lsn: Lsn, octets: Vec<u8>) -> Self {
        Self { at, lsn, octets }
    }

    /// The event; `None` if this version cannot read it.
    pub fn event(&self) -> Option<Event<'_>> {
        Event::decode(&self.octets)
    }

    /// What `Event::decode` takes.
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }
}

/// A message that a search found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hit {
    /// Its place in the ledger.
    pub ord: MessageOrd,
    /// What became of it.
    pub state: State,
    /// When it was accepted.
    pub accepted_at: Timestamp,
}

/// A message that a restart puts back in its queue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unsubmitted {
    /// Its place in the ledger.
    pub ord: MessageOrd,
    /// Where its record is.
    pub lsn: Lsn,
    /// What became of it so far.
    pub state: State,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// When it is to be tried again, if the carrier refused it for the moment.
    pub retry_at: Option<Timestamp>,
    /// The carriers it was passed on from, the newest first.
    pub tried: Vec<CarrierId>,
}
