//! How long to wait before the next try: doubling, capped, with jitter.

use std::time::Duration;

/// A doubling delay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backoff {
    /// Delay after the first failure.
    pub first: Duration,
    /// No delay is longer.
    pub longest: Duration,
}

impl Backoff {
    /// The delay after `failures` failures in a row: half of it certain, half random, so that many
    /// who failed together do not come back together.
    pub fn delay(&self, failures: u32, random: &mut fastrand::Rng) -> Duration {
        let doublings = failures.saturating_sub(1).min(20);
        let full = self.first.saturating_mul(1 << doublings).min(self.longest);
        let half = full / 2;
        half + half.mul_f64(random.f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_longest_and_never_leave_their_bounds() {
        let backoff = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(60) };
        let mut random = fastrand::Rng::with_seed(1);
        for (failures, full) in [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (400, 60)] {
            for _ in 0..100 {
                let delay = backoff.delay(failures, &mut random);
                assert!(delay >= Duration::from_secs(full) / 2, "{failures}: {delay:?}");
                assert!(delay <= Duration::from_secs(full), "{failures}: {delay:?}");
            }
        }
    }
}
