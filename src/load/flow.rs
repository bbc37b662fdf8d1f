//! One account's traffic: which message goes next, and what came back for each.
//!
//! Its place: shared by the binds of one thread, which ask it for messages while their windows have
//! room. **Invariants**: a message is given out once, again only after a refusal that asks for it;
//! in an open loop none is given out before it is due.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use crate::base::clock::{Clock, Timestamp};
use crate::load::config::Config;
use crate::load::progress::Progress;
use crate::load::tally::Tally;
use crate::load::template::{Common, Template};
use crate::load::track::Tracker;
use crate::sim::record::Record;
use crate::wire::smpp::status::CommandStatus;

/// A message in flight.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Attempt {
    /// Its number, from 0.
    pub(crate) message: u64,
    /// When it was due.
    pub(crate) due: Timestamp,
}

/// The state of a flow.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) now: Timestamp,
    pub(crate) template: Template,
    pub(crate) tally: Tally,
    pub(crate) progress: Arc<Progress>,
    tracker: Tracker,
    record: Option<Record>,
    text: Vec<u8>,
    started: Option<Timestamp>,
    deadline: Timestamp,
    next: u64,
    /// Messages due so far, all of them in a closed loop.
    due: u64,
    limit: u64,
    retry: VecDeque<u64>,
    paused_until: Timestamp,
    in_flight: u64,
    last_sign_of_life: Timestamp,
}

impl Flow {
    pub(crate) fn new(config: Config, progress: Arc<Progress>) -> io::Result<Self> {
        let clock = Clock::start();
        let now = clock.now();
        let common = Common {
            source: &config.source,
            first_destination: config.first_destination,
            destinations: config.destinations,
            text_len: config.text_len,
            receipts: config.receipts,
        };
        // A tag from the clock and the process: two runs at once still have texts of their own.
        let tag = (now.0 / 1_000) ^ u64::from(std::process::id()) << 16;
        Ok(Self {
            template: Template::new(&common, tag),
            record: config.record.as_deref().map(Record::open).transpose()?,
            limit: config.messages.unwrap_or(u64::MAX),
            config,
            clock,
            now,
            progress,
            tally: Tally::default(),
            tracker: Tracker::default(),
            text: Vec::new(),
            started: None,
            deadline: Timestamp::NEVER,
            next: 0,
            due: 0,
            retry: VecDeque::new(),
            paused_until: Timestamp::default(),
            in_flight: 0,
            last_sign_of_life: now,
        })
    }

    /// Begins to submit, unless it has begun.
    pub(crate) fn begin(&mut self) {
        if self.started.is_none() {
            self.started = Some(self.now);
            self.tally.first_submit = self.now;
            self.deadline = self.config.duration.map_or(Timestamp::NEVER, |time| self.now + time);
            self.due = if self.config.pace.is_some() { 0 } else { self.limit };
            self.last_sign_of_life = self.now;
        }
    }

    /// Brings the number of messages due up to date; how many of them are not sent yet.
    pub(crate) fn tick(&mut self) -> u64 {
        if let Some((pace, started)) = self.config.pace.zip(self.started) {
            let until = self.now.min(self.deadline);
            self.due = pace.due_by(until.since(started)).min(self.limit);
        }
        self.backlog()
    }

    /// Messages that are due and not sent.
    pub(crate) fn backlog(&self) -> u64 {
        self.due - self.next.min(self.due)
    }

    /// Whether something could be sent now but for the windows.
    pub(crate) fn has_work(&self) -> bool {
        self.started.is_some()
            && self.paused_until <= self.now
            && (!self.retry.is_empty() || (self.backlog() > 0 && !self.submitting_is_over()))
    }

    /// Whether no new message will be given out.
    pub(crate) fn submitting_is_over(&self) -> bool {
        let paced_out = self.config.pace.is_none() || self.backlog() == 0;
        self.next >= self.limit || (self.now >= self.deadline && paced_out)
    }

    /// The next message to send. Callers ask [`has_work`](Self::has_work) first.
    #[inline]
    pub(crate) fn take(&mut self) -> Option<Attempt> {
        let attempt = if let Some(message) = self.retry.pop_front() {
            Attempt { message, due: self.now }
        } else if self.next < self.due {
            self.next += 1;
            Attempt { message: self.next - 1, due: self.due_at(self.next - 1) }
        } else {
            return None;
        };
        self.in_flight += 1;
        self.tally.submitted += 1;
        Some(attempt)
    }

    #[inline]
    fn due_at(&self, message: u64) -> Timestamp {
        match self.config.pace.zip(self.started) {
            Some((pace, started)) => started + pace.due_at(message),
            None => self.now,
        }
    }

    /// A submit was accepted under `id`.
    #[inline]
    pub(crate) fn acknowledged(&mut self, attempt: Attempt, id: &[u8]) {
        self.answered(attempt);
        self.tally.acknowledged += 1;
        self.tally.last_acknowledgement = self.now;
        if let Some(record) = &mut self.record {
            self.text.clear();
            self.template.unique_text(attempt.message, &mut self.text);
            record.line(&[id, &self.text]);
        }
        if self.config.receipts
            && let Some(arrived) = self.tracker.acknowledge(id, attempt.due.0)
        {
            self.tally.early += 1;
            self.tally.matched += 1;
            self.tally.last_receipt = self.now;
            self.tally.receipt.add(arrived.saturating_sub(attempt.due.0));
        }
    }

    /// A submit was refused.
    pub(crate) fn refused(&mut self, attempt: Attempt, status: CommandStatus) {
        self.answered(attempt);
        *self.tally.refused.entry(status).or_default() += 1;
        let passing =
            matches!(status, CommandStatus::ESME_RTHROTTLED | CommandStatus::ESME_RMSGQFUL);
        if let (true, None, Some(pause)) = (passing, self.config.pace, self.config.retry_pause) {
            self.tally.retried += 1;
            self.retry.push_back(attempt.message);
            self.paused_until = self.now + pause;
        }
    }

    #[inline]
    fn answered(&mut self, attempt: Attempt) {
        self.in_flight -= 1;
        self.last_sign_of_life = self.now;
        self.tally.submit.add(self.now.0.saturating_sub(attempt.due.0));
    }

    /// Submits whose connection broke.
    pub(crate) fn unanswered(&mut self, count: u64) {
        self.in_flight -= count;
        self.tally.unanswered += count;
        self.tally.disconnects += 1;
    }

    /// A receipt that ends the message `id` came.
    #[inline]
    pub(crate) fn receipt(&mut self, id: &[u8], state: u8) {
        let due = self.tracker.receipt(id, self.now.0);
        *self.tally.states.entry(state).or_default() += 1;
        if let Some(due) = due {
            self.last_sign_of_life = self.now;
            self.tally.matched += 1;
            self.tally.last_receipt = self.now;
            self.tally.receipt.add(self.now.0.saturating_sub(due));
        }
    }

    /// Whether nothing more is to be sent or to come, or the wait for it is over.
    pub(crate) fn is_finished(&self) -> bool {
        let over = self.started.is_some() && self.submitting_is_over() && self.retry.is_empty();
        let complete = self.in_flight == 0 && self.tracker.outstanding() == 0;
        over && (complete || self.now.since(self.last_sign_of_life) > self.config.grace)
    }

    /// Shows how far the flow is, and hands the record to the kernel.
    pub(crate) fn publish(&mut self) {
        self.progress.submitted.set(self.tally.submitted);
        self.progress.acknowledged.set(self.tally.acknowledged);
        self.progress.matched.set(self.tally.matched);
        self.progress.over.set(u64::from(self.submitting_is_over()));
        if self.config.follows.as_ref().is_some_and(|other| other.over.get() > 0) {
            self.deadline = self.deadline.min(self.now);
        }
        if let Some(record) = &mut self.record {
            record.flush();
        }
    }

    /// Draws the balance.
    pub(crate) fn finish(&mut self) -> io::Result<Tally> {
        self.publish();
        if self.record.as_ref().is_some_and(|record| !record.is_whole()) {
            return Err(io::Error::other("the record of acknowledged messages is incomplete"));
        }
        self.tally.unanswered += self.in_flight;
        self.tally.lost = self.tracker.outstanding();
        self.tally.strays = self.tracker.strays();
        self.tally.repeated_ids = self.tracker.repeated_ids();
        Ok(std::mem::take(&mut self.tally))
    }
}
