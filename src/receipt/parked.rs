//! Receipts whose message is not known yet.
//!
//! A receipt can overtake the response that names its message, on another bind or in another buffer.
//! It is on disk as an orphan and acknowledged; here it waits for the response, and for what the
//! ledger knows. Bounded: the oldest leave, and stay findable in the ledger.

use std::collections::{BTreeMap, HashMap};

use super::ends::Ends;
use super::owed::Party;
use crate::base::clock::Timestamp;

/// A receipt that waits for its message.
#[derive(Clone, Debug)]
pub struct Parked {
    /// Hashes of the forms its id may have been given in.
    pub id_hashes: Vec<u64>,
    /// SMPP `message_state`.
    pub message_state: u8,
    /// The id as the receipt wrote it.
    pub carrier_message_id: Vec<u8>,
    /// The error as text.
    pub err: Vec<u8>,
    /// The receipt as it came.
    pub raw: Vec<u8>,
    /// Its source: the handset, as a rule.
    pub source: Party,
    /// Its destination: the sender of the message, as a rule.
    pub destination: Party,
    /// When the carrier says that its message came to this state, if it can be told.
    pub done_at: Option<Timestamp>,
}

/// Bounded parking, by ticket and by id.
#[derive(Debug, Default)]
pub struct Parking {
    by_ticket: BTreeMap<u64, Parked>,
    /// Tickets under each form of an id, oldest first.
    by_id: HashMap<u64, Vec<u64>>,
    last_ticket: u64,
}

/// Receipts that may wait at a time.
const PARKED_MAX: usize = 10_000;

impl Parking {
    /// Parks a receipt and gives its ticket. The oldest leaves if there is no room.
    pub fn park(&mut self, parked: Parked) -> u64 {
        if self.by_ticket.len() >= PARKED_MAX
            && let Some((&oldest, _)) = self.by_ticket.first_key_value()
        {
            self.take(oldest);
        }
        self.last_ticket += 1;
        for &hash in &parked.id_hashes {
            self.by_id.entry(hash).or_default().push(self.last_ticket);
        }
        self.by_ticket.insert(self.last_ticket, parked);
        self.last_ticket
    }

    /// The receipt with this ticket, out of the parking.
    pub fn take(&mut self, ticket: u64) -> Option<Parked> {
        let parked = self.by_ticket.remove(&ticket)?;
        for hash in &parked.id_hashes {
            let Some(tickets) = self.by_id.get_mut(hash) else { continue };
            tickets.retain(|other| *other != ticket);
            if tickets.is_empty() {
                self.by_id.remove(hash);
            }
        }
        Some(parked)
    }

    /// The tickets of all receipts that wait for this id, in the order they came.
    pub fn tickets(&self, id_hash: u64, source: &Party, destination: &Party) -> Vec<u64> {
        let is_for = |ticket: &u64| {
            self.by_ticket.get(ticket).is_some_and(|parked| {
                let (from, to) = (parked.source.address(), parked.destination.address());
                Ends { source: from.addr, destination: to.addr }.may_be_of(source, destination)
            })
        };
        let tickets = self.by_id.get(&id_hash).map_or(&[][..], Vec::as_slice);
        tickets.iter().copied().filter(is_for).collect()
    }

    /// Receipts that wait.
    pub fn len(&self) -> usize {
        self.by_ticket.len()
    }

    /// Whether none waits: the case the hot path asks for.
    pub fn is_empty(&self) -> bool {
        self.by_ticket.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::address::Address;

    fn party(addr: &[u8]) -> Party {
        Party::of(&Address { ton: 1, npi: 1, addr })
    }

    fn parked(id_hashes: &[u64]) -> Parked {
        Parked {
            id_hashes: id_hashes.to_vec(),
            message_state: 2,
            carrier_message_id: b"7".to_vec(),
            err: Vec::new(),
            raw: Vec::new(),
            source: party(b"447700900123"),
            destination: party(b"ACME"),
            done_at: None,
        }
    }

    #[test]
    fn a_parked_receipt_is_found_by_any_form_of_its_id_and_only_once() {
        let mut parking = Parking::default();
        let ticket = parking.park(parked(&[1, 2]));
        assert_eq!(parking.tickets(2, &party(b"ACME"), &party(b"447700900123")), [ticket]);
        assert!(parking.take(ticket).is_some());
        assert!(parking.tickets(1, &party(b"ACME"), &party(b"447700900123")).is_empty());
        assert!(parking.is_empty());
    }

    #[test]
    fn a_response_for_another_handset_does_not_find_it() {
        let mut parking = Parking::default();
        parking.park(parked(&[1]));
        assert!(parking.tickets(1, &party(b"ACME"), &party(b"447700900999")).is_empty());
        assert_eq!(parking.len(), 1);
    }

    #[test]
    fn two_receipts_under_one_id_are_both_found() {
        let mut parking = Parking::default();
        let first = parking.park(parked(&[1]));
        let second = parking.park(parked(&[1]));
        assert_eq!(parking.tickets(1, &party(b"ACME"), &party(b"447700900123")), [first, second]);
        assert!(parking.take(first).is_some());
        assert_eq!(parking.tickets(1, &party(b"ACME"), &party(b"447700900123")), [second]);
    }

    #[test]
    fn the_parking_has_an_end() {
        let mut parking = Parking::default();
        (0..PARKED_MAX as u64 + 10).for_each(|hash| {
            parking.park(parked(&[hash]));
        });
        assert_eq!(parking.len(), PARKED_MAX);
        assert!(parking.tickets(0, &party(b"ACME"), &party(b"447700900123")).is_empty());
    }
}
