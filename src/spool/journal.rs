//! The open end of the log: chunks are staged here under one short lock.
//!
//! **Invariants**: addresses and ordinals are given in the order of the lock, so the log holds
//! chunks in the order of their ordinals. What is staged is bounded. Once a write or a sync has
//! failed nothing is durable any more, and [`Journal::durable`] never moves again.
//! Not here: the writing (see `flusher`).

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, RwLock};
use std::time::Duration;

use super::chunk::{CHUNK_BYTES_MAX, Chunk};
use super::frame::FRAME_HEADER_BYTES;
use super::lsn::Lsn;
use super::unpoisoned;
use crate::base::clock::Timestamp;
use crate::base::id::MessageOrd;

/// Where chunks are appended. Clones are the same journal.
#[derive(Clone, Debug)]
pub struct Journal {
    pub(super) shared: Arc<Shared>,
}

/// Where a chunk landed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Appended {
    /// Address of the chunk's offset 0: a record's is this plus its slot's offset.
    pub first: Lsn,
    /// The chunk is on disk once [`Journal::durable`] has reached this.
    pub end: Lsn,
    /// Ordinal of its first message.
    pub base_ord: MessageOrd,
}

impl Appended {
    /// The ordinal of a message of the chunk.
    pub const fn ord(&self, index: u32) -> MessageOrd {
        MessageOrd(self.base_ord.0 + index as u64)
    }

    /// The address of a record of the chunk.
    pub const fn lsn(&self, offset: u32) -> Lsn {
        self.first.plus(offset as u64)
    }
}

/// Why a chunk was not taken. It is unchanged and can be appended again.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// Only chunks without messages are taken: the disk is below its floor of free space.
    #[error("the disk is below its floor of free space")]
    Full,
    /// Too much waits to be written; again after the next commit.
    #[error("too much waits to be written")]
    Busy,
    /// The chunk is longer than [`CHUNK_BYTES_MAX`].
    #[error("the chunk is too long")]
    TooLong,
    /// A write or a sync failed: nothing will ever be durable again in this process.
    #[error("a write to the log failed")]
    Failed,
}

/// Whether the journal takes messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Health {
    /// It takes everything.
    Accepting = 0,
    /// Events only: the disk is below its floor of free space.
    Full = 1,
    /// Nothing: a write or a sync failed. The process should end.
    Failed = 2,
}

/// One commit, for metrics.
#[derive(Clone, Copy, Debug)]
pub struct Commit {
    /// Octets of the frame.
    pub bytes: usize,
    /// Messages and events in it.
    pub records: u32,
    /// How long its write and sync took.
    pub took: Duration,
}

type Subscriber = Box<dyn Fn() + Send + Sync>;
type Observer = Box<dyn Fn(&Commit) + Send + Sync>;

pub(super) struct Shared {
    pub(super) staging: Mutex<Staging>,
    /// Wakes the flusher, when [`Staging::sleeping`] says that it sleeps.
    pub(super) work: Condvar,
    durable: AtomicU64,
    health: AtomicU8,
    staged_bytes_max: usize,
    subscribers: RwLock<Vec<Subscriber>>,
    observers: RwLock<Vec<Observer>>,
    failure: Mutex<Option<String>>,
}

/// The frame being filled.
#[derive(Debug)]
pub(super) struct Staging {
    /// Begins with the place of the frame's header.
    pub(super) buffer: Vec<u8>,
    pub(super) records: u32,
    pub(super) frame_lsn: Lsn,
    next_ord: MessageOrd,
    pub(super) sleeping: bool,
    pub(super) closing: bool,
}

// === impl Journal ===

impl Journal {
    pub(super) fn new(end: Lsn, next_ord: MessageOrd, staged_bytes_max: usize) -> Self {
        let staging = Staging {
            buffer: vec![0; FRAME_HEADER_BYTES],
            records: 0,
            frame_lsn: end,
            next_ord,
            sleeping: false,
            closing: false,
        };
        let shared = Shared {
            staging: Mutex::new(staging),
            work: Condvar::new(),
            durable: AtomicU64::new(end.0),
            health: AtomicU8::new(Health::Accepting as u8),
            staged_bytes_max,
            subscribers: RwLock::default(),
            observers: RwLock::default(),
            failure: Mutex::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Stages a chunk: gives its messages their ordinals and its records their addresses. The
    /// chunk is empty afterwards; on an error it is as it was.
    pub fn append(&self, now: Timestamp, chunk: &mut Chunk) -> Result<Appended, AppendError> {
        match self.health() {
            Health::Failed => return Err(AppendError::Failed),
            Health::Full if chunk.messages() > 0 => return Err(AppendError::Full),
            _ => {}
        }
        let length = chunk.octets().len();
        if length > CHUNK_BYTES_MAX {
            return Err(AppendError::TooLong);
        }
        let mut staging = unpoisoned::lock(&self.shared.staging);
        let staged = staging.buffer.len();
        if staged > FRAME_HEADER_BYTES && staged + length > self.shared.staged_bytes_max {
            return Err(AppendError::Busy);
        }
        let base_ord = staging.next_ord;
        let first = staging.frame_lsn.plus(staged as u64);
        if chunk.is_empty() {
            return Ok(Appended { first, end: staging.frame_lsn, base_ord });
        }
        chunk.seal(base_ord, now);
        staging.buffer.extend_from_slice(chunk.octets());
        staging.next_ord.0 += u64::from(chunk.messages());
        staging.records += chunk.records();
        let wake = std::mem::take(&mut staging.sleeping);
        drop(staging);
        if wake {
            self.shared.work.notify_one();
        }
        chunk.clear();
        Ok(Appended { first, end: first.plus(length as u64), base_ord })
    }

    /// Everything before this address is on disk.
    pub fn durable(&self) -> Lsn {
        Lsn(self.shared.durable.load(Ordering::SeqCst))
    }

    /// Whether messages are taken.
    pub fn health(&self) -> Health {
        match self.shared.health.load(Ordering::SeqCst) {
            0 => Health::Accepting,
            1 => Health::Full,
            _ => Health::Failed,
        }
    }

    /// What failed, once [`Journal::health`] says [`Health::Failed`].
    pub fn failure(&self) -> Option<String> {
        unpoisoned::lock(&self.shared.failure).clone()
    }

    /// Has a function called after every commit and every change of health. To miss nothing: note
    /// what is waited for, then read [`Journal::durable`] and [`Journal::health`].
    pub fn subscribe(&self, subscriber: Box<dyn Fn() + Send + Sync>) {
        unpoisoned::write(&self.shared.subscribers).push(subscriber);
    }

    /// Has a function called with the size and duration of every commit.
    pub fn observe(&self, observer: Box<dyn Fn(&Commit) + Send + Sync>) {
        unpoisoned::write(&self.shared.observers).push(observer);
    }

    /// Goes on with this ordinal, before anything was appended.
    pub(crate) fn resume_at(&self, next_ord: MessageOrd) {
        unpoisoned::lock(&self.shared.staging).next_ord = next_ord;
    }

    /// The end of what is staged: the log is written up to here once [`Journal::durable`] is.
    pub fn end(&self) -> Lsn {
        let staging = unpoisoned::lock(&self.shared.staging);
        let staged = if staging.records > 0 { staging.buffer.len() } else { 0 };
        staging.frame_lsn.plus(staged as u64)
    }

    /// Octets that wait to be written.
    pub fn staged_bytes(&self) -> usize {
        unpoisoned::lock(&self.shared.staging).buffer.len() - FRAME_HEADER_BYTES
    }

    /// Lets the flusher's thread end once everything staged is written.
    pub fn close(&self) {
        unpoisoned::lock(&self.shared.staging).closing = true;
        self.shared.work.notify_all();
    }

    /// Ends all acceptance for good: something durable could not be written.
    pub fn fail(&self, cause: &io::Error) {
        unpoisoned::lock(&self.shared.failure).get_or_insert_with(|| cause.to_string());
        self.shared.set_health(Health::Failed);
        self.shared.work.notify_all();
    }
}

// === impl Shared ===

impl Shared {
    pub(super) fn publish(&self, durable: Lsn, commit: &Commit) {
        self.durable.store(durable.0, Ordering::SeqCst);
        for observer in &*unpoisoned::read(&self.observers) {
            observer(commit);
        }
        self.call_subscribers();
    }

    pub(super) fn set_health(&self, health: Health) {
        let before = self.health.fetch_max(health as u8, Ordering::SeqCst);
        if before != health as u8 {
            self.call_subscribers();
        }
    }

    /// The only way back: room has returned. A failure stays.
    pub(super) fn room_returned(&self) {
        let (full, accepting) = (Health::Full as u8, Health::Accepting as u8);
        let order = Ordering::SeqCst;
        if self.health.compare_exchange(full, accepting, order, order).is_ok() {
            self.call_subscribers();
        }
    }

    fn call_subscribers(&self) {
        unpoisoned::read(&self.subscribers).iter().for_each(|subscriber| subscriber());
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("durable", &self.durable).finish_non_exhaustive()
    }
}
