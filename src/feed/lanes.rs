//! All lanes: who is told of callbacks, found by the follower as it reads the log.
//!
//! A lane is a consumer with a durable cursor like any other. It joins when the first news for its server
//! is read, and leaves when it has been owed nothing for a while; so servers that are dead keep a bounded
//! window each, and their place in the log. How far the log was looked through for callbacks is durable
//! too (`cursor-cb`), and so is which accounts have given any (`cursor-cb-<account>`): nobody else's
//! messages are looked at.
//! **Invariants**: a lane's cursor is on disk before the place behind its first news is; there are at most
//! `hosts_max` lanes, and one more that all others share until it is empty. While that one is there no lane
//! joins or leaves, so that each piece of news has one lane whenever it is read again.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::consumer::{Bell, Consumer};
use super::cursor::{Cursor, Position};
use super::judge;
use super::lane::{CALLED, Lane, NAME, OVERFLOW, account_from_name, account_name};
use super::notice::{Notice, Wants};
use crate::base::clock::Timestamp;
use crate::base::id::AccountId;
use crate::ledger::store::Ledger;
use crate::spool::error::OpenError;
use crate::spool::tape::Mark;
use crate::spool::unpoisoned;

/// Lanes at a time: the default.
pub const HOSTS_DEFAULT: usize = 1024;

/// Notices of one lane in memory that are not settled.
const WINDOW: usize = 64;

/// Those of the lane that others share.
const OVERFLOW_WINDOW: usize = 256;

/// How long a lane stays that is owed nothing.
pub(super) const LINGER: Duration = Duration::from_secs(60);

/// How often the cursor of a lane is written to which nothing happens, so that little is read again for
/// it after a restart.
const REFRESH: Duration = Duration::from_secs(300);

/// How often it is kept how far the log was looked through.
const KEEP_INTERVAL: Duration = Duration::from_secs(2);

/// Accounts that are looked for by themselves; more, and everybody is looked at.
const ACCOUNTS_APART: usize = 16;

/// What is told of callbacks.
#[derive(Debug)]
pub struct Lanes {
    inner: Mutex<Inner>,
    hosts_max: AtomicUsize,
    /// A lane has joined or left.
    changed: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    /// Before it everything is on a lane that is on disk; `None` when nobody has given callbacks.
    kept: Option<Position>,
    kept_at: Option<Instant>,
    accounts: BTreeSet<AccountId>,
    lanes: HashMap<Lane, At>,
    others: Option<At>,
}

#[derive(Debug)]
struct At {
    consumer: Arc<Consumer>,
    idle_since: Option<Instant>,
    refreshed: Instant,
}

impl At {
    fn new(consumer: Consumer) -> Self {
        Self { consumer: Arc::new(consumer), idle_since: None, refreshed: Instant::now() }
    }
}

impl Default for Lanes {
    fn default() -> Self {
        let hosts_max = AtomicUsize::new(HOSTS_DEFAULT);
        Self { inner: Mutex::default(), hosts_max, changed: Notify::new() }
    }
}

/// What lanes are kept with.
pub(super) struct Place<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) bell: &'a Arc<Bell>,
}

impl Place<'_> {
    fn store(&self, name: &str, cursor: &Cursor) -> io::Result<()> {
        cursor.store(&**self.ledger.disk(), self.ledger.directory_id(), name)
    }

    fn consumer(&self, name: &str, account: Option<AccountId>, cursor: Cursor) -> io::Result<At> {
        let mut unsettled = Vec::with_capacity(cursor.unsettled.len());
        for lsn in &cursor.unsettled {
            unsettled.extend(judge::at(self.ledger, *lsn)?);
        }
        let wants = Wants { kinds: CALLED, account };
        let window = if name == OVERFLOW { OVERFLOW_WINDOW } else { WINDOW };
        let (name, bell) = (name.to_owned(), Arc::clone(self.bell));
        Ok(At::new(Consumer::new(name, wants, (cursor, unsettled), window, bell)))
    }
}

impl Lanes {
    /// Everybody who is owed something, for whoever tells them.
    pub fn consumers(&self) -> Vec<Arc<Consumer>> {
        let inner = self.lock();
        let all = inner.lanes.values().chain(&inner.others);
        all.map(|at| Arc::clone(&at.consumer)).collect()
    }

    /// Whether the messages of an account are looked at.
    pub fn knows(&self, account: AccountId) -> bool {
        self.lock().accounts.contains(&account)
    }

    /// Waits until a lane has joined or left.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Takes up the lanes of a directory; there are to be at most so many.
    pub(super) fn open(&self, place: &Place<'_>, hosts_max: usize) -> Result<(), OpenError> {
        self.hosts_max.store(hosts_max.max(1), Ordering::SeqCst);
        let (disk, id) = (place.ledger.disk(), place.ledger.directory_id());
        let failed = |error| OpenError::io(NAME, error);
        let Some(looked) = Cursor::load(&**disk, id, NAME)? else { return Ok(()) };
        let mut inner = self.lock();
        inner.kept = Some(looked.position);
        for file in disk.list().map_err(failed)? {
            let Some(name) = file.strip_prefix("cursor-") else { continue };
            if let Some(account) = account_from_name(name) {
                inner.accounts.insert(account);
                continue;
            }
            let lane = Lane::from_name(name);
            if lane.is_none() && name != OVERFLOW {
                continue;
            }
            let Some(cursor) = Cursor::load(&**disk, id, name)? else { continue };
            let account = lane.map(|lane| lane.account);
            let at = place.consumer(name, account, cursor).map_err(failed)?;
            match lane {
                Some(lane) => drop(inner.lanes.insert(lane, at)),
                None => inner.others = Some(at),
            }
        }
        Ok(())
    }

    /// From now on the messages of an account are looked at. On disk when this returns.
    pub(super) fn admit(&self, place: &Place<'_>, account: AccountId) -> io::Result<()> {
        let mut inner = self.lock();
        if inner.accounts.contains(&account) {
            return Ok(());
        }
        let begin = Cursor::starting(place.ledger.durable());
        if inner.kept.is_none() {
            place.store(NAME, &begin)?;
        }
        place.store(&account_name(account), &begin)?;
        place.ledger.disk().sync_dir()?;
        inner.kept.get_or_insert(begin.position);
        inner.accounts.insert(account);
        drop(inner);
        place.bell.ring();
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        unpoisoned::lock(&self.inner)
    }
}

/// The follower's side.
impl Lanes {
    /// Where it has to be looked from; `None` if nobody has given callbacks.
    pub(super) fn begins_at(&self) -> Option<Position> {
        self.lock().kept
    }

    /// Whose news it has to hear.
    pub(super) fn wants(&self) -> Vec<Wants> {
        let inner = self.lock();
        if inner.accounts.len() > ACCOUNTS_APART {
            return vec![Wants { kinds: CALLED, account: None }];
        }
        let of = |account: &AccountId| Wants { kinds: CALLED, account: Some(*account) };
        inner.accounts.iter().map(of).collect()
    }

    /// News from the end of the log, out of the chunk at `mark`: the lane it is on hears of it, and joins
    /// before if it is not there.
    pub(super) fn live(
        &self,
        place: &Place<'_>,
        now: Timestamp,
        (notice, mark): (Notice, Mark),
    ) -> io::Result<()> {
        let Some(lane) = notice.lane else { return Ok(()) };
        let mut inner = self.lock();
        let full = inner.lanes.len() >= self.hosts_max.load(Ordering::SeqCst);
        let shares = !inner.lanes.contains_key(&lane) && (full || inner.others.is_some());
        let there = if shares { inner.others.as_ref() } else { inner.lanes.get(&lane) };
        if let Some(at) = there {
            at.consumer.live(now, notice, mark);
            return Ok(());
        }
        let position = Position { mark, next: notice.lsn };
        let cursor = Cursor { position, counted: position, ..Cursor::default() };
        let name = if shares { OVERFLOW.to_owned() } else { lane.to_string() };
        place.store(&name, &cursor)?;
        place.ledger.disk().sync_dir()?;
        let account = (!shares).then_some(lane.account);
        let at = place.consumer(&name, account, cursor)?;
        at.consumer.live(now, notice, mark);
        if shares {
            tracing::warn!(
                lanes = inner.lanes.len(),
                "callbacks lead to more servers than hosts_max: the others share one lane"
            );
            inner.others = Some(at);
        } else {
            inner.lanes.insert(lane, at);
        }
        drop(inner);
        self.changed.notify_one();
        Ok(())
    }

    /// Whether news is for a lane that reads on by itself.
    pub(super) fn is_for(&self, name: &str, notice: &Notice) -> bool {
        let Some(lane) = notice.lane else { return false };
        if name == OVERFLOW {
            !self.lock().lanes.contains_key(&lane)
        } else {
            lane.to_string() == name
        }
    }

    /// Keeps how far the log was looked through, and lets those go who are owed nothing.
    pub(super) fn keep(
        &self,
        place: &Place<'_>,
        (live, now): (Mark, Instant),
        all: bool,
    ) -> io::Result<()> {
        let mut inner = self.lock();
        let Some(kept) = inner.kept else { return Ok(()) };
        if !all && inner.kept_at.is_some_and(|at| now - at < KEEP_INTERVAL) {
            return Ok(());
        }
        inner.kept_at = Some(now);
        if live.chunk > kept.mark.chunk {
            let position = Position { mark: live, next: live.chunk };
            let cursor = Cursor { position, counted: position, ..Cursor::default() };
            place.store(NAME, &cursor)?;
            inner.kept = Some(position);
        }
        let gone = inner.sweep(now);
        drop(inner);
        if !gone.is_empty() {
            self.changed.notify_one();
        }
        for consumer in gone {
            consumer.leave();
            Cursor::remove(&**place.ledger.disk(), consumer.name())?;
        }
        Ok(())
    }
}

impl Inner {
    /// Takes out who has been owed nothing for a while.
    fn sweep(&mut self, now: Instant) -> Vec<Arc<Consumer>> {
        let mut gone = Vec::new();
        let over = |at: &mut At| {
            if now - at.refreshed > REFRESH {
                at.refreshed = now;
                at.consumer.refresh();
            }
            at.idle_since = at.consumer.is_idle().then(|| at.idle_since.unwrap_or(now));
            at.idle_since.is_some_and(|since| now - since >= LINGER)
        };
        let shared = self.others.is_some();
        self.lanes.retain(|_, at| {
            let goes = over(at) && !shared;
            gone.extend(goes.then(|| Arc::clone(&at.consumer)));
            !goes
        });
        if self.others.as_mut().is_some_and(over) {
            gone.extend(self.others.take().map(|at| at.consumer));
        }
        gone
    }
}
