//! The thread that follows the durable log and tells consumers what is new.
//!
//! At the end of the log a piece is read once for all; whoever has no room there reads on by itself from
//! where it was, a piece at a time and in turns, so that nobody waits for anybody. Without consumers it
//! sleeps. It stays behind the ledger's indexes: what a record tells depends on what came before it.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::consumer::Consumer;
use super::cursor::{Cursor, Position, Replay};
use super::feed::Shared;
use super::judge;
use super::notice::{Notice, Wants};
use crate::base::clock::{Clock, Timestamp};
use crate::base::stand_back::stand_back;
use crate::spool::lsn::Lsn;
use crate::spool::tape::{Mark, Tape};

/// Octets of log read at one go, at the end of the log or for one consumer.
const PIECE_BYTES: u64 = 1 << 20;

/// How long it sleeps when something happened a moment ago, and when nothing did.
const BUSY_WAIT: Duration = Duration::from_millis(5);
const IDLE_WAIT: Duration = Duration::from_millis(25);

/// How often a consumer's cursor is written at most.
const CURSOR_INTERVAL: Duration = Duration::from_millis(200);

/// How often one is written in which nothing but counts has changed.
const COUNT_INTERVAL: Duration = Duration::from_secs(5);

/// Cursors written at one go, and the pause after each: it is a sync, and the log's own must not wait
/// behind many.
const CURSORS_PER_TURN: u32 = 4;
const CURSOR_PAUSE: Duration = Duration::from_millis(10);

/// Pause after the disk failed to give what is in the log.
const ERROR_PAUSE: Duration = Duration::from_secs(1);

/// How much the thread stands back for others.
const NICENESS: i32 = 10;

/// Follows the log.
#[derive(Debug)]
pub(super) struct Follower {
    shared: Arc<Shared>,
    clock: Clock,
    live: Option<Tape>,
    own: Tape,
    /// When each consumer's cursor was written last.
    written: HashMap<String, Instant>,
    write_at: Instant,
    /// Whose cursor is looked at first.
    first: usize,
    notices: Vec<Notice>,
}

impl Follower {
    pub(super) fn new(shared: Arc<Shared>, clock: Clock) -> Self {
        let own = shared.ledger.tape(Mark::default());
        let (written, write_at) = (HashMap::new(), Instant::now());
        Self { shared, clock, live: None, own, written, write_at, first: 0, notices: Vec::new() }
    }

    /// Runs until the feed is stopped; then writes all cursors.
    pub(super) fn run(mut self) {
        stand_back(NICENESS);
        let mut busy_at = Instant::now();
        loop {
            let stopping = self.shared.is_stopping();
            let consumers = self.shared.consumers();
            let outcome = self.turn(&consumers);
            self.write_cursors(
                &[consumers.clone(), self.shared.lanes.consumers()].concat(),
                stopping,
            );
            self.keep_lanes(Instant::now(), stopping);
            if stopping {
                return;
            }
            match outcome {
                Ok(true) => busy_at = Instant::now(),
                Ok(false) if self.is_alone(&consumers) => self.shared.bell.wait(None),
                Ok(false) => {
                    let quiet = busy_at.elapsed() > Duration::from_secs(1);
                    self.shared.bell.wait(Some(if quiet { IDLE_WAIT } else { BUSY_WAIT }));
                }
                Err(error) => {
                    tracing::error!(%error, "the log cannot be followed for now: consumers are told later");
                    self.shared.bell.wait(Some(ERROR_PAUSE));
                }
            }
        }
    }

    /// One piece of the log for everybody, and one for each who is behind.
    pub(super) fn turn(&mut self, consumers: &[Arc<Consumer>]) -> io::Result<bool> {
        if self.is_alone(consumers) {
            // Whoever comes next begins the counting anew.
            self.live = None;
            return Ok(false);
        }
        let mut moved = self.follow(consumers)?;
        let live = self.live_mark();
        for consumer in self.shared.lanes.consumers() {
            if let Some(position) = consumer.reads_at(live) {
                moved |= self.catch_up_lane(&consumer, position, live)?;
            }
        }
        for consumer in consumers {
            if let Some(position) = consumer.reads_at(live) {
                moved |= self.catch_up(consumer, position, live)?;
            }
            if let Some(replay) = consumer.replays_at() {
                moved |= self.replay(consumer, replay, live)?;
            }
        }
        Ok(moved)
    }

    /// Whether nobody is told anything.
    fn is_alone(&self, consumers: &[Arc<Consumer>]) -> bool {
        consumers.is_empty() && self.shared.lanes.begins_at().is_none()
    }

    /// Makes durable how far callbacks were looked for, and lets lanes go that are owed nothing.
    pub(super) fn keep_lanes(&self, now: Instant, all: bool) {
        let kept = self.shared.lanes.keep(&self.shared.place(), (self.live_mark(), now), all);
        if let Err(error) = kept {
            tracing::warn!(%error, "how far callbacks are looked for could not be kept");
        }
    }

    fn live_mark(&self) -> Mark {
        self.live.as_ref().map_or(Mark::default(), Tape::mark)
    }

    /// A piece at the end of the log.
    fn follow(&mut self, consumers: &[Arc<Consumer>]) -> io::Result<bool> {
        let ledger = &self.shared.ledger;
        let tape = self.live.get_or_insert_with(|| {
            let counted = consumers.iter().map(|consumer| consumer.begins_at().0);
            let first = counted.chain(self.shared.lanes.begins_at());
            let first = first.min_by_key(|position| position.mark.chunk);
            ledger.tape(first.unwrap_or_default().mark)
        });
        let (limit, begun) = (ledger.indexed(), tape.mark().chunk);
        // Behind the limit: an account gives callbacks before what it has taken in is behind it.
        let mut wants = self.shared.lanes.wants();
        for consumer in consumers {
            if !wants.contains(&consumer.wants()) {
                wants.push(consumer.wants());
            }
        }
        let now = self.clock.now();
        while tape.mark().chunk.since(begun) < PIECE_BYTES {
            let Some(read) = tape.next(limit)? else { break };
            let mark = read.mark;
            self.notices.clear();
            let notices = &mut self.notices;
            judge::each(ledger, &read, &wants, |notice| notices.push(notice))?;
            for notice in &self.notices {
                for consumer in consumers.iter().filter(|it| it.wants().takes(notice)) {
                    consumer.live(now, *notice, mark);
                }
                let place = self.shared.place();
                if let Err(error) = self.shared.lanes.live(&place, now, (*notice, mark)) {
                    // All of the chunk is read again: without its lane the news would be lost.
                    tape.seek(mark);
                    return Err(error);
                }
            }
        }
        Ok(tape.mark().chunk > begun)
    }

    /// A piece for one who is behind.
    fn catch_up(
        &mut self,
        consumer: &Consumer,
        position: Position,
        live: Mark,
    ) -> io::Result<bool> {
        let now = self.clock.now();
        self.own.seek(position.mark);
        self.each_chunk(&[consumer.wants()], live.chunk, |notices, marks| {
            consumer.found(now, notices, marks)
        })?;
        Ok(true)
    }

    /// A piece for a lane that is behind.
    fn catch_up_lane(
        &mut self,
        consumer: &Consumer,
        position: Position,
        live: Mark,
    ) -> io::Result<bool> {
        let (now, shared) = (self.clock.now(), Arc::clone(&self.shared));
        self.own.seek(position.mark);
        self.each_chunk(&[consumer.wants()], live.chunk, |notices, marks| {
            let own = |notice: &&Notice| shared.lanes.is_for(consumer.name(), notice);
            let own: Vec<Notice> = notices.iter().filter(own).copied().collect();
            consumer.found(now, &own, marks)
        })?;
        Ok(true)
    }

    /// A piece of the past for one who wants it again.
    fn replay(&mut self, consumer: &Consumer, replay: Replay, live: Mark) -> io::Result<bool> {
        let now = self.clock.now();
        let wants = Wants { kinds: replay.kinds, ..consumer.wants() };
        let within = |at: Timestamp| replay.from <= at && at < replay.to;
        self.own.seek(replay.position.mark);
        let limit = replay.until.min(live.chunk);
        let over = self.each_chunk(&[wants], limit, |notices, marks| {
            let some: Vec<Notice> =
                notices.iter().filter(|notice| within(notice.at)).copied().collect();
            consumer.replayed(now, &some, marks)
        })?;
        if over {
            consumer.replay_ended();
        }
        Ok(true)
    }

    /// Reads on until a function has enough, a piece is read, or `limit` is reached: then `true`.
    fn each_chunk(
        &mut self,
        wants: &[Wants],
        limit: Lsn,
        mut found: impl FnMut(&[Notice], (Mark, Mark)) -> bool,
    ) -> io::Result<bool> {
        let begun = self.own.mark().chunk;
        while self.own.mark().chunk.since(begun) < PIECE_BYTES {
            let Some(read) = self.own.next(limit)? else { return Ok(true) };
            let before = read.mark;
            self.notices.clear();
            let notices = &mut self.notices;
            judge::each(&self.shared.ledger, &read, wants, |notice| notices.push(notice))?;
            if !found(&self.notices, (before, self.own.mark())) {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// Makes durable what has changed, a few at a time; all of it at the end.
    pub(super) fn write_cursors(&mut self, consumers: &[Arc<Consumer>], all: bool) {
        let (live, now) = (self.live_mark(), Instant::now());
        if now < self.write_at && !all {
            return;
        }
        let Shared { ledger, .. } = &*self.shared;
        if self.written.len() > consumers.len() {
            let there: HashSet<&str> = consumers.iter().map(|consumer| consumer.name()).collect();
            self.written.retain(|name, _| there.contains(name.as_str()));
        }
        let (mut count, first) = (0, self.first % consumers.len().max(1));
        // In turns: those at the end are not to wait for ever behind those at the beginning.
        for (place, consumer) in (first..).zip(consumers[first..].iter().chain(&consumers[..first]))
        {
            let passed = self.written.get(consumer.name()).map_or(COUNT_INTERVAL, |at| now - *at);
            if !all && (count == CURSORS_PER_TURN || passed < CURSOR_INTERVAL) {
                continue;
            }
            let stale_too = all || passed >= COUNT_INTERVAL;
            let Some(cursor) = consumer.take_cursor(live, stale_too) else { continue };
            count += 1;
            self.first = place + 1;
            let stored = cursor.store(&**ledger.disk(), ledger.directory_id(), consumer.name());
            if consumer.has_left() {
                // It left while its cursor was being written.
                let _there_at_worst = Cursor::remove(&**ledger.disk(), consumer.name());
            }
            if let Err(error) = stored {
                tracing::warn!(consumer = consumer.name(), %error, "a cursor could not be written: what is told now may be told twice");
                consumer.not_written();
            }
            self.written.insert(consumer.name().to_owned(), now);
        }
        self.write_at = now + CURSOR_PAUSE * count;
    }
}
