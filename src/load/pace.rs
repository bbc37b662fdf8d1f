//! When messages are due at a steady rate.
//!
//! They fall due in bursts, one burst a tick, since a process that wakes for every message would
//! measure its own wake-ups. **Invariants**: due times follow from the message's number alone, so
//! they neither drift nor wait for a process that is late; what is late is counted as latency.

use std::time::Duration;

const NANOS: u64 = 1_000_000_000;

/// A steady rate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    rate: u64,
    tick_ns: u64,
}

impl Pace {
    /// `rate` messages a second (at least one, at most ten million), due in bursts every `tick`.
    pub fn new(rate: u64, tick: Duration) -> Self {
        let tick_ns = u64::try_from(tick.as_nanos()).unwrap_or(NANOS).clamp(1_000, NANOS);
        Self { rate: rate.clamp(1, 10_000_000), tick_ns }
    }

    /// Time from one burst to the next.
    pub fn tick(&self) -> Duration {
        Duration::from_nanos(self.tick_ns)
    }

    /// How many messages are due once `elapsed` has passed.
    pub fn due_by(&self, elapsed: Duration) -> u64 {
        let ticks = elapsed.as_nanos() / u128::from(self.tick_ns);
        let due = ticks * u128::from(self.tick_ns) * u128::from(self.rate) / u128::from(NANOS);
        u64::try_from(due).unwrap_or(u64::MAX - 1) + 1
    }

    /// When message `number`, counted from 0, is due.
    #[inline]
    pub fn due_at(&self, number: u64) -> Duration {
        // Whole seconds apart, so that the product stays within 64 bits.
        let (seconds, rest) = (number / self.rate, number % self.rate);
        let ideal = seconds * NANOS + (rest * NANOS).div_ceil(self.rate);
        Duration::from_nanos(ideal.div_ceil(self.tick_ns) * self.tick_ns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_does_not_drift() {
        for rate in [1, 7, 333, 50_000, 280_001] {
            let pace = Pace::new(rate, Duration::from_micros(500));
            for seconds in [1, 60, 86_400] {
                assert_eq!(pace.due_by(Duration::from_secs(seconds)), rate * seconds + 1);
                assert_eq!(pace.due_at(rate * seconds), Duration::from_secs(seconds));
            }
        }
    }

    #[test]
    fn a_message_is_due_exactly_when_it_is_counted() {
        let pace = Pace::new(12_345, Duration::from_micros(500));
        for number in 0..50_000 {
            let due = pace.due_at(number);
            assert!(pace.due_by(due) > number, "{number} is due at {due:?}");
            if let Some(before) = due.checked_sub(Duration::from_nanos(1)) {
                assert!(pace.due_by(before) <= number, "{number} is not due before {due:?}");
            }
        }
    }
}
