//! The feed: where consumers are joined to the log, and taken from it.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};
use std::thread::JoinHandle;

use super::consumer::{Bell, Consumer};
use super::cursor::{Cursor, Position};
use super::follower::Follower;
use super::judge;
use super::lanes::{Lanes, Place};
use super::notice::Wants;
use crate::base::clock::Clock;
use crate::base::id::AccountId;
use crate::ledger::follow::Located;
use crate::ledger::store::Ledger;
use crate::spool::error::OpenError;
use crate::spool::lsn::Lsn;
use crate::spool::unpoisoned;

/// What the feed's handles and its thread share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) ledger: Arc<Ledger>,
    pub(super) bell: Arc<Bell>,
    pub(super) lanes: Lanes,
    consumers: RwLock<Vec<Arc<Consumer>>>,
    stopping: AtomicBool,
}

impl Shared {
    pub(super) fn consumers(&self) -> Vec<Arc<Consumer>> {
        unpoisoned::read(&self.consumers).clone()
    }

    pub(super) fn place(&self) -> Place<'_> {
        Place { ledger: &self.ledger, bell: &self.bell }
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }
}

/// A feed at work. Clones are the same feed.
#[derive(Clone, Debug)]
pub struct Feed {
    shared: Arc<Shared>,
}

impl Feed {
    /// The feed of a ledger's log. Those who are there from before join it, then it is started.
    pub fn new(ledger: Arc<Ledger>) -> Self {
        let shared = Arc::new(Shared {
            ledger,
            bell: Arc::default(),
            lanes: Lanes::default(),
            consumers: RwLock::default(),
            stopping: AtomicBool::new(false),
        });
        Self { shared }
    }

    /// Begins to follow, on a thread that ends with [`Feed::stop`].
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(&self, clock: Clock) -> io::Result<JoinHandle<()>> {
        let follower = self.follower(clock);
        std::thread::Builder::new().name("feed".into()).spawn(move || follower.run())
    }

    pub(super) fn follower(&self, clock: Clock) -> Follower {
        Follower::new(Arc::clone(&self.shared), clock)
    }

    /// Joins a consumer, which goes on where its cursor says, or begins with the frame at `since` if it
    /// has none. At most `window` notices of it are in memory.
    ///
    /// # Errors
    /// A cursor that cannot be read, or is of another version.
    pub fn join(
        &self,
        name: &str,
        wants: Wants,
        since: Lsn,
        window: usize,
    ) -> Result<Arc<Consumer>, OpenError> {
        let ledger = &self.shared.ledger;
        let failed = |error| OpenError::io(name, error);
        let cursor = Cursor::load(&**ledger.disk(), ledger.directory_id(), name)?;
        let cursor = cursor.unwrap_or_else(|| Cursor::starting(since));
        let mut unsettled = Vec::with_capacity(cursor.unsettled.len());
        for lsn in &cursor.unsettled {
            unsettled.extend(judge::at(ledger, *lsn).map_err(failed)?);
        }
        let bell = Arc::clone(&self.shared.bell);
        let consumer =
            Arc::new(Consumer::new(name.to_owned(), wants, (cursor, unsettled), window, bell));
        unpoisoned::write(&self.shared.consumers).push(Arc::clone(&consumer));
        self.shared.bell.ring();
        Ok(consumer)
    }

    /// Joins a consumer of which nothing is kept, beginning at a position. Its name is its own.
    pub fn listen(
        &self,
        name: &str,
        wants: Wants,
        position: Position,
        window: usize,
    ) -> Arc<Consumer> {
        let cursor = Cursor { position, counted: position, ..Cursor::default() };
        let bell = Arc::clone(&self.shared.bell);
        let of_none = (cursor, Vec::new());
        let consumer = Consumer::new(name.to_owned(), wants, of_none, window, bell).forgetful();
        let consumer = Arc::new(consumer);
        unpoisoned::write(&self.shared.consumers).push(Arc::clone(&consumer));
        self.shared.bell.ring();
        consumer
    }

    /// Where somebody goes on who was told the event at `last`: behind it, if no more than `most` events
    /// and `bytes_max` octets of log came since. Else where the last `most` begin, or at the end, and
    /// `false`: there is a gap. May take seconds: call it where that may block.
    ///
    /// # Errors
    /// What the disk said.
    pub fn resume(
        &self,
        wants: Wants,
        last: Lsn,
        (most, bytes_max): (usize, u64),
    ) -> io::Result<(Position, bool)> {
        let ledger = &self.shared.ledger;
        let end = (Position::frame(ledger.durable()), false);
        let known = ledger.locate(last)?;
        let Some(Located::Message(_, at) | Located::Event(_, at)) = known else { return Ok(end) };
        let limit = ledger.indexed();
        if limit.since(last) > bytes_max {
            return Ok(end);
        }
        let mark = ledger.mark_at(at)?;
        let mut tape = ledger.tape(mark);
        let mut newest: VecDeque<Position> = VecDeque::new();
        let mut complete = true;
        while let Some(read) = tape.next(limit)? {
            judge::each(ledger, &read, &[wants], |notice| {
                if notice.lsn > last {
                    newest.push_back(Position { mark: read.mark, next: notice.lsn });
                    if newest.len() > most {
                        newest.pop_front();
                        complete = false;
                    }
                }
            })?;
        }
        let from = if complete { Position { mark, next: last.plus(1) } } else { newest[0] };
        Ok((from, complete))
    }

    /// Takes a consumer away; with `forget` its cursor too.
    ///
    /// # Errors
    /// What the disk said about the cursor.
    pub fn leave(&self, name: &str, forget: bool) -> io::Result<()> {
        unpoisoned::write(&self.shared.consumers).retain(|consumer| {
            let stays = consumer.name() != name;
            if forget && !stays {
                consumer.leave();
            }
            stays
        });
        if forget { Cursor::remove(&**self.shared.ledger.disk(), name) } else { Ok(()) }
    }

    /// Takes up the lanes of callbacks that are there from before; there are to be at most so many. Before
    /// the feed is started.
    ///
    /// # Errors
    /// A cursor that cannot be read, or is of another version.
    pub fn open_lanes(&self, hosts_max: usize) -> Result<(), OpenError> {
        self.shared.lanes.open(&self.shared.place(), hosts_max)
    }

    /// The callbacks of an account's messages are called from now on: to be done before the first of
    /// them is taken in. Durable when it returns; blocks on the disk the first time.
    ///
    /// # Errors
    /// What the disk said.
    pub fn admit_callbacks(&self, account: AccountId) -> io::Result<()> {
        self.shared.lanes.admit(&self.shared.place(), account)
    }

    /// The lanes of callbacks.
    pub fn lanes(&self) -> &Lanes {
        &self.shared.lanes
    }

    /// The ledger it follows.
    pub fn ledger(&self) -> &Arc<Ledger> {
        &self.shared.ledger
    }

    /// Everybody who is told something.
    pub fn consumers(&self) -> Vec<Arc<Consumer>> {
        self.shared.consumers()
    }

    /// Lets the thread write all cursors and end.
    pub fn stop(&self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        self.shared.bell.ring();
    }
}
