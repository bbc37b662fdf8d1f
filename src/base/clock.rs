//! The one notion of time: microseconds since the Unix epoch that never run backwards.
//!
//! Everything below the shells takes `now: Timestamp` as an argument, so that rates, timers and
//! back-off run in virtual time in tests. Only [`Clock`] reads the machine's clocks.
//! Not here: calendar arithmetic (see `jiff` at the edges).

use std::ops::{Add, Sub};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A moment: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The moment that never comes; the deadline of something without one.
    pub const NEVER: Self = Self(u64::MAX);

    /// Whole milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000
    }

    /// The time from `earlier` to `self`, zero if `earlier` is later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, delay: Duration) -> Self {
        let micros = u64::try_from(delay.as_micros()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(micros))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, delay: Duration) -> Self {
        let micros = u64::try_from(delay.as_micros()).unwrap_or(u64::MAX);
        Self(self.0.saturating_sub(micros))
    }
}

/// The machine's clock: the wall's date at start, carried forward by the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    started: Instant,
    started_at: Timestamp,
}

impl Clock {
    /// Reads the wall clock once.
    pub fn start() -> Self {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self { started: Instant::now(), started_at: Timestamp::default() + wall }
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.started_at + self.started.elapsed()
    }

    /// The monotonic instant of a moment, for timers of the runtime.
    pub fn instant(&self, at: Timestamp) -> Instant {
        let ahead = Duration::from_micros(at.0.saturating_sub(self.started_at.0));
        // A deadline beyond what an Instant can hold is as good as a year away.
        self.started
            .checked_add(ahead.min(Duration::from_secs(365 * 24 * 3600)))
            .unwrap_or(self.started)
    }
}
