//! The thread that has the ledger let go of what is not to be kept, and removes the files of it.
//!
//! Removing a large file takes the disk a while: it is nothing for those whom messages wait for.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::kept::remove_given_up;
use super::store::Ledger;
use crate::base::clock::{Clock, Timestamp};
use crate::base::stand_back::stand_back;
use crate::spool::error::OpenError;

/// Removes what is not kept any more.
#[derive(Clone, Debug)]
pub struct Keeper {
    ledger: Arc<Ledger>,
}

/// How long it sleeps when there is nothing to do.
const IDLE_WAIT: Duration = Duration::from_millis(200);

/// How much its thread stands back for others.
const NICENESS: i32 = 10;

impl Keeper {
    pub(super) const fn new(ledger: Arc<Ledger>) -> Self {
        Self { ledger }
    }

    /// Says what is old by now, and removes what was given up; `false` if there was nothing.
    ///
    /// # Errors
    /// What the disk said; the next call tries again.
    pub fn step(&mut self, now: Timestamp) -> io::Result<bool> {
        let ledger = &*self.ledger;
        if let Some(keep) = ledger.config.keep {
            ledger.keep_since(now - keep);
        }
        if !ledger.progress.given_up.swap(false, Ordering::SeqCst) {
            return Ok(false);
        }
        let kept = ledger.read().kept;
        let (per_file, words_too) = (ledger.config.links_per_file, ledger.text.is_none());
        let removed = remove_given_up(&*ledger.disk, &kept, per_file, words_too);
        removed.map(|count| count > 0).map_err(|error| {
            ledger.progress.given_up.store(true, Ordering::SeqCst);
            match error {
                OpenError::Io { source, .. } => source,
                other => io::Error::other(other.to_string()),
            }
        })
    }

    /// Runs until [`Ledger::stop`].
    pub fn run(&mut self, clock: Clock) {
        stand_back(NICENESS);
        while !self.ledger.is_stopping() {
            match self.step(clock.now()) {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "what is not kept cannot be removed for now");
                }
            }
            std::thread::sleep(IDLE_WAIT);
        }
    }
}
