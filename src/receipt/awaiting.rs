//! The messages a carrier has taken and not yet reported on, by the id it gave them.
//!
//! This is the working memory in front of the ledger's correlation index: most receipts come within
//! seconds and are matched here without touching a file. It is bounded: the oldest leave it and are
//! then found in the ledger, so leaving loses nothing. Entries stay for a while after their last
//! receipt, so that a receipt that comes twice is known for what it is.
//! **Invariant**: an entry found here and an index hit in the ledger name the same message.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::time::Duration;

use super::owed::Party;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, MessageOrd};

/// What has to be known of a message when its receipt comes.
#[derive(Clone, Copy, Debug)]
pub struct Awaited {
    /// Which message.
    pub ord: MessageOrd,
    /// Who may be owed the receipt.
    pub account: AccountId,
    /// `registered_delivery` as the account asked.
    pub registered_delivery: u8,
    /// Whether a final receipt has come.
    pub concluded: bool,
    /// Source of the message.
    pub source: Party,
    /// Destination of the message.
    pub destination: Party,
    /// When the message was accepted.
    pub accepted_at: Timestamp,
    /// When the carrier took it.
    pub sent_at: Timestamp,
}

/// Bounded table of [`Awaited`] by a hash of the carrier's id.
#[derive(Debug)]
pub struct Awaiting {
    by_id: HashMap<u64, u64, BuildHasherDefault<AlreadyHashed>>,
    entries: VecDeque<(u64, Awaited)>,
    /// Number of the entry at the front.
    first: u64,
    entries_max: usize,
}

/// The hash of a carrier's id in its canonical form: eight octets at a time, multiplied and folded.
pub fn id_hash(canonical: &[u8]) -> u64 {
    const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = canonical.len() as u64;
    for chunk in canonical.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        hash = (hash.rotate_left(23) ^ u64::from_le_bytes(word)).wrapping_mul(MULTIPLIER);
        hash ^= hash >> 29;
    }
    hash
}

/// How long a concluded entry is kept to recognise repeats, when there is no need for its room.
const KEPT: Duration = Duration::from_secs(10);

impl Awaiting {
    /// An empty table of at most this many entries.
    pub fn new(entries_max: usize) -> Self {
        Self {
            by_id: HashMap::default(),
            entries: VecDeque::new(),
            first: 0,
            entries_max: entries_max.max(1),
        }
    }

    /// Remembers a message under the hash of the carrier's id. An older one under the same id is
    /// left to the ledger.
    pub fn insert(&mut self, id_hash: u64, awaited: Awaited) {
        self.trim(awaited.sent_at);
        let number = self.first + self.entries.len() as u64;
        self.entries.push_back((id_hash, awaited));
        self.by_id.insert(id_hash, number);
    }

    /// The message a receipt is for. Where the destination is known it has to agree: ids repeat.
    pub fn find(&mut self, id_hash: u64, destination: Option<&[u8]>) -> Option<&mut Awaited> {
        let number = *self.by_id.get(&id_hash)?;
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        let (_, awaited) = self.entries.get_mut(index)?;
        match destination {
            Some(addr) if !awaited.destination.may_be(addr) => None,
            _ => Some(awaited),
        }
    }

    /// Entries held.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is awaited.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Lets go of what is over the limit, and of what was concluded a while ago.
    fn trim(&mut self, now: Timestamp) {
        while let Some((id_hash, awaited)) = self.entries.front() {
            let over = self.entries.len() >= self.entries_max;
            let done = awaited.concluded && now.since(awaited.sent_at) > KEPT;
            if !over && !done {
                break;
            }
            if self.by_id.get(id_hash) == Some(&self.first) {
                self.by_id.remove(id_hash);
            }
            self.entries.pop_front();
            self.first += 1;
        }
    }
}

/// The keys are hashes already.
#[derive(Default, Debug)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, octets: &[u8]) {
        for &octet in octets {
            self.0 = self.0.rotate_left(8) ^ u64::from(octet);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::address::Address;

    fn awaited(ord: u64, destination: &[u8], sent_at: u64) -> Awaited {
        Awaited {
            ord: MessageOrd(ord),
            account: AccountId(0),
            registered_delivery: 1,
            concluded: false,
            source: Party::default(),
            destination: Party::of(&Address { ton: 1, npi: 1, addr: destination }),
            accepted_at: Timestamp(0),
            sent_at: Timestamp(sent_at),
        }
    }

    #[test]
    fn a_receipt_finds_its_message_by_the_carriers_id() {
        let mut awaiting = Awaiting::new(10);
        awaiting.insert(7, awaited(1, b"447700900123", 0));
        assert_eq!(awaiting.find(7, Some(b"447700900123")).map(|found| found.ord.0), Some(1));
        assert_eq!(awaiting.find(7, None).map(|found| found.ord.0), Some(1));
        assert!(awaiting.find(8, None).is_none());
    }

    #[test]
    fn an_id_that_comes_with_another_destination_is_another_message() {
        let mut awaiting = Awaiting::new(10);
        awaiting.insert(7, awaited(1, b"447700900123", 0));
        assert!(awaiting.find(7, Some(b"447700900999")).is_none());
    }

    #[test]
    fn a_destination_in_national_form_is_the_same() {
        let mut awaiting = Awaiting::new(10);
        awaiting.insert(7, awaited(1, b"447700900123", 0));
        assert!(awaiting.find(7, Some(b"07700900123")).is_some());
        assert!(awaiting.find(7, Some(b"+447700900123")).is_some());
    }

    #[test]
    fn the_oldest_leave_when_there_is_no_room() {
        let mut awaiting = Awaiting::new(3);
        for ord in 0..5 {
            awaiting.insert(ord, awaited(ord, b"1", 0));
        }
        assert_eq!(awaiting.len(), 3);
        assert!(awaiting.find(1, None).is_none());
        assert!(awaiting.find(4, None).is_some());
    }

    #[test]
    fn concluded_entries_leave_after_a_while() {
        let mut awaiting = Awaiting::new(100);
        awaiting.insert(1, awaited(1, b"1", 0));
        if let Some(found) = awaiting.find(1, None) {
            found.concluded = true;
        }
        awaiting.insert(2, awaited(2, b"1", 1_000));
        assert_eq!(awaiting.len(), 2, "a repeat within seconds is still recognised");
        awaiting.insert(3, awaited(3, b"1", 60_000_000));
        assert!(awaiting.find(1, None).is_none());
    }
}
