//! What those need who follow the log on their own, beside the indexer.
//!
//! They stay behind [`Ledger::indexed`], so that whatever they read of can be looked up.

use std::io;
use std::sync::Arc;

use super::store::Ledger;
use crate::base::clock::Timestamp;
use crate::base::id::{IdCipher, MessageOrd};
use crate::spool::disk::Disk;
use crate::spool::lsn::Lsn;
use crate::spool::record;
use crate::spool::tape::{self, Mark, Tape};

/// Tells the permutation of event ids from that of messages.
const EVENTS: u64 = 0x6576_656e_7473_2031;

/// Whose a record of the log is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Located {
    /// It is the message itself, accepted then.
    Message(MessageOrd, Timestamp),
    /// It is an event of the message, recorded then.
    Event(MessageOrd, Timestamp),
}

/// Octets that hold the ordinal of an event's record: a length of 2 or 4, the kind, the ordinal.
const EVENT_HEAD_BYTES: usize = 13;

fn ord_of(octets: &[u8]) -> Option<MessageOrd> {
    let (_, head) = record::length(octets)?;
    let ord = octets.get(head + 1..)?.first_chunk::<8>()?;
    Some(MessageOrd(u64::from_le_bytes(*ord)))
}

impl Ledger {
    /// A reader of the log.
    pub fn tape(&self, mark: Mark) -> Tape {
        Tape::new(Arc::clone(&self.log), mark)
    }

    /// A place from which on everything recorded at or after a time is found.
    ///
    /// # Errors
    /// What the disk said.
    pub fn mark_at(&self, time: Timestamp) -> io::Result<Mark> {
        tape::at_time(&self.log, time, self.indexed())
    }

    /// The permutation between addresses of records and the public ids of events.
    pub fn event_cipher(&self) -> IdCipher {
        IdCipher::new(self.identity.id_key ^ EVENTS)
    }

    /// In the stamps of the directory's files.
    pub const fn directory_id(&self) -> u64 {
        self.identity.directory_id
    }

    /// This node's number.
    pub const fn node(&self) -> u16 {
        self.identity.node
    }

    /// The directory, for small files of others that belong to it.
    pub const fn disk(&self) -> &Arc<dyn Disk> {
        &self.disk
    }

    /// Whose record is at an address, if one begins there. The address may be anything.
    ///
    /// # Errors
    /// What the disk said.
    pub fn locate(&self, lsn: Lsn) -> io::Result<Option<Located>> {
        if lsn >= self.indexed() {
            return Ok(None);
        }
        if let Some(ord) = self.message_at(lsn)? {
            let stored = self.accepted(ord)?;
            return Ok(stored.map(|stored| Located::Message(ord, stored.accepted_at)));
        }
        // Whose event it would be; its chain knows whether it is. Nothing is believed before that.
        let mut octets = [0; EVENT_HEAD_BYTES];
        let count = self.log.read_at(lsn, &mut octets)?;
        let Some(ord) = ord_of(&octets[..count]) else { return Ok(None) };
        let chain = self.events(ord)?;
        let event = chain.iter().find(|event| event.lsn == lsn);
        Ok(event.map(|event| Located::Event(ord, event.at)))
    }

    /// The message whose record is at an address: both grow together.
    fn message_at(&self, lsn: Lsn) -> io::Result<Option<MessageOrd>> {
        let index = self.read();
        let (mut low, mut high) = (0, index.next_ord.0);
        while low < high {
            let middle = low + (high - low) / 2;
            // One that was lost counts as before: its neighbours decide.
            match index.lsn(MessageOrd(middle))? {
                Some(at) if at == lsn => return Ok(Some(MessageOrd(middle))),
                Some(at) if at > lsn => high = middle,
                _ => low = middle + 1,
            }
        }
        Ok(None)
    }
}
