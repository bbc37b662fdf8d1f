//! Telling of faults that may come in floods: at most once a second, with a count.

use std::time::Duration;

use crate::base::clock::Timestamp;

/// Faults since the last time they were told, and when that was.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    count: u32,
    told_at: Option<Timestamp>,
}

const TOLD_EVERY: Duration = Duration::from_secs(1);

impl Faults {
    /// Nothing to tell.
    pub const fn new() -> Self {
        Self { count: 0, told_at: None }
    }

    /// Counts a fault; gives the number to be told now, if any is.
    pub fn count(&mut self, now: Timestamp) -> Option<u32> {
        self.count = self.count.saturating_add(1);
        if self.told_at.is_some_and(|told_at| now.since(told_at) < TOLD_EVERY) {
            return None;
        }
        self.told_at = Some(now);
        Some(std::mem::take(&mut self.count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_told_once_a_second_with_its_size() {
        let mut faults = Faults::new();
        let told: Vec<u32> =
            (0..2_500).filter_map(|tick| faults.count(Timestamp(tick * 1_000))).collect();
        assert_eq!(told, [1, 1_000, 1_000]);
    }
}
