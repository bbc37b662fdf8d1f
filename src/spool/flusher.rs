//! The one writer of the log: what is staged becomes one frame, one write and one sync.
//!
//! While a sync runs the next frame fills: the sync is the batching window. Only when batches are
//! small and come fast does it wait a moment more, because each costs a wake-up of everybody.
//! **Invariants**: the durable LSN is published only after the sync of everything before it. A
//! write or sync that failed is never tried again (the kernel may have dropped the pages and
//! report success the second time); health is then [`Health::Failed`] for good.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::frame::{self, FRAME_HEADER_BYTES};
use super::journal::{Commit, Health, Journal};
use super::log::Log;
use super::unpoisoned;

/// Writes what the journal stages.
#[derive(Debug)]
pub struct Flusher {
    journal: Journal,
    log: Arc<Log>,
    /// The buffer that is not being filled.
    spare: Vec<u8>,
    /// When and how the flusher waits for more.
    pub gap: Gap,
    floor: Floor,
    recent: VecDeque<Instant>,
    last_records: u32,
}

/// What a step did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flushed {
    /// Nothing was staged.
    Idle,
    /// A frame of this many octets is durable.
    Committed(usize),
    /// A write or sync failed, now or before.
    Failed,
}

/// When the flusher waits before it takes what is staged.
#[derive(Clone, Copy, Debug)]
pub struct Gap {
    /// How long it waits.
    pub wait: Duration,
    /// Only if the last batch held fewer records than this,
    pub records_below: u32,
    /// and more batches than this
    pub batches_above: usize,
    /// came within this time.
    pub within: Duration,
}

impl Default for Gap {
    fn default() -> Self {
        Self {
            wait: Duration::from_micros(200),
            records_below: 64,
            batches_above: 10,
            within: Duration::from_millis(10),
        }
    }
}

/// Watches the room on the disk.
#[derive(Clone, Copy, Debug)]
struct Floor {
    bytes: u64,
    unchecked_bytes: u64,
}

/// Octets written between two looks at the free space.
const FLOOR_CHECK_BYTES: u64 = 8 << 20;

/// A sleeping flusher wakes this often to see whether room has returned.
const IDLE_WAIT: Duration = Duration::from_millis(500);

impl Flusher {
    pub(super) fn new(journal: Journal, log: Arc<Log>, floor_bytes: u64) -> Self {
        let floor = Floor { bytes: floor_bytes, unchecked_bytes: FLOOR_CHECK_BYTES };
        Self {
            journal,
            log,
            spare: vec![0; FRAME_HEADER_BYTES],
            gap: Gap::default(),
            floor,
            recent: VecDeque::new(),
            last_records: 0,
        }
    }

    /// Makes everything staged durable. Does not wait for work.
    pub fn step(&mut self) -> Flushed {
        if self.journal.health() == Health::Failed {
            return Flushed::Failed;
        }
        self.watch_room();
        let end = unpoisoned::lock(&self.journal.shared.staging).frame_lsn;
        if let Err(error) = self.log.close_if_wanted(end) {
            self.journal.fail(&error);
            return Flushed::Failed;
        }
        let (lsn, records) = {
            let mut staging = unpoisoned::lock(&self.journal.shared.staging);
            if staging.records == 0 {
                return Flushed::Idle;
            }
            std::mem::swap(&mut staging.buffer, &mut self.spare);
            let lsn = staging.frame_lsn;
            staging.frame_lsn = lsn.plus(self.spare.len() as u64);
            (lsn, std::mem::take(&mut staging.records))
        };
        let started = Instant::now();
        frame::seal(&mut self.spare, self.log.directory_id(), lsn);
        let bytes = self.spare.len();
        if let Err(error) = self.log.commit(lsn, &self.spare) {
            self.journal.fail(&error);
            return Flushed::Failed;
        }
        self.spare.truncate(FRAME_HEADER_BYTES);
        self.last_records = records;
        self.floor.unchecked_bytes += bytes as u64;
        let commit = Commit { bytes, records, took: started.elapsed() };
        self.journal.shared.publish(lsn.plus(bytes as u64), &commit);
        Flushed::Committed(bytes)
    }

    /// Runs until [`Journal::close`] and everything staged before it is durable, or until a failure.
    pub fn run(&mut self) {
        loop {
            if self.crowded() {
                std::thread::sleep(self.gap.wait);
            }
            match self.step() {
                Flushed::Committed(_) => self.note_batch(),
                Flushed::Failed => return,
                Flushed::Idle if self.sleep() => return,
                Flushed::Idle => {}
            }
        }
    }

    /// Sleeps until something is staged; `true` when the journal is closed and empty.
    fn sleep(&self) -> bool {
        let mut staging = unpoisoned::lock(&self.journal.shared.staging);
        if staging.records > 0 {
            return false;
        }
        if staging.closing {
            return true;
        }
        staging.sleeping = true;
        let outcome = self.journal.shared.work.wait_timeout(staging, IDLE_WAIT);
        let (mut staging, _) = outcome.unwrap_or_else(std::sync::PoisonError::into_inner);
        staging.sleeping = false;
        false
    }

    /// Whether batches are small and many, so that waiting saves everybody's time.
    fn crowded(&self) -> bool {
        self.last_records < self.gap.records_below
            && self.recent.len() > self.gap.batches_above
            && self.recent.front().is_some_and(|first| first.elapsed() < self.gap.within)
    }

    fn note_batch(&mut self) {
        self.recent.push_back(Instant::now());
        if self.recent.len() > self.gap.batches_above + 1 {
            self.recent.pop_front();
        }
    }

    /// Has the next step look at the free space.
    #[cfg(test)]
    pub(super) const fn look_at_room(&mut self) {
        self.floor.unchecked_bytes = FLOOR_CHECK_BYTES;
    }

    /// Looks at the free space now and then, and always while there is too little. Acceptance
    /// comes back an eighth above the floor, so that it does not flap.
    fn watch_room(&mut self) {
        let full = self.journal.health() == Health::Full;
        if self.floor.bytes == 0 || (!full && self.floor.unchecked_bytes < FLOOR_CHECK_BYTES) {
            return;
        }
        self.floor.unchecked_bytes = 0;
        // A disk that cannot even say how full it is will fail the write that follows.
        let free: io::Result<u64> = self.log.disk().free_bytes();
        match free {
            Ok(free) if free < self.floor.bytes => self.journal.shared.set_health(Health::Full),
            Ok(free) if free >= self.floor.bytes + self.floor.bytes / 8 => {
                self.journal.shared.room_returned();
            }
            _ => {}
        }
    }
}
