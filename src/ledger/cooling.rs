//! Which files of the log are compressed, and when.
//!
//! A file is cold once the next one was begun long enough ago. The oldest goes first, one at a time, while the
//! disk has room for both and nothing is being erased.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use super::store::Ledger;
use crate::base::clock::Timestamp;
use crate::spool::cold::compress::{Compressed, Compressing};
use crate::spool::frame::FRAME_HEADER_BYTES;
use crate::spool::lsn::Lsn;

/// Time between two looks for a file that has become cold.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Time after which it is tried again when the disk refused something.
const RETRY_AFTER: Duration = Duration::from_secs(60);

/// What is being compressed.
#[derive(Debug, Default)]
pub(super) struct Cooling {
    under_way: Option<(Lsn, Compressing)>,
    /// Files that are left as they are, up to the next start.
    left: BTreeSet<Lsn>,
    look_at: Timestamp,
    /// When it looked first: an empty file was begun by then, or later for somebody who erases.
    looked_first: Option<Timestamp>,
}

impl Cooling {
    /// Compresses some of a file; `false` if none is cold.
    ///
    /// # Errors
    /// What the disk said. It is tried again after a while.
    pub(super) fn step(&mut self, ledger: &Ledger, now: Timestamp) -> io::Result<bool> {
        let worked = self.work(ledger, now);
        if worked.is_err() {
            self.look_at = now + RETRY_AFTER;
            // What cannot be removed now is, before anything is erased or compressed.
            let _kept = self.give_up(ledger);
        }
        worked
    }

    /// Removes what was begun: something is to be erased, and must be found nowhere then.
    ///
    /// # Errors
    /// What the disk said; it is still there then.
    pub(super) fn give_up(&mut self, ledger: &Ledger) -> io::Result<()> {
        if let Some((_, compressing)) = &mut self.under_way {
            compressing.give_up(&*ledger.disk)?;
        }
        self.under_way = None;
        Ok(())
    }

    fn work(&mut self, ledger: &Ledger, now: Timestamp) -> io::Result<bool> {
        let Some((base, compressing)) = &mut self.under_way else {
            return if self.look_at <= now { self.look(ledger, now) } else { Ok(false) };
        };
        let base = *base;
        match compressing.step(&ledger.log)? {
            Compressed::Again => return Ok(true),
            Compressed::Done(sums) => {
                let (from, to) = (sums.plain_bytes, sums.bytes);
                tracing::info!(%base, from, to, "a file of the log was compressed");
            }
            Compressed::Changed => {
                tracing::debug!(%base, "a file was changed while it was compressed")
            }
            Compressed::Left(why) => self.leave(base, why),
        }
        self.under_way = None;
        Ok(true)
    }

    /// Begins with the oldest file that is cold.
    fn look(&mut self, ledger: &Ledger, now: Timestamp) -> io::Result<bool> {
        let Some(after) = ledger.config.compress_after else { return Ok(false) };
        let block_bytes = ledger.config.compress_block_bytes;
        self.look_at = now + LOOK_EVERY;
        let looked_first = *self.looked_first.get_or_insert(now);
        for (base, end) in ledger.log.closed_plain() {
            let length = end.since(base);
            if length < u64::from(block_bytes) || self.left.contains(&base) {
                continue;
            }
            let first = ledger.log.chunk_time(end.plus(FRAME_HEADER_BYTES as u64))?;
            let next_begun = first.unwrap_or(looked_first);
            // A clock that was set back, or damage, says nothing of the files behind.
            if next_begun > now {
                continue;
            }
            if next_begun > now - after {
                return Ok(false);
            }
            let room = ledger.config.log.free_bytes_min.saturating_add(length);
            if ledger.disk.free_bytes()? < room {
                return Ok(false);
            }
            match ledger.log.compress(base, block_bytes)? {
                Ok(compressing) => self.under_way = Some((base, compressing)),
                Err(why) => self.leave(base, why),
            }
            self.look_at = now;
            return Ok(true);
        }
        Ok(false)
    }

    fn leave(&mut self, base: Lsn, why: &'static str) {
        self.left.insert(base);
        tracing::info!(%base, why, "a file of the log is not compressed");
    }
}
