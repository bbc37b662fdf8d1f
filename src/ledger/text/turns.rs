//! The threads of the index of words: they stand back, and outlive what the disk refuses.

use std::io;
use std::time::Duration;

use crate::base::stand_back::stand_back;
use crate::ledger::store::Ledger;

/// How much they stand back for others: rows that are not indexed yet are looked for in the log.
const NICENESS: i32 = 19;

/// Pause after the disk refused.
const ERROR_PAUSE: Duration = Duration::from_secs(1);

/// Takes steps until [`Ledger::stop`], and sleeps for `idle` when one had nothing to do. `failing` says what
/// does not get on when one fails.
pub(super) fn take_turns(
    ledger: &Ledger,
    idle: Duration,
    failing: &str,
    mut step: impl FnMut() -> io::Result<bool>,
) {
    stand_back(NICENESS);
    while !ledger.is_stopping() {
        match step() {
            Ok(true) => {}
            Ok(false) => std::thread::sleep(idle),
            // It was asked to stop in the middle.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                tracing::error!(%error, "{failing}");
                std::thread::sleep(ERROR_PAUSE);
            }
        }
    }
}
