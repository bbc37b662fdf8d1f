//! The pace against carriers of several makes, in virtual time.

use std::collections::VecDeque;
use std::time::Duration;

use super::adaptive::{Adaptive, Bounds};
use crate::base::clock::Timestamp;

/// How a carrier counts.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Make {
    /// A bucket that holds so many seconds' worth.
    Bucket(f64),
    /// So many in each second of its clock, and nothing more until the next.
    Seconds,
    /// So many in any second.
    Sliding,
}

struct Carrier {
    make: Make,
    limit: f64,
    level: f64,
    at: Timestamp,
    second: (u64, f64),
    last: VecDeque<Timestamp>,
}

impl Carrier {
    fn new(make: Make, limit: f64) -> Self {
        let (at, last) = (Timestamp(0), VecDeque::new());
        Self { make, limit, level: 0.0, at, second: (0, 0.0), last }
    }

    fn takes(&mut self, now: Timestamp) -> bool {
        match self.make {
            Make::Bucket(depth) => {
                let drained = now.since(self.at).as_secs_f64() * self.limit;
                self.level = (self.level - drained).max(0.0);
                self.at = now;
                let takes = self.level + 1.0 <= (depth * self.limit).max(1.0);
                self.level += f64::from(u8::from(takes));
                takes
            }
            Make::Seconds => {
                let second = now.0 / 1_000_000;
                if self.second.0 != second {
                    self.second = (second, 0.0);
                }
                self.second.1 += 1.0;
                self.second.1 <= self.limit
            }
            Make::Sliding => {
                while self.last.front().is_some_and(|at| now.since(*at) >= Duration::from_secs(1)) {
                    self.last.pop_front();
                }
                let takes = (self.last.len() as f64) < self.limit;
                if takes {
                    self.last.push_back(now);
                }
                takes
            }
        }
    }
}

/// What was sent, and how much of that was refused.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    taken: u32,
    refused: u32,
}

impl Tally {
    fn refused_share(self) -> f64 {
        f64::from(self.refused) / f64::from(self.taken + self.refused)
    }
}

struct Link {
    pace: Adaptive,
    carrier: Carrier,
    now: Timestamp,
    window: usize,
    round_trip: Duration,
    in_flight: VecDeque<(Timestamp, Timestamp, bool)>,
    tells_congestion: bool,
}

impl Link {
    fn new(make: Make, limit: f64, window: usize, round_trip_ms: u64) -> Self {
        let bounds = Bounds { floor: 1.0, ceiling: None };
        Self {
            pace: Adaptive::new(bounds),
            carrier: Carrier::new(make, limit),
            now: Timestamp(1_790_000_000_123_000),
            window,
            round_trip: Duration::from_millis(round_trip_ms),
            in_flight: VecDeque::new(),
            tells_congestion: false,
        }
    }

    /// Sends as much as may leave for so long, looking every millisecond.
    fn run(&mut self, seconds: u64, arrives: impl Fn(u64) -> u64) -> Tally {
        self.run_ms(seconds * 1_000, arrives)
    }

    fn run_ms(&mut self, milliseconds: u64, arrives: impl Fn(u64) -> u64) -> Tally {
        let mut tally = Tally::default();
        let mut waiting = 0;
        for ms in 0..milliseconds {
            self.now = self.now + Duration::from_millis(1);
            while let Some(&(due, sent_at, taken)) = self.in_flight.front() {
                if due > self.now {
                    break;
                }
                self.in_flight.pop_front();
                if self.tells_congestion {
                    let full = self.carrier.level / (0.1 * self.carrier.limit);
                    self.pace.congested(self.now, sent_at, (full * 99.0) as u32);
                }
                if taken {
                    tally.taken += 1;
                    self.pace.took(self.now, sent_at, 1);
                } else {
                    tally.refused += 1;
                    self.pace.throttled(self.now, sent_at);
                }
            }
            waiting += arrives(ms);
            while waiting > 0
                && self.in_flight.len() < self.window.min(self.pace.unanswered_max())
                && self.pace.wait(self.now, 1).is_none()
            {
                waiting -= 1;
                self.pace.leave(1);
                let arrived = self.now + self.round_trip / 2;
                let taken = self.carrier.takes(arrived);
                self.in_flight.push_back((self.now + self.round_trip, self.now, taken));
            }
        }
        tally
    }
}

/// More than anybody takes.
const fn flood(_: u64) -> u64 {
    100
}

#[test]
fn a_limit_nobody_told_us_is_used_nearly_whole_at_few_refusals() {
    let mut wrong = Vec::new();
    for make in [Make::Bucket(0.1), Make::Bucket(1.0), Make::Seconds, Make::Sliding] {
        for (window, round_trip_ms) in [(50, 10), (100, 60), (200, 60), (100, 200)] {
            let mut link = Link::new(make, 500.0, window, round_trip_ms);
            let tally = link.run(120, flood);
            let used = f64::from(tally.taken) / (500.0 * 120.0);
            if used < 0.95 || tally.refused_share() >= 0.01 {
                wrong.push(format!("{make:?}, {window} x {round_trip_ms} ms: {used:.4} {tally:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_first_refusals_are_no_more_than_what_was_taken_whatever_the_window() {
    for (limit, round_trip_ms) in [(500.0, 1), (500.0, 60), (50.0, 10), (10.0, 200)] {
        let mut link = Link::new(Make::Bucket(0.1), limit, 5_000, round_trip_ms);
        let mut first = Tally::default();
        while first.refused == 0 || !link.in_flight.is_empty() {
            let until_then: fn(u64) -> u64 = if first.refused == 0 { flood } else { |_| 0 };
            let more = link.run_ms(1, until_then);
            first.taken += more.taken;
            first.refused += more.refused;
        }
        assert!(first.refused <= first.taken + 10, "{limit}/s, {round_trip_ms} ms: {first:?}");
    }
}

#[test]
fn a_carrier_that_takes_everything_is_soon_given_all() {
    let mut link = Link::new(Make::Bucket(1.0), 1e9, 2_000, 20);
    let first = link.run(1, |_| 1_000);
    assert!(first.taken > 60_000 && first.refused == 0, "{first:?}");
}

#[test]
fn half_a_minute_from_the_first_message_is_used_nearly_whole_at_few_refusals() {
    for (window, round_trip_ms) in [(10, 2), (500, 2), (100, 60), (2_000, 20)] {
        let mut link = Link::new(Make::Bucket(0.1), 500.0, window, round_trip_ms);
        let tally = link.run(30, flood);
        let used = f64::from(tally.taken) / (500.0 * 30.0);
        let figures = format!("{window} x {round_trip_ms} ms: {used:.4} {tally:?}");
        assert!(used >= 0.95 && tally.refused_share() < 0.01, "{figures}");
    }
}

#[test]
fn traffic_in_bursts_keeps_to_the_limit_that_was_learned() {
    // A second's worth of two at once, every two seconds: just what the carrier can take.
    let mut link = Link::new(Make::Bucket(0.1), 500.0, 100, 60);
    link.run(60, flood);
    let tally = link.run(120, |ms| if ms % 2_000 == 0 { 950 } else { 0 });
    assert!(f64::from(tally.taken) >= 0.95 * 950.0 * 60.0, "{tally:?}");
    assert!(tally.refused_share() < 0.01, "{tally:?}");
}

#[test]
fn a_limit_that_falls_or_rises_is_found_again() {
    for make in [Make::Bucket(0.1), Make::Seconds] {
        let mut link = Link::new(make, 500.0, 100, 60);
        link.run(30, flood);
        link.carrier.limit = 100.0;
        let fallen = link.run(30, flood);
        assert!(f64::from(fallen.taken) >= 0.85 * 3_000.0, "{make:?} {fallen:?}");
        assert!(fallen.refused < 400, "{make:?} {fallen:?}");
        link.carrier.limit = 1_000.0;
        link.run(30, flood);
        let risen = link.run(30, flood);
        assert!(f64::from(risen.taken) >= 0.90 * 30_000.0, "{make:?} {risen:?}");
    }
}

#[test]
fn a_refusal_of_what_left_as_the_search_began_does_not_end_it() {
    let mut pace = Adaptive::new(Bounds { floor: 1.0, ceiling: None });
    let mut now = Timestamp(1_000_000_000);
    pace.throttled(now, now);
    let left = now + Duration::from_micros(300);
    pace.throttled(left + Duration::from_millis(1), left);
    let start = now;
    while now.since(start) < Duration::from_secs(6) {
        now = now + Duration::from_millis(2);
        if pace.wait(now, 1).is_none() {
            pace.leave(1);
            pace.took(now + Duration::from_millis(1), now, 1);
        }
    }
    assert!(pace.rate().is_some_and(|rate| rate > 100.0), "{:?}", pace.rate());
}

#[test]
fn the_rate_stays_between_its_bounds() {
    let bounds = Bounds { floor: 5.0, ceiling: Some(50.0) };
    let mut pace = Adaptive::new(bounds);
    let mut now = Timestamp(1_000_000_000);
    for _ in 0..200 {
        now = now + Duration::from_millis(100);
        pace.throttled(now, now);
    }
    assert_eq!(pace.rate(), Some(5.0));
    for _ in 0..60_000 {
        now = now + Duration::from_millis(5);
        if pace.wait(now, 1).is_none() {
            pace.leave(1);
            pace.took(now, now, 1);
        }
    }
    assert_eq!(pace.rate(), Some(50.0));
}

#[test]
fn there_is_no_pace_before_the_first_complaint_and_none_for_one_full_destination() {
    let mut pace = Adaptive::new(Bounds { floor: 1.0, ceiling: None });
    let now = Timestamp(1_000_000_000);
    (0..500).for_each(|_| pace.took(now, now, 1));
    (0..200).for_each(|_| pace.queue_full(now, now));
    assert_eq!(pace.rate(), None, "some destinations' queues");
    assert_eq!(pace.wait(now, 255), None);
    (0..100).for_each(|_| pace.queue_full(now, now));
    assert!(pace.rate().is_some(), "queues full everywhere are a carrier's trouble");
}

#[test]
fn congestion_slows_down_before_anything_is_refused() {
    let mut pace = Adaptive::new(Bounds { floor: 1.0, ceiling: None });
    let mut now = Timestamp(1_000_000_000);
    for _ in 0..1_000 {
        now = now + Duration::from_millis(1);
        pace.took(now, now, 1);
    }
    pace.congested(now, now, 79);
    assert_eq!(pace.rate(), None);
    pace.congested(now, now, 80);
    let mild = pace.rate().expect("a pace");
    assert!((800.0..1_000.0).contains(&mild), "{mild}");
    pace.congested(now, now, 99);
    assert_eq!(pace.rate(), Some(mild), "the answers of one moment count once");
    now = now + Duration::from_millis(600);
    pace.congested(now, now, 99);
    assert!(pace.rate().is_some_and(|rate| rate < 0.95 * mild), "{:?}", pace.rate());
}

#[test]
fn a_message_of_many_parts_passes_and_is_paid_for() {
    let mut pace = Adaptive::new(Bounds { floor: 10.0, ceiling: Some(10.0) });
    let start = Timestamp(1_000_000_000);
    pace.throttled(start, start);
    let (mut now, mut parts) = (start, 0);
    while now.since(start) < Duration::from_secs(100) {
        now = now + Duration::from_millis(10);
        if pace.wait(now, 7).is_none() {
            pace.leave(7);
            parts += 7;
        }
    }
    assert!((980..=1_020).contains(&parts), "{parts}");
}

#[test]
fn a_carrier_that_tells_its_congestion_is_used_well_without_refusals() {
    let mut link = Link::new(Make::Bucket(0.1), 60.0, 50, 20);
    link.tells_congestion = true;
    link.run(10, flood);
    let tally = link.run(120, flood);
    assert!(f64::from(tally.taken) >= 0.9 * 60.0 * 120.0, "{tally:?}");
    assert!(tally.refused_share() < 0.01, "{tally:?}");
}
