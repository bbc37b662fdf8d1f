//! The messages a carrier has taken and not yet reported on, by the id it gave them.
//!
//! This is the working memory in front of the ledger's correlation index: most receipts come within
//! seconds and are matched here without touching a file. It is bounded: the oldest leave it and are
//! then found in the ledger, so leaving loses nothing; so do those that were reported on finally, so
//! that the table is as small as what is really open.
//! **Invariant**: an entry found here and an index hit in the ledger name the same message.

use std::collections::{HashMap, VecDeque};

use super::ends::Ends;
use super::owed::Party;
use crate::base::clock::Timestamp;
use crate::base::hash::BuildAlreadyHashed;
use crate::base::id::{AccountId, MessageOrd};
use crate::message::place::Place;

/// What has to be known of a message when its receipt comes.
#[derive(Clone, Copy, Debug)]
pub struct Awaited {
    /// Which message.
    pub ord: MessageOrd,
    /// Who may be owed the receipt.
    pub account: AccountId,
    /// `registered_delivery` as the account asked.
    pub registered_delivery: u8,
    /// Where it stands in a message of several parts.
    pub part: Option<Place>,
    /// Whether a final receipt has come: it leaves as soon as it is at the front.
    pub concluded: bool,
    /// Whether it may have been submitted more than once, or was answered late: then its end may
    /// have come another way.
    pub doubtful: bool,
    /// Source of the message.
    pub source: Party,
    /// Destination of the message.
    pub destination: Party,
    /// When the message was accepted.
    pub accepted_at: Timestamp,
}

/// Where a message is in the table, until the table changes.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    index: usize,
    id_hash: u64,
}

/// Bounded table of [`Awaited`] by a hash of the carrier's id.
#[derive(Debug)]
pub struct Awaiting {
    by_id: HashMap<u64, u64, BuildAlreadyHashed>,
    entries: VecDeque<(u64, Awaited)>,
    /// Number of the entry at the front.
    first: u64,
    /// Entries concluded and not at the front yet.
    concluded: usize,
    entries_max: usize,
}

impl Awaiting {
    /// An empty table of at most this many entries.
    pub fn new(entries_max: usize) -> Self {
        Self {
            by_id: HashMap::default(),
            entries: VecDeque::new(),
            first: 0,
            concluded: 0,
            entries_max: entries_max.max(1),
        }
    }

    /// Remembers a message under the hash of the carrier's id. An older one under the same id is
    /// left to the ledger.
    pub fn insert(&mut self, id_hash: u64, awaited: Awaited) {
        self.trim(1);
        if self.concluded > SPARSE_MIN && self.concluded > self.entries.len() / 2 {
            self.close_gaps();
        }
        let number = self.first + self.entries.len() as u64;
        self.entries.push_back((id_hash, awaited));
        self.by_id.insert(id_hash, number);
    }

    /// The slot of the message a receipt is for. The addresses have to agree: ids repeat.
    pub fn find(&self, id_hash: u64, ends: Ends<'_>) -> Option<Slot> {
        let number = *self.by_id.get(&id_hash)?;
        let index = usize::try_from(number.checked_sub(self.first)?).ok()?;
        let (_, awaited) = self.entries.get(index)?;
        let agrees = ends.may_be_of(&awaited.source, &awaited.destination);
        agrees.then_some(Slot { index, id_hash })
    }

    /// Touches what [`Awaiting::find`] will read of these, all of them before any is waited for. The
    /// sum means nothing: whoever asks keeps it, so that it is made.
    pub fn touch(&self, id_hashes: &[u64]) -> u64 {
        let number = |id_hash: &u64| self.by_id.get(id_hash).copied();
        let at = |number: u64| self.entries.get(usize::try_from(number - self.first).ok()?);
        let entries = id_hashes.iter().filter_map(number).filter(|number| *number >= self.first);
        let touched = entries.filter_map(at).map(|(hash, awaited)| *hash ^ awaited.accepted_at.0);
        touched.fold(0, |sum, one| sum ^ one)
    }

    /// What is in a slot that was just found.
    pub fn at(&self, slot: Slot) -> Option<&Awaited> {
        self.entries.get(slot.index).map(|(_, awaited)| awaited)
    }

    /// Entries held.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is awaited.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Forgets a message that needs no more: its next receipt is found in the ledger.
    pub fn conclude(&mut self, slot: Slot) {
        let Some((_, awaited)) = self.entries.get_mut(slot.index) else { return };
        awaited.concluded = true;
        self.concluded += 1;
        self.by_id.remove(&slot.id_hash);
        self.trim(0);
    }

    /// Closes the gaps behind one that stays open, so that one silence costs no memory.
    fn close_gaps(&mut self) {
        let mut old_number = self.first;
        let mut new_number = self.first + self.entries.len() as u64;
        self.first = new_number;
        let by_id = &mut self.by_id;
        self.entries.retain(|(id_hash, awaited)| {
            if !awaited.concluded {
                if let Some(number) = by_id.get_mut(id_hash)
                    && *number == old_number
                {
                    *number = new_number;
                }
                new_number += 1;
            }
            old_number += 1;
            !awaited.concluded
        });
        self.entries.shrink_to(2 * self.entries.len() + SPARSE_MIN);
        self.concluded = 0;
    }

    /// Lets go of what is concluded at the front, and of what is over the limit with `more` to come.
    fn trim(&mut self, more: usize) {
        while let Some((id_hash, awaited)) = self.entries.front() {
            if !awaited.concluded && self.entries.len() + more <= self.entries_max {
                break;
            }
            if !awaited.concluded && self.by_id.get(id_hash) == Some(&self.first) {
                self.by_id.remove(id_hash);
            }
            self.concluded -= usize::from(awaited.concluded);
            self.entries.pop_front();
            self.first += 1;
        }
    }
}

/// Gaps that are not worth closing.
const SPARSE_MIN: usize = 1_024;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::address::Address;

    fn awaited(ord: u64, destination: &[u8]) -> Awaited {
        Awaited {
            ord: MessageOrd(ord),
            account: AccountId(0),
            registered_delivery: 1,
            part: None,
            concluded: false,
            doubtful: false,
            source: Party::default(),
            destination: Party::of(&Address { ton: 1, npi: 1, addr: destination }),
            accepted_at: Timestamp(0),
        }
    }

    fn from(handset: Option<&[u8]>) -> Ends<'_> {
        Ends { source: handset.unwrap_or_default(), destination: b"" }
    }

    fn found(awaiting: &Awaiting, hash: u64, handset: Option<&[u8]>) -> Option<u64> {
        awaiting.at(awaiting.find(hash, from(handset))?).map(|awaited| awaited.ord.0)
    }

    fn conclude(awaiting: &mut Awaiting, hash: u64) {
        let place = awaiting.find(hash, from(None)).expect("awaited");
        awaiting.conclude(place);
    }

    #[test]
    fn a_receipt_finds_its_message_by_the_carriers_id() {
        let mut awaiting = Awaiting::new(10);
        awaiting.insert(7, awaited(1, b"447700900123"));
        assert_eq!(found(&awaiting, 7, Some(b"447700900123")), Some(1));
        assert_eq!(found(&awaiting, 7, None), Some(1));
        assert!(awaiting.find(8, from(None)).is_none());
    }

    #[test]
    fn an_id_that_comes_with_another_destination_is_another_message() {
        let mut awaiting = Awaiting::new(10);
        awaiting.insert(7, awaited(1, b"447700900123"));
        assert!(awaiting.find(7, from(Some(b"447700900999"))).is_none());
    }

    #[test]
    fn a_destination_in_national_form_is_the_same() {
        let mut awaiting = Awaiting::new(10);
        awaiting.insert(7, awaited(1, b"447700900123"));
        assert!(awaiting.find(7, from(Some(b"07700900123"))).is_some());
        assert!(awaiting.find(7, from(Some(b"+447700900123"))).is_some());
    }

    #[test]
    fn a_destination_with_masked_digits_is_the_same_if_those_shown_are() {
        let mut awaiting = Awaiting::new(10);
        awaiting.insert(7, awaited(1, b"447700900123"));
        assert!(awaiting.find(7, from(Some(b"447******123"))).is_some());
        assert!(awaiting.find(7, from(Some(b"4477009XXXXX"))).is_some());
        assert!(awaiting.find(7, from(Some(b"447******124"))).is_none());
    }

    #[test]
    fn the_oldest_leave_when_there_is_no_room() {
        let mut awaiting = Awaiting::new(3);
        for ord in 0..5 {
            awaiting.insert(ord, awaited(ord, b"1"));
        }
        assert_eq!(awaiting.len(), 3);
        assert!(awaiting.find(1, from(None)).is_none());
        assert!(awaiting.find(4, from(None)).is_some());
    }

    #[test]
    fn concluded_entries_leave_and_the_table_shrinks_from_the_front() {
        let mut awaiting = Awaiting::new(100);
        for ord in 1..=3 {
            awaiting.insert(ord, awaited(ord, b"1"));
        }
        conclude(&mut awaiting, 2);
        assert!(awaiting.find(2, from(None)).is_none());
        assert_eq!(awaiting.len(), 3, "behind one that is open");
        conclude(&mut awaiting, 1);
        assert_eq!(awaiting.len(), 1);
        assert_eq!(found(&awaiting, 3, None), Some(3));
    }

    #[test]
    fn one_that_stays_open_does_not_keep_the_room_of_those_behind_it() {
        let mut awaiting = Awaiting::new(100_000);
        awaiting.insert(0, awaited(0, b"1"));
        for ord in 1..50_000 {
            awaiting.insert(ord, awaited(ord, b"1"));
            if ord % 10 != 0 {
                conclude(&mut awaiting, ord);
            }
        }
        assert!(awaiting.len() < 15_000, "{}", awaiting.len());
        for ord in (0..50_000).step_by(10) {
            assert_eq!(found(&awaiting, ord, None), Some(ord));
        }
        assert!(awaiting.find(1, from(None)).is_none());
    }

    #[test]
    fn an_id_used_again_hides_the_older_message_and_only_that() {
        let mut awaiting = Awaiting::new(100);
        awaiting.insert(7, awaited(1, b"1"));
        awaiting.insert(7, awaited(2, b"1"));
        assert_eq!(found(&awaiting, 7, None), Some(2));
        conclude(&mut awaiting, 7);
        assert!(awaiting.find(7, from(None)).is_none());
    }
}
