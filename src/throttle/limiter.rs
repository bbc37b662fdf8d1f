//! One rate limit, in parts per second, in the time it is given.
//!
//! A thin coat over governor's GCRA: governor takes its clock by type, so ours is a cell that holds the
//! `now` of the caller. **Invariant**: over any second no more than rate + burst parts pass.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use crate::base::clock::Timestamp;

/// A rate and the burst it allows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rate {
    /// Parts per second.
    pub per_second: NonZeroU32,
    /// Parts that may pass at once after a rest.
    pub burst: NonZeroU32,
}

/// A bucket that answers whether parts may pass now, or how long to wait.
#[derive(Debug)]
pub struct Limiter {
    bucket: RateLimiter<NotKeyed, InMemoryState, CallersClock, NoOpMiddleware<Duration>>,
    clock: CallersClock,
    rate: Rate,
}

impl Limiter {
    /// A full bucket.
    pub fn new(rate: Rate, now: Timestamp) -> Self {
        let clock = CallersClock::default();
        clock.set(now);
        let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst);
        let bucket = RateLimiter::direct_with_clock(quota, clock.clone());
        Self { bucket, clock, rate }
    }

    /// Takes `parts` out of the bucket, or says how long it will be until they are in it.
    ///
    /// A message of more parts than the burst passes when the bucket is full: it could never else.
    ///
    /// # Errors
    /// The time to wait.
    pub fn check(&self, now: Timestamp, parts: u8) -> Result<(), Duration> {
        self.clock.set(now);
        let parts =
            NonZeroU32::from(std::num::NonZeroU8::new(parts).unwrap_or(std::num::NonZeroU8::MIN));
        match self.bucket.check_n(parts.min(self.rate.burst)) {
            Ok(Ok(())) => Ok(()),
            // Rounded up to what a timestamp can say: a microsecond too early costs a whole wait more.
            Ok(Err(not_until)) => {
                let wait = not_until.wait_time_from(self.clock.now()).as_nanos().div_ceil(1_000);
                Err(Duration::from_micros(u64::try_from(wait).unwrap_or(u64::MAX)))
            }
            // `parts` was capped at the burst, which is the bucket's capacity.
            Err(_) => Err(Duration::from_secs(1)),
        }
    }

    /// The rate this bucket keeps.
    pub const fn rate(&self) -> Rate {
        self.rate
    }
}

/// The clock governor reads: the `now` of the call in hand.
#[derive(Clone, Debug, Default)]
struct CallersClock(Arc<AtomicU64>);

impl CallersClock {
    fn set(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::Relaxed);
    }
}

impl Clock for CallersClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(per_second: u32, burst: u32) -> Limiter {
        let rate = Rate {
            per_second: NonZeroU32::new(per_second).expect("not zero"),
            burst: NonZeroU32::new(burst).expect("not zero"),
        };
        Limiter::new(rate, Timestamp(1_700_000_000_000_000))
    }

    #[test]
    fn over_ten_seconds_exactly_the_rate_passes_after_the_burst() {
        let limiter = limiter(100, 10);
        let mut passed = 0;
        for tick in 0..10_000 {
            let now = Timestamp(1_700_000_000_000_000 + tick * 1_000);
            passed += u32::from(limiter.check(now, 1).is_ok());
        }
        assert!((1_000..=1_010).contains(&passed), "{passed}");
    }

    #[test]
    fn the_wait_it_names_is_long_enough() {
        let limiter = limiter(10, 1);
        let now = Timestamp(1_700_000_000_000_000);
        assert_eq!(limiter.check(now, 1), Ok(()));
        let wait = limiter.check(now, 1).expect_err("the bucket is empty");
        assert!(limiter.check(now + wait, 1).is_ok());
    }

    #[test]
    fn who_comes_when_it_says_passes_at_once_whatever_the_rate() {
        for rate in [3, 7, 30, 999] {
            let limiter = limiter(rate, 1);
            let mut now = Timestamp(1_700_000_000_000_000);
            for _ in 0..100 {
                assert_eq!(limiter.check(now, 1), Ok(()), "{rate}");
                now = now + limiter.check(now, 1).expect_err("empty");
            }
        }
    }

    #[test]
    fn a_message_of_many_parts_takes_them_all() {
        let limiter = limiter(10, 10);
        let now = Timestamp(1_700_000_000_000_000);
        assert_eq!(limiter.check(now, 6), Ok(()));
        assert!(limiter.check(now, 6).is_err());
        assert_eq!(limiter.check(now, 4), Ok(()));
    }

    #[test]
    fn a_message_of_more_parts_than_the_burst_can_pass() {
        let limiter = limiter(10, 2);
        assert_eq!(limiter.check(Timestamp(1_700_000_000_000_000), 5), Ok(()));
    }
}
