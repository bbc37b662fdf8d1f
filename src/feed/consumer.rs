//! One who is told news: its window, and how far it is.
//!
//! The follower fills the window and the consumer's own task empties it; neither waits for the other.
//! **Invariant**: what is before the position is settled or in the window, so a cursor taken at any moment
//! loses nothing.

use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use tokio::sync::Notify;

use super::cursor::{Cursor, Position, Replay};
use super::notice::{Notice, Wants};
use super::window::{Given, Window};
use crate::base::clock::Timestamp;
use crate::spool::lsn::Lsn;
use crate::spool::tape::Mark;
use crate::spool::unpoisoned;

/// Notices that are not settled, of one consumer, in memory: the default.
pub const WINDOW_DEFAULT: usize = 256;

/// Parts of the past that one consumer may be told again at a time.
pub const REPLAYS_MAX: usize = 8;

/// What a consumer is owed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Backlog {
    /// Events that it has not taken.
    pub events: u64,
    /// When the oldest of them was recorded, as far as it has been looked at.
    pub oldest_at: Option<Timestamp>,
}

/// Wakes the follower.
#[derive(Debug, Default)]
pub(super) struct Bell {
    rung: Mutex<bool>,
    wake: Condvar,
}

impl Bell {
    pub(super) fn ring(&self) {
        *unpoisoned::lock(&self.rung) = true;
        self.wake.notify_one();
    }

    /// Waits for a ring; for ever without a time.
    pub(super) fn wait(&self, time: Option<Duration>) {
        let rung = unpoisoned::lock(&self.rung);
        let mut rung = match time {
            _ if *rung => rung,
            Some(time) => {
                let outcome = self.wake.wait_timeout(rung, time);
                outcome.unwrap_or_else(std::sync::PoisonError::into_inner).0
            }
            None => self.wake.wait(rung).unwrap_or_else(std::sync::PoisonError::into_inner),
        };
        *rung = false;
    }
}

/// A consumer. Its name is that of its cursor's file.
#[derive(Debug)]
pub struct Consumer {
    name: String,
    wants: Wants,
    inner: Mutex<Inner>,
    /// There is something in the window, or something about it has changed.
    changed: Notify,
    bell: Arc<Bell>,
}

#[derive(Debug)]
struct Inner {
    window: Window,
    /// It gets what the follower reads at the end of the log.
    in_step: bool,
    /// Where it reads on by itself, or what it was told before it came in step.
    position: Position,
    counted: Position,
    owed: u64,
    replays: Vec<Replay>,
    /// Something settled since the cursor was written last.
    dirty: bool,
    /// Something was counted since.
    stale: bool,
    /// Nothing of it is kept: it has left, or wants nothing but what comes while it is there.
    left: bool,
}

impl Consumer {
    /// A consumer that goes on where it was; `unsettled` are the notices of the cursor.
    pub(super) fn new(
        name: String,
        wants: Wants,
        (cursor, unsettled): (Cursor, Vec<Notice>),
        window: usize,
        bell: Arc<Bell>,
    ) -> Self {
        let mut window = Window::new(window.max(unsettled.len()));
        for notice in unsettled {
            window.push(Timestamp(0), notice);
        }
        let Cursor { position, counted, owed, replays, .. } = cursor;
        let inner = Inner {
            window,
            in_step: false,
            position,
            counted,
            owed,
            replays,
            dirty: true,
            stale: false,
            left: false,
        };
        Self { name, wants, inner: Mutex::new(inner), changed: Notify::new(), bell }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// It wants nothing kept of it.
    pub(super) fn forgetful(self) -> Self {
        self.leave();
        self
    }

    /// What it wants to hear.
    pub const fn wants(&self) -> Wants {
        self.wants
    }

    /// What it is owed.
    pub fn backlog(&self) -> Backlog {
        let inner = self.lock();
        let oldest_at = inner.window.oldest_at();
        Backlog { events: inner.owed.max(inner.window.len() as u64), oldest_at }
    }

    /// The next notice to tell, if one is due. It comes back by [`Self::settle`], [`Self::again`] or
    /// [`Self::untried`].
    pub fn next(&self, now: Timestamp) -> Option<Given> {
        self.lock().window.next(now)
    }

    /// When the next notice is due.
    pub fn due(&self) -> Timestamp {
        self.lock().window.due()
    }

    /// Whether its window is full and all of it waits for later than `now`.
    pub fn is_stuck(&self, now: Timestamp) -> bool {
        let inner = self.lock();
        inner.window.room() == 0 && inner.window.due() > now
    }

    /// A notice has been told, or is given up.
    pub fn settle(&self, now: Timestamp, lsn: Lsn) {
        let mut inner = self.lock();
        if inner.window.settle(now, lsn) {
            inner.owed = inner.owed.saturating_sub(1);
            inner.dirty = true;
        }
        let hungry = inner.is_hungry();
        drop(inner);
        if hungry {
            self.bell.ring();
        }
    }

    /// A notice is to be told again at a time.
    pub fn again(&self, lsn: Lsn, due: Timestamp) {
        self.lock().window.again(lsn, due);
    }

    /// A notice was not tried.
    pub fn untried(&self, now: Timestamp, lsn: Lsn) {
        self.lock().window.untried(now, lsn);
    }

    /// Has what waits to be told again wait no longer than so long after its last attempt.
    pub fn hasten(&self, since_last: Duration) {
        self.lock().window.hasten(since_last);
        self.changed.notify_one();
    }

    /// Waits until there may be something new to tell.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Has a part of the past told again. `false` when too many are already.
    pub fn replay(&self, replay: Replay) -> bool {
        let mut inner = self.lock();
        if inner.replays.len() >= REPLAYS_MAX {
            return false;
        }
        inner.replays.push(replay);
        inner.dirty = true;
        drop(inner);
        self.bell.ring();
        true
    }

    /// Has notices told again, all or none: `false` if there is no room for them now.
    pub fn tell_again(&self, now: Timestamp, notices: &[Notice]) -> bool {
        let mut inner = self.lock();
        if inner.window.room() < notices.len() {
            return false;
        }
        for notice in notices {
            if inner.window.push(now, *notice) {
                inner.owed += 1;
            }
        }
        inner.dirty = true;
        drop(inner);
        self.changed.notify_one();
        true
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        unpoisoned::lock(&self.inner)
    }
}

/// The follower's side.
impl Consumer {
    /// Something new at the end of the log, from the chunk at `mark`.
    pub(super) fn live(&self, now: Timestamp, notice: Notice, mark: Mark) {
        let mut inner = self.lock();
        if notice.lsn >= inner.counted.next {
            inner.owed += 1;
            inner.stale = true;
        }
        if !inner.in_step || notice.lsn < inner.position.next {
            return;
        }
        if inner.window.room() == 0 {
            inner.in_step = false;
            inner.position = Position { mark, next: notice.lsn };
            return;
        }
        inner.window.push(now, notice);
        inner.dirty = true;
        drop(inner);
        self.changed.notify_one();
    }

    /// Where it reads by itself, if it does and has room for what it finds; it is put in step if there is
    /// nothing left to read before `live`.
    pub(super) fn reads_at(&self, live: Mark) -> Option<Position> {
        let mut inner = self.lock();
        if inner.in_step {
            return None;
        }
        if inner.position.mark.chunk >= live.chunk {
            inner.in_step = true;
            return None;
        }
        inner.is_hungry().then_some(inner.position)
    }

    /// What was found from one chunk of its own reading; `false` when there is no room for all of it.
    pub(super) fn found(
        &self,
        now: Timestamp,
        notices: &[Notice],
        (before, after): (Mark, Mark),
    ) -> bool {
        let mut inner = self.lock();
        let next = inner.position.next;
        for notice in notices.iter().filter(|notice| notice.lsn >= next) {
            if inner.window.room() == 0 {
                inner.position = Position { mark: before, next: notice.lsn };
                drop(inner);
                self.changed.notify_one();
                return false;
            }
            inner.window.push(now, *notice);
            inner.position.next = notice.lsn.plus(1);
        }
        inner.position = Position { mark: after, next: inner.position.next.max(after.chunk) };
        inner.dirty = true;
        drop(inner);
        self.changed.notify_one();
        true
    }

    /// The first of its replays, if there is room for what it finds.
    pub(super) fn replays_at(&self) -> Option<Replay> {
        let inner = self.lock();
        inner.has_room().then(|| inner.replays.first().copied()).flatten()
    }

    /// What its first replay found in one chunk; `false` when there is no room for all of it.
    pub(super) fn replayed(
        &self,
        now: Timestamp,
        notices: &[Notice],
        (before, after): (Mark, Mark),
    ) -> bool {
        let mut inner = self.lock();
        let inner = &mut *inner;
        let Some(replay) = inner.replays.first_mut() else { return false };
        inner.dirty = true;
        let next = replay.position.next;
        for notice in notices.iter().filter(|notice| notice.lsn >= next) {
            if inner.window.room() == 0 {
                replay.position = Position { mark: before, next: notice.lsn };
                self.changed.notify_one();
                return false;
            }
            if inner.window.push(now, *notice) {
                inner.owed += 1;
            }
            replay.position.next = notice.lsn.plus(1);
        }
        let next = replay.position.next.max(after.chunk);
        replay.position = Position { mark: after, next };
        self.changed.notify_one();
        true
    }

    /// The first of its replays is over.
    pub(super) fn replay_ended(&self) {
        let mut inner = self.lock();
        if !inner.replays.is_empty() {
            inner.replays.remove(0);
        }
        inner.dirty = true;
    }

    /// Where the counting of what it is owed begins, and its reading.
    pub(super) fn begins_at(&self) -> (Position, Position) {
        let inner = self.lock();
        (inner.counted, inner.position)
    }

    /// What is to be made durable, if it is worth it: always when something settled, and when `stale_too`
    /// if it was only counted.
    pub(super) fn take_cursor(&self, live: Mark, stale_too: bool) -> Option<Cursor> {
        let mut inner = self.lock();
        let changed = inner.dirty || (stale_too && inner.stale);
        if inner.left || !changed {
            return None;
        }
        (inner.dirty, inner.stale) = (false, false);
        let later = |position: Position| match position.mark.chunk < live.chunk {
            true => Position { mark: live, next: position.next.max(live.chunk) },
            false => position,
        };
        Some(Cursor {
            position: if inner.in_step { later(inner.position) } else { inner.position },
            unsettled: inner.window.unsettled().collect(),
            counted: later(inner.counted),
            owed: inner.owed,
            replays: inner.replays.clone(),
        })
    }

    /// It leaves.
    pub(super) fn leave(&self) {
        self.lock().left = true;
    }

    /// Whether it has left.
    pub(super) fn has_left(&self) -> bool {
        self.lock().left
    }

    /// Whether it has heard everything, and is owed nothing of it.
    pub(super) fn is_idle(&self) -> bool {
        let inner = self.lock();
        inner.in_step && inner.window.is_empty() && inner.replays.is_empty()
    }

    /// Its cursor is to be written although nothing has changed but how far the log is.
    pub(super) fn refresh(&self) {
        self.lock().dirty = true;
    }

    /// The cursor could not be written: it is still to be.
    pub(super) fn not_written(&self) {
        self.lock().dirty = true;
    }
}

impl Inner {
    /// Whether so much room has come that it is worth reading for.
    fn has_room(&self) -> bool {
        self.window.room() * 4 >= self.window.max()
    }

    fn is_hungry(&self) -> bool {
        (!self.in_step || !self.replays.is_empty()) && self.has_room()
    }
}
