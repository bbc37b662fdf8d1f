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
///
/// When more messages come than that, their words wait for the end of the flood anyway: the further above it
/// they come, the slower rows are read, and the more of the processor is left to the messages themselves.
#[derive(Debug)]
pub(super) struct Pace {
    per_second: u32,
    even: Mutex<Even>,
}

#[derive(Debug)]
struct Even {
    /// When the rows read so far will have had their time.
    at: Instant,
    /// How many messages there were, and when.
    arrived: (u64, Instant),
    /// How many came in a second since.
    arriving: u32,
}

/// How long before a pause nothing is made up for.
const BURST: Duration = Duration::from_millis(20);

/// How often it is looked at how fast messages come.
const LOOK_EVERY: Duration = Duration::from_millis(250);

impl Pace {
    pub(super) fn new(per_second: u32) -> Self {
        let at = Instant::now();
        let even = Even { at, arrived: (0, at), arriving: 0 };
        Self { per_second: per_second.max(1), even: Mutex::new(even) }
    }

    /// How long to rest after so many rows more, when so many messages have come so far.
    fn rest(&self, now: Instant, rows: u32, arrived: u64) -> Duration {
        let mut even = unpoisoned::lock(&self.even);
        let (before, at) = even.arrived;
        let since = now.saturating_duration_since(at);
        if since >= LOOK_EVERY {
            let came = arrived.saturating_sub(before) as f64 / since.as_secs_f64();
            // At the first look all there ever were seem to have come.
            even.arriving = if before == 0 { 0 } else { came as u32 };
            even.arrived = (arrived, now);
        }
        let per_second = f64::from(self.per_second);
        let flood = f64::max(1.0, f64::from(even.arriving) / per_second);
        let time = Duration::from_secs_f64(f64::from(rows) / per_second * flood);
        even.at = even.at.max(now.checked_sub(BURST).unwrap_or(now)) + time;
        even.at.saturating_duration_since(now)
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
            Ok((true, rows)) => {
                let arrived = ledger.read().next_ord.0;
                std::thread::sleep(text.pace.rest(Instant::now(), rows, arrived));
            }
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
        let rest = |at, rows| pace.rest(at, rows, 0);
        assert_eq!(rest(begun, 10), Duration::ZERO, "there was a pause");
        assert_eq!(rest(begun, 10), Duration::ZERO);
        assert_eq!(rest(begun, 64), Duration::from_millis(64));
        assert_eq!(rest(begun + Duration::from_millis(64), 5), Duration::from_millis(5));
        let later = begun + Duration::from_secs(60);
        assert_eq!(rest(later, 100), Duration::from_millis(80), "a minute is not made up for");
    }

    #[test]
    fn rows_are_read_the_slower_the_more_messages_come_and_fast_again_after_the_flood() {
        let pace = Pace::new(1000);
        let begun = Instant::now() + Duration::from_secs(1);
        let second = Duration::from_secs(1);
        assert_eq!(pace.rest(begun, 20, 50_000), Duration::ZERO, "old messages are no flood");
        assert_eq!(pace.rest(begun + second, 120, 50_900), Duration::from_millis(100));
        assert_eq!(pace.rest(begun + second * 2, 120, 54_900), Duration::from_millis(460));
        assert_eq!(pace.rest(begun + second * 3, 120, 54_900), Duration::from_millis(100));
    }
}
