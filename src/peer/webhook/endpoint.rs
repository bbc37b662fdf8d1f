//! How one endpoint fares, and so what it is given: all it takes, less, one at a time, or nothing.
//!
//! Time goes in as an argument. One that fails many times in a row is probed with one event at a time,
//! less and less often; the first that it takes brings it back, and it is then given more with each that
//! it takes. One that asks to slow down gets half. One that fails now and then is told apart from an event
//! that it will never take by how many events fail at their first attempt.

use std::time::Duration;

use super::answer::{Answer, Outcome};
use super::schedule::{RETRY_AFTER_MAX, again};
use crate::base::clock::Timestamp;
use crate::feed::window::Given;

/// Attempts under way at a time: the default.
pub const CONCURRENCY_DEFAULT: usize = 32;

/// Failures in a row after which it is only probed.
pub const FAILING_AFTER: u32 = 10;

/// Between two probes: a quarter of the time that it has failed, within these.
const PROBE_MIN: Duration = Duration::from_secs(5);
const PROBE_MAX: Duration = Duration::from_secs(300);

/// First attempts that are looked back at, and how many of them have to be there to say anything.
const RECENT_MIN: u32 = 10;
const RECENT_MAX: u32 = 64;

/// Of the recent first attempts one in so many failed: it is the endpoint and not the events.
const FLAKY_SHARE: u32 = 5;

/// Events of such an endpoint wait no longer: another attempt is as good as any.
const FLAKY_WAIT: Duration = Duration::from_secs(5);

/// Pause after it asked to slow down without saying for how long.
const SLOW_PAUSE: Duration = Duration::from_secs(1);

/// How an endpoint fares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Health {
    /// It takes what it is given.
    Up,
    /// It has failed many times in a row.
    Failing {
        /// Since when.
        since: Timestamp,
    },
}

/// What is to be done with an event after an attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// It was taken.
    Settled,
    /// It has been tried for as long as anything is.
    GivenUp,
    /// It is told again then.
    Again(Timestamp),
    /// The endpoint is gone for good, and wants nothing more.
    Gone,
}

/// One endpoint.
#[derive(Clone, Debug)]
pub struct Endpoint {
    concurrency_max: usize,
    /// Attempts that may be under way now.
    concurrency: usize,
    health: Health,
    failed_in_row: u32,
    first_failed_at: Timestamp,
    /// Nothing is given before.
    resumes_at: Timestamp,
    /// A bit for each recent first attempt, the newest lowest: whether it failed.
    recent: u64,
    recent_count: u32,
}

impl Endpoint {
    /// One that nothing is known of yet.
    pub const fn new(concurrency_max: usize) -> Self {
        Self {
            concurrency_max,
            concurrency: concurrency_max,
            health: Health::Up,
            failed_in_row: 0,
            first_failed_at: Timestamp(0),
            resumes_at: Timestamp(0),
            recent: 0,
            recent_count: 0,
        }
    }

    /// How it fares.
    pub const fn health(&self) -> Health {
        self.health
    }

    /// How many more attempts may begin while so many are under way.
    pub fn room(&self, now: Timestamp, flying: usize) -> usize {
        let most = match self.health {
            _ if now < self.resumes_at => 0,
            Health::Up => self.concurrency,
            Health::Failing { .. } => 1,
        };
        most.saturating_sub(flying)
    }

    /// Before then nothing may begin.
    pub const fn resumes_at(&self) -> Timestamp {
        self.resumes_at
    }

    /// Whether what waits may as well be tried at once: it is only waiting for this endpoint.
    pub fn may_probe(&self, now: Timestamp) -> bool {
        matches!(self.health, Health::Failing { .. }) && now >= self.resumes_at
    }

    /// An attempt has ended. `jitter` is a random number from 0 to 1.
    pub fn finished(
        &mut self,
        now: Timestamp,
        given: &Given,
        outcome: &Outcome,
        jitter: f64,
    ) -> Next {
        if given.attempts == 0 {
            let taken = matches!(outcome, Ok(Answer { status: 200..=299, .. }));
            self.recent = self.recent << 1 | u64::from(!taken);
            self.recent_count = (self.recent_count + 1).min(RECENT_MAX);
        }
        match outcome {
            Ok(Answer { status: 200..=299, .. }) => {
                self.succeeded();
                return Next::Settled;
            }
            Ok(Answer { status: 410, .. }) => return Next::Gone,
            Ok(Answer { status, retry_after }) => self.answered(now, *status, *retry_after),
            Err(_) => {}
        }
        self.failed(now, jitter);
        let due = again(given.attempts + 1, given.first_at, now, jitter);
        let flaky = now + FLAKY_WAIT.mul_f64(1.0 + jitter / 5.0);
        match (due, self.health) {
            (Some(due), _) if self.is_flaky() => Next::Again(due.min(flaky).max(self.resumes_at)),
            (Some(due), _) => Next::Again(due.max(self.resumes_at)),
            // It is the endpoint that fails, not the event.
            (None, Health::Failing { .. }) => Next::Again(now + PROBE_MAX),
            (None, Health::Up) => Next::GivenUp,
        }
    }

    const fn is_flaky(&self) -> bool {
        let failed = self.recent.count_ones();
        self.recent_count >= RECENT_MIN && failed * FLAKY_SHARE >= self.recent_count
    }

    const fn succeeded(&mut self) {
        self.failed_in_row = 0;
        if let Health::Failing { .. } = self.health {
            self.health = Health::Up;
            self.concurrency = 1;
            self.resumes_at = Timestamp(0);
        } else if self.concurrency < self.concurrency_max {
            self.concurrency += 1;
        }
    }

    fn answered(&mut self, now: Timestamp, status: u16, retry_after: Option<Duration>) {
        let slow = matches!(status, 429 | 502 | 504);
        if slow {
            self.concurrency = (self.concurrency / 2).max(1);
        }
        let pause = match retry_after {
            Some(pause) => pause.min(RETRY_AFTER_MAX),
            None if slow => SLOW_PAUSE,
            None => return,
        };
        self.resumes_at = self.resumes_at.max(now + pause);
    }

    fn failed(&mut self, now: Timestamp, jitter: f64) {
        if self.failed_in_row == 0 {
            self.first_failed_at = now;
        }
        self.failed_in_row = self.failed_in_row.saturating_add(1);
        if self.failed_in_row < FAILING_AFTER {
            return;
        }
        let since = self.first_failed_at;
        self.health = Health::Failing { since };
        let wait = (now.since(since) / 4).clamp(PROBE_MIN, PROBE_MAX);
        self.resumes_at = self.resumes_at.max(now + wait.mul_f64(1.0 + jitter / 10.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::{AccountId, CarrierId, MessageOrd};
    use crate::feed::kind::Kind;
    use crate::feed::notice::Notice;
    use crate::peer::webhook::answer::Fault;
    use crate::spool::lsn::Lsn;

    const NOW: Timestamp = Timestamp(1_000_000_000_000);

    fn given(attempts: u32) -> Given {
        let notice = Notice {
            lsn: Lsn(1),
            at: NOW,
            kind: Kind::Sent,
            ord: MessageOrd(1),
            account: AccountId(0),
            carrier: CarrierId(0),
            lane: None,
        };
        Given { notice, attempts, first_at: NOW }
    }

    fn status(status: u16) -> Outcome {
        Ok(Answer { status, retry_after: None })
    }

    #[test]
    fn one_that_fails_many_times_in_a_row_is_probed_and_comes_back_step_by_step() {
        let mut endpoint = Endpoint::new(32);
        for _ in 1..FAILING_AFTER {
            endpoint.finished(NOW, &given(0), &Err(Fault::Timeout), 0.0);
        }
        assert_eq!((endpoint.health(), endpoint.room(NOW, 0)), (Health::Up, 32));
        endpoint.finished(NOW, &given(0), &Err(Fault::Timeout), 0.0);
        assert_eq!(endpoint.health(), Health::Failing { since: NOW });
        assert_eq!(endpoint.room(NOW, 0), 0);
        let probe = endpoint.resumes_at();
        assert_eq!(probe, NOW + PROBE_MIN);
        assert!(endpoint.may_probe(probe));
        assert_eq!((endpoint.room(probe, 0), endpoint.room(probe, 1)), (1, 0));
        let later = NOW + Duration::from_secs(400);
        endpoint.finished(later, &given(1), &status(500), 0.0);
        assert_eq!(endpoint.resumes_at(), later + Duration::from_secs(100));
        endpoint.finished(later, &given(2), &status(204), 0.0);
        assert_eq!((endpoint.health(), endpoint.room(later, 0)), (Health::Up, 1));
        for _ in 0..40 {
            endpoint.finished(later, &given(0), &status(200), 0.0);
        }
        assert_eq!(endpoint.room(later, 2), 30);
    }

    #[test]
    fn of_an_endpoint_that_fails_now_and_then_events_wait_little() {
        let mut endpoint = Endpoint::new(32);
        for _ in 0..100 {
            endpoint.finished(NOW, &given(0), &status(500), 0.0);
            assert_eq!(endpoint.finished(NOW, &given(0), &status(200), 0.0), Next::Settled);
        }
        assert_eq!((endpoint.health(), endpoint.room(NOW, 0)), (Health::Up, 32));
        let next = endpoint.finished(NOW, &given(3), &status(500), 0.0);
        assert_eq!(next, Next::Again(NOW + FLAKY_WAIT));
    }

    #[test]
    fn an_event_that_fails_alone_follows_the_schedule_however_often_it_is_tried() {
        let mut endpoint = Endpoint::new(32);
        for attempt in 1..200 {
            let next = endpoint.finished(NOW, &given(attempt), &status(400), 0.0);
            let wait = super::super::schedule::SCHEDULE[(attempt as usize + 1).min(9)];
            assert_eq!(next, Next::Again(NOW + wait));
            for _ in 0..3 {
                endpoint.finished(NOW, &given(0), &status(200), 0.0);
            }
        }
    }

    #[test]
    fn who_asks_to_slow_down_gets_half_and_its_time_within_bounds() {
        let mut endpoint = Endpoint::new(32);
        endpoint.finished(NOW, &given(0), &status(429), 0.0);
        assert_eq!((endpoint.room(NOW, 0), endpoint.room(NOW + SLOW_PAUSE, 0)), (0, 16));
        let pause = Some(Duration::from_secs(1_000_000));
        let outcome = Ok(Answer { status: 503, retry_after: pause });
        let next = endpoint.finished(NOW, &given(0), &outcome, 0.0);
        assert_eq!(next, Next::Again(NOW + RETRY_AFTER_MAX));
        assert_eq!(endpoint.resumes_at(), NOW + RETRY_AFTER_MAX);
    }

    #[test]
    fn gone_is_gone_and_an_event_is_given_up_only_by_an_endpoint_that_works() {
        let mut endpoint = Endpoint::new(32);
        assert_eq!(endpoint.finished(NOW, &given(0), &status(410), 0.0), Next::Gone);
        let later = NOW + Duration::from_secs(80 * 3600);
        assert_eq!(endpoint.finished(later, &given(30), &status(400), 0.0), Next::GivenUp);
        for _ in 0..FAILING_AFTER {
            endpoint.finished(later, &given(0), &status(500), 0.0);
        }
        let next = endpoint.finished(later, &given(30), &status(500), 0.0);
        assert!(matches!(next, Next::Again(_)), "{next:?}");
    }
}
