//! The threads of an open data directory, for the real thing; the simulation steps them itself.

use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use super::open::{Opened, RecoveryReport};
use super::store::Ledger;
use crate::base::clock::Clock;
use crate::spool::journal::{Health, Journal};

/// A data directory at work.
#[derive(Debug)]
pub struct Running {
    /// For readers.
    pub ledger: Arc<Ledger>,
    /// For those who write.
    pub journal: Journal,
    /// What was found when it was opened.
    pub recovered: RecoveryReport,
    flusher: JoinHandle<()>,
    indexer: JoinHandle<io::Result<()>>,
    sealer: JoinHandle<io::Result<()>>,
    /// Those of the index of words, and the one that removes what is not kept.
    behind: [JoinHandle<()>; 3],
}

impl Opened {
    /// Gives everybody who works for the ledger a thread.
    pub fn start(self) -> io::Result<Running> {
        let Self { ledger, journal, mut flusher, mut indexer, mut sealer, .. } = self;
        let Self { mut text_follower, mut text_keeper, mut keeper, recovered, .. } = self;
        let clock = Clock::start();
        let named = |name: &str| Builder::new().name(name.to_owned());
        Ok(Running {
            flusher: named("flusher").spawn(move || flusher.run())?,
            indexer: named("indexer").spawn(move || indexer.run())?,
            sealer: named("sealer").spawn(move || sealer.run())?,
            behind: [
                named("words").spawn(move || text_follower.run())?,
                named("word-files").spawn(move || text_keeper.run())?,
                named("keeper").spawn(move || keeper.run(clock))?,
            ],
            ledger,
            journal,
            recovered,
        })
    }
}

impl Running {
    /// Writes and indexes what is staged, makes a checkpoint and ends the threads. An error says
    /// what failed since the start.
    pub fn stop(self) -> io::Result<()> {
        let ended = |_| io::Error::other("a thread of the ledger panicked");
        self.journal.close();
        self.flusher.join().map_err(ended)?;
        self.ledger.stop();
        let indexed = self.indexer.join().map_err(ended)?;
        let sealed = self.sealer.join().map_err(ended)?;
        self.behind.into_iter().try_for_each(|thread| thread.join().map_err(ended))?;
        if self.journal.health() == Health::Failed {
            let failure = self.journal.failure().unwrap_or_default();
            return Err(io::Error::other(failure));
        }
        indexed.and(sealed)
    }
}
