//! Counts of the messages of a segment by all that statistics and searches ask for at once.
//!
//! A cell is an hour of UTC, an account, a carrier, a direction, a disposition and a reason: what people
//! count by is sums of cells. A segment with more different cells than `cells_max` has none: its rows are
//! looked at instead, whenever they are asked for.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::time::Duration;

use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId};
use crate::message::disposition::Disposition;
use crate::message::reason::Reason;
use crate::message::record::Direction;
use crate::message::state::State;

/// Messages that are alike in all that is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cell {
    /// The hour they were accepted in, counted from 1970 in UTC.
    pub hour: u32,
    /// Whose they are.
    pub account: AccountId,
    /// The carrier they were routed to when they were accepted, or came from.
    pub carrier: CarrierId,
    /// Which way they go.
    pub direction: Direction,
    /// What became of them.
    pub disposition: Disposition,
    /// Why.
    pub reason: Reason,
}

/// An hour.
pub const HOUR: Duration = Duration::from_secs(3600);

/// Hours that are told apart; what comes later (2089) counts as the last.
const HOURS: u64 = 1 << 20;

impl Cell {
    /// The cell of a message.
    pub(super) fn new(
        at: Timestamp,
        account: AccountId,
        carrier: CarrierId,
        state: &State,
    ) -> Self {
        Self {
            hour: hour_of(at),
            account,
            carrier,
            direction: if state.inbound() { Direction::Inbound } else { Direction::Outbound },
            disposition: state.disposition,
            reason: state.reason,
        }
    }

    /// From when to when its messages were accepted; the end is not in it.
    pub(super) fn span(&self) -> (Timestamp, Timestamp) {
        let start = hour_start(self.hour);
        let is_last = u64::from(self.hour) + 1 == HOURS;
        (start, if is_last { Timestamp::NEVER } else { start + HOUR })
    }

    fn key(&self) -> u64 {
        let fates = u64::from(self.reason as u8) | (self.disposition as u64) << 8;
        let who = u64::from(self.account.0) | u64::from(self.carrier.0) << 16;
        u64::from(self.hour) << 44 | who << 12 | (self.direction as u64) << 11 | fates
    }

    fn of_key(key: u64) -> Option<Self> {
        Some(Self {
            hour: (key >> 44) as u32,
            account: AccountId((key >> 12) as u16),
            carrier: CarrierId((key >> 28) as u16),
            direction: if key >> 11 & 1 == 1 { Direction::Inbound } else { Direction::Outbound },
            disposition: Disposition::from_u8((key >> 8 & 7) as u8)?,
            reason: Reason::from_u8(key as u8)?,
        })
    }
}

/// The hour of a moment, counted from 1970 in UTC.
pub fn hour_of(at: Timestamp) -> u32 {
    (at.0 / HOUR.as_micros() as u64).min(HOURS - 1) as u32
}

/// When an hour begins.
pub fn hour_start(hour: u32) -> Timestamp {
    Timestamp(u64::from(hour) * HOUR.as_micros() as u64)
}

/// The cells of one segment.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    counts: HashMap<u64, u32, BuildHasherDefault<Spread>>,
    /// Whether there were too many.
    overflown: bool,
}

impl Cells {
    /// Counts a message.
    pub(super) fn add(&mut self, cell: &Cell, max: usize) {
        if self.overflown {
            return;
        }
        *self.counts.entry(cell.key()).or_default() += 1;
        if self.counts.len() > max {
            (self.overflown, self.counts) = (true, HashMap::default());
        }
    }

    /// Counts a message that was counted as another one.
    pub(super) fn change(&mut self, before: &Cell, after: &Cell, max: usize) {
        let key = before.key();
        if let Some(count) = self.counts.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(&key);
            }
        }
        self.add(after, max);
    }

    /// Whether there were too many cells to be kept.
    pub(super) const fn is_overflown(&self) -> bool {
        self.overflown
    }

    /// Every cell and how many messages it has, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Cell, u32)> {
        self.counts.iter().filter_map(|(key, count)| Some((Cell::of_key(*key)?, *count)))
    }
}

/// Spreads keys whose bits mean something over all bits of a hash.
#[derive(Clone, Copy, Default, Debug)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, octets: &[u8]) {
        for &octet in octets {
            self.write_u64(self.0.rotate_left(8) ^ u64::from(octet));
        }
    }

    fn write_u64(&mut self, key: u64) {
        let wide = u128::from(key ^ 0x9e37_79b9_7f4a_7c15) * 0xa076_1d64_78bd_642f_u128;
        self.0 = (wide >> 64) as u64 ^ wide as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(random: &mut fastrand::Rng) -> Cell {
        Cell {
            hour: random.u32(..HOURS as u32),
            account: AccountId(random.u16(..)),
            carrier: CarrierId(random.u16(..)),
            direction: [Direction::Outbound, Direction::Inbound][random.usize(..2)],
            disposition: Disposition::ALL[random.usize(..Disposition::ALL.len())],
            reason: Reason::ALL[random.usize(..Reason::ALL.len())],
        }
    }

    #[test]
    fn every_cell_has_a_key_of_its_own() {
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..100_000 {
            let cell = cell(&mut random);
            assert_eq!(Cell::of_key(cell.key()), Some(cell));
        }
        assert!(Disposition::ALL.iter().all(|one| (*one as u8) < 8));
    }

    #[test]
    fn a_message_that_changes_is_counted_once() {
        let (mut cells, mut random) = (Cells::default(), fastrand::Rng::with_seed(2));
        let (first, second) = (cell(&mut random), cell(&mut random));
        cells.add(&first, 10);
        cells.add(&first, 10);
        cells.change(&first, &second, 10);
        let mut counts: Vec<_> = cells.iter().collect();
        counts.sort_unstable_by_key(|(cell, _)| cell.key());
        let mut expected = [(first, 1), (second, 1)];
        expected.sort_unstable_by_key(|(cell, _)| cell.key());
        assert_eq!(counts, expected);
        cells.change(&first, &second, 10);
        assert_eq!(cells.iter().collect::<Vec<_>>(), [(second, 2)]);
    }

    #[test]
    fn too_many_cells_are_none_at_all() {
        let (mut cells, mut random) = (Cells::default(), fastrand::Rng::with_seed(3));
        let many: Vec<Cell> = (0..5).map(|_| cell(&mut random)).collect();
        many.iter().for_each(|cell| cells.add(cell, 4));
        cells.change(&many[0], &many[1], 4);
        assert!(cells.is_overflown() && cells.iter().next().is_none());
    }

    #[test]
    fn hours_begin_when_they_say() {
        for hour in [0, 1, 489_000, HOURS as u32 - 1] {
            assert_eq!(hour_of(hour_start(hour)), hour);
            assert_eq!(hour_of(Timestamp(hour_start(hour).0 + 3_599_999_999)), hour);
        }
        assert_eq!(hour_of(Timestamp::NEVER), HOURS as u32 - 1);
    }
}
