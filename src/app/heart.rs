//! Whether the gateway does its work: its shards turn, and what they stage gets to the disk.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::gateway::Gateway;
use crate::peer::smpp::pulse::{Pulse, ShardEnded};
use crate::pipeline::shared::Shared;
use crate::spool::journal::{Health, Journal};
use crate::spool::lsn::Lsn;

/// What is looked at.
#[derive(Debug)]
pub struct Heart {
    pulse: Pulse,
    shared: Arc<Shared>,
    writing: Writing,
}

/// Why it does not beat.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Stopped {
    /// A write or a sync of the log failed.
    #[error("the log has failed")]
    LogFailed,
    /// What was staged at the last look is not on disk yet.
    #[error("the log has not been written since the last look")]
    LogHangs,
    /// A shard did not make a turn within the time.
    #[error("a shard makes no turns")]
    ShardHangs,
    /// A shard's thread has ended, and the gateway does not stop.
    #[error(transparent)]
    ShardEnded(#[from] ShardEnded),
}

impl Heart {
    /// That of a running gateway.
    pub fn of(gateway: &Gateway) -> Self {
        let writing = Writing::of(gateway.journal().clone());
        Self { pulse: gateway.pulse(), shared: Arc::clone(gateway.shared()), writing }
    }

    /// Waits until every shard has made a turn, at most for so long.
    ///
    /// # Errors
    /// What stands still.
    pub async fn beat(&mut self, within: Duration) -> Result<(), Stopped> {
        self.writing.goes_on()?;
        match tokio::time::timeout(within, self.pulse.felt()).await {
            Ok(Ok(())) => Ok(()),
            // Shards end one after the other when the gateway stops.
            Ok(Err(_)) if self.shared.draining.load(Ordering::Relaxed) => Ok(()),
            Ok(Err(ended)) => Err(ended.into()),
            Err(_) => Err(Stopped::ShardHangs),
        }
    }
}

/// The flusher, as seen from outside.
#[derive(Debug)]
struct Writing {
    journal: Journal,
    /// The end of what was staged at the last look.
    staged: Lsn,
}

impl Writing {
    fn of(journal: Journal) -> Self {
        Self { staged: journal.end(), journal }
    }

    /// A disk that is slow is not dead: from one look to the next, what was staged is written.
    fn goes_on(&mut self) -> Result<(), Stopped> {
        if self.journal.health() == Health::Failed {
            return Err(Stopped::LogFailed);
        }
        if self.journal.durable() < self.staged {
            return Err(Stopped::LogHangs);
        }
        self.staged = self.journal.end();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::Timestamp;
    use crate::base::id::MessageOrd;
    use crate::message::record::Message;
    use crate::spool::chunk::Chunk;
    use crate::spool::recovery::{LogOptions, recover};
    use crate::spool::sim_disk::SimDisk;

    #[test]
    fn a_flusher_that_writes_nothing_between_two_looks_hangs() {
        let options = LogOptions { free_bytes_min: 0, ..LogOptions::default() };
        let disk = Arc::new(SimDisk::new(1));
        let log = recover(disk, 1, Lsn(0), &options).expect("an empty log");
        let (journal, mut flusher) = log.start(MessageOrd(0), &options);
        let mut writing = Writing::of(journal.clone());
        assert_eq!(writing.goes_on(), Ok(()), "nothing is staged");
        let mut chunk = Chunk::new();
        chunk.message(&Message::default());
        journal.append(Timestamp(1), &mut chunk).expect("room");
        assert_eq!(writing.goes_on(), Ok(()), "it has had no time yet");
        assert_eq!(writing.goes_on(), Err(Stopped::LogHangs));
        flusher.step();
        assert_eq!(writing.goes_on(), Ok(()), "it was slow");
        journal.fail(&std::io::Error::other("gone"));
        assert_eq!(writing.goes_on(), Err(Stopped::LogFailed));
    }
}
