//! The ledger as everybody reads it: by id, by the carrier's id, by address of a record.
//!
//! All methods may be called from any thread, and block for as long as the disk takes: call them
//! from threads that may wait. What was appended a moment ago is there once it is durable and
//! indexed: see [`Ledger::wait_indexed`].
//! Not here: searches by columns (`search`), what a restart needs (`restart`).

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};

use super::columns::Wide;
use super::config::LedgerConfig;
use super::correlation::{CANDIDATES_MAX, correlation_key, find_in_runs, keyed_key};
use super::counts::AccountCounts;
use super::erase::hidden::Erasing;
use super::filter::set::Filters;
use super::identity::Identity;
use super::index::Index;
use super::links::Link;
use super::names::Names;
use super::opt_outs::OptOuts;
use super::sealer::Scratch;
use super::stats::Stats;
use super::stored::{StoredEvent, StoredMessage};
use super::text::index::TextIndex;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, IdCipher, MessageOrd};
use crate::message::blank::{blank_event, blank_message};
use crate::message::carrier_id::NormalId;
use crate::message::event::{Event, NO_MESSAGE, What};
use crate::message::state::State;
use crate::spool::disk::{Disk, DiskLock};
use crate::spool::journal::Journal;
use crate::spool::log::Log;
use crate::spool::lsn::Lsn;
use crate::spool::unpoisoned;

/// Messages that one carrier id stands for, at most: the newest are given.
pub const CORRELATED_MAX: usize = 16;

/// Events of one message that are read, at most: the newest are given.
pub const EVENTS_MAX: usize = 1000;

/// The ledger of a data directory.
pub struct Ledger {
    pub(super) config: LedgerConfig,
    pub(super) disk: Arc<dyn Disk>,
    pub(super) identity: Identity,
    pub(super) names: Names,
    pub(super) log: Arc<Log>,
    pub(super) journal: Journal,
    pub(super) index: RwLock<Index>,
    pub(super) opt_outs: Arc<OptOuts>,
    /// Only one at a time sorts, in this memory.
    pub(super) sealing: Mutex<Scratch>,
    pub(super) progress: Progress,
    /// What is to be erased.
    pub(super) erasing: Erasing,
    /// Which segments may have what.
    pub(super) filters: Filters,
    /// The index of words, if there is one.
    pub(super) text: Option<TextIndex>,
    pub(super) _lock: Box<dyn DiskLock>,
}

/// How far the indexer is, and who waits for it.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) indexed: AtomicU64,
    pub(super) checkpoint: AtomicU64,
    /// A checkpoint is wanted that goes up to this address.
    pub(super) checkpoint_wanted: AtomicU64,
    /// Messages accepted before this time may be let go.
    pub(super) keep_since: AtomicU64,
    /// Whether there may be files of what was let go.
    pub(super) given_up: AtomicBool,
    /// Readers that want the index: the indexer lets them in between two turns.
    pub(super) readers: AtomicUsize,
    /// How many readers wait for the indexer.
    pub(super) waiting: Mutex<usize>,
    /// The threads are to end. Set while `waiting` is held.
    pub(super) stopping: AtomicBool,
    /// Wakes readers that wait for the indexer.
    pub(super) advanced: Condvar,
    /// Wakes the indexer's thread.
    pub(super) wanted: Condvar,
    /// Wakes the sealer's thread.
    pub(super) to_seal: Condvar,
}

impl Ledger {
    /// The dictionary of account and carrier names.
    pub const fn names(&self) -> &Names {
        &self.names
    }

    /// The permutation between ordinals and public ids of this directory.
    pub fn id_cipher(&self) -> IdCipher {
        IdCipher::new(self.identity.id_key)
    }

    /// Who may not be written to by whom.
    pub const fn opt_outs(&self) -> &Arc<OptOuts> {
        &self.opt_outs
    }

    /// Everything before this address is visible to readers.
    pub fn indexed(&self) -> Lsn {
        Lsn(self.progress.indexed.load(Ordering::SeqCst))
    }

    /// The end of what is on disk.
    pub fn durable(&self) -> Lsn {
        self.journal.durable()
    }

    /// Waits until everything before an address is visible; `false` if that took too long. Needs
    /// the threads of the flusher and the indexer.
    pub fn wait_indexed(&self, lsn: Lsn, timeout: Duration) -> bool {
        let until = Instant::now() + timeout;
        let mut waiting = unpoisoned::lock(&self.progress.waiting);
        while self.indexed() < lsn {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            *waiting += 1;
            self.progress.wanted.notify_one();
            let outcome = self.progress.advanced.wait_timeout(waiting, left);
            waiting = outcome.unwrap_or_else(std::sync::PoisonError::into_inner).0;
            *waiting -= 1;
        }
        true
    }

    /// A message as it is now: as it was accepted, or as it was replaced last.
    pub fn message(&self, ord: MessageOrd) -> io::Result<Option<StoredMessage>> {
        let row = self.read().states.row(ord)?;
        match row.filter(|row| State::replaced_in(&row.state)) {
            Some(row) => self.replacement(ord, row.head),
            None => self.accepted(ord),
        }
    }

    /// A message as it was accepted.
    pub fn accepted(&self, ord: MessageOrd) -> io::Result<Option<StoredMessage>> {
        let place = {
            let index = self.read();
            (index.lsn(ord)?, index.wide(ord, Wide::AcceptedAt)?)
        };
        let (Some(lsn), Some(accepted_at)) = place else { return Ok(None) };
        let mut octets = self.record(lsn)?;
        if self.shows_blank(ord)? {
            blank_message(&mut octets);
        }
        Ok(StoredMessage::new(ord, Timestamp(accepted_at), lsn, octets))
    }

    /// The record at an address, as `Message::decode` or `Event::decode` takes it; empty if there
    /// is none. Needs no index: good for what was appended a moment ago, once it is written.
    pub fn record(&self, lsn: Lsn) -> io::Result<Vec<u8>> {
        let mut octets = Vec::new();
        self.log.record(lsn, &mut octets)?;
        Ok(octets)
    }

    /// Calls a function with the record at each of several addresses, with one buffer for all.
    pub fn records(&self, lsns: &[Lsn], mut each: impl FnMut(Lsn, &[u8])) -> io::Result<()> {
        let mut octets = Vec::new();
        for &lsn in lsns {
            self.log.record(lsn, &mut octets)?;
            each(lsn, &octets);
        }
        Ok(())
    }

    /// What became of a message.
    pub fn state(&self, ord: MessageOrd) -> io::Result<Option<State>> {
        let row = self.read().states.row(ord)?;
        Ok(row.and_then(|row| row.state()))
    }

    /// The history of a message, oldest first; of more than [`EVENTS_MAX`] events the newest.
    pub fn events(&self, ord: MessageOrd) -> io::Result<Vec<StoredEvent>> {
        let row = self.read().states.row(ord)?;
        let mut head = row.map_or(0, |row| row.head);
        let mut events = Vec::new();
        while events.len() < EVENTS_MAX {
            let link = self.read().links.get(head)?;
            let Some(link) = link else { break };
            events.extend(self.stored_event(&link)?);
            head = link.previous;
        }
        events.reverse();
        Ok(events)
    }

    /// The messages that a carrier knows under any of these ids, newest first. The ids are in
    /// canonical form (`message::carrier_id::NormalId`); several, because carriers write them
    /// in hexadecimal here and in decimal there.
    pub fn correlate<I: AsRef<[u8]>>(
        &self,
        carrier: CarrierId,
        candidates: &[I],
    ) -> io::Result<Vec<MessageOrd>> {
        let mut ords = Vec::new();
        for id in candidates {
            self.each_correlated(carrier, id.as_ref(), |_, event| {
                if event.ord != NO_MESSAGE {
                    ords.push(event.ord);
                }
            })?;
        }
        ords.sort_unstable_by(|a, b| b.cmp(a));
        ords.dedup();
        ords.truncate(CORRELATED_MAX);
        Ok(ords)
    }

    /// The receipts without a message that came with any of these ids, newest first.
    pub fn orphans_by_id<I: AsRef<[u8]>>(
        &self,
        carrier: CarrierId,
        candidates: &[I],
    ) -> io::Result<Vec<StoredEvent>> {
        let mut orphans = Vec::new();
        for id in candidates {
            self.each_correlated(carrier, id.as_ref(), |stored, event| {
                if event.ord == NO_MESSAGE {
                    orphans.push(stored.clone());
                }
            })?;
        }
        orphans.sort_by_key(|orphan| std::cmp::Reverse(orphan.lsn));
        orphans.dedup();
        orphans.truncate(CORRELATED_MAX);
        Ok(orphans)
    }

    /// The submissions under an idempotency key, by the digest it was kept under, newest first; at
    /// most 64.
    pub fn keyed(&self, digest: &[u8]) -> io::Result<Vec<StoredEvent>> {
        let mut keyed = Vec::new();
        let same = |what: &What<'_>| matches!(*what, What::Keyed { key, .. } if key == digest);
        self.each_of_key(keyed_key(digest), same, |stored, _| keyed.push(stored.clone()))?;
        Ok(keyed)
    }

    /// The newest refusals and oddities, newest first.
    pub fn notices(&self, limit: usize) -> io::Result<Vec<StoredEvent>> {
        let heads: Vec<u64> = self.read().notices.iter().rev().take(limit).copied().collect();
        let mut notices = Vec::with_capacity(heads.len());
        for head in heads {
            let link = self.read().links.get(head)?;
            if let Some(link) = link {
                notices.extend(self.stored_event(&link)?);
            }
        }
        Ok(notices)
    }

    /// How many messages of an account there are of each disposition, and how many it is owed.
    pub fn counts(&self, account: AccountId) -> AccountCounts {
        self.read().accounts.of(account)
    }

    /// Figures for metrics.
    pub fn stats(&self) -> Stats {
        let index = self.read();
        Stats {
            messages: index.next_ord.0,
            events: index.links.entries.count(),
            carrier_ids: index.correlations.entries.count(),
            strays: index.strays,
            durable: self.journal.durable(),
            indexed: self.indexed(),
            checkpoint: Lsn(self.progress.checkpoint.load(Ordering::SeqCst)),
            staged_bytes: self.journal.staged_bytes() as u64,
            log_bytes: self.log.len_bytes(),
            log_cold: self.log.cold_sums(),
            free_bytes: self.disk.free_bytes().unwrap_or(0),
            segments: index.segments.len() as u64,
            segments_sealed: index.segments.iter().filter(|s| s.numbers.is_some()).count() as u64,
            expired: index.kept_from().0,
            dirty_pages: index.states.changed_pages() as u64,
        }
    }

    /// Has the indexer make a checkpoint, once everything before an address is indexed.
    pub(super) fn want_checkpoint(&self, upto: Lsn) {
        self.progress.checkpoint_wanted.fetch_max(upto.0, Ordering::SeqCst);
        self.progress.wanted.notify_one();
    }

    /// Whether a restart begins at an address or behind it.
    pub(super) fn is_covered(&self, upto: Lsn) -> bool {
        self.progress.checkpoint.load(Ordering::SeqCst) >= upto.0
    }

    /// Lets the threads of the indexer and the sealer end.
    pub fn stop(&self) {
        {
            let _held = unpoisoned::lock(&self.progress.waiting);
            self.progress.stopping.store(true, Ordering::SeqCst);
        }
        self.progress.wanted.notify_all();
        self.progress.to_seal.notify_all();
    }

    /// Whether the threads are to end.
    pub(super) fn is_stopping(&self) -> bool {
        self.progress.stopping.load(Ordering::SeqCst)
    }

    /// The index, for a short moment.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, Index> {
        self.progress.readers.fetch_add(1, Ordering::Relaxed);
        let guard = unpoisoned::read(&self.index);
        self.progress.readers.fetch_sub(1, Ordering::Relaxed);
        guard
    }

    /// The event of a link.
    pub(super) fn stored_event(&self, link: &Link) -> io::Result<Option<StoredEvent>> {
        let Some(at) = self.log.chunk_time(link.chunk)? else { return Ok(None) };
        let mut octets = self.record(link.lsn())?;
        if self.erasing.hides_any()
            && let Some(event) = Event::decode(&octets)
            && self.shows_blank(event.ord)?
        {
            blank_event(&mut octets);
        }
        Ok(Some(StoredEvent::new(at, link.lsn(), octets)))
    }

    /// Calls a function with every event that carries a carrier's id, in no order.
    fn each_correlated(
        &self,
        carrier: CarrierId,
        id: &[u8],
        mut each: impl FnMut(&StoredEvent, &Event<'_>),
    ) -> io::Result<()> {
        self.each_of_key(
            correlation_key(carrier, id),
            |what| names_id(what, carrier, id),
            &mut each,
        )
    }

    /// Calls a function with the events under a key that are the ones meant: keys are only hashes.
    fn each_of_key(
        &self,
        key: u64,
        meant: impl Fn(&What<'_>) -> bool,
        mut each: impl FnMut(&StoredEvent, &Event<'_>),
    ) -> io::Result<()> {
        let mut heads = Vec::new();
        let runs = self.read().correlations.find(key, &mut heads);
        find_in_runs(&runs, key, &mut heads)?;
        heads.sort_unstable_by(|a, b| b.cmp(a));
        for head in heads.into_iter().take(CANDIDATES_MAX) {
            let link = self.read().links.get(head)?;
            let Some(link) = link else { continue };
            let Some(stored) = self.stored_event(&link)? else { continue };
            let Some(event) = stored.event() else { continue };
            if self.expired(event.ord) {
                continue;
            }
            if meant(&event.what) {
                each(&stored, &event);
            }
        }
        Ok(())
    }
}

/// Whether an event really carries this carrier's id: keys are only hashes.
fn names_id(what: &What<'_>, by: CarrierId, id: &[u8]) -> bool {
    match *what {
        What::Sent { carrier, carrier_message_id } => {
            carrier == by && *NormalId::new(carrier_message_id) == *id
        }
        What::Orphan { carrier, report, .. } => {
            carrier == by && *NormalId::new(report.carrier_message_id) == *id
        }
        _ => false,
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("place", &self.disk.place()).finish_non_exhaustive()
    }
}
