//! What a consumer has in memory: a bounded number of notices that are not settled.
//!
//! Time goes in as an argument. **Invariants**: of one lane only the oldest is given out; at most
//! `max` notices are in here, whatever happens to them; a record is in here once.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use super::notice::Notice;
use crate::base::clock::Timestamp;
use crate::spool::lsn::Lsn;

/// A notice that was given out, and how often before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Given {
    /// What is to be told.
    pub notice: Notice,
    /// Attempts before this one.
    pub attempts: u32,
    /// When the first attempt was.
    pub first_at: Timestamp,
}

#[derive(Debug)]
struct Entry {
    notice: Notice,
    due: Timestamp,
    /// It was given out and has not come back.
    flying: bool,
    attempts: u32,
    first_at: Timestamp,
    last_at: Timestamp,
}

/// The window of one consumer. Its lanes are messages and carriers: two events of one never overtake each
/// other, and no other waits for either.
#[derive(Debug)]
pub struct Window {
    max: usize,
    entries: BTreeMap<Lsn, Entry>,
    lanes: HashMap<u64, VecDeque<Lsn>>,
    /// Heads of lanes that are not given out, by when they may be.
    ready: BTreeSet<(Timestamp, Lsn)>,
}

impl Window {
    /// Room for so many.
    pub fn new(max: usize) -> Self {
        Self {
            max: max.max(1),
            entries: BTreeMap::new(),
            lanes: HashMap::new(),
            ready: BTreeSet::new(),
        }
    }

    /// How many more fit.
    pub fn room(&self) -> usize {
        self.max.saturating_sub(self.entries.len())
    }

    /// How many fit at all.
    pub const fn max(&self) -> usize {
        self.max
    }

    /// How many are in here.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Puts one in. `false` if it is here already, or there is no room.
    pub fn push(&mut self, now: Timestamp, notice: Notice) -> bool {
        if self.room() == 0 || self.entries.contains_key(&notice.lsn) {
            return false;
        }
        let none = Timestamp(0);
        let entry =
            Entry { notice, due: now, flying: false, attempts: 0, first_at: none, last_at: none };
        self.entries.insert(notice.lsn, entry);
        let lane = self.lanes.entry(notice.order()).or_default();
        lane.push_back(notice.lsn);
        if lane.len() == 1 {
            self.ready.insert((now, notice.lsn));
        }
        true
    }

    /// Gives out the one that is due the longest.
    pub fn next(&mut self, now: Timestamp) -> Option<Given> {
        let &(due, lsn) = self.ready.first()?;
        if due > now {
            return None;
        }
        self.ready.pop_first();
        let entry = self.entries.get_mut(&lsn)?;
        entry.flying = true;
        if entry.attempts == 0 {
            entry.first_at = now;
        }
        let given =
            Given { notice: entry.notice, attempts: entry.attempts, first_at: entry.first_at };
        entry.attempts += 1;
        entry.last_at = now;
        Some(given)
    }

    /// When the next one is due; [`Timestamp::NEVER`] if none waits.
    pub fn due(&self) -> Timestamp {
        self.ready.first().map_or(Timestamp::NEVER, |(due, _)| *due)
    }

    /// One has been told, or is given up: it leaves, and the next of its message may go.
    pub fn settle(&mut self, now: Timestamp, lsn: Lsn) -> bool {
        let Some(entry) = self.entries.remove(&lsn) else { return false };
        self.ready.remove(&(entry.due, lsn));
        let own = entry.notice.order();
        let Some(lane) = self.lanes.get_mut(&own) else { return true };
        lane.retain(|&other| other != lsn);
        match lane.front() {
            None => {
                self.lanes.remove(&own);
            }
            Some(&head) => {
                if let Some(entry) = self.entries.get_mut(&head).filter(|entry| !entry.flying) {
                    self.ready.remove(&(entry.due, head));
                    entry.due = entry.due.max(now);
                    self.ready.insert((entry.due, head));
                }
            }
        }
        true
    }

    /// One that was given out comes back, to be told again at a time.
    pub fn again(&mut self, lsn: Lsn, due: Timestamp) {
        let Some(entry) = self.entries.get_mut(&lsn).filter(|entry| entry.flying) else { return };
        entry.flying = false;
        entry.due = due;
        self.ready.insert((due, lsn));
    }

    /// One that was given out comes back untouched: it was not tried.
    pub fn untried(&mut self, now: Timestamp, lsn: Lsn) {
        if let Some(entry) = self.entries.get_mut(&lsn) {
            entry.attempts = entry.attempts.saturating_sub(1);
        }
        self.again(lsn, now);
    }

    /// Has those that wait to be told again wait no longer than until so long after their last attempt.
    pub fn hasten(&mut self, since_last: std::time::Duration) {
        let waiting: Vec<(Timestamp, Lsn)> = self.ready.iter().copied().collect();
        for (due, lsn) in waiting {
            let Some(entry) = self.entries.get_mut(&lsn).filter(|entry| entry.attempts > 0) else {
                continue;
            };
            let sooner = entry.last_at + since_last;
            if sooner < due {
                self.ready.remove(&(due, lsn));
                entry.due = sooner;
                self.ready.insert((sooner, lsn));
            }
        }
    }

    /// The records that are not settled, oldest first.
    pub fn unsettled(&self) -> impl Iterator<Item = Lsn> {
        self.entries.keys().copied()
    }

    /// When the oldest news that is not settled was recorded.
    pub fn oldest_at(&self) -> Option<Timestamp> {
        self.entries.values().map(|entry| entry.notice.at).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::id::{AccountId, CarrierId, MessageOrd};
    use crate::feed::kind::Kind;
    use std::time::Duration;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn notice(lsn: u64, ord: u64) -> Notice {
        let (account, carrier) = (AccountId(0), CarrierId(0));
        Notice {
            lsn: Lsn(lsn),
            at: Timestamp(lsn),
            kind: Kind::Sent,
            ord: MessageOrd(ord),
            account,
            carrier,
            lane: None,
        }
    }

    fn given(window: &mut Window, now: Timestamp) -> Vec<u64> {
        std::iter::from_fn(|| window.next(now)).map(|given| given.notice.lsn.0).collect()
    }

    #[test]
    fn a_messages_next_event_waits_for_its_previous_and_others_do_not() {
        let mut window = Window::new(10);
        for (lsn, ord) in [(1, 7), (2, 7), (3, 8), (4, 7)] {
            assert!(window.push(NOW, notice(lsn, ord)));
        }
        assert_eq!(given(&mut window, NOW), [1, 3]);
        window.again(Lsn(1), NOW + Duration::from_secs(5));
        assert!(given(&mut window, NOW).is_empty());
        assert_eq!(given(&mut window, NOW + Duration::from_secs(5)), [1]);
        assert!(window.settle(NOW, Lsn(1)));
        assert_eq!(given(&mut window, NOW), [2]);
        window.settle(NOW, Lsn(2));
        window.settle(NOW, Lsn(3));
        assert_eq!(given(&mut window, NOW), [4]);
        window.settle(NOW, Lsn(4));
        assert!(window.is_empty() && window.lanes.is_empty() && window.ready.is_empty());
    }

    #[test]
    fn no_more_is_taken_than_there_is_room_and_nothing_twice() {
        let mut window = Window::new(2);
        assert!(window.push(NOW, notice(1, 1)) && !window.push(NOW, notice(1, 1)));
        assert!(window.push(NOW, notice(2, 2)) && !window.push(NOW, notice(3, 3)));
        assert_eq!((window.room(), window.len()), (0, 2));
    }

    #[test]
    fn what_is_told_again_comes_in_its_turn_beside_what_is_new() {
        let mut window = Window::new(10);
        window.push(NOW, notice(1, 1));
        assert_eq!(given(&mut window, NOW), [1]);
        window.again(Lsn(1), NOW + Duration::from_secs(1));
        window.push(NOW + Duration::from_secs(2), notice(2, 2));
        let later = NOW + Duration::from_secs(3);
        let first = window.next(later).unwrap();
        assert_eq!((first.notice.lsn.0, first.attempts, first.first_at), (1, 1, NOW));
        assert_eq!(given(&mut window, later), [2]);
    }

    #[test]
    fn waiting_is_shortened_for_those_that_were_tried() {
        let mut window = Window::new(10);
        window.push(NOW, notice(1, 1));
        given(&mut window, NOW);
        window.again(Lsn(1), NOW + Duration::from_secs(3600));
        window.push(NOW + Duration::from_secs(60), notice(2, 2));
        window.hasten(Duration::from_secs(2));
        assert_eq!(window.due(), NOW + Duration::from_secs(2));
        assert_eq!(given(&mut window, NOW + Duration::from_secs(2)), [1]);
        assert_eq!(window.due(), NOW + Duration::from_secs(60));
    }

    #[test]
    fn what_was_not_tried_counts_as_no_attempt() {
        let mut window = Window::new(1);
        window.push(NOW, notice(1, 1));
        given(&mut window, NOW);
        window.untried(NOW, Lsn(1));
        assert_eq!(window.next(NOW).unwrap().attempts, 0);
        assert!(!window.settle(NOW, Lsn(9)));
    }
}
