//! A carrier's desk: the queue in front of it, the windows of its binds, its rate, and the messages it
//! has taken and not yet reported on.
//!
//! **Invariants**: a submit is chosen only when a bind has room and all its rates allow it; at most the
//! window of a bind is ever unanswered on it; a message is in exactly one of queue, held, deferred,
//! fetching, returned or on a bind.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;

use super::adopt::bounds;
use super::ask::Ask;
use super::change::Order;
use super::condition::Told;
use super::effect::{Effect, LinkId};
use super::joining::Joining;
use super::limit_hold::LimitHold;
use super::shared::{CarrierShared, Shared};
use super::silence::Look;
use crate::base::clock::Timestamp;
use crate::base::id::{CarrierId, MessageOrd};
use crate::deliver::queue::{FairQueue, Queued};
use crate::message::disposition::Disposition;
use crate::message::reason::Reason;
use crate::receipt::awaiting::Awaiting;
use crate::receipt::parked::Parking;
use crate::receipt::recent::Recent;
use crate::telemetry::carrier::CarrierMetrics;
use crate::throttle::adaptive::Adaptive;
use crate::throttle::limiter::Limiter;

/// A bind that submits.
#[derive(Debug)]
pub(super) struct Transmitter {
    link: LinkId,
    number: u16,
    free: usize,
    window: usize,
}

/// One carrier's state on its shard.
#[derive(Debug)]
pub struct CarrierDesk {
    /// Its number in the ledger.
    pub id: CarrierId,
    /// Its counters.
    pub metrics: Arc<CarrierMetrics>,
    /// Messages taken and not yet reported on.
    pub awaiting: Awaiting,
    /// Receipts whose message is not known yet.
    pub parking: Parking,
    /// Messages that ended otherwise than by the one receipt they were awaited with.
    pub concluded: Recent,
    /// How long after its life a message's receipt may come.
    pub margin: Duration,
    /// Where the look for messages without one is.
    pub look: Look,
    pub(super) lifetime: Duration,
    /// Parts of messages from its handsets.
    pub joining: Joining,
    /// Receipts the ledger is being asked about.
    pub asking: usize,
    /// Parked receipts, by ticket, whose carrier waits for its answer until the ledger has said
    /// whose they are: the bind, its request, whether that was a data_sm.
    pub unacknowledged: HashMap<u64, (LinkId, u32, bool)>,
    pub(super) shared: Arc<Shared>,
    /// The rate agreed on, if one is.
    pub(super) limiter: Option<Limiter>,
    /// The rate that an operator has ordered for a time: it stands in for the one agreed on.
    pub(super) ordered: Option<Limiter>,
    /// The rate the carrier's answers teach.
    pub pace: Adaptive,
    /// From submit to answer, smoothed.
    round_trip: Duration,
    pub(super) transmitters: Vec<Transmitter>,
    /// Changes of messages that wait here, to be made at the end of a turn.
    pub(super) orders: Vec<Order>,
    /// When they may be made, so that many do not hold up the others.
    pub(super) orders_at: Timestamp,
    pub(super) queue: FairQueue,
    /// What waits for the rate of its route or its prefix.
    pub(super) held: LimitHold,
    /// Messages are left that could be looked at now.
    more: bool,
    /// Read back from disk, to go first.
    pub(super) returned: VecDeque<Queued>,
    /// Taken out because their life is over.
    pub(super) expired: Vec<Queued>,
    pub(super) fetching: HashMap<MessageOrd, Queued>,
    pub(super) deferred: BTreeMap<(Timestamp, u64), Queued>,
    deferrals: u64,
    /// The rate agreed on or learned, or an operator, holds everything until then.
    pub(super) held_until: Timestamp,
    pub(super) held_for: Reason,
    departed: u64,
    measured_at: Timestamp,
    flowing: bool,
    /// When those read back were last looked through for what is over.
    pub(super) looked_at: Timestamp,
    /// What held the head of the queue when it was last looked at.
    pub(super) holding: Reason,
    /// How long messages wait here before another carrier has them, if there is one.
    pub(super) patience: Option<Duration>,
    /// When there was last a bind to submit over.
    pub(super) bound_at: Timestamp,
    /// When those that wait were last looked through for what others could take.
    pub(super) passed_at: Timestamp,
    /// It is not in the configuration any more.
    pub(super) retired: bool,
    /// When others are looked for then.
    pub(super) rehome_at: Timestamp,
    /// When routes were last changed.
    pub(super) rerouted_at: Timestamp,
    /// What was told of its condition.
    pub(super) told: Told,
}

/// What the queue holds in memory of the records themselves.
pub(super) const LOADED_BYTES_MAX: usize = 32 << 20;

/// Messages awaiting their receipts in memory; older ones are found in the ledger.
const AWAITING_MAX: usize = 500_000;

/// Receipts the ledger is asked about at a time; a carrier that brings more is told to wait.
pub(super) const ASKING_MAX: usize = 4_096;

/// Records read back from disk at a time.
pub(super) const FETCH_MAX: usize = 512;

/// A rate limit is waited for in steps of at least this: a timer for each message would cost more
/// than the messages. The burst has to cover it.
const HOLD_MIN: Duration = Duration::from_millis(2);

/// A message that waits longer than this from its acceptance for a time of its own is read again from
/// disk when it is due.
const LOADED_FOR: Duration = Duration::from_secs(30);

/// Messages that go into the lines of their limits in one turn: others are not kept waiting for it.
const HELD_IN_TURN_MAX: usize = 4_096;

/// How often the speed of departure is measured.
const MEASURE_EVERY: Duration = Duration::from_millis(100);

/// How often the queue is looked through for messages whose life is over, when nothing else moves.
pub(super) const EXPIRE_EVERY: Duration = Duration::from_secs(1);

/// Departures in that time above which clients may be paused for a moment.
const FLOWING_MIN: u64 = 1_000;

/// A choice: this message over this bind.
#[derive(Debug)]
pub struct Departure {
    /// Which bind.
    pub link: LinkId,
    /// Its number among the carrier's binds.
    pub bind: u16,
    /// Which message.
    pub queued: Queued,
}

impl CarrierDesk {
    /// A carrier that is down.
    pub fn new(carrier: &CarrierShared, shared: Arc<Shared>, limiter: Option<Limiter>) -> Self {
        let held = LimitHold::new(carrier.id, shared.clone(), LOADED_BYTES_MAX);
        Self {
            patience: shared.routes.patience(carrier.id),
            bound_at: Timestamp(0),
            passed_at: Timestamp(0),
            retired: carrier.retired,
            rehome_at: Timestamp(0),
            rerouted_at: Timestamp(0),
            told: Told::default(),
            id: carrier.id,
            metrics: carrier.metrics.clone(),
            awaiting: Awaiting::new(AWAITING_MAX),
            parking: Parking::default(),
            concluded: Recent::default(),
            margin: carrier.config.receipt_margin,
            look: Look::default(),
            lifetime: carrier.config.lifetime,
            joining: Joining::new(carrier.config.mo_join, carrier.config.mo_join_max),
            asking: 0,
            unacknowledged: HashMap::new(),
            shared,
            limiter,
            ordered: None,
            pace: Adaptive::new(bounds(&carrier.config)),
            round_trip: Duration::ZERO,
            transmitters: Vec::new(),
            orders: Vec::new(),
            orders_at: Timestamp(0),
            queue: FairQueue::new(LOADED_BYTES_MAX),
            held,
            more: false,
            returned: VecDeque::new(),
            expired: Vec::new(),
            fetching: HashMap::new(),
            deferred: BTreeMap::new(),
            deferrals: 0,
            held_until: Timestamp(0),
            held_for: Reason::None,
            departed: 0,
            measured_at: Timestamp(0),
            flowing: false,
            looked_at: Timestamp(0),
            holding: Reason::None,
        }
    }

    /// Counts a message that has ended.
    pub fn concluded_as(&self, disposition: Disposition, reason: Reason) {
        self.metrics.finals.at(disposition as usize).increment(1);
        if disposition != Disposition::Delivered {
            self.metrics.failures.named(reason.group()).increment(1);
        }
    }

    /// Whether an end of a message is the first news of one. A message whose submit was in doubt may
    /// have been ended by a receipt while it waited to be sent again.
    pub fn ends(&mut self, queued: &Queued) -> bool {
        if queued.doubts == 0 {
            return true;
        }
        let first = !self.concluded.contains(queued.ord);
        self.concluded.insert(queued.ord);
        first
    }

    /// A submitting bind has come up.
    pub fn transmitter_up(&mut self, link: LinkId, number: u16, window: usize) {
        self.transmitters.push(Transmitter { link, number, free: window, window });
    }

    /// A bind has gone.
    pub fn transmitter_down(&mut self, link: LinkId) {
        self.transmitters.retain(|transmitter| transmitter.link != link);
    }

    /// A submit on this bind was answered, or will not be.
    pub fn freed(&mut self, link: LinkId) {
        let found = self.transmitters.iter_mut().find(|transmitter| transmitter.link == link);
        if let Some(transmitter) = found {
            transmitter.free = transmitter.window.min(transmitter.free + 1);
        }
    }

    /// A message for this carrier, at the end of its account's line, or kept until its time. Counted
    /// already.
    pub fn enqueue(&mut self, queued: Queued) {
        if queued.due_at > queued.accepted_at {
            self.defer_counted(queued.due_at, queued);
        } else if let Some(queued) = self.held.join(queued) {
            self.queue.push(queued);
        }
    }

    /// A message back in its place: it was chosen and did not leave.
    pub fn put_back(&mut self, queued: Queued) {
        self.count(&queued, true);
        self.queue.put_back(queued);
    }

    /// A message to try again at a time of its own.
    pub fn defer(&mut self, due: Timestamp, queued: Queued) {
        self.count(&queued, true);
        self.defer_counted(due, queued);
    }

    /// The same for a message that is in the backlog already. Its octets are left on disk: it may be
    /// one of many, for days. When its life ends before it is due, it is looked at then.
    pub fn defer_counted(&mut self, due: Timestamp, mut queued: Queued) {
        let due = due.min(queued.expires_at);
        if due.since(queued.accepted_at) > LOADED_FOR {
            queued.record = Bytes::new();
        }
        self.deferrals += 1;
        self.deferred.insert((due, self.deferrals), queued);
    }

    /// The carrier took a message of so many parts that left at `sent_at`.
    pub fn took(&mut self, now: Timestamp, sent_at: Timestamp, parts: u8) {
        self.pace.took(now, sent_at, parts);
        let newest = now.since(sent_at);
        self.round_trip =
            if self.round_trip.is_zero() { newest } else { (self.round_trip * 7 + newest) / 8 };
    }

    /// When something here is due by itself.
    pub fn deadline(&self) -> Timestamp {
        let mut due =
            self.deferred.first_key_value().map_or(Timestamp::NEVER, |((due, _), _)| *due);
        due = due.min(self.look.at);
        if !self.orders.is_empty() {
            due = due.min(self.orders_at);
        }
        if self.flowing {
            due = due.min(self.measured_at + MEASURE_EVERY);
        }
        if self.more {
            due = Timestamp(0);
        }
        due = due.min(self.held.expires_at());
        // Without room for a submit nothing is let go: then an answer or a bind is the next turn.
        if self.has_room() {
            due = due.min(self.held.due().max(self.held_until));
        }
        if self.waiting() > 0 {
            let held = self.held_until > Timestamp(0);
            due = due.min(if held { self.held_until } else { self.measured_at + EXPIRE_EVERY });
            due = due.min(self.queue.expires_at());
        }
        due
    }

    pub(super) fn waiting(&self) -> usize {
        self.queue.len() + self.returned.len()
    }

    /// Chooses what may leave now, and says what holds the rest.
    pub fn depart(
        &mut self,
        now: Timestamp,
        departures: &mut Vec<Departure>,
        effects: &mut Vec<Effect>,
    ) {
        self.heed(now);
        self.release_due(now);
        self.release_held(now);
        let asks = self.look.ask(now, self.id, (self.lifetime, self.margin));
        effects.extend(asks.map(Effect::Ask));
        let (mut fetch, mut over, mut held) = (Vec::new(), Vec::new(), 0);
        self.more = false;
        let hold = loop {
            if self.waiting() == 0 {
                break None;
            }
            let Some((place, free)) = freest(&self.transmitters) else {
                break Some((Reason::CarrierDown, None));
            };
            if free == 0 || self.unanswered() >= self.pace.unanswered_max() {
                break Some((Reason::Window, None));
            }
            if now < self.held_until {
                break Some((self.held_for, Some(self.held_until)));
            }
            if held >= HELD_IN_TURN_MAX {
                self.more = true;
                break None;
            }
            let returned = self.returned.pop_front();
            let is_returned = returned.is_some();
            let Some(mut queued) = returned.or_else(|| self.queue.pop()) else {
                break None;
            };
            if queued.doubts > 0 && self.concluded.contains(queued.ord) {
                over.push(queued);
                continue;
            }
            if now >= queued.expires_at {
                self.expired.push(queued);
                continue;
            }
            if let Err(limit) = self.held.pass(now, &mut queued) {
                self.held.hold(now, limit, queued);
                held += 1;
                continue;
            }
            if queued.record.is_empty() {
                fetch.push(queued);
                if fetch.len() + self.fetching.len() >= FETCH_MAX {
                    break Some((Reason::Window, None));
                }
                continue;
            }
            if let Some((reason, wait)) = self.too_fast(now, queued.parts) {
                self.held.give_back(&queued);
                // Not kept aside: who comes first may change until it leaves.
                if is_returned {
                    self.returned.push_front(queued);
                } else {
                    self.queue.put_back(queued);
                }
                (self.held_until, self.held_for) = (now + wait, reason);
                break Some((reason, Some(self.held_until)));
            }
            let transmitter = &mut self.transmitters[place];
            transmitter.free -= 1;
            let (link, bind) = (transmitter.link, transmitter.number);
            self.held.left(&mut queued);
            self.count(&queued, false);
            self.departed += 1;
            departures.push(Departure { link, bind, queued });
        };
        over.iter().for_each(|queued| self.count(queued, false));
        self.fetch(fetch, effects);
        self.publish(now, hold);
    }

    /// Submits on all binds that wait for their answer.
    fn unanswered(&self) -> usize {
        self.transmitters.iter().map(|one| one.window - one.free).sum()
    }

    /// Which rate holds a message of so many parts back, and for how long; else it is counted.
    fn too_fast(&mut self, now: Timestamp, parts: u8) -> Option<(Reason, Duration)> {
        if let Some(wait) = self.pace.wait(now, parts) {
            let wait = wait.max(HOLD_MIN);
            self.metrics.throttle_wait_carrier.add(wait);
            return Some((Reason::Throttled, wait));
        }
        let limiter = self.ordered.as_ref().or(self.limiter.as_ref());
        if let Some(wait) = limiter.and_then(|it| it.check(now, parts).err()) {
            let wait = wait.max(HOLD_MIN);
            self.metrics.throttle_wait_ours.add(wait);
            return Some((Reason::RateLimited, wait));
        }
        self.pace.leave(parts);
        None
    }

    /// Brings in what waited for a time of its own.
    fn release_due(&mut self, now: Timestamp) {
        if self.deferred.first_key_value().is_some_and(|((due, _), _)| *due <= now) {
            let later = self.deferred.split_off(&(now, u64::MAX));
            let due = std::mem::replace(&mut self.deferred, later);
            due.into_values().rev().for_each(|queued| self.queue.again(queued));
        }
        if now >= self.held_until {
            self.held_until = Timestamp(0);
        }
    }

    /// Brings in what the rates of routes and prefixes have room for, if it may leave.
    fn release_held(&mut self, now: Timestamp) {
        if now >= self.held_until && self.has_room() {
            self.held.release(now, &mut self.queue);
        }
    }

    /// Whether a bind has room for a submit.
    fn has_room(&self) -> bool {
        self.transmitters.iter().any(|transmitter| transmitter.free > 0)
    }

    pub(super) fn fetch(&mut self, fetch: Vec<Queued>, effects: &mut Vec<Effect>) {
        if fetch.is_empty() {
            return;
        }
        let messages = fetch.iter().map(|queued| (queued.ord, queued.lsn)).collect();
        self.fetching.extend(fetch.into_iter().map(|queued| (queued.ord, queued)));
        effects.push(Effect::Ask(Ask::Records { carrier: self.id, messages }));
    }

    /// Records have been read back. One that could not be read is given back to be ended; one that was
    /// replaced meanwhile is read again.
    pub fn fetched(&mut self, records: Vec<(MessageOrd, u64, Bytes)>) -> Vec<Queued> {
        let mut unreadable = Vec::new();
        for (ord, lsn, record) in records {
            if self.fetching.get(&ord).is_none_or(|queued| queued.lsn != lsn) {
                continue;
            }
            let Some(mut queued) = self.fetching.remove(&ord) else { continue };
            if record.is_empty() {
                self.count(&queued, false);
                unreadable.push(queued);
                continue;
            }
            queued.record = record;
            self.returned.push_back(queued);
        }
        unreadable
    }

    /// A message leaves the backlog without having been sent.
    pub(super) fn leaves(&self, queued: &Queued) {
        self.count(queued, false);
    }

    /// A message joins or leaves the backlog.
    pub(super) fn count(&self, queued: &Queued, joins: bool) {
        if joins {
            self.shared.count(queued.account, self.id, 1);
        } else {
            self.shared.uncount(queued.account, self.id);
        }
    }

    /// Publishes what the other shards and the API look at.
    fn publish(&mut self, now: Timestamp, hold: Option<(Reason, Option<Timestamp>)>) {
        let Some(shared) = self.shared.carrier(self.id) else { return };
        let window = self.transmitters.iter().map(|transmitter| transmitter.window).sum::<usize>();
        shared.window.store(window as u64, Ordering::Relaxed);
        shared.in_flight.store(self.unanswered() as u64, Ordering::Relaxed);
        shared.deferred.store(self.deferred.len() as u64, Ordering::Relaxed);
        shared.accounts.store(self.queue.accounts() as u32, Ordering::Relaxed);
        let rate = self.pace.rate().map_or(0, |rate| (rate * 1_000.0) as u64);
        shared.learned_rate.store(rate, Ordering::Relaxed);
        let round_trip = u64::try_from(self.round_trip.as_micros()).unwrap_or(u64::MAX);
        shared.round_trip_us.store(round_trip, Ordering::Relaxed);
        let down = self.transmitters.is_empty();
        let hold = match (self.retired, down) {
            (true, _) => Some((Reason::CarrierRemoved, None)),
            (_, true) => Some((Reason::CarrierDown, None)),
            _ => hold,
        };
        self.holding = hold.map_or(Reason::None, |(reason, _)| reason);
        shared.set_hold(hold);
        if now.since(self.measured_at) >= MEASURE_EVERY {
            self.measured_at = now;
            self.flowing = self.departed >= FLOWING_MIN && !down;
            shared.flowing.store(self.flowing, Ordering::Relaxed);
            self.departed = 0;
            let oldest = self.returned.front().map(|queued| queued.accepted_at);
            let oldest = oldest.into_iter().chain(self.queue.oldest()).chain(self.held.oldest());
            let oldest = oldest.min();
            shared.oldest_at.store(oldest.map_or(0, |at| at.0), Ordering::Relaxed);
            self.metrics.receipts_pending.set(self.awaiting.len() as f64);
        }
    }

    /// Whether paused binds should be told that they may read again; asked once a turn.
    pub fn resumes(&self) -> bool {
        self.shared.carrier(self.id).is_some_and(|shared: &CarrierShared| {
            shared.paused.load(Ordering::Relaxed)
                && shared.at_ease()
                && shared.paused.swap(false, Ordering::Relaxed)
        })
    }
}

/// The bind with most room: load spreads by itself to the binds that answer fastest.
/// Its place and its room.
fn freest(transmitters: &[Transmitter]) -> Option<(usize, usize)> {
    let rooms = transmitters.iter().map(|transmitter| transmitter.free);
    rooms.enumerate().max_by_key(|(_, free)| *free)
}
