//! The parts of one message that have come so far.

use super::reassembly::{GroupKey, Joined, Piece};
use crate::base::clock::Timestamp;

/// Whether a piece may take its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Seat {
    Free,
    /// The same octets are there.
    Same,
    /// Other octets are there.
    Other,
}

/// When a group began, and a number that tells two of one moment apart.
pub(super) type Ticket = (Timestamp, u64);

#[derive(Debug)]
pub(super) struct Group<T> {
    ticket: Ticket,
    /// In the order of their places.
    pieces: Vec<Piece<T>>,
}

impl<T> Group<T> {
    pub(super) fn new(ticket: Ticket, piece: Piece<T>) -> Self {
        Self { ticket, pieces: vec![piece] }
    }

    pub(super) const fn ticket(&self) -> Ticket {
        self.ticket
    }

    /// The piece of a place.
    pub(super) fn seated(&self, sequence: u8) -> Option<&Piece<T>> {
        let taken = self.pieces.binary_search_by_key(&sequence, |taken| taken.sequence);
        self.pieces.get(taken.ok()?)
    }

    pub(super) fn seat(&self, piece: &Piece<T>) -> Seat {
        match self.seated(piece.sequence) {
            None => Seat::Free,
            Some(taken) if taken.octets == piece.octets => Seat::Same,
            Some(_) => Seat::Other,
        }
    }

    /// Seats a piece whose place is free.
    pub(super) fn sit(&mut self, piece: Piece<T>) {
        let place = self.pieces.partition_point(|taken| taken.sequence < piece.sequence);
        self.pieces.insert(place, piece);
    }

    pub(super) fn is_whole(&self, total: u8) -> bool {
        self.pieces.len() == usize::from(total)
    }

    pub(super) fn octets(&self) -> usize {
        self.pieces.iter().map(|piece| piece.octets.len()).sum()
    }

    pub(super) fn joined(self, key: GroupKey) -> Joined<T> {
        let there = |place: &u8| self.pieces.iter().any(|piece| piece.sequence == *place);
        let missing = (1..=key.total).filter(|place| !there(place)).collect();
        Joined { key, since: self.ticket.0, pieces: self.pieces, missing }
    }
}
