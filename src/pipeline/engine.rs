//! The engine: one shard's share of the journey, as a plain library.
//!
//! Whoever holds the links calls it with what came and does what it says in [`Engine::effects`].
//! A turn is: any number of calls, then [`Engine::end_turn`], which writes what they decided with one
//! append; when the disk has it, [`Engine::durable`] lets go of everything that waited for it.
//! **Invariants**: an answer that promises something leaves after the promise is durable; a submit
//! leaves after "about to send" is durable; a message has one home at a time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;

use super::account::AccountDesk;
use super::ask::Ask;
use super::carrier::{CarrierDesk, Departure};
use super::changes::Changes;
use super::conclude::end;
use super::effect::{Asker, Effect, LinkId};
use super::made::{AGAIN, Made};
use super::port::Refusal;
use super::readdress::tell;
use super::shared::Shared;
use super::turn::{Arrival, Inbound, Turn, Turns};
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId};
use crate::deliver::queue::Queued;
use crate::message::event::{Event, What};
use crate::spool::chunk::Chunk;
use crate::spool::journal::{AppendError, Journal};
use crate::spool::lsn::Lsn;
use crate::throttle::limiter::{Limiter, Rate};

/// One shard's accounts, carriers and what they wait for.
#[derive(Debug)]
pub struct Engine {
    pub(super) shared: Arc<Shared>,
    pub(super) shard: usize,
    pub(super) accounts: Vec<Option<AccountDesk>>,
    pub(super) carriers: Vec<Option<CarrierDesk>>,
    /// Places of the accounts that something has happened to, or that wait for a time.
    pub(super) awake: Vec<usize>,
    pub(super) journal: Journal,
    /// Messages of this turn.
    pub(super) messages: Chunk,
    /// Events of this turn.
    pub(super) events: Chunk,
    pub(super) turn: Turn,
    pub(super) turns: Turns,
    /// The end of what this shard has appended.
    pub(super) appended: Lsn,
    departures: Vec<Departure>,
    /// Questions that wait for this turn to be appended: their answers have to know of it.
    pub(super) asks: Vec<Ask>,
    blocked: bool,
    /// Changes of waiting messages that accounts of this shard have asked for.
    pub(super) changes: Changes,
    /// What is to be done, in order. The holder of the links drains it.
    pub effects: Vec<Effect>,
    pub(super) random: fastrand::Rng,
    /// What the parts of the message cut last share.
    pub(super) reference: u8,
    /// Messages made of those from handsets, to be written.
    pub(super) made: VecDeque<Made>,
    /// When the log is asked again to take them.
    pub(super) made_at: Timestamp,
}

/// The log takes nothing any more: the process has to end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DiskFailed;

impl Engine {
    /// The share of shard number `shard`.
    pub fn new(
        shared: Arc<Shared>,
        shard: usize,
        journal: Journal,
        now: Timestamp,
        seed: u64,
    ) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let accounts = shared.accounts.iter().map(|account| {
            let rate = account.config.rate_per_second.map(|rate| (rate, account.config.burst));
            let limiter = rate.and_then(|(rate, burst)| limiter(rate, burst, now));
            (account.home == shard && !account.retired).then(|| {
                AccountDesk::new(account.id, limiter, account.config.owed_max, random.fork())
            })
        });
        let accounts: Vec<Option<AccountDesk>> = accounts.collect();
        let carriers = shared.carriers.iter().map(|carrier| {
            let rate = carrier.config.rate_per_second.map(|rate| (rate, carrier.config.burst));
            let limiter = rate.and_then(|(rate, burst)| limiter(rate, burst, now));
            (carrier.home == shard).then(|| CarrierDesk::new(carrier, shared.clone(), limiter))
        });
        Self {
            // All ask the ledger what they are owed.
            awake: (0..accounts.len()).filter(|&place| accounts[place].is_some()).collect(),
            accounts,
            carriers: carriers.collect(),
            shard,
            journal,
            messages: Chunk::new(),
            events: Chunk::new(),
            turn: Turn::default(),
            turns: Turns::default(),
            appended: Lsn::default(),
            departures: Vec::new(),
            asks: Vec::new(),
            blocked: false,
            changes: Changes::default(),
            effects: Vec::new(),
            reference: random.u8(..),
            made: VecDeque::new(),
            made_at: Timestamp::NEVER,
            random,
            shared,
        }
    }

    /// Everything shared between the shards.
    pub fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// An account's desk, if it lives on this shard, with a share in the end of this turn.
    pub(super) fn account(&mut self, id: AccountId) -> Option<&mut AccountDesk> {
        let Self { shared, accounts, awake, .. } = self;
        awaken(shared, accounts, awake, id)
    }

    /// Gives an account a share in the end of this turn.
    pub(super) fn wake(&mut self, place: usize) {
        self.awake.push(place);
    }

    /// Whether an account of this shard is owed something and has no bind to be given it.
    pub fn waits_for_receiver(&self, id: AccountId) -> bool {
        let place = self.shared.account_place(id);
        let desk = place.and_then(|place| self.accounts.get(place)?.as_ref());
        desk.is_some_and(AccountDesk::waits_for_receiver)
    }

    /// A carrier's desk, if it lives on this shard.
    pub(super) fn carrier(&mut self, id: CarrierId) -> Option<&mut CarrierDesk> {
        let place = self.shared.carrier_place(id)?;
        self.carriers.get_mut(place)?.as_mut()
    }

    /// Chooses what may leave, then writes the turn with one append.
    ///
    /// # Errors
    /// [`DiskFailed`] when the log takes nothing any more.
    pub fn end_turn(&mut self, now: Timestamp) -> Result<(), DiskFailed> {
        self.change_waiting(now);
        self.pass_waiting(now);
        self.rehome(now);
        self.depart(now);
        self.pump(now);
        self.expire_parts(now);
        self.write_made(now);
        self.tell_carriers(now);
        self.append(now)
    }

    /// Offers what can be offered. An account that nothing happens to costs nothing.
    fn pump(&mut self, now: Timestamp) {
        let Self { accounts, awake, shared, effects, appended, .. } = self;
        awake.retain(|&place| {
            let Some(Some(desk)) = accounts.get_mut(place) else { return false };
            desk.pump(now, *appended, effects);
            if let Some(shared) = shared.account(desk.id) {
                shared.owed.store(desk.owed() as u64, Ordering::Relaxed);
            }
            desk.awake = desk.deadline() < Timestamp::NEVER;
            desk.awake
        });
    }

    fn depart(&mut self, now: Timestamp) {
        for desk in self.carriers.iter_mut().flatten() {
            let id = desk.id;
            let profile = self.shared.carrier(id).map(|carrier| &*carrier.config.profile);
            let profile = profile.filter(|profile| profile.rewrites_addresses());
            desk.depart(now, &mut self.departures, &mut self.effects);
            while let Some((expired, reason)) = desk.expire(now) {
                end(&mut self.events, &mut self.turn, desk, now, &expired, reason);
            }
            for Departure { link, bind, queued } in self.departures.drain(..) {
                let attempt = queued.attempts.saturating_add(1);
                let what = What::Sending { carrier: id, bind, attempt };
                self.events.event(&Event { ord: queued.ord, what });
                if let Some(profile) = profile {
                    tell(&self.shared, &mut self.events, (id, profile), &queued);
                }
                self.turn.submits.push((id, link, Queued { attempts: attempt, ..queued }));
            }
            if desk.resumes() {
                self.effects.push(Effect::Resume(id));
            }
        }
    }

    /// One append for the messages, one for the events; what depends on them waits.
    fn append(&mut self, now: Timestamp) -> Result<(), DiskFailed> {
        self.blocked = false;
        let is_ask = |effect: &mut Effect| matches!(effect, Effect::Ask(_));
        for effect in self.effects.extract_if(.., is_ask) {
            if let Effect::Ask(ask) = effect {
                self.asks.push(ask);
            }
        }
        self.append_messages(now)?;
        if !self.events.is_empty() {
            match self.journal.append(now, &mut self.events) {
                Ok(appended) => {
                    self.appended = appended.end;
                    self.turn.first = appended.first;
                }
                Err(AppendError::Failed) => return Err(DiskFailed),
                // Events are facts and cannot be refused: they stay for the next turn.
                Err(_) => {
                    self.blocked = true;
                    return Ok(());
                }
            }
        }
        let turn = std::mem::replace(&mut self.turn, self.turns.begin());
        self.wait(turn, now);
        // What other shards have passed on to this one is durable; the index has to be as far too.
        let after = self.appended.max(self.journal.durable());
        for mut ask in self.asks.drain(..) {
            ask.wait_for(after);
            self.effects.push(Effect::Ask(ask));
        }
        Ok(())
    }

    /// Messages may be refused for want of room, and then wait for nothing.
    fn append_messages(&mut self, now: Timestamp) -> Result<(), DiskFailed> {
        if self.messages.is_empty() {
            return Ok(());
        }
        let mut turn = self.turns.begin();
        std::mem::swap(&mut turn.arrivals, &mut self.turn.arrivals);
        std::mem::swap(&mut turn.inbound, &mut self.turn.inbound);
        std::mem::swap(&mut turn.made, &mut self.turn.made);
        turn.octets = Bytes::copy_from_slice(self.messages.octets());
        match self.journal.append(now, &mut self.messages) {
            Ok(appended) => {
                turn.first = appended.first;
                turn.base_ord = appended.base_ord;
                self.appended = appended.end;
                self.wait(turn, now);
            }
            Err(AppendError::Failed) => return Err(DiskFailed),
            Err(error) => {
                let full = matches!(error, AppendError::Full);
                let refusal = if full { Refusal::DiskFull } else { Refusal::Busy };
                self.refuse_turn(now, &mut turn, refusal);
                self.messages.clear();
                self.turns.recycle(turn);
            }
        }
        Ok(())
    }

    fn wait(&mut self, mut turn: Turn, now: Timestamp) {
        turn.at = now;
        turn.end = self.appended;
        if turn.is_empty() {
            self.turns.recycle(turn);
        } else {
            self.turns.wait(turn);
        }
    }

    fn refuse_turn(&mut self, now: Timestamp, turn: &mut Turn, refusal: Refusal) {
        for Arrival { asker, account, carrier, .. } in turn.arrivals.drain(..) {
            self.shared.uncount(account, carrier);
            match asker {
                Asker::Bind(link, sequence) => {
                    self.effects.push(Effect::Refused { link, sequence, data: false, refusal });
                }
                Asker::BindData(link, sequence) => {
                    self.effects.push(Effect::Refused { link, sequence, data: true, refusal });
                }
                Asker::Multi(link, number, position) => {
                    let effect = Effect::MultiRefused { link, number, position, refusal };
                    self.effects.push(effect);
                }
                Asker::Api(reply, _) => reply(Err(refusal)),
                Asker::Nobody => {}
            }
        }
        for Inbound { asker, .. } in turn.inbound.drain(..) {
            if let Some((link, sequence, data)) = asker {
                self.effects.push(Effect::Refused { link, sequence, data, refusal });
            }
        }
        // Nobody waits for these: they are written when there is room.
        turn.made.drain(..).rev().for_each(|made| self.made.push_front(made));
        if !self.made.is_empty() {
            self.made_at = self.made_at.min(now + AGAIN);
        }
    }

    /// When something here is due by itself.
    pub fn deadline(&self) -> Timestamp {
        let awake = self.awake.iter().filter_map(|&place| self.accounts.get(place)?.as_ref());
        let accounts = awake.map(AccountDesk::deadline).min();
        let carriers = self.carriers.iter().flatten();
        let carriers = carriers
            .map(|desk| {
                let told = desk.told.deadline().min(desk.homeless_at());
                desk.deadline().min(desk.joining.deadline()).min(told)
            })
            .min();
        accounts.into_iter().chain(carriers).min().unwrap_or(Timestamp::NEVER).min(self.made_at)
    }

    /// Whether a submit over this bind is chosen and waits for the disk.
    pub fn is_sending_on(&self, link: LinkId) -> bool {
        let turns = self.turns.all().chain([&self.turn]);
        turns.flat_map(|turn| &turn.submits).any(|(_, bind, _)| *bind == link)
    }

    /// Whether nothing more should be read for now: the log's staging buffer is full.
    pub const fn blocked(&self) -> bool {
        self.blocked
    }

    /// Whether anything still waits for the disk.
    pub fn settled(&self) -> bool {
        self.turns.is_empty() && self.messages.is_empty() && self.events.is_empty()
    }
}

/// An account's desk, with a share in the end of this turn, leaving the rest of the engine free.
pub(super) fn awaken<'a>(
    shared: &Shared,
    accounts: &'a mut [Option<AccountDesk>],
    awake: &mut Vec<usize>,
    id: AccountId,
) -> Option<&'a mut AccountDesk> {
    let place = shared.account_place(id)?;
    let desk = accounts.get_mut(place)?.as_mut()?;
    if !std::mem::replace(&mut desk.awake, true) {
        awake.push(place);
    }
    Some(desk)
}

/// A limiter for a rate of the configuration; a rate of 0 is no limit.
pub(super) fn limiter(per_second: u32, burst: u32, now: Timestamp) -> Option<Limiter> {
    let per_second = std::num::NonZeroU32::new(per_second)?;
    let burst = std::num::NonZeroU32::new(burst).unwrap_or(per_second);
    Some(Limiter::new(Rate { per_second, burst }, now))
}
