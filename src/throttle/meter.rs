//! How much passed in the last second, for the price of an addition.

use crate::base::clock::Timestamp;

/// Slices of the second.
const SLICES: usize = 10;

/// Microseconds in a slice.
const SLICE_US: u64 = 100_000;

/// A count over the last second, in slices of a tenth.
#[derive(Clone, Copy, Debug, Default)]
pub struct Meter {
    slices: [u32; SLICES],
    /// Number of the newest slice since the epoch.
    newest: u64,
}

impl Meter {
    /// Counts `parts` that passed now.
    pub fn add(&mut self, now: Timestamp, parts: u8) {
        self.forget(now);
        let slice = &mut self.slices[(self.newest % SLICES as u64) as usize];
        *slice = slice.saturating_add(u32::from(parts));
    }

    /// What passed in the second before now, a tenth of it more or less.
    pub fn per_second(&mut self, now: Timestamp) -> u32 {
        self.forget(now);
        self.slices.iter().fold(0, |sum, slice| sum.saturating_add(*slice))
    }

    /// Empties the slices that have come round again.
    fn forget(&mut self, now: Timestamp) {
        let newest = now.0 / SLICE_US;
        let passed = newest.saturating_sub(self.newest);
        for slice in 0..passed.min(SLICES as u64) {
            self.slices[((newest - slice) % SLICES as u64) as usize] = 0;
        }
        self.newest = self.newest.max(newest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_stream_is_counted_as_its_rate_and_a_rest_as_nothing() {
        let mut meter = Meter::default();
        for ms in 0..5_000_u64 {
            meter.add(Timestamp(7_000_000_000 + ms * 1_000), 2);
        }
        let end = Timestamp(7_000_000_000 + 4_999_000);
        assert!((1_800..=2_000).contains(&meter.per_second(end)), "{}", meter.per_second(end));
        assert_eq!(meter.per_second(Timestamp(end.0 + 1_100_000)), 0);
    }
}
