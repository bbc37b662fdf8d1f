//! The naive ledger: a list of messages, folded from the chunks that are durable. The oracle.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, MessageOrd};
use crate::ledger::cells::hour_of;
use crate::ledger::counts::AccountCounts;
use crate::ledger::predicate::Predicate;
use crate::ledger::store::Ledger;
use crate::ledger::stored::Hit;
use crate::ledger::tally_query::{Dimension, Group, TallyQuery};
use crate::message::address::NumberKey;
use crate::message::carrier_id::NormalId;
use crate::message::event::{Event, NO_MESSAGE, What};
use crate::message::record::{Direction, Message};
use crate::message::state::State;
use crate::spool::chunk::ChunkView;
use crate::spool::lsn::Lsn;
use crate::spool::record;

/// A chunk as it was appended.
#[derive(Clone)]
pub(super) struct Written {
    pub(super) end: Lsn,
    pub(super) octets: Vec<u8>,
}

pub(super) struct Row {
    octets: Vec<u8>,
    at: Timestamp,
    state: State,
    events: Vec<(Timestamp, Vec<u8>)>,
}

/// A carrier's id: whose, canonical, its message or none, the event that has it, and where that is.
type CarriersId = (CarrierId, Vec<u8>, MessageOrd, Vec<u8>, Lsn);

#[derive(Default)]
pub(super) struct Model {
    rows: Vec<Row>,
    ids: Vec<CarriersId>,
    notices: VecDeque<(Vec<u8>, Lsn)>,
    /// Digest of an idempotency key, event, message.
    keyed: Vec<(Vec<u8>, Vec<u8>, MessageOrd)>,
    /// Where the records of messages are.
    lsns: Vec<Lsn>,
    /// The oldest message that is kept, and what is kept of the log for it.
    kept: (usize, Lsn),
}

impl Row {
    fn message(&self) -> Message<'_> {
        Message::decode(&self.octets).expect("whole")
    }
}

impl Model {
    pub(super) fn of<'a>(
        chunks: impl IntoIterator<Item = &'a Written>,
        notices_max: usize,
    ) -> Self {
        let mut model = Self::default();
        chunks.into_iter().for_each(|chunk| model.apply(chunk));
        let extra = model.notices.len().saturating_sub(notices_max);
        model.notices.drain(..extra);
        model
    }

    pub(super) fn messages(&self) -> usize {
        self.rows.len()
    }

    fn apply(&mut self, written: &Written) {
        let chunk = ChunkView::parse(&written.octets).expect("whole");
        let first = Lsn(written.end.0 - written.octets.len() as u64);
        assert_eq!(chunk.base_ord.0, self.rows.len() as u64, "ordinals are dense");
        for (offset, octets) in chunk.iter() {
            let lsn = first.plus(u64::from(offset));
            if let Some(octets) = record::message(octets) {
                let state = State::accepted(&Message::decode(octets).expect("whole"));
                let octets = octets.to_vec();
                self.lsns.push(lsn);
                self.rows.push(Row { octets, at: chunk.time, state, events: Vec::new() });
                continue;
            }
            let event = Event::decode(octets).expect("whole");
            let id = match event.what {
                What::Sent { carrier, carrier_message_id } => Some((carrier, carrier_message_id)),
                What::Orphan { carrier, report, .. } => Some((carrier, report.carrier_message_id)),
                _ => None,
            };
            if let Some((carrier, id)) = id {
                let id = NormalId::new(id).to_vec();
                self.ids.push((carrier, id, event.ord, octets.to_vec(), lsn));
            }
            if let What::Keyed { key, .. } = event.what {
                self.keyed.push((key.to_vec(), octets.to_vec(), event.ord));
            }
            if matches!(event.what, What::Notice { .. }) {
                self.notices.push_back((octets.to_vec(), lsn));
            }
            if event.ord != NO_MESSAGE {
                let row = &mut self.rows[event.ord.0 as usize];
                row.state.apply(&event.what);
                row.events.push((chunk.time, octets.to_vec()));
            }
        }
    }

    /// Compares everything that can be asked.
    pub(super) fn check(&mut self, ledger: &Ledger, random: &mut fastrand::Rng) {
        let from = ledger.stats().expired as usize;
        self.kept = (from, if from == 0 { Lsn(0) } else { self.lsns[from] });
        assert_eq!(ledger.stats().messages, self.rows.len() as u64);
        assert_eq!(ledger.stats().strays, 0);
        for (at, row) in self.rows.iter().enumerate() {
            let ord = MessageOrd(at as u64);
            assert_eq!(ledger.expired(ord), at < from);
            if at < from {
                assert_eq!(ledger.message(ord).expect("reads"), None, "let go: {at}");
                assert_eq!(ledger.state(ord).expect("reads"), None, "let go: {at}");
                assert_eq!(ledger.events(ord).expect("reads"), [], "let go: {at}");
                continue;
            }
            let message = ledger.message(ord).expect("reads").expect("there");
            assert_eq!((message.octets(), message.accepted_at), (&row.octets[..], row.at));
            assert_eq!(ledger.state(ord).expect("reads"), Some(row.state), "message {at}");
            let events = ledger.events(ord).expect("reads");
            let events: Vec<_> = events.iter().map(|e| (e.at, e.octets().to_vec())).collect();
            assert_eq!(events, row.events, "message {at}");
        }
        let after = MessageOrd(self.rows.len() as u64);
        assert_eq!(ledger.message(after).expect("reads"), None);
        assert_eq!(ledger.state(after).expect("reads"), None);
        self.check_ids(ledger, random);
        self.check_lists(ledger);
        (0..25).for_each(|_| self.check_search(ledger, random));
        (0..4).for_each(|_| self.check_tallies(ledger, random));
    }

    fn check_ids(&self, ledger: &Ledger, random: &mut fastrand::Rng) {
        let (from, log) = (self.kept.0 as u64, self.kept.1);
        for _ in 0..self.ids.len().min(40) {
            let (carrier, id, ..) = &self.ids[random.usize(..self.ids.len())];
            let same =
                || self.ids.iter().rev().filter(|entry| (&entry.0, &entry.1) == (carrier, id));
            let mut ords: Vec<_> = same().map(|e| e.2).collect();
            ords.retain(|&ord| ord != NO_MESSAGE && ord.0 >= from);
            ords.sort_unstable_by(|a, b| b.cmp(a));
            ords.dedup();
            ords.truncate(16);
            assert_eq!(ledger.correlate(*carrier, &[id]).expect("reads"), ords);
            let orphans: Vec<_> = same()
                .filter(|e| e.2 == NO_MESSAGE && e.4 >= log)
                .map(|e| &e.3[..])
                .take(16)
                .collect();
            let found = ledger.orphans_by_id(*carrier, &[id]).expect("reads");
            assert_eq!(found.iter().map(|e| e.octets()).collect::<Vec<_>>(), orphans);
        }
        for key in [&b"one"[..], b"two", b"three", b"four"] {
            let kept = self.keyed.iter().rev().filter(|it| it.0 == key && it.2.0 >= from);
            let kept: Vec<_> = kept.map(|(_, octets, _)| &octets[..]).take(64).collect();
            let found = ledger.keyed(key).expect("reads");
            assert_eq!(found.iter().map(|e| e.octets()).collect::<Vec<_>>(), kept);
        }
        assert_eq!(ledger.correlate(CarrierId(77), &[b"1"]).expect("reads"), []);
        let notices = ledger.notices(usize::MAX).expect("reads");
        let notices: Vec<_> = notices.iter().map(|notice| notice.octets()).collect();
        let kept = self.notices.iter().rev().filter(|(_, lsn)| *lsn >= log);
        assert_eq!(notices, kept.map(|(octets, _)| &octets[..]).collect::<Vec<_>>());
    }

    fn check_lists(&self, ledger: &Ledger) {
        for number in 0..4 {
            let account = AccountId(number);
            let mut counts = AccountCounts::default();
            let mut owed = Vec::new();
            for (at, row) in self.rows.iter().enumerate() {
                if row.message().account == account && at >= self.kept.0 {
                    counts.by[row.state.disposition as usize] += 1;
                    counts.owed += u64::from(row.state.owed());
                    owed.extend(row.state.owed().then_some(at as u64));
                }
            }
            // What was let go stays counted as it was then.
            if self.kept.0 == 0 {
                assert_eq!(ledger.counts(account), counts, "account {number}");
            }
            let found = ledger.owed(account, None, usize::MAX).expect("reads");
            assert_eq!(found.iter().map(|hit| hit.ord.0).collect::<Vec<_>>(), owed);
            if let Some(&middle) = owed.get(owed.len() / 2) {
                let found = ledger.owed(account, Some(MessageOrd(middle)), 3).expect("reads");
                let later: Vec<_> = owed.iter().copied().filter(|&o| o > middle).take(3).collect();
                assert_eq!(found.iter().map(|hit| hit.ord.0).collect::<Vec<_>>(), later);
            }
            self.check_to_submit(ledger, CarrierId(number));
        }
    }

    fn check_to_submit(&self, ledger: &Ledger, carrier: CarrierId) {
        let found = ledger.to_submit(carrier, None, usize::MAX).expect("reads");
        let found: Vec<_> = found.iter().map(|m| (m.ord.0, m.state, m.retry_at)).collect();
        let expected: Vec<_> = (0..)
            .zip(&self.rows)
            .skip(self.kept.0)
            .filter(|(_, row)| row.carrier() == carrier && row.state.to_submit())
            .map(|(at, row)| (at, row.state, row.retry_at()))
            .collect();
        assert_eq!(found, expected);
    }

    /// Counts by some things against a look at every message, whatever is counted already.
    fn check_tallies(&self, ledger: &Ledger, random: &mut fastrand::Rng) {
        let last = self.rows.iter().map(|row| hour_of(row.at)).max().unwrap_or(0);
        let some = |random: &mut fastrand::Rng| (random.u8(..3) == 0).then(|| random.u16(..5));
        let query = TallyQuery {
            hours_together: [1, 1, 24][random.usize(..3)],
            account: some(random).map(AccountId),
            carrier: some(random).map(CarrierId),
            time_max: Duration::MAX,
            ..TallyQuery::of(
                random.u32(..=last)..last + random.u32(..3),
                Dimension::ALL.into_iter().filter(|_| random.bool()).collect(),
            )
        };
        let mut expected: BTreeMap<Group, u64> = BTreeMap::new();
        for row in &self.rows[self.kept.0..] {
            let (message, hour) = (row.message(), hour_of(row.at));
            let asked = query.hours.contains(&hour)
                && query.account.is_none_or(|account| account == message.account)
                && query.carrier.is_none_or(|carrier| carrier == message.carrier);
            if asked {
                let by = |dimension| query.by.contains(&dimension).then_some(());
                let inbound = message.direction == Direction::Inbound;
                let group = Group {
                    hour: hour / query.hours_together * query.hours_together,
                    disposition: by(Dimension::Disposition).map(|()| row.state.disposition),
                    reason: by(Dimension::Reason).map(|()| row.state.reason),
                    carrier: by(Dimension::Carrier).map(|()| message.carrier),
                    account: by(Dimension::Account).map(|()| message.account),
                    inbound: by(Dimension::Direction).map(|()| inbound),
                };
                *expected.entry(group).or_default() += 1;
            }
        }
        let tallied = ledger.tally(&query).expect("reads");
        assert_eq!((tallied.uncounted, tallied.too_many), (0, false));
        assert_eq!(tallied.groups, expected, "{query:?}");
        let query = TallyQuery { groups_max: expected.len().max(1) - 1, ..query };
        let tallied = ledger.tally(&query).expect("reads");
        assert_eq!(tallied.too_many, !expected.is_empty());
    }

    fn check_search(&self, ledger: &Ledger, random: &mut fastrand::Rng) {
        let mut query = super::random_query(random, self.rows.len());
        let expected: Vec<Hit> = (0..)
            .map(MessageOrd)
            .zip(&self.rows)
            .skip(self.kept.0)
            .filter(|(ord, row)| query.all.iter().all(|one| row.matches(*ord, one)))
            .map(|(ord, row)| Hit { ord, state: row.state, accepted_at: row.at })
            .filter(|hit| query.after.is_none_or(|after| hit.ord < after))
            .collect();
        let mut found = Vec::new();
        loop {
            let page = ledger.search(&query).expect("reads");
            assert!(page.hits.len() <= query.limit);
            let kept_since = self.rows.get(self.kept.0).map(|row| row.at);
            assert_eq!(page.kept_since, kept_since.filter(|_| self.kept.0 > 0));
            found.extend(page.hits);
            assert_eq!(page.next.is_none(), page.complete);
            assert!(page.complete || page.budget_spent || found.len() >= query.limit);
            if page.complete {
                break;
            }
            assert!(query.after.is_none_or(|after| page.next < Some(after)), "{query:?}");
            query.after = page.next;
        }
        assert!(expected.iter().rev().eq(&found), "{query:?}: {expected:?} {found:?}");
    }
}

impl Row {
    fn retry_at(&self) -> Option<Timestamp> {
        let refusals =
            self.events.iter().rev().filter_map(|(_, octets)| match Event::decode(octets)?.what {
                What::Refused { retry_at, .. } => Some(retry_at),
                _ => None,
            });
        refusals.take(usize::from(self.state.retrying())).next()
    }

    /// Who it was last passed on to, or who had it first.
    fn carrier(&self) -> CarrierId {
        let passed =
            self.events.iter().rev().find_map(|(_, octets)| match Event::decode(octets)?.what {
                What::Rerouted { to, .. } => Some(to),
                _ => None,
            });
        passed.unwrap_or(self.message().carrier)
    }

    /// What a predicate means, told in another way than the search does.
    fn matches(&self, ord: MessageOrd, predicate: &Predicate) -> bool {
        let message = self.message();
        let key = |addr| NumberKey::of(addr).0;
        match predicate {
            Predicate::To(numbers) => numbers.contains(key(message.destination.addr)),
            Predicate::From(numbers) => numbers.contains(key(message.source.addr)),
            Predicate::Account(account) => *account == message.account,
            Predicate::Carrier(carrier) => *carrier == message.carrier,
            Predicate::Disposition(wanted) => *wanted == self.state.disposition,
            Predicate::Status(wanted) => *wanted == self.state.status,
            Predicate::Reason(wanted) => *wanted == self.state.reason,
            Predicate::Direction(wanted) => *wanted == message.direction,
            Predicate::Accepted(at) => at.start <= self.at && self.at < at.end,
            Predicate::Ords(ords) => ords.contains(ord),
            Predicate::Reference(wanted) => wanted == message.client_ref,
            Predicate::Tag(wanted) => wanted == message.service_type,
            Predicate::Text(words) => {
                words.follow_in(str::from_utf8(message.body).expect("only ASCII is written"))
            }
            Predicate::Any(any) => any.iter().any(|one| self.matches(ord, one)),
            Predicate::Not(not) => !self.matches(ord, not),
        }
    }
}
