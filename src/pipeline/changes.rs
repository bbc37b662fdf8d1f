//! The account's side of a change: who asked, how far it is, and what is answered.
//!
//! **Invariant**: every change that was begun is answered once, when all shards that had a share in it
//! have it on disk.

use std::collections::HashMap;

use super::ask::Ask;
use super::change::{Change, ChangeAsker, Changed, Order, Target, Unchanged};
use super::change_ask::Meant;
use super::effect::Effect;
use super::engine::Engine;
use super::mail::Mail;
use crate::base::clock::Timestamp;
use crate::spool::lsn::Lsn;

/// Changes of one account that may be under way; further ones are refused as [`Unchanged::Busy`].
pub const CHANGES_MAX: usize = 64;

/// Of those, changes of all between two addresses: each may read many records.
pub const ALLS_MAX: usize = 4;

/// A message that is on its way from one place to another is looked for again so often.
const TRIES_MAX: u8 = 4;

/// Changes under way on a shard.
#[derive(Debug, Default)]
pub struct Changes {
    begun: u64,
    open: HashMap<u64, Open>,
}

#[derive(Debug)]
struct Open {
    change: Change,
    asker: ChangeAsker,
    tries: u8,
    /// Orders that are not answered yet.
    orders: usize,
    /// What they have come to.
    sum: Changed,
}

impl Engine {
    /// Cancels messages that wait, or gives one other contents. Answered by
    /// [`Effect::Changed`], or by the API's reply, when it is on disk.
    ///
    /// # Errors
    /// Too many changes of the account are under way; the asker comes back to be told so.
    pub fn change(
        &mut self,
        change: Change,
        asker: ChangeAsker,
    ) -> Result<(), (Unchanged, ChangeAsker)> {
        let all = |change: &Change| matches!(change.target, Target::All { .. });
        let open = self.changes.open.values().map(|open| &open.change);
        let open = open.filter(|open| open.account == change.account);
        let (count, alls) =
            open.fold((0, 0), |(count, alls), open| (count + 1, alls + usize::from(all(open))));
        if count >= CHANGES_MAX || (all(&change) && alls >= ALLS_MAX) {
            return Err((Unchanged::Busy, asker));
        }
        self.changes.begun += 1;
        let ticket = self.changes.begun;
        let sum = Changed { ticket, ..Changed::default() };
        self.changes.open.insert(ticket, Open { change, asker, tries: 0, orders: 0, sum });
        self.look_up(ticket);
        Ok(())
    }

    fn look_up(&mut self, ticket: u64) {
        let Some(open) = self.changes.open.get_mut(&ticket) else { return };
        open.tries += 1;
        let (account, target) = (open.change.account, open.change.target.clone());
        let (replaces, after) = (open.change.replacement.is_some(), Lsn::default());
        self.asks.push(Ask::Change { ticket, account, target, replaces, after });
    }

    /// The ledger knows which messages are meant.
    pub(super) fn meant(
        &mut self,
        now: Timestamp,
        ticket: u64,
        meant: Result<Vec<Meant>, Unchanged>,
    ) {
        let Some(open) = self.changes.open.get(&ticket) else { return };
        let change = open.change.clone();
        let orders = meant.and_then(|meant| self.orders(now, ticket, &change, meant));
        match orders {
            Err(refusal) => self.settle_change(ticket, Some(refusal)),
            Ok(orders) => {
                if let Some(open) = self.changes.open.get_mut(&ticket) {
                    open.orders = orders.len();
                    (open.sum.missed, open.sum.doubtful) = (0, 0);
                }
                for (home, order) in orders {
                    if home == self.shard {
                        self.order(order);
                    } else {
                        let mail = Mail::Change(order);
                        self.effects.push(Effect::Post { shard: home, mail: Box::new(mail) });
                    }
                }
            }
        }
    }

    /// An order for each carrier that has some of the messages, with the carrier's shard.
    fn orders(
        &mut self,
        now: Timestamp,
        ticket: u64,
        change: &Change,
        meant: Vec<Meant>,
    ) -> Result<Vec<(usize, Order)>, Unchanged> {
        let mut orders: Vec<(usize, Order)> = Vec::new();
        for meant in meant {
            let carrier = meant.carrier;
            let Some(home) = self.shared.carrier(carrier).map(|carrier| carrier.home) else {
                continue;
            };
            let withdrawal = self.withdrawal(now, change, meant)?;
            let same = |(_, order): &&mut (usize, Order)| order.carrier == carrier;
            match orders.iter_mut().find(same) {
                Some((_, order)) => order.messages.push(withdrawal),
                None => {
                    let (shard, account, by) = (self.shard, change.account, change.by);
                    let messages = vec![withdrawal];
                    let order = Order { shard, ticket, account, carrier, by, messages };
                    orders.push((home, order));
                }
            }
        }
        if orders.is_empty() { Err(Unchanged::Apart) } else { Ok(orders) }
    }

    /// A carrier's shard has done its share, and that is on disk.
    pub(super) fn changed(&mut self, changed: Changed) {
        let Some(open) = self.changes.open.get_mut(&changed.ticket) else { return };
        open.orders = open.orders.saturating_sub(1);
        open.sum.changed += changed.changed;
        open.sum.missed += changed.missed;
        open.sum.doubtful += changed.doubtful;
        if open.orders > 0 {
            return;
        }
        if open.sum.missed > 0 && open.tries < TRIES_MAX {
            self.look_up(changed.ticket);
        } else {
            self.settle_change(changed.ticket, None);
        }
    }

    /// Answers: of several messages one that was changed is enough, as later ones may have left.
    fn settle_change(&mut self, ticket: u64, refusal: Option<Unchanged>) {
        let Some(open) = self.changes.open.remove(&ticket) else { return };
        let outcome = match refusal {
            _ if open.sum.changed > 0 => Ok(()),
            Some(refusal) => Err(refusal),
            None if open.sum.doubtful > 0 => Err(Unchanged::InDoubt),
            None => Err(Unchanged::Sent),
        };
        match open.asker {
            ChangeAsker::Api(reply) => reply(outcome),
            ChangeAsker::Bind(link, sequence) => {
                let ord = match open.change.target {
                    Target::One { ord, .. } => Some(ord),
                    Target::All { .. } => None,
                };
                let replaces = open.change.replacement.is_some();
                self.effects.push(Effect::Changed { link, sequence, ord, replaces, outcome });
            }
        }
    }

    /// Takes an order in, for the end of the turn.
    pub(super) fn order(&mut self, order: Order) {
        match self.carrier(order.carrier) {
            Some(desk) => desk.orders.push(order),
            None => {
                let missed = order.messages.len() as u32;
                let changed = Changed { ticket: order.ticket, missed, ..Changed::default() };
                self.tell(order.shard, changed);
            }
        }
    }

    /// Tells the shard that asked what became of an order.
    pub(super) fn tell(&mut self, shard: usize, changed: Changed) {
        if shard == self.shard {
            self.changed(changed);
        } else {
            let mail = Box::new(Mail::Changed(changed));
            self.effects.push(Effect::Post { shard, mail });
        }
    }
}
