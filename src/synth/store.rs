//! The directory at work: chunks are committed in frames of the same size in every run, and indexed by the
//! threads that a gateway has.

use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use crate::base::clock::{Clock, Timestamp};
use crate::ledger::open::Opened;
use crate::ledger::store::Ledger;
use crate::spool::chunk::Chunk;
use crate::spool::flusher::{Flushed, Flusher};
use crate::spool::journal::{AppendError, Health, Journal};

/// Octets of a frame: about what a gateway under load commits at once.
const FRAME_BYTES: usize = 1 << 20;

/// Octets of log that may wait to be indexed.
const LAG_BYTES_MAX: u64 = 64 << 20;

/// How long is waited for the index before the threads are looked at.
const PATIENCE: Duration = Duration::from_millis(200);

/// A new data directory that is written to.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) ledger: Arc<Ledger>,
    journal: Journal,
    flusher: Flusher,
    staged: usize,
    threads: Vec<JoinHandle<io::Result<()>>>,
    pub(super) log_bytes: u64,
}

impl Store {
    /// Starts the threads of an open directory, but for the one that commits.
    pub(super) fn start(opened: Opened) -> io::Result<Self> {
        let Opened { ledger, journal, flusher, mut indexer, mut sealer, .. } = opened;
        let Opened { mut text_follower, mut text_keeper, mut keeper, .. } = opened;
        let clock = Clock::start();
        let named = |name: &str| Builder::new().name(name.to_owned());
        let threads = vec![
            named("indexer").spawn(move || indexer.run())?,
            named("sealer").spawn(move || sealer.run())?,
            named("words").spawn(move || {
                text_follower.run();
                Ok(())
            })?,
            named("word-files").spawn(move || {
                text_keeper.run();
                Ok(())
            })?,
            // By the clock of the wall all this was long ago: what is closed is compressed.
            named("keeper").spawn(move || {
                keeper.run(clock);
                Ok(())
            })?,
        ];
        Ok(Self { ledger, journal, flusher, staged: 0, threads, log_bytes: 0 })
    }

    /// Appends a chunk at its time; commits when there is enough.
    pub(super) fn append(&mut self, at: Timestamp, chunk: &mut Chunk) -> io::Result<()> {
        let bytes = chunk.octets().len();
        let mut outcome = self.journal.append(at, chunk);
        if outcome == Err(AppendError::Busy) {
            self.commit()?;
            outcome = self.journal.append(at, chunk);
        }
        match outcome {
            Ok(_) => {}
            Err(AppendError::Failed) => return Err(self.failure()),
            Err(refused) => return Err(io::Error::other(refused)),
        }
        self.staged += bytes;
        if self.staged >= FRAME_BYTES { self.commit() } else { Ok(()) }
    }

    /// Makes durable what is staged, and waits while the index is too far behind.
    pub(super) fn commit(&mut self) -> io::Result<()> {
        self.staged = 0;
        match self.flusher.step() {
            Flushed::Committed(bytes) => self.log_bytes += bytes as u64,
            Flushed::Idle => {}
            Flushed::Failed => return Err(self.failure()),
        }
        while self.lag_bytes() > LAG_BYTES_MAX {
            self.wait()?;
        }
        Ok(())
    }

    /// Octets of log that are not indexed.
    pub(super) fn lag_bytes(&self) -> u64 {
        self.ledger.durable().since(self.ledger.indexed())
    }

    /// Waits a moment for the threads.
    pub(super) fn wait(&self) -> io::Result<()> {
        if self.lag_bytes() > 0 {
            self.ledger.wait_indexed(self.ledger.durable(), PATIENCE);
        } else {
            std::thread::sleep(PATIENCE / 10);
        }
        if self.journal.health() == Health::Failed { Err(self.failure()) } else { Ok(()) }
    }

    /// Whether the files that are made behind the log are all there.
    pub(super) fn is_settled(&self) -> bool {
        let stats = self.ledger.stats();
        let words = self.ledger.text_stats();
        let full = stats.segments;
        stats.segments_sealed == full
            && words.is_none_or(|words| words.messages >= stats.messages && words.segments >= full)
    }

    /// Makes a last checkpoint and ends the threads.
    pub(super) fn stop(self) -> io::Result<()> {
        self.ledger.stop();
        let ended = |_| io::Error::other("a thread of the ledger panicked");
        self.threads.into_iter().try_for_each(|thread| thread.join().map_err(ended)?)
    }

    fn failure(&self) -> io::Error {
        io::Error::other(self.journal.failure().unwrap_or_else(|| "the log has failed".to_owned()))
    }
}
