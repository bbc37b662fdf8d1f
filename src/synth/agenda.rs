//! Messages under way, by when something happens to them next.
//!
//! **Invariant**: whoever is due at the same time comes in the order they were put in, so that a run is
//! repeatable.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::flight::{Flight, Step};
use crate::base::clock::Timestamp;

/// Messages under way at most; beyond that new ones end without delay.
pub(super) const FLIGHTS_MAX: usize = 4_000_000;

/// All messages under way.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    due: BinaryHeap<Reverse<(u64, u64, u32, Step)>>,
    turn: u64,
    flights: Vec<Flight>,
    free: Vec<u32>,
}

impl Agenda {
    /// Whether there is room for messages that take their time.
    pub(super) const fn has_room(&self) -> bool {
        self.under_way() < FLIGHTS_MAX
    }

    /// Takes a message in; its place.
    pub(super) fn add(&mut self, flight: Flight) -> u32 {
        if let Some(place) = self.free.pop() {
            self.flights[place as usize] = flight;
            return place;
        }
        self.flights.push(flight);
        self.flights.len() as u32 - 1
    }

    pub(super) fn get(&mut self, place: u32) -> &mut Flight {
        &mut self.flights[place as usize]
    }

    /// How many messages are under way.
    pub(super) const fn under_way(&self) -> usize {
        self.flights.len() - self.free.len()
    }

    /// Forgets a message that nothing more happens to; `true` if it is one.
    pub(super) fn release(&mut self, place: u32) -> bool {
        let ended = self.get(place).steps == 0;
        if ended {
            self.free.push(place);
        }
        ended
    }

    /// Says when something happens to it.
    pub(super) fn put(&mut self, at: Timestamp, place: u32, step: Step) {
        self.turn += 1;
        self.get(place).steps += 1;
        self.due.push(Reverse((at.0, self.turn, place, step)));
    }

    /// When something happens next.
    pub(super) fn next_at(&self) -> Option<Timestamp> {
        self.due.peek().map(|Reverse(next)| Timestamp(next.0))
    }

    /// What is due by a time.
    pub(super) fn take(&mut self, by: Timestamp) -> Option<(u32, Step)> {
        self.next_at().filter(|at| *at <= by)?;
        let Reverse((_, _, place, step)) = self.due.pop()?;
        self.get(place).steps -= 1;
        Some((place, step))
    }
}
