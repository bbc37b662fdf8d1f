//! A rate limit that several shards share and that can take back what it gave.
//!
//! GCRA as in [`limiter`](super::limiter), in one atomic number. Governor's has no way back: a message
//! that counts in a route's rate and in a prefix's has to take from both or from none, or the one that
//! had room would lose what the other refused.
//! **Invariant**: over any second no more than rate + burst parts leave, whichever shard they leave from.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::limiter::Rate;
use crate::base::clock::Timestamp;

/// A bucket, full at first.
#[derive(Debug)]
pub struct Bucket {
    rate: Rate,
    /// Nanoseconds that a part takes to come back, rounded up.
    part_ns: u64,
    /// When the bucket is full again, in nanoseconds since the epoch.
    full_at: AtomicU64,
}

impl Bucket {
    /// A full bucket.
    pub const fn new(rate: Rate) -> Self {
        let part_ns = 1_000_000_000_u64.div_ceil(rate.per_second.get() as u64);
        Self { rate, part_ns, full_at: AtomicU64::new(0) }
    }

    /// The rate it keeps.
    pub const fn rate(&self) -> Rate {
        self.rate
    }

    /// Takes so many parts out. A message of more parts than the burst takes a full bucket: it could
    /// never leave else.
    ///
    /// # Errors
    /// The time until they are in it; nothing was taken.
    pub fn take(&self, now: Timestamp, parts: u8) -> Result<(), Duration> {
        let (now, cost) = (nanos(now), self.cost(parts));
        let taken = self.full_at.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |full_at| {
            let after = full_at.max(now) + cost;
            (after - now <= self.depth()).then_some(after)
        });
        let short = |full_at: u64| full_at.max(now) + cost - now - self.depth();
        taken.map(drop).map_err(|full_at| duration(short(full_at)))
    }

    /// Puts parts back that were taken and did not leave.
    pub fn give_back(&self, parts: u8) {
        self.full_at.fetch_sub(self.cost(parts), Ordering::Relaxed);
    }

    /// How long until so many parts are in it; zero when they are. Takes nothing, and may ask for one
    /// part more than the burst: then it is the time after a full bucket was taken.
    pub fn wait(&self, now: Timestamp, parts: u32) -> Duration {
        let now = nanos(now);
        let used = self.full_at.load(Ordering::Relaxed).max(now) - now;
        let needed = used + self.part_ns * u64::from(parts);
        duration(needed.saturating_sub(self.depth()))
    }

    /// Parts that are in it.
    pub fn room(&self, now: Timestamp) -> u32 {
        let now = nanos(now);
        let used = self.full_at.load(Ordering::Relaxed).max(now) - now;
        u32::try_from(self.depth().saturating_sub(used) / self.part_ns).unwrap_or(u32::MAX)
    }

    fn depth(&self) -> u64 {
        self.part_ns * u64::from(self.rate.burst.get())
    }

    fn cost(&self, parts: u8) -> u64 {
        self.part_ns * u64::from(u32::from(parts.max(1)).min(self.rate.burst.get()))
    }
}

/// Rounded up to what a [`Timestamp`] can say: who comes at that time does not come too early.
const fn duration(nanos: u64) -> Duration {
    Duration::from_micros(nanos.div_ceil(1_000))
}

/// Enough until the year 2554.
const fn nanos(at: Timestamp) -> u64 {
    at.0.saturating_mul(1_000)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    const NOW: Timestamp = Timestamp(1_790_000_000_000_000);

    fn bucket(per_second: u32, burst: u32) -> Bucket {
        let number = |number| NonZeroU32::new(number).expect("not zero");
        Bucket::new(Rate { per_second: number(per_second), burst: number(burst) })
    }

    #[test]
    fn over_ten_seconds_exactly_the_rate_passes_after_the_burst() {
        for rate in [3, 7, 100, 999] {
            let bucket = bucket(rate, 10);
            let moments = (0..10_000).map(|ms| NOW + Duration::from_millis(ms));
            let passed = moments.filter(|&now| bucket.take(now, 1).is_ok()).count() as u32;
            assert!((10 * rate + 8..=10 * rate + 10).contains(&passed), "{passed} of {rate}");
        }
    }

    #[test]
    fn what_is_given_back_can_be_taken_again_and_no_more() {
        let bucket = bucket(10, 3);
        assert_eq!(bucket.take(NOW, 2), Ok(()));
        bucket.give_back(2);
        assert_eq!(bucket.room(NOW), 3);
        assert_eq!(bucket.take(NOW, 3), Ok(()));
        assert_eq!(bucket.take(NOW, 1), Err(Duration::from_millis(100)));
        bucket.give_back(1);
        assert_eq!((bucket.take(NOW, 1), bucket.room(NOW)), (Ok(()), 0));
    }

    #[test]
    fn a_refusal_takes_nothing_and_the_wait_it_names_is_long_enough() {
        let bucket = bucket(3, 1);
        assert_eq!(bucket.take(NOW, 1), Ok(()));
        let wait = bucket.take(NOW, 1).expect_err("empty");
        assert_eq!(bucket.take(NOW, 1), Err(wait), "nothing was taken");
        assert_eq!(bucket.wait(NOW, 1), wait);
        assert!(bucket.take(NOW + wait, 1).is_ok());
    }

    #[test]
    fn a_message_of_more_parts_than_the_burst_takes_a_full_bucket() {
        let bucket = bucket(10, 2);
        assert_eq!(bucket.take(NOW, 5), Ok(()));
        assert_eq!(bucket.room(NOW), 0);
        assert_eq!(bucket.take(NOW, 5), Err(Duration::from_millis(200)));
    }

    #[test]
    fn the_time_after_a_full_bucket_is_that_of_one_part() {
        let bucket = bucket(10, 4);
        assert_eq!(bucket.wait(NOW, 4), Duration::ZERO);
        assert_eq!(bucket.wait(NOW, 5), Duration::from_millis(100));
    }

    #[test]
    fn two_shards_together_take_no_more_than_the_rate() {
        let bucket = bucket(1_000, 50);
        let take =
            || (0..100_000).filter(|us| bucket.take(NOW + Duration::from_micros(*us), 1).is_ok());
        let count = std::thread::scope(|scope| {
            let other = scope.spawn(|| take().count());
            take().count() + other.join().expect("no panic")
        });
        assert!((100..=151).contains(&count), "{count}");
    }
}
