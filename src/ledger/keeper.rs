//! The thread that has the ledger let go of what is not to be kept, removes the files of it, erases, and compresses
//! the log.
//!
//! Removing a large file takes the disk a while, and writing one anew more: it is nothing for those whom messages
//! wait for. Nothing is compressed while something is erased.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::cooling::Cooling;
use super::erase::pass::{Pass, Step};
use super::erase::worn::LOOK_EVERY as WORN_EVERY;
use super::filter::set::Making;
use super::kept::remove_given_up;
use super::store::Ledger;
use crate::base::clock::{Clock, Timestamp};
use crate::base::stand_back::stand_back;
use crate::spool::error::OpenError;

/// Removes what is not kept any more, and erases what is asked for.
#[derive(Debug)]
pub struct Keeper {
    ledger: Arc<Ledger>,
    pass: Option<Pass>,
    /// The newest erasure that was looked at, and when to look again for messages that have come to their end.
    looked: (u64, Timestamp),
    /// When to look again for messages that are older than what their account keeps.
    worn_at: Timestamp,
    cooling: Cooling,
    /// Filters of segments that are being made.
    making: Option<Making>,
    /// When to make some again after that failed.
    making_at: Timestamp,
}

/// How long filters are left alone when they could not be made.
const FILTERS_PAUSE: Duration = Duration::from_secs(60);

/// How long a message that is to be erased may have come to its end before that is seen.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How long it sleeps when there is nothing to do.
const IDLE_WAIT: Duration = Duration::from_millis(200);

/// How much its thread stands back for others.
const NICENESS: i32 = 10;

impl Keeper {
    pub(super) fn new(ledger: Arc<Ledger>) -> Self {
        Self {
            ledger,
            pass: None,
            looked: (0, Timestamp(0)),
            worn_at: Timestamp(0),
            cooling: Cooling::default(),
            making: None,
            making_at: Timestamp(0),
        }
    }

    /// Says what is old by now, removes what was given up, erases some of what is asked for, and else merges filters
    /// or compresses some of what is cold; `false` if there was nothing to do, or others have to do something first.
    ///
    /// # Errors
    /// What the disk said; the next call tries again.
    pub fn step(&mut self, now: Timestamp) -> io::Result<bool> {
        if self.remove(now)? | self.erase(now)? {
            return Ok(true);
        }
        if self.pass.is_some() {
            return Ok(false);
        }
        Ok(self.filter(now)? || self.cooling.step(&self.ledger, now)?)
    }

    fn filter(&mut self, now: Timestamp) -> io::Result<bool> {
        if now < self.making_at {
            return Ok(false);
        }
        self.ledger.make_filters(&mut self.making).inspect_err(|_| {
            // Searches do without.
            self.making_at = now + FILTERS_PAUSE;
        })
    }

    fn erase(&mut self, now: Timestamp) -> io::Result<bool> {
        let ledger = Arc::clone(&self.ledger);
        ledger.keep_late()?;
        if self.pass.is_none() {
            let ((wanted, newest), look_for_worn) = (ledger.to_erase(), self.worn_at <= now);
            let look = wanted && (self.looked.0 != newest || self.looked.1 <= now);
            if !look && !look_for_worn {
                return Ok(false);
            }
            self.pass = Pass::begin(&ledger, now, look_for_worn)?;
            self.looked = (newest, now + LOOK_EVERY);
            if self.pass.is_none() && look_for_worn {
                self.worn_at = now + WORN_EVERY;
            }
        }
        let Some(pass) = &mut self.pass else { return Ok(false) };
        self.cooling.give_up(&ledger)?;
        let step = pass.step(&ledger, now)?;
        if step == Step::Done {
            self.pass = None;
            self.looked.1 = now;
        }
        Ok(step != Step::Wait)
    }

    fn remove(&self, now: Timestamp) -> io::Result<bool> {
        let ledger = &*self.ledger;
        if let Some(keep) = ledger.config.keep {
            ledger.keep_since(now - keep);
        }
        if !ledger.progress.given_up.swap(false, Ordering::SeqCst) {
            return Ok(false);
        }
        let kept = ledger.read().kept;
        ledger.filters.release_before(kept.segment as usize);
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
                    tracing::warn!(%error, "what is not kept cannot be removed or erased, or the log not compressed, for now");
                }
            }
            std::thread::sleep(IDLE_WAIT);
        }
    }
}
