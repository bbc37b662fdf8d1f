//! An account's desk: its rate on the way in, and what it is owed on the way back.
//!
//! Debts wait here in order until a receiving bind has room in its window. The desk holds a bounded
//! working copy; the ledger holds them all. When the working copy has run over, arrivals are left on
//! disk until the copy is empty, and then the ledger is asked what is still owed: a debt is therefore
//! never held twice.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use super::ask::Ask;
use super::effect::{Effect, LinkId};
use super::withheld::{Answer, Withheld};
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, MessageOrd};
use crate::deliver::backoff::Backoff;
use crate::message::state::settles;
use crate::receipt::owed::{Owed, OwedWhat};
use crate::spool::lsn::Lsn;
use crate::throttle::faults::Faults;
use crate::throttle::limiter::Limiter;

/// A bind that takes receipts and messages.
#[derive(Debug)]
struct Receiver {
    link: LinkId,
    free: usize,
}

/// One account's state on its shard.
#[derive(Debug)]
pub struct AccountDesk {
    /// Its number in the ledger.
    pub id: AccountId,
    /// Its rate; `None` is unlimited.
    pub limiter: Option<Limiter>,
    /// Whether it has a share in the end of the turn.
    pub awake: bool,
    /// Refusals to be told.
    pub refusals: Faults,
    receivers: Vec<Receiver>,
    owed: VecDeque<Owed>,
    again: BTreeMap<(Timestamp, u64), Owed>,
    tries: u64,
    fetching: usize,
    offered: usize,
    owed_max: usize,
    /// Debts on disk that are not in the working copy.
    overflowed: bool,
    /// The ledger has been asked for them.
    asking: bool,
    /// A debt was left on disk while the ledger was being asked.
    missed: bool,
    /// What the ledger listed last: a debt may be on its way here by mail as well.
    listed: HashSet<MessageOrd>,
    /// Debts whose content the ledger tells, until they are settled: whether one was owed again since,
    /// as that of a message of several parts is with every part that ends.
    by_ledger: HashMap<MessageOrd, bool>,
    /// For the jitter of what is offered again.
    random: fastrand::Rng,
    withheld: Withheld,
}

/// Debts read from the ledger at a time.
const FETCH_MAX: usize = 256;

const OFFER_AGAIN: Backoff = Backoff {
    first: std::time::Duration::from_secs(1),
    longest: std::time::Duration::from_secs(60),
};

impl AccountDesk {
    /// A desk that asks the ledger first what is owed.
    pub fn new(
        id: AccountId,
        limiter: Option<Limiter>,
        owed_max: usize,
        random: fastrand::Rng,
    ) -> Self {
        Self {
            id,
            limiter,
            awake: true,
            refusals: Faults::new(),
            receivers: Vec::new(),
            owed: VecDeque::new(),
            again: BTreeMap::new(),
            tries: 0,
            fetching: 0,
            offered: 0,
            owed_max,
            overflowed: true,
            asking: false,
            missed: false,
            listed: HashSet::new(),
            by_ledger: HashMap::new(),
            random,
            withheld: Withheld::default(),
        }
    }

    /// Goes on with these settings; the rate, if it is another one.
    pub(super) fn adopt(&mut self, owed_max: usize, rate: Option<Option<Limiter>>) {
        self.owed_max = owed_max;
        if let Some(limiter) = rate {
            self.limiter = limiter;
        }
    }

    /// A receiving bind has come up.
    pub fn receiver_up(&mut self, link: LinkId, window: usize) {
        self.receivers.push(Receiver { link, free: window });
    }

    /// A bind has gone; what was offered on it comes back one by one by [`Self::unanswered`].
    pub fn receiver_down(&mut self, link: LinkId) {
        self.receivers.retain(|receiver| receiver.link != link);
    }

    /// Whether answers to submits wait until fewer receipts are owed.
    pub(super) fn withholds(&self) -> bool {
        self.withheld.holds(self.owed(), self.owed_max)
    }

    /// Has an answer wait.
    pub(super) fn withhold(&mut self, answer: Answer) {
        self.withheld.push(answer);
    }

    /// Debts in the working copy.
    pub fn owed(&self) -> usize {
        self.owed.len() + self.again.len() + self.fetching + self.offered
    }

    /// Whether something is owed, and no bind is there to be given it.
    pub fn waits_for_receiver(&self) -> bool {
        self.receivers.is_empty() && self.owed() > 0
    }

    /// A new debt, on disk.
    pub fn owe(&mut self, owed: Owed) {
        let by_ledger = matches!(owed.what, OwedWhat::OnDisk | OwedWhat::Whole);
        if by_ledger && let Some(again) = self.by_ledger.get_mut(&owed.ord) {
            *again = true;
            return;
        }
        if self.listed.contains(&owed.ord) && !matches!(owed.what, OwedWhat::Whole) {
            return;
        }
        if self.overflowed || self.owed() >= self.owed_max {
            self.overflowed = true;
            self.missed = true;
            return;
        }
        if by_ledger {
            self.by_ledger.insert(owed.ord, false);
        }
        self.owed.push_back(owed);
    }

    /// The application answered; what that does not settle is offered again.
    pub fn answered(&mut self, now: Timestamp, link: LinkId, owed: Owed, command_status: u32) {
        self.freed(link);
        self.withheld.took();
        if settles(command_status) {
            self.settled(owed.ord);
        } else {
            self.later(now, owed);
        }
    }

    /// No answer came in time: the debt stands, and so it is offered again.
    pub fn unanswered(&mut self, link: LinkId, owed: Owed) {
        self.freed(link);
        self.owed.push_front(owed);
    }

    /// An answer came after the debt was taken back: what it settles is not offered again.
    pub fn answered_late(&mut self, ord: MessageOrd) {
        self.owed.retain(|owed| owed.ord != ord);
        self.settled(ord);
    }

    /// Puts a debt back for a while.
    fn later(&mut self, now: Timestamp, mut owed: Owed) {
        owed.failures = owed.failures.saturating_add(1);
        let due = now + OFFER_AGAIN.delay(u32::from(owed.failures), &mut self.random);
        self.tries += 1;
        self.again.insert((due, self.tries), owed);
    }

    /// A debt needs nothing more.
    pub fn settled(&mut self, ord: MessageOrd) {
        self.by_ledger.remove(&ord);
    }

    /// What was offered on this bind is settled.
    pub fn freed(&mut self, link: LinkId) {
        self.offered = self.offered.saturating_sub(1);
        if let Some(receiver) = self.receivers.iter_mut().find(|receiver| receiver.link == link) {
            receiver.free += 1;
        }
    }

    /// When something here is due by itself.
    pub fn deadline(&self) -> Timestamp {
        let again = self.again.first_key_value().map_or(Timestamp::NEVER, |((due, _), _)| *due);
        again.min(self.withheld.deadline())
    }

    /// Offers what can be offered, and asks the ledger for what is not at hand.
    pub fn pump(&mut self, now: Timestamp, appended: Lsn, effects: &mut Vec<Effect>) {
        while let Some(entry) = self.again.first_entry() {
            if entry.key().0 > now {
                break;
            }
            self.owed.push_back(entry.remove());
        }
        self.offer(appended, effects);
        self.withheld.release(now, self.owed(), self.owed_max, effects);
        if self.overflowed && !self.asking && self.owed() == 0 {
            self.asking = true;
            self.missed = false;
            let limit = self.owed_max;
            effects.push(Effect::Ask(Ask::OwedList { account: self.id, limit, after: appended }));
        }
    }

    fn offer(&mut self, after: Lsn, effects: &mut Vec<Effect>) {
        let mut fetch = Vec::new();
        while fetch.len() < FETCH_MAX {
            let Some(receiver) = self.receivers.iter_mut().max_by_key(|receiver| receiver.free)
            else {
                break;
            };
            if receiver.free == 0 {
                break;
            }
            let Some(owed) = self.owed.pop_front() else { break };
            if matches!(owed.what, OwedWhat::OnDisk | OwedWhat::Whole) {
                if self.fetching > 0 {
                    self.owed.push_front(owed);
                    break;
                }
                fetch.push(owed);
                continue;
            }
            receiver.free -= 1;
            self.offered += 1;
            effects.push(Effect::Offer { link: receiver.link, owed });
        }
        if !fetch.is_empty() {
            self.fetching = fetch.len();
            effects.push(Effect::Ask(Ask::OwedDetails { account: self.id, owed: fetch, after }));
        }
    }

    /// The ledger's list of what is owed.
    pub fn listed(&mut self, ords: Vec<MessageOrd>, more: bool) {
        self.asking = false;
        self.overflowed = more || self.missed;
        self.listed = ords.iter().copied().collect();
        for &ord in &ords {
            self.by_ledger.entry(ord).or_insert(false);
        }
        let account = self.id;
        let owed =
            ords.into_iter().map(|ord| Owed { ord, account, failures: 0, what: OwedWhat::OnDisk });
        self.owed.extend(owed);
    }

    /// The ledger's details of what is owed, for the head of the line.
    /// `not_due` are those that nothing is to be sent for now.
    pub fn detailed(&mut self, details: Vec<Owed>, not_due: &[MessageOrd]) {
        self.fetching = 0;
        for owed in details.into_iter().rev() {
            self.owed.push_front(owed);
        }
        for &ord in not_due {
            // A part has ended while the ledger was being asked: ask again.
            if self.by_ledger.remove(&ord) == Some(true) {
                let (account, what) = (self.id, OwedWhat::Whole);
                self.owe(Owed { ord, account, failures: 0, what });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_debt_that_comes_by_mail_and_in_the_ledgers_list_is_held_once() {
        let account = AccountId(1);
        let debt = |ord| Owed {
            ord: MessageOrd(ord),
            account,
            failures: 0,
            what: OwedWhat::Message(bytes::Bytes::new()),
        };
        let mut desk = AccountDesk::new(account, None, 10, fastrand::Rng::with_seed(1));
        desk.pump(Timestamp(0), Lsn(0), &mut Vec::new());
        desk.listed(vec![MessageOrd(4), MessageOrd(5)], false);
        desk.owe(debt(5));
        desk.owe(debt(6));
        assert_eq!(desk.owed(), 3);
    }

    #[test]
    fn a_debt_that_the_ledger_tells_is_held_once_and_forgotten_when_it_is_settled() {
        let (account, ord) = (AccountId(1), MessageOrd(7));
        let debt = |what| Owed { ord, account, failures: 0, what };
        let mut desk = AccountDesk::new(account, None, 10, fastrand::Rng::with_seed(1));
        desk.pump(Timestamp(0), Lsn(0), &mut Vec::new());
        desk.listed(Vec::new(), false);
        desk.owe(debt(OwedWhat::OnDisk));
        desk.owe(debt(OwedWhat::Whole));
        assert_eq!(desk.owed(), 1);
        desk.settled(ord);
        assert!(desk.by_ledger.is_empty());
    }
}
