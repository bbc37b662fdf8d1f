//! Letting go of what is older than what is to be kept, whole segments at a time.
//!
//! A segment goes once its newest message is older than the horizon and none of its messages waits for
//! anything. It takes along the log before the first message of the next one, whose events are all behind
//! that, and so the links and the runs of carrier ids before those.
//! **Invariants**: it is done right behind a checkpoint, so that nothing a restart reads is given up, and the
//! file `kept` is durable before the index forgets; the newest messages are never given up.

use std::io;
use std::sync::atomic::Ordering;

use super::checkpoint::Checkpointer;
use super::columns::{LOST, Wide};
use super::index::{Index, Segment};
use super::kept::Kept;
use super::store::Ledger;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;
use crate::message::disposition::Disposition;
use crate::spool::lsn::Lsn;
use crate::spool::unpoisoned;

/// Rows of the next segment that are looked at for its first message: those before it are lost.
const FIRST_ROWS: usize = 4096;

impl Ledger {
    /// Has messages let go that were accepted before a time, once their whole segment was and none of it
    /// waits. The indexer's thread does it at its next checkpoint; it never goes back.
    pub fn keep_since(&self, at: Timestamp) {
        self.progress.keep_since.fetch_max(at.0, Ordering::SeqCst);
    }

    /// Whether a message was let go because of its age.
    pub fn expired(&self, ord: MessageOrd) -> bool {
        ord < self.read().kept_from()
    }

    /// When the oldest message that is kept was accepted, once older ones were let go.
    pub fn kept_since(&self) -> Option<Timestamp> {
        self.read().kept_since()
    }

    /// Whether the oldest segment is old enough to be let go.
    pub(super) fn may_expire(&self) -> bool {
        let keep_since = Timestamp(self.progress.keep_since.load(Ordering::SeqCst));
        let index = self.read();
        index.may_expire(index.kept_segment(), keep_since)
    }

    /// Lets go of what may be, behind a checkpoint.
    pub(super) fn expire_behind(&self, checkpoint: &Checkpointer) -> io::Result<()> {
        let keep_since = Timestamp(self.progress.keep_since.load(Ordering::SeqCst));
        let Some(kept) = self.to_keep(checkpoint, keep_since)? else { return Ok(()) };
        kept.write(&*self.disk, self.identity.directory_id)?;
        unpoisoned::write(&self.index).expire(kept);
        self.log.release_before(kept.log);
        self.progress.given_up.store(true, Ordering::SeqCst);
        tracing::info!(segments = kept.segment, log_from = %kept.log, "older messages were let go");
        Ok(())
    }

    /// What is kept from now on; `None` if that is what is kept already.
    fn to_keep(
        &self,
        checkpoint: &Checkpointer,
        keep_since: Timestamp,
    ) -> io::Result<Option<Kept>> {
        let index = self.read();
        let mut kept = None;
        for segment in index.kept_segment()..checkpoint.sealed.segments as usize {
            if !index.may_expire(segment, keep_since) {
                break;
            }
            let first = index.first_record(segment + 1)?;
            let Some(first) = first.filter(|first| *first <= checkpoint.replay_from()) else {
                break;
            };
            kept = Some((segment as u64 + 1, first));
        }
        let Some((segment, first)) = kept else { return Ok(None) };
        let link = index.links.first_at(first)?;
        let run = index.correlations.first_needed(checkpoint.sealed.runs, link)?;
        Ok(Some(Kept { segment, log: self.log.base_at(first), link, run }))
    }
}

impl Index {
    /// When the oldest message that is kept was accepted, once older ones were let go.
    pub(super) fn kept_since(&self) -> Option<Timestamp> {
        let first = self.kept_segment();
        (first > 0).then(|| self.span_of(first).first)
    }

    /// Whether a segment is all old, and nothing of it waits.
    fn may_expire(&self, segment: usize, keep_since: Timestamp) -> bool {
        let Some(full) = self.segments.get(segment) else { return false };
        let blocks = self.states.blocks(segment);
        full.numbers.is_some()
            && full.span.last < keep_since
            && blocks.iter().all(|block| {
                let open = block.by[Disposition::InProgress as usize];
                (open, block.owed, block.to_submit) == (0, 0, 0)
            })
    }

    /// Where the first message of a segment is.
    fn first_record(&self, segment: usize) -> io::Result<Option<Lsn>> {
        let mut lsns = Vec::new();
        let rows = self.rows_of(segment).min(FIRST_ROWS);
        self.wides(segment, Wide::Lsn, 0..rows, &mut lsns)?;
        Ok(lsns.into_iter().map(Lsn).find(|lsn| *lsn != LOST))
    }

    /// Forgets everything before what is kept.
    fn expire(&mut self, kept: Kept) {
        self.kept = kept;
        let first = self.kept_segment();
        for segment in self.segments.iter_mut().take(first) {
            *segment = Segment { span: segment.span, ..Segment::default() };
        }
        self.tallies.forget(first);
        self.states.expire(first);
        self.links.expire(kept.link);
        self.correlations.expire(kept.run);
    }
}
