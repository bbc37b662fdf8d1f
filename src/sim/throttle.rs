//! The rate above which the simulated SMSC throttles: a bucket that leaks.

use crate::base::clock::Timestamp;

/// How far ahead of its rate an ESME may run: a tenth of a second's worth.
const BURST_NS: u64 = 100_000_000;

/// Takes so many messages a second, and no more.
#[derive(Debug)]
pub(crate) struct Throttle {
    interval_ns: u64,
    /// When the bucket is empty again, in nanoseconds since the epoch.
    empty_ns: u64,
}

impl Throttle {
    /// A throttle at `rate` messages a second, at least one.
    pub(crate) fn new(rate: u32) -> Self {
        Self { interval_ns: 1_000_000_000 / u64::from(rate.max(1)), empty_ns: 0 }
    }

    /// Whether one more message may pass.
    pub(crate) fn admits(&mut self, now: Timestamp) -> bool {
        let now_ns = now.0.saturating_mul(1_000);
        let filled = self.empty_ns.max(now_ns) + self.interval_ns;
        let admits = filled <= now_ns + BURST_NS.max(self.interval_ns);
        if admits {
            self.empty_ns = filled;
        }
        admits
    }

    /// How full the bucket is, from 0 to 99: a `congestion_state` (SMPP v5.0 §4.8.4.18).
    pub(crate) fn congestion(&self, now: Timestamp) -> u8 {
        let ahead_ns = self.empty_ns.saturating_sub(now.0.saturating_mul(1_000));
        u8::try_from(ahead_ns * 99 / BURST_NS.max(self.interval_ns)).map_or(99, |full| full.min(99))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn congestion_rises_with_what_was_taken_and_falls_with_time() {
        let mut throttle = Throttle::new(100);
        let start = Timestamp(1_000_000);
        assert_eq!(throttle.congestion(start), 0);
        while throttle.admits(start) {}
        assert_eq!(throttle.congestion(start), 99);
        assert_eq!(throttle.congestion(Timestamp(1_050_000)), 49);
    }

    #[test]
    fn the_rate_is_kept_in_the_long_run() {
        for rate in [1, 100, 30_000] {
            let mut throttle = Throttle::new(rate);
            let admitted = (0..10_000_000_u64)
                .step_by(20)
                .filter(|&us| throttle.admits(Timestamp(1_000_000 + us)))
                .count() as u32;
            assert!(
                (rate * 10..=rate * 10 + rate / 10 + 5).contains(&admitted),
                "{admitted} in ten seconds at {rate}/s"
            );
        }
    }
}
