//! The one that follows the durable end of the log and brings the indexes up to it.
//!
//! Live and after a restart it is the same code: read what is durable, apply it record by record.
//! Readers wait at most for one turn of [`TURN_RECORDS`] records.
//! **Invariants**: only what is durable is indexed; [`Ledger::indexed`] moves by whole frames; after
//! an error nothing more is applied, because a frame may be half in.

use std::io;
use std::sync::Arc;
use std::sync::RwLockWriteGuard;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::checkpoint::Checkpointer;
use super::index::{Index, Place};
use super::store::Ledger;
use crate::spool::chunk::ChunkView;
use crate::spool::disk::DiskFile;
use crate::spool::frame::{self, FRAME_HEADER_BYTES};
use crate::spool::lsn::Lsn;
use crate::spool::recovery::Gap;
use crate::spool::unpoisoned;

/// Keeps the indexes.
#[derive(Debug)]
pub struct Indexer {
    ledger: Arc<Ledger>,
    buffer: Vec<u8>,
    /// Damaged parts of the log that the operator agreed to skip, in order.
    skips: Vec<Gap>,
    checkpointer: Checkpointer,
    failed: bool,
    /// Whether there are messages from before the start that are not counted yet.
    counts: bool,
}

/// Records applied before readers are let in.
pub const TURN_RECORDS: usize = 1024;

/// Octets of log read at a time.
const READ_BYTES: usize = 1 << 20;

/// Parts waiting for the sealer before the indexer sorts one itself.
const UNSEALED_MAX: usize = 1;

/// How long the indexer sleeps when nothing has come for a while.
const IDLE_WAIT: Duration = Duration::from_millis(50);

impl Indexer {
    pub(super) fn new(ledger: Arc<Ledger>, skips: Vec<Gap>, checkpointer: Checkpointer) -> Self {
        Self { ledger, buffer: Vec::new(), skips, checkpointer, failed: false, counts: true }
    }

    /// Indexes some of what is durable; `false` if there was nothing. Makes a checkpoint when
    /// enough log has gone by.
    pub fn step(&mut self) -> io::Result<bool> {
        self.guarded(|indexer| {
            let advanced = indexer.advance()?;
            if advanced && indexer.checkpointer.is_due(&indexer.ledger) || indexer.is_wanted() {
                indexer.write_checkpoint()?;
            }
            Ok(advanced)
        })
    }

    /// Counts some of the messages from before the start (see `tally`); `false` if all are. It is done
    /// here because the lock of the index has to be held: who stands back might be left waiting with it.
    pub fn catch_up(&mut self) -> bool {
        self.counts = self.counts
            && self.ledger.tally_some().unwrap_or_else(|error| {
                tracing::warn!(%error, "messages from before the start cannot be counted");
                false
            });
        self.counts
    }

    /// Makes everything indexed so far durable in the indexes, so that a restart begins here.
    pub fn checkpoint(&mut self) -> io::Result<()> {
        self.guarded(Self::write_checkpoint)
    }

    /// Whether somebody waits for a checkpoint that can be made.
    fn is_wanted(&self) -> bool {
        let progress = &self.ledger.progress;
        let wanted = Lsn(progress.checkpoint_wanted.load(Ordering::SeqCst));
        wanted > self.checkpointer.replay_from() && wanted <= self.ledger.indexed()
    }

    fn write_checkpoint(&mut self) -> io::Result<()> {
        self.ledger.keep_replaced();
        self.ledger.opt_outs.keep(&*self.ledger.disk)?;
        self.ledger.keep_late()?;
        self.checkpointer.write(&self.ledger)?;
        self.ledger.expire_behind(&self.checkpointer)
    }

    /// Runs until [`Ledger::stop`]; then indexes all that is durable and makes a checkpoint. After
    /// an error the journal has failed too: the process should end.
    pub fn run(&mut self) -> io::Result<()> {
        let mut checkpoint_at = Instant::now();
        let mut busy_at = Instant::now();
        loop {
            let stopping = self.ledger.is_stopping();
            while self.step()? {
                busy_at = Instant::now();
            }
            if stopping {
                return self.checkpoint();
            }
            let behind = self.ledger.indexed().0 > self.checkpointer.replay_from().0;
            let due = checkpoint_at.elapsed() >= self.ledger.config.checkpoint_interval;
            if due && (behind || self.ledger.may_expire()) {
                self.checkpoint()?;
                checkpoint_at = Instant::now();
            }
            let quiet = busy_at.elapsed() > Duration::from_secs(1);
            if self.catch_up() && quiet {
                continue;
            }
            self.sleep(if quiet { IDLE_WAIT } else { self.ledger.config.index_interval });
        }
    }

    /// Sleeps, unless a reader waits for what is durable already.
    fn sleep(&self, wait: Duration) {
        let progress = &self.ledger.progress;
        let waiting = unpoisoned::lock(&progress.waiting);
        let wanted = *waiting > 0 && self.ledger.indexed() < self.ledger.journal.durable();
        if !self.ledger.is_stopping() && !wanted {
            drop(progress.wanted.wait_timeout(waiting, wait));
        }
    }

    /// Runs one operation; the first error is the end.
    fn guarded<T>(&mut self, run: impl FnOnce(&mut Self) -> io::Result<T>) -> io::Result<T> {
        if self.failed {
            return Err(io::Error::other("the indexer has failed before"));
        }
        run(self).inspect_err(|error| {
            self.failed = true;
            self.ledger.journal.fail(error);
        })
    }

    fn advance(&mut self) -> io::Result<bool> {
        let from = self.skip(self.ledger.indexed());
        let durable = self.ledger.journal.durable();
        if from >= durable {
            self.publish(from);
            return Ok(false);
        }
        let octets = self.fill(from, durable)?;
        let mut at = 0;
        let directory_id = self.ledger.identity.directory_id;
        let ledger = Arc::clone(&self.ledger);
        let mut turn = Turn { ledger: &ledger, index: None, applied: 0 };
        while let Some(header) = frame::header(&octets[at..], directory_id, from.plus(at as u64)) {
            let start = at + FRAME_HEADER_BYTES;
            let Some(payload) = octets.get(start..start + header.0) else { break };
            turn.frame(from.plus(start as u64), payload)?;
            at = start + header.0;
        }
        let written = turn.write_behind()?;
        drop(turn);
        // Piece by piece: the log's next sync would stand behind all that a checkpoint finds unsynced.
        written.iter().try_for_each(|file| file.sync_data())?;
        self.buffer = octets;
        if at == 0 {
            let what = format!("the log at LSN {from} is not as it was written");
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        self.publish(from.plus(at as u64));
        self.checkpointer.write_full_segments(&ledger)?;
        self.relieve_sealer()?;
        Ok(true)
    }

    /// Jumps over parts that cannot be read.
    fn skip(&self, from: Lsn) -> Lsn {
        self.skips.iter().fold(from, |at, gap| if gap.from == at { gap.to } else { at })
    }

    /// Reads at least the whole frame at an address, and as many more as fit.
    fn fill(&mut self, from: Lsn, durable: Lsn) -> io::Result<Vec<u8>> {
        let mut octets = std::mem::take(&mut self.buffer);
        let left = usize::try_from(durable.since(from)).unwrap_or(usize::MAX);
        octets.resize(left.min(READ_BYTES), 0);
        let mut count = self.ledger.log.read_at(from, &mut octets)?;
        let header = frame::header(&octets[..count], self.ledger.identity.directory_id, from);
        let whole = header.map_or(0, |(length, _)| FRAME_HEADER_BYTES + length);
        if whole > count && whole <= left {
            octets.resize(whole, 0);
            count = self.ledger.log.read_at(from, &mut octets)?;
        }
        octets.truncate(count);
        Ok(octets)
    }

    fn publish(&self, indexed: Lsn) {
        let progress = &self.ledger.progress;
        progress.indexed.store(indexed.0, Ordering::SeqCst);
        if *unpoisoned::lock(&progress.waiting) > 0 {
            progress.advanced.notify_all();
        }
    }

    /// Wakes the sealer when there is work for it, and helps when there is too much.
    fn relieve_sealer(&self) -> io::Result<()> {
        let waiting = self.ledger.unsealed();
        if waiting > 0 {
            self.ledger.progress.to_seal.notify_one();
        }
        if waiting > UNSEALED_MAX {
            self.ledger.seal_one()?;
        }
        Ok(())
    }
}

/// Holds the index while records are applied, and lets go of it now and then.
struct Turn<'a> {
    ledger: &'a Ledger,
    index: Option<RwLockWriteGuard<'a, Index>>,
    applied: usize,
}

impl<'a> Turn<'a> {
    fn frame(&mut self, lsn: Lsn, payload: &[u8]) -> io::Result<()> {
        let mut at = 0;
        while at < payload.len() {
            let Some(chunk) = ChunkView::parse(&payload[at..]) else {
                let what = format!("the frame at LSN {lsn} holds no chunks");
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            };
            self.index().begin_chunk(chunk.base_ord)?;
            let place = Place { chunk: lsn.plus(at as u64), time: chunk.time, offset: 0 };
            for (offset, octets) in chunk.iter() {
                self.index().apply(Place { offset, ..place }, octets)?;
                self.applied += 1;
            }
            at += chunk.len_bytes();
        }
        Ok(())
    }

    fn index(&mut self) -> &mut Index {
        if self.applied >= TURN_RECORDS {
            self.applied = 0;
            self.index = None;
            let readers = &self.ledger.progress.readers;
            // A reader that was just woken needs a moment to get hold of the lock.
            for _ in 0..YIELDS_MAX {
                if readers.load(Ordering::Relaxed) == 0 {
                    break;
                }
                std::thread::yield_now();
            }
        }
        let ledger = self.ledger;
        self.index.get_or_insert_with(|| unpoisoned::write(&ledger.index))
    }

    /// Writes what the append-only files have held back, and says which are to be synced.
    fn write_behind(&mut self) -> io::Result<Vec<Arc<dyn DiskFile>>> {
        let Index { links, correlations, .. } = self.index();
        let mut written = Vec::new();
        for entries in [&mut links.entries, &mut correlations.entries] {
            entries.write_if_due()?;
            written.append(&mut entries.take_unsynced());
        }
        Ok(written)
    }
}

/// How often the indexer steps aside for readers between two turns.
const YIELDS_MAX: usize = 64;
