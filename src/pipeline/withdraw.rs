//! The carrier's side of a change: taking messages that have not left out of where they wait.
//!
//! All orders of a turn cost one look through the accounts' messages, and such looks have pauses
//! between them: however many cancel, the others' messages leave. Where nobody does, nothing is looked at.
//! **Invariant**: what is taken out here is in no queue, and its event is in this turn.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::carrier::CarrierDesk;
use super::change::{Changed, NewPart, Order, Withdrawal};
use super::conclude::owe_ended;
use super::engine::Engine;
use super::receipts::desk;
use super::turn::{Replaced, Turn};
use crate::base::clock::Timestamp;
use crate::base::id::{CarrierId, MessageOrd};
use crate::deliver::queue::Queued;
use crate::message::event::{By, Event, What};
use crate::message::reason::Reason;
use crate::message::record::Message;
use crate::message::state::ending;
use crate::spool::chunk::Chunk;

/// The pause between two looks for each so many messages that wait.
const LOOK_PAUSE: Duration = Duration::from_millis(10);
const LOOK_MESSAGES: usize = 10_000;

impl Engine {
    /// Does what was ordered, and says so when it is on disk.
    pub(super) fn change_waiting(&mut self, now: Timestamp) {
        let mut in_vain = Vec::new();
        for place in 0..self.carriers.len() {
            let Some(desk) = self.carriers.get_mut(place).and_then(Option::as_mut) else {
                continue;
            };
            if desk.orders.is_empty() || now < desk.orders_at {
                continue;
            }
            let pause = LOOK_PAUSE * (desk.waits() / LOOK_MESSAGES) as u32;
            desk.orders_at = now + pause;
            let orders = desk.next_orders(self.events.octets().len());
            in_vain.extend(carry_out(&mut self.events, &mut self.turn, desk, now, &orders));
        }
        // Nothing of them goes to the disk.
        in_vain.into_iter().for_each(|(shard, changed)| self.tell(shard, changed));
    }

    /// Replacements are on disk: the messages wait again, at the head of their line. The last goes first,
    /// so that parts keep their order.
    pub(super) fn rejoin(&mut self, turn: &mut Turn) {
        for Replaced { carrier, mut queued, due, offset } in turn.replaced.drain(..).rev() {
            queued.lsn = turn.first.0 + u64::from(offset);
            if let Some(desk) = desk(&self.shared, &mut self.carriers, carrier) {
                desk.rejoin(turn.at, due, queued);
            }
        }
    }
}

/// Octets of events after which a turn takes no further order: a chunk of the log has an end.
const TURN_BYTES: usize = 1 << 20;

/// What the events of an order take, at most.
fn event_bytes(order: &Order) -> usize {
    let of = |message: &Withdrawal| {
        let contents = message.with.iter().map(|part| part.record.len()).sum::<usize>();
        contents + PART_EVENT_BYTES * message.parts.len()
    };
    order.messages.iter().map(of).sum()
}

/// The fixed part of the events of one part: its end, and that it is settled with another.
const PART_EVENT_BYTES: usize = 40;

/// A message that can be changed: what it becomes, and where it waited.
type Decided<'a> = (&'a Withdrawal, By);

/// Changes what is ordered and is here; gives what was ordered in vain.
fn carry_out(
    events: &mut Chunk,
    turn: &mut Turn,
    desk: &mut CarrierDesk,
    now: Timestamp,
    orders: &[Order],
) -> Vec<(usize, Changed)> {
    let wanted: HashSet<MessageOrd> = orders.iter().flat_map(parts).collect();
    let mut held = desk.held(orders, &wanted);
    let (mut decided, mut in_vain): (Vec<Decided<'_>>, Vec<_>) = (Vec::new(), Vec::new());
    for order in orders {
        let mut changed = Changed { ticket: order.ticket, ..Changed::default() };
        for message in &order.messages {
            let doubts = message.parts.iter().map(|ord| held.get(ord).copied());
            match doubts.reduce(|one, other| Some(one?.max(other?))).flatten() {
                None => changed.missed += 1,
                Some(0) => {
                    changed.changed += 1;
                    decided.push((message, order.by));
                    // Whoever comes later in this turn does not find it.
                    for ord in &message.parts {
                        held.remove(ord);
                    }
                }
                Some(_) => changed.doubtful += 1,
            }
        }
        let told = if changed.changed > 0 { &mut turn.changed } else { &mut in_vain };
        told.push((order.shard, changed));
    }
    if decided.is_empty() {
        return in_vain;
    }
    let out = decided.iter().flat_map(|(message, _)| message.parts.iter().copied()).collect();
    let mut taken = desk.withdraw(&out);
    for (message, by) in decided {
        let mut with = message.with.iter();
        for &ord in &message.parts {
            let Some((queued, due)) = taken.remove(&ord) else { continue };
            match with.next() {
                Some(new) => replace(events, turn, desk.id, by, (queued, due), new),
                None => {
                    cancel(events, desk, by, &queued);
                    settle(events, turn, now, &queued, message, by);
                }
            }
        }
    }
    in_vain
}

fn parts(order: &Order) -> impl Iterator<Item = MessageOrd> {
    order.messages.iter().flat_map(|message| message.parts.iter().copied())
}

/// A message ends before it has left.
fn cancel(events: &mut Chunk, desk: &CarrierDesk, by: By, queued: &Queued) {
    events.event(&Event { ord: queued.ord, what: What::Cancelled { by } });
    desk.leaves(queued);
    desk.concluded_as(ending(Reason::Cancelled), Reason::Cancelled);
}

/// Its account is owed a receipt; but a part that a new text does not need has no say in one.
fn settle(
    events: &mut Chunk,
    turn: &mut Turn,
    now: Timestamp,
    queued: &Queued,
    message: &Withdrawal,
    by: By,
) {
    match message.parts.first() {
        Some(&into) if !message.with.is_empty() => {
            events.event(&Event { ord: queued.ord, what: What::Folded { into } });
        }
        _ => owe_ended(turn, now, queued, &What::Cancelled { by }),
    }
}

/// A message, or a part of one, has other contents. It waits again when that is on disk.
fn replace(
    events: &mut Chunk,
    turn: &mut Turn,
    carrier: CarrierId,
    by: By,
    (mut queued, due): (Queued, Option<Timestamp>),
    new: &NewPart,
) {
    let what = What::Replaced { by, message: &new.record };
    let offset = events.event(&Event { ord: queued.ord, what });
    if let Some(what) = new.rewritten {
        events.event(&Event { ord: queued.ord, what });
    }
    // What the carrier refused for the moment keeps its back-off.
    let again = due.filter(|_| queued.failures > 0 || queued.attempts > 0);
    queued.due_at = new.life.due_at;
    queued.expires_at = new.life.expires_at;
    queued.parts = Message::decode(&new.record).map_or(queued.parts, |message| message.counts());
    queued.record = new.record.clone();
    let due = queued.due_at.max(again.unwrap_or_default());
    turn.replaced.push(Replaced { carrier, queued, due, offset });
}

impl CarrierDesk {
    /// The oldest orders, as many as the turn has room for beside the octets of its events so far.
    fn next_orders(&mut self, mut octets: usize) -> Vec<Order> {
        let fits = |order: &&Order| {
            let has_room = octets < TURN_BYTES;
            octets += event_bytes(order);
            has_room
        };
        let count = self.orders.iter().take_while(fits).count();
        self.orders.drain(..count).collect()
    }

    /// Messages that wait here.
    fn waits(&self) -> usize {
        self.waiting() + self.held.len() + self.deferred.len() + self.fetching.len()
    }

    /// Which of the wanted messages wait here, and how often each was in doubt.
    fn held(&self, orders: &[Order], wanted: &HashSet<MessageOrd>) -> HashMap<MessageOrd, u8> {
        let accounts: HashSet<_> = orders.iter().map(|order| order.account).collect();
        let queued = accounts
            .iter()
            .flat_map(|account| self.queue.of(*account).chain(self.held.of(*account)));
        let others = self.returned.iter().chain(self.deferred.values());
        let mut held: HashMap<MessageOrd, u8> = queued
            .chain(others)
            .filter(|queued| wanted.contains(&queued.ord))
            .map(|queued| (queued.ord, queued.doubts))
            .collect();
        for ord in wanted {
            held.extend(self.fetching.get(ord).map(|queued| (*ord, queued.doubts)));
        }
        held
    }

    /// Takes messages out that wait here, with the time each waits for, if it has one. They stay in the
    /// backlog's count.
    pub(super) fn withdraw(
        &mut self,
        out: &HashSet<MessageOrd>,
    ) -> HashMap<MessageOrd, (Queued, Option<Timestamp>)> {
        let mut taken = Vec::new();
        self.queue.take(usize::MAX, |queued| out.contains(&queued.ord), &mut taken);
        self.held.take(usize::MAX, true, |queued| out.contains(&queued.ord), &mut taken);
        let returned = &mut self.returned;
        returned.retain(|queued| {
            let stays = !out.contains(&queued.ord);
            if !stays {
                taken.push(queued.clone());
            }
            stays
        });
        taken.extend(out.iter().filter_map(|ord| self.fetching.remove(ord)));
        let deferred =
            self.deferred.extract_if(.., |_, queued: &mut Queued| out.contains(&queued.ord));
        let deferred: Vec<_> =
            deferred.map(|((due, _), queued)| (queued.ord, (queued, Some(due)))).collect();
        let taken = taken.into_iter().map(|queued| (queued.ord, (queued, None)));
        taken.chain(deferred).collect()
    }

    /// A message that was counted all the time waits again.
    fn rejoin(&mut self, now: Timestamp, due: Timestamp, queued: Queued) {
        if due > now {
            self.defer_counted(due, queued);
        } else {
            self.queue.again(queued);
        }
    }
}
