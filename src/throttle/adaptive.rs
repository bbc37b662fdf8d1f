//! The rate a carrier really takes, learned from its answers.
//!
//! A carrier says that we are too fast by ESME_RTHROTTLED, by ESME_RMSGQFUL when that comes for many
//! destinations (SMPP 3.4 §5.1.3), or early by `congestion_state` (5.0 §4.8.4.18). Until it first does
//! there is no pace, and none is kept. From then on the rate goes down by a factor at once and climbs
//! back in small steps, a little past what was refused last time, to see whether the limit has moved.
//! A carrier that nobody has tried yet is given a few messages, and one more for each it takes: its
//! first refusals are no more than that.
//! Nothing is ever put to sleep: the pace falls to the floor, and the first message taken there brings
//! back what the carrier took before.
//! **Invariants**: floor ≤ rate ≤ ceiling; an answer to what left before the last change of the rate
//! changes nothing, since it was judged by the old one; the rate does not climb while it is not used.

use std::time::Duration;

use super::meter::Meter;
use crate::base::clock::Timestamp;

/// Between what the rate may move, in parts per second.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bounds {
    /// Never slower than this; more than 0.
    pub floor: f64,
    /// Never faster than this, where a rate is agreed.
    pub ceiling: Option<f64>,
}

/// A pace that follows a carrier's answers.
#[derive(Debug)]
pub struct Adaptive {
    bounds: Bounds,
    taken: Meter,
    /// Messages taken since the start.
    taken_ever: usize,
    full: Meter,
    /// When the rate was last changed because of an answer.
    changed_at: Timestamp,
    pace: Option<Pace>,
}

/// What is kept once the carrier has said that we are too fast.
#[derive(Debug)]
struct Pace {
    rate: f64,
    /// The rate at which the carrier last said stop: come back to this, then feel the way.
    knee: f64,
    /// Growth a second as a share of the knee.
    climb: f64,
    /// Slower until then, so that what has filled up at the carrier drains.
    rest_until: Timestamp,
    /// All answers since the last change were refusals.
    blocked: bool,
    /// A message that left after the last change was taken.
    heard: bool,
    /// Refusals that came soon after a change, in a row.
    again: u8,
    /// When a carrier that refused all took a message again.
    restored_at: Timestamp,
    tokens: f64,
    filled_at: Timestamp,
    /// Whether the rate held a message back since it last climbed.
    pressed: bool,
}

/// Submits that a carrier is given before it has answered any.
const UNTRIED: usize = 10;

/// Growth a second when the limit is not known at all: as fast as costs few refusals.
const CLIMB_SEARCHING: f64 = 2.0;

/// For so long, while it searches, the rate is past the limit before that shows: the carrier's bucket
/// (a tenth of a second is usual) hides it.
const SEARCH_HIDDEN: Duration = Duration::from_millis(220);

/// Growth a second right below a known limit.
const CLIMB_FIRST: f64 = 0.005;

/// The growth doubles in this time without a refusal: a limit that was raised is found in seconds.
const CLIMB_DOUBLES_S: f64 = 3.0;

/// But not beyond this: a deep bucket at the carrier hides for seconds that we are past its limit.
const CLIMB_MAX: f64 = 0.1;

/// A refusal so soon after a change means that the change was too small.
const SETTLES: Duration = Duration::from_secs(2);

/// What is left of the knee after one refusal, and after others soon after it.
const AGAIN: [f64; 6] = [1.0, 0.97, 0.94, 0.9, 0.85, 0.75];

/// The knee is not below this share of what was taken in the last second.
const TAKEN: f64 = 0.8;

/// Where below the knee to go on, and what is left of that during the rest before.
const STEP_DOWN: f64 = 0.98;
const RESTING: f64 = 0.85;
const REST: Duration = Duration::from_millis(250);

/// A carrier that refuses all is asked at this share of its limit at least: soon enough to see it
/// come back.
const ASKING: f64 = 0.05;

/// Time whose worth may leave at once: what a timer of a busy machine may be late. Carriers allow for
/// more.
const BURST_S: f64 = 0.05;

/// The longest time the rate climbs for in one step; a pause proves nothing.
const CLIMB_STEP_MAX_S: f64 = 0.2;

/// `congestion_state` from which we slow down (0 idle to 99 congested).
pub const CONGESTED: u32 = 80;

/// Congestion is told in every response; it is heeded this often.
const CONGESTION_EVERY: Duration = Duration::from_millis(500);

/// Full queues in a second that say something of the carrier and not only of one destination.
const FULL_MIN: u32 = 5;

impl Adaptive {
    /// No pace until the carrier complains.
    pub fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            taken: Meter::default(),
            taken_ever: 0,
            full: Meter::default(),
            changed_at: Timestamp(0),
            pace: None,
        }
    }

    /// Between what the rate may move from now on.
    pub const fn bound(&mut self, bounds: Bounds) {
        self.bounds = bounds;
    }

    /// The rate kept now in parts per second; `None` while the carrier never complained.
    pub fn rate(&self) -> Option<f64> {
        self.pace.as_ref().map(|pace| pace.rate)
    }

    /// Submits that may be unanswered at a time: all that the carrier has taken so far and a few more,
    /// until it first complains. Doubles with each round trip, so it is soon beyond any window.
    pub const fn unanswered_max(&self) -> usize {
        match self.pace {
            Some(_) => usize::MAX,
            None => self.taken_ever.saturating_add(UNTRIED),
        }
    }

    /// How long a message of so many parts has to wait; `None` when it may leave.
    pub fn wait(&mut self, now: Timestamp, parts: u8) -> Option<Duration> {
        let bounds = self.bounds;
        let pace = self.pace.as_mut()?;
        pace.fill(now, bounds);
        let missing = f64::from(parts).min(pace.burst()) - pace.tokens;
        if missing <= 1e-9 {
            return None;
        }
        pace.pressed = true;
        Some(Duration::from_secs_f64(missing / pace.speed(now)))
    }

    /// A message left. One of more parts than fit is paid for by those after it.
    pub fn leave(&mut self, parts: u8) {
        if let Some(pace) = &mut self.pace {
            pace.tokens -= f64::from(parts);
        }
    }

    /// The carrier took a message that left at `sent_at`.
    pub fn took(&mut self, now: Timestamp, sent_at: Timestamp, parts: u8) {
        self.taken.add(now, parts);
        self.taken_ever = self.taken_ever.saturating_add(1);
        let Some(pace) = self.pace.as_mut().filter(|_| sent_at > self.changed_at) else { return };
        pace.heard = true;
        if std::mem::take(&mut pace.blocked) {
            pace.rate = self.bounds.clamp(pace.knee * (STEP_DOWN - 0.01));
            pace.restored_at = now;
            pace.heard = false;
            self.changed_at = now;
        }
    }

    /// The carrier refused a message that left at `sent_at` because we are too fast.
    pub fn throttled(&mut self, now: Timestamp, sent_at: Timestamp) {
        let measured = f64::from(self.taken.per_second(now));
        if sent_at <= self.changed_at {
            return;
        }
        let bounds = self.bounds;
        let Some(pace) = &mut self.pace else {
            self.pace = Some(Pace::at(bounds.clamp(measured), CLIMB_SEARCHING, now));
            self.changed_at = now;
            return;
        };
        let changed = std::mem::replace(&mut self.changed_at, now);
        let searching = pace.climb >= CLIMB_SEARCHING;
        let heard = std::mem::take(&mut pace.heard);
        if !heard {
            let knee = if std::mem::replace(&mut pace.blocked, true) {
                pace.knee
            } else {
                pace.knee * pace.again(now, pace.restored_at)
            };
            pace.knee = bounds.clamp(knee);
            pace.rate = bounds.clamp((pace.rate / 2.0).max(pace.knee * ASKING));
        } else {
            // The rate has climbed since the refused message left, and since the limit was passed.
            let hidden = if searching { SEARCH_HIDDEN } else { Duration::ZERO };
            let climbed = (now.since(sent_at) + hidden).min(now.since(changed));
            let then = pace.rate * (-pace.climb * climbed.as_secs_f64()).exp();
            // What it took just now it can take.
            pace.knee = bounds.clamp((then * pace.again(now, changed)).max(measured * TAKEN));
            pace.rate = bounds.clamp(pace.knee * STEP_DOWN);
            pace.rest_until = now + REST;
        }
        // Where hardly anything was taken, the limit is not known yet.
        if heard || self.taken_ever > UNTRIED {
            pace.climb = CLIMB_FIRST;
        }
        pace.tokens = pace.tokens.min(0.0);
    }

    /// A queue at the carrier is full. One destination's is that message's matter, and so are those of
    /// some; when a third of all answers say so it is the carrier's.
    pub fn queue_full(&mut self, now: Timestamp, sent_at: Timestamp) {
        self.full.add(now, 1);
        if self.full.per_second(now) > FULL_MIN.max(self.taken.per_second(now) / 2) {
            self.throttled(now, sent_at);
        }
    }

    /// What a response said in `congestion_state`; slows down from [`CONGESTED`].
    pub fn congested(&mut self, now: Timestamp, sent_at: Timestamp, state: u32) {
        let heeded = now.since(self.changed_at) < CONGESTION_EVERY || sent_at <= self.changed_at;
        if state < CONGESTED || heeded {
            return;
        }
        // 2 % less at 80, 8 % less at 99, and a rest that lets drain what has filled up.
        let left = 0.98 - f64::from(state.min(99) - CONGESTED) / 300.0;
        let measured = f64::from(self.taken.per_second(now));
        let bounds = self.bounds;
        self.changed_at = now;
        let Some(pace) = &mut self.pace else {
            self.pace = Some(Pace::at(bounds.clamp(measured * left), CLIMB_SEARCHING, now));
            return;
        };
        pace.rate = bounds.clamp(pace.rate * left);
        pace.knee = pace.rate;
        pace.climb = CLIMB_FIRST;
        pace.rest_until = now + REST;
        pace.heard = false;
    }
}

impl Bounds {
    fn clamp(self, rate: f64) -> f64 {
        rate.min(self.ceiling.unwrap_or(f64::MAX)).max(self.floor)
    }
}

impl Pace {
    /// What is left of the knee after a refusal: all of it at first, less with each one that comes
    /// soon after the last change.
    fn again(&mut self, now: Timestamp, changed: Timestamp) -> f64 {
        self.again = if now.since(changed) < SETTLES { self.again.saturating_add(1) } else { 0 };
        AGAIN[usize::from(self.again).min(AGAIN.len() - 1)]
    }

    const fn at(rate: f64, climb: f64, now: Timestamp) -> Self {
        Self {
            rate,
            knee: rate,
            climb,
            rest_until: now,
            blocked: false,
            heard: false,
            again: 0,
            restored_at: Timestamp(0),
            tokens: 0.0,
            filled_at: now,
            pressed: false,
        }
    }

    fn burst(&self) -> f64 {
        (self.rate * BURST_S).max(1.0)
    }

    /// The rate of this moment.
    fn speed(&self, now: Timestamp) -> f64 {
        if now < self.rest_until { self.rate * RESTING } else { self.rate }
    }

    fn fill(&mut self, now: Timestamp, bounds: Bounds) {
        let passed = now.since(self.filled_at).as_secs_f64();
        self.filled_at = self.filled_at.max(now);
        self.tokens = (self.tokens + self.speed(now) * passed).min(self.burst());
        if std::mem::take(&mut self.pressed) && !self.blocked && now >= self.rest_until {
            let passed = passed.min(CLIMB_STEP_MAX_S);
            self.rate = bounds.clamp(self.rate + self.knee * self.climb * passed);
            self.knee = self.knee.max(self.rate);
            let faster = self.climb * (passed / CLIMB_DOUBLES_S).exp2();
            self.climb = faster.min(CLIMB_MAX.max(self.climb));
        } else if self.tokens < 1.0 {
            // Looked at again before the message could leave: still held back.
            self.pressed = true;
        }
    }
}
