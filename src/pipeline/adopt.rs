//! Taking over new settings between two turns, and finding another way for what waits for a carrier that
//! is not in the configuration any more.
//!
//! Desks stay where they are, with all that waits at them; what they were told is told anew. A desk of a
//! retired carrier gives its messages to the carriers that routes name now; what no route takes waits on,
//! says why, and can be ended by an operator. **Invariants**: a message that may be at the old carrier is
//! not passed on; nothing is passed on before that is on disk.

use std::sync::Arc;

use super::account::AccountDesk;
use super::carrier::{CarrierDesk, FETCH_MAX, LOADED_BYTES_MAX};
use super::effect::Effect;
use super::engine::{Engine, limiter};
use super::limit_hold::LimitHold;
use super::settings::CarrierConfig;
use super::shared::{CarrierShared, Shared};
use crate::base::clock::Timestamp;
use crate::base::id::CarrierId;
use crate::deliver::queue::Queued;
use crate::message::reason::Reason;
use crate::message::record::Message;
use crate::throttle::adaptive::Bounds;

/// Messages of a retired carrier that are looked at in one turn.
const REHOME_MAX: usize = 1_000;

/// What no route takes is looked at again after this.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_secs(10);

impl Engine {
    /// Goes on with these settings. Accounts and carriers keep their places; new ones come after them.
    pub fn adopt(&mut self, now: Timestamp, shared: Arc<Shared>) {
        let before = std::mem::replace(&mut self.shared, shared.clone());
        for (place, account) in shared.accounts.iter().enumerate() {
            if account.home != self.shard {
                continue;
            }
            let told = before.accounts.get(place).map(|before| &before.config);
            let rate = account.config.rate_per_second.map(|rate| (rate, account.config.burst));
            let same = told
                .is_some_and(|told| told.rate_per_second.map(|rate| (rate, told.burst)) == rate);
            let make = || rate.and_then(|(rate, burst)| limiter(rate, burst, now));
            match self.accounts.get_mut(place).and_then(Option::as_mut) {
                Some(desk) => desk.adopt(account.config.owed_max, (!same).then(make)),
                None if !account.retired => {
                    let random = self.random.fork();
                    let desk =
                        AccountDesk::new(account.id, make(), account.config.owed_max, random);
                    self.seat_account(place, desk);
                }
                None => {}
            }
        }
        for (place, carrier) in shared.carriers.iter().enumerate() {
            if carrier.home != self.shard {
                continue;
            }
            let told = before.carriers.get(place).map(|before| &before.config);
            match self.carriers.get_mut(place).and_then(Option::as_mut) {
                Some(desk) => desk.adopt(now, carrier, shared.clone(), told),
                None => {
                    let limiter = rate_of(&carrier.config)
                        .and_then(|(rate, burst)| limiter(rate, burst, now));
                    let desk = CarrierDesk::new(carrier, shared.clone(), limiter);
                    if self.carriers.len() <= place {
                        self.carriers.resize_with(place + 1, || None);
                    }
                    self.carriers[place] = Some(desk);
                }
            }
        }
    }

    fn seat_account(&mut self, place: usize, desk: AccountDesk) {
        if self.accounts.len() <= place {
            self.accounts.resize_with(place + 1, || None);
        }
        self.accounts[place] = Some(desk);
        self.wake(place);
    }

    /// Gives what waits for retired carriers to others. Free while there are none.
    pub(super) fn rehome(&mut self, now: Timestamp) {
        for place in 0..self.carriers.len() {
            let Some(desk) = self.carriers.get_mut(place).and_then(Option::as_mut) else {
                continue;
            };
            if !desk.retired || now < desk.rehome_at {
                continue;
            }
            let from = desk.id;
            let taken = desk.homeless(now, &mut self.effects);
            let mut stay = Vec::new();
            for queued in taken {
                match self.new_home(from, &queued) {
                    Some(to) => self.pass_to(from, to, queued, Reason::CarrierRemoved),
                    None => stay.push(Queued { stays_until: now + LOOK_AGAIN, ..queued }),
                }
            }
            if let Some(desk) = self.carriers[place].as_mut() {
                stay.into_iter().rev().for_each(|queued| desk.stays(queued));
            }
        }
    }

    /// The carrier that routes name now.
    fn new_home(&self, from: CarrierId, queued: &Queued) -> Option<CarrierId> {
        let message = Message::decode(&queued.record)?;
        let (to, _) = self.shared.route(queued.account, &message).ok()?;
        (to.id != from && !to.retired && super::failover::has_room(to)).then_some(to.id)
    }
}

/// The rate and the burst of a carrier.
fn rate_of(config: &CarrierConfig) -> Option<(u32, u32)> {
    config.rate_per_second.map(|rate| (rate, config.burst))
}

impl CarrierDesk {
    fn adopt(
        &mut self,
        now: Timestamp,
        carrier: &CarrierShared,
        shared: Arc<Shared>,
        told: Option<&CarrierConfig>,
    ) {
        let config = &carrier.config;
        let rate = rate_of(config);
        if told.map(rate_of) != Some(rate) {
            self.limiter = rate.and_then(|(rate, burst)| limiter(rate, burst, now));
            if self.held_for == Reason::RateLimited {
                self.held_until = Timestamp(0);
            }
        }
        self.pace.bound(bounds(config));
        self.patience = shared.routes.patience(self.id);
        self.margin = config.receipt_margin;
        self.lifetime = config.lifetime;
        self.joining.keep(config.mo_join, config.mo_join_max);
        // Lines are those of limits that may be others now: each message finds its own again.
        self.held.drain_into(&mut self.queue);
        self.held = LimitHold::new(self.id, shared.clone(), LOADED_BYTES_MAX);
        self.shared = shared;
        self.retired = carrier.retired;
        // Routes may be others: what no route took is looked at again.
        (self.rehome_at, self.rerouted_at) = (now, now);
    }

    /// Takes out what can be given to others now, and has the ledger asked for what is on disk.
    fn homeless(&mut self, now: Timestamp, effects: &mut Vec<Effect>) -> Vec<Queued> {
        let since = self.rerouted_at + LOOK_AGAIN;
        let wanted = |queued: &Queued| {
            let until = queued.stays_until;
            // Looked at by the routes of before, or by nobody here.
            let anew = until <= since || until == Timestamp::NEVER;
            queued.doubts == 0 && (anew || now >= until)
        };
        let mut taken = Vec::new();
        self.queue.take(REHOME_MAX, wanted, &mut taken);
        let read: Vec<Queued> = self.returned.drain(..).collect();
        let (mut go, stay): (Vec<_>, Vec<_>) = read.into_iter().partition(wanted);
        self.returned.extend(stay);
        go.extend(taken);
        let (fetch, mut go): (Vec<_>, Vec<_>) =
            go.into_iter().partition(|queued| queued.record.is_empty());
        let room = FETCH_MAX.saturating_sub(self.fetching.len());
        let mut fetch = fetch.into_iter();
        self.fetch(fetch.by_ref().take(room).collect(), effects);
        // Their turn comes when these have been read.
        fetch.rev().for_each(|queued| self.queue.again(queued));
        go.iter().for_each(|queued| self.leaves(queued));
        let busy = !go.is_empty() || !self.fetching.is_empty();
        self.rehome_at = if busy { now } else { now + LOOK_AGAIN };
        go.sort_unstable_by_key(|queued| queued.ord);
        go
    }

    /// When [`Engine::rehome`] has something to do here.
    pub(super) fn homeless_at(&self) -> Timestamp {
        let waits = self.retired && self.waiting() > 0;
        if waits { self.rehome_at } else { Timestamp::NEVER }
    }
}

/// Between what the pace of a carrier may move.
pub(super) fn bounds(config: &CarrierConfig) -> Bounds {
    Bounds {
        floor: f64::from(config.rate_floor.max(1)),
        ceiling: config.rate_per_second.map(f64::from),
    }
}
