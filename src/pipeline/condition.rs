//! Telling how carriers do: an event on the log for each change of a carrier's condition.
//!
//! A change is told at once when nothing was told for [`QUIET`]; one that comes sooner waits until then,
//! and is told if it still holds, with how many went before it. So a carrier whose binds come and go
//! costs an event each ten seconds, and whoever listens knows that they do. A carrier that is down when the
//! gateway begins is given that long to come up, and one that goes down because the gateway ends is not
//! told: that says nothing of the carrier.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::engine::Engine;
use crate::base::clock::Timestamp;
use crate::message::condition::Condition;
use crate::message::event::{Event, NO_MESSAGE, What};

/// The least time between two tellings of whether a carrier is up.
pub const QUIET: Duration = Duration::from_secs(10);

/// What was told of a carrier, and what is so.
#[derive(Debug, Default)]
pub struct Told {
    /// Whether it is up, as it was told; `None` before anything was.
    up: Option<bool>,
    /// The same as it is.
    is_up: bool,
    /// Changes since it was told.
    changes: u16,
    /// When it may be told again; 0 before it was looked at.
    at: Timestamp,
    /// Until when it is suspended, as it was told.
    suspended: Option<Timestamp>,
}

/// What is to be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Telling {
    condition: Condition,
    until: Timestamp,
    untold: u16,
}

impl Told {
    /// What is to be told of whether it is up.
    fn reach(&mut self, now: Timestamp, up: bool, ending: bool) -> Option<Telling> {
        if self.at == Timestamp(0) {
            self.at = now + QUIET;
        }
        if up != self.is_up {
            self.is_up = up;
            self.changes = self.changes.saturating_add(1);
        }
        if self.up == Some(up) {
            return None;
        }
        if ending && !up {
            self.up = Some(false);
            return None;
        }
        let first = self.up.is_none() && up;
        if now < self.at && !first {
            return None;
        }
        let untold = self.changes.saturating_sub(1);
        (self.up, self.changes, self.at) = (Some(up), 0, now + QUIET);
        let condition = if up { Condition::Up } else { Condition::Down };
        Some(Telling { condition, until: Timestamp(0), untold })
    }

    /// What is to be told of an operator's order. One that stood when the gateway began was told before.
    fn order(&mut self, suspended: Option<Timestamp>) -> Option<Telling> {
        let began = self.at == Timestamp(0);
        let before = std::mem::replace(&mut self.suspended, suspended);
        if began || before == suspended {
            return None;
        }
        let condition = if suspended.is_some() { Condition::Suspended } else { Condition::Resumed };
        Some(Telling { condition, until: suspended.unwrap_or_default(), untold: 0 })
    }

    /// When there is something to tell without anything happening.
    pub(super) fn deadline(&self) -> Timestamp {
        let waits = self.at > Timestamp(0) && self.up != Some(self.is_up);
        let told = if waits { self.at } else { Timestamp::NEVER };
        told.min(self.suspended.unwrap_or(Timestamp::NEVER))
    }
}

impl Engine {
    /// Records what has changed with the carriers of this shard.
    pub(super) fn tell_carriers(&mut self, now: Timestamp) {
        let Self { shared, carriers, events, .. } = self;
        let ending = shared.draining.load(Ordering::Relaxed);
        for desk in carriers.iter_mut().flatten() {
            let Some(carrier) = shared.carrier(desk.id) else { continue };
            let up = carrier.binds.load(Ordering::Relaxed) > 0;
            let order = desk.told.order(carrier.standing.suspended(now));
            let reach = desk.told.reach(now, up, ending || carrier.retired);
            for Telling { condition, until, untold } in order.into_iter().chain(reach) {
                let what = What::Carrier { carrier: desk.id, condition, until, untold };
                events.event(&Event { ord: NO_MESSAGE, what });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);

    fn seconds(seconds: u64) -> Timestamp {
        NOW + Duration::from_secs(seconds)
    }

    /// What is told of a carrier that is or is not up at these seconds.
    fn told(told: &mut Told, looks: &[(u64, bool)]) -> Vec<(u64, Condition, u16)> {
        let tell = |&(second, up): &(u64, bool)| {
            let telling = told.reach(seconds(second), up, false)?;
            Some((second, telling.condition, telling.untold))
        };
        looks.iter().filter_map(tell).collect()
    }

    #[test]
    fn a_change_is_told_once_and_at_once() {
        let looks = [(0, false), (1, true), (2, true), (50, false), (51, false), (99, true)];
        let heard = told(&mut Told::default(), &looks);
        assert_eq!(
            heard,
            [(1, Condition::Up, 0), (50, Condition::Down, 0), (99, Condition::Up, 0)]
        );
    }

    #[test]
    fn one_that_never_comes_up_is_told_down_when_it_had_its_time() {
        let mut carrier = Told::default();
        assert_eq!(told(&mut carrier, &[(0, false), (9, false)]), []);
        assert_eq!(carrier.deadline(), seconds(10));
        assert_eq!(told(&mut carrier, &[(10, false), (11, false)]), [(10, Condition::Down, 0)]);
        assert_eq!(carrier.deadline(), Timestamp::NEVER);
    }

    #[test]
    fn one_that_comes_and_goes_is_told_seldom_and_with_how_often() {
        let mut carrier = Told::default();
        let looks: Vec<(u64, bool)> = (0..60).map(|second| (second, second % 2 == 1)).collect();
        let heard = told(&mut carrier, &looks);
        assert!((5..=7).contains(&heard.len()), "{heard:?}");
        let all: usize = heard.iter().map(|(_, _, untold)| usize::from(*untold) + 1).sum();
        assert!((50..=60).contains(&all), "every change is told or counted: {heard:?}");
        let back = told(&mut Told::default(), &[(0, true), (1, false), (2, true), (30, true)]);
        assert_eq!(back, [(0, Condition::Up, 0)], "what is as it was told is not told again");
    }

    #[test]
    fn the_end_of_the_gateway_is_not_told_as_that_of_its_carriers() {
        let mut carrier = Told::default();
        told(&mut carrier, &[(0, true)]);
        assert_eq!(carrier.reach(seconds(60), false, true), None);
        assert_eq!(carrier.deadline(), Timestamp::NEVER, "it does not wait to be told");
    }

    #[test]
    fn an_order_is_told_when_it_comes_and_when_its_time_is_over() {
        let mut carrier = Told::default();
        assert_eq!(carrier.order(Some(seconds(5))), None, "it stood before");
        carrier.reach(NOW, true, false);
        assert_eq!(carrier.deadline(), seconds(5));
        let resumed = Telling { condition: Condition::Resumed, until: Timestamp(0), untold: 0 };
        assert_eq!(carrier.order(None), Some(resumed));
        assert_eq!(carrier.order(None), None);
        let until = Timestamp::NEVER;
        let suspended = Telling { condition: Condition::Suspended, until, untold: 0 };
        assert_eq!(carrier.order(Some(until)), Some(suspended));
        assert_eq!(carrier.deadline(), Timestamp::NEVER);
    }
}
