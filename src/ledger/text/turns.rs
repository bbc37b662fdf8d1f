//! The threads of the index of words: they stand back, and outlive what the disk refuses.

use std::io;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::base::stand_back::stand_back;
use crate::ledger::store::Ledger;
use crate::spool::unpoisoned;

/// How much they stand back for others: rows that are not indexed yet are looked for in the log.
const NICENESS: i32 = 19;

/// Pause after the disk refused.
const ERROR_PAUSE: Duration = Duration::from_secs(1);

/// How fast rows are read, by all threads together.
#[derive(Debug)]
pub(super) struct Pace {
    per_second: u32,
    /// When the rows read so far will have had their time.
    even: Mutex<Instant>,
}

/// How long before a pause nothing is made up for.
const BURST: Duration = Duration::from_millis(20);

impl Pace {
    pub(super) fn new(per_second: u32) -> Self {
        Self { per_second: per_second.max(1), even: Mutex::new(Instant::now()) }
    }

    /// How long to rest after so many rows more.
    fn rest(&self, now: Instant, rows: u32) -> Duration {
        let time = Duration::from_secs(1) * rows / self.per_second;
        let mut even = unpoisoned::lock(&self.even);
        *even = (*even).max(now.checked_sub(BURST).unwrap_or(now)) + time;
        even.saturating_duration_since(now)
    }
}

/// Takes steps until [`Ledger::stop`], and sleeps for `idle` when one had nothing to do, or until the rows
/// that it read have had their time. `failing` says what does not get on when one fails.
pub(super) fn take_turns(
    ledger: &Ledger,
    idle: Duration,
    failing: &str,
    mut step: impl FnMut() -> io::Result<(bool, u32)>,
) {
    let Some(text) = &ledger.text else { return };
    stand_back(NICENESS);
    while !ledger.is_stopping() {
        match step() {
            Ok((true, 0)) => {}
            Ok((true, rows)) => std::thread::sleep(text.pace.rest(Instant::now(), rows)),
            Ok((false, _)) => std::thread::sleep(idle),
            // It was asked to stop in the middle.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                tracing::error!(%error, "{failing}");
                std::thread::sleep(ERROR_PAUSE);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_their_time_and_a_pause_is_made_up_for_a_little() {
        let pace = Pace::new(1000);
        let begun = Instant::now() + Duration::from_secs(1);
        assert_eq!(pace.rest(begun, 10), Duration::ZERO, "there was a pause");
        assert_eq!(pace.rest(begun, 10), Duration::ZERO);
        assert_eq!(pace.rest(begun, 64), Duration::from_millis(64));
        assert_eq!(pace.rest(begun + Duration::from_millis(64), 5), Duration::from_millis(5));
        let later = begun + Duration::from_secs(60);
        assert_eq!(pace.rest(later, 100), Duration::from_millis(80), "a minute is not made up for");
    }
}
