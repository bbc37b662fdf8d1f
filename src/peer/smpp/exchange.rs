//! A shard's telephone exchange: all its links and its engine, as one value without I/O.
//!
//! The shell tells it what happened (connected, octets came, closed, the disk has it, mail came, time
//! passed) and then ends the turn; the exchange writes octets into each link's `out` and leaves
//! [`Action`]s for what only the shell can do. The simulation is another shell.
//! **Invariants**: sessions never wait for each other; a link's tokens come back to the engine when
//! the link goes, whatever way it goes.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use slab::Slab;

use super::leave::Leaving;
use super::link::{EsmeLink, Far, Link, OUTBIND, SmscLink};
use super::outbind_call::Call;
use super::translate::ReceiptRoom;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId};
use crate::deliver::backoff::Backoff;
use crate::deliver::queue::Queued;
use crate::message::event::Doubt;
use crate::pipeline::ask::Ask;
use crate::pipeline::effect::LinkId;
use crate::pipeline::engine::{DiskFailed, Engine};
use crate::pipeline::mail::Mail;
use crate::pipeline::operate::Errand;
use crate::pipeline::settings::SmppSettings;
use crate::pipeline::shared::{CarrierShared, Shared};
use crate::telemetry::carrier::RebindCause;
use crate::throttle::faults::Faults;
use crate::wire::smpp::session::{Session, Side};
use crate::wire::smpp::tlv::TlvBuf;

/// What only the shell can do.
#[derive(Debug)]
pub enum Action {
    /// Write what is in the link's `out`, then close its socket. The link is gone already.
    Close {
        /// Which.
        link: LinkId,
        /// The last octets for it.
        last: Vec<u8>,
    },
    /// Connect to a carrier, after a pause.
    Dial {
        /// Whom.
        carrier: CarrierId,
        /// Which of its binds.
        bind: u16,
        /// How long to wait first.
        after: Duration,
    },
    /// Connect to an application, for an outbind.
    Call {
        /// Whom.
        account: AccountId,
    },
    /// Give the connection to another shard: its account lives there. The link is gone already.
    Move {
        /// Which.
        link: LinkId,
        /// Where to.
        shard: usize,
        /// Answers to what came before its bind, to be written first.
        said: Vec<u8>,
        /// What was read of it and not used, to be read there first.
        replay: Vec<u8>,
    },
    /// Ask the ledger, and bring the answer as mail.
    Ask(Ask),
    /// Hand something to another shard.
    Post {
        /// Which.
        shard: usize,
        /// What.
        mail: Mail,
    },
    /// Give the octets of a link that were not used to the exchange again, and read on.
    ReadAgain(LinkId),
}

/// When and why a carrier is dialled again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Redial {
    /// Not before this long.
    pub(super) after: Duration,
    /// What ended the bind.
    pub(super) cause: RebindCause,
}

impl Redial {
    pub(super) const fn at_once(cause: RebindCause) -> Self {
        Self { after: Duration::ZERO, cause }
    }
}

/// One shard's links and engine.
#[derive(Debug)]
pub struct Exchange {
    /// The decisions.
    pub engine: Engine,
    pub(super) shard: usize,
    pub(super) settings: Arc<SmppSettings>,
    pub(super) links: Slab<Link>,
    generation: u64,
    pub(super) dirty: Vec<LinkId>,
    /// What the shell is to do. It drains them.
    pub actions: Vec<Action>,
    pub(super) room: Room,
    failures: HashMap<(CarrierId, u16), u32>,
    /// Links that do not read because of a carrier's backlog.
    pub(super) paused: Vec<LinkId>,
    /// Accounts that are connected to when they are owed something.
    pub(super) calls: Vec<Call>,
    /// Links that end when nothing is under way on them.
    pub(super) leaving: Leaving,
    pub(super) random: fastrand::Rng,
    swept_at: Timestamp,
}

/// Scratch space, used again for each PDU.
#[derive(Debug, Default)]
pub(super) struct Room {
    pub(super) tlvs: TlvBuf,
    pub(super) receipt: ReceiptRoom,
    pub(super) text: Vec<u8>,
}

/// How often the sessions' timers are looked at.
const SWEEP_EVERY: Duration = Duration::from_millis(250);

impl Exchange {
    /// A shard without links; it dials its carriers when [`Exchange::start`]ed.
    pub fn new(shard: usize, settings: Arc<SmppSettings>, engine: Engine, seed: u64) -> Self {
        Self {
            calls: Call::all(engine.shared(), shard),
            engine,
            shard,
            settings,
            links: Slab::new(),
            generation: 0,
            dirty: Vec::new(),
            actions: Vec::new(),
            room: Room::default(),
            failures: HashMap::new(),
            paused: Vec::new(),
            leaving: Leaving::default(),
            random: fastrand::Rng::with_seed(seed),
            swept_at: Timestamp(0),
        }
    }

    /// Everything shared between the shards.
    pub fn shared(&self) -> &Arc<Shared> {
        self.engine.shared()
    }

    /// Dials all binds of this shard's carriers.
    pub fn start(&mut self) {
        let shared = self.shared().clone();
        let here = |carrier: &&CarrierShared| carrier.home == self.shard && !carrier.retired;
        for carrier in shared.carriers.iter().filter(here) {
            for bind in 0..carrier.config.binds + carrier.config.receivers {
                let (carrier, bind, after) = (carrier.id, bind as u16, Duration::ZERO);
                self.actions.push(Action::Dial { carrier, bind, after });
            }
        }
    }

    /// An application has connected, or was moved here.
    pub fn accept(&mut self, now: Timestamp, from: String) -> LinkId {
        self.shared().smpp.sessions.increment(1.0);
        let config = super::esme::session_config(&self.settings);
        let far = Far::Esme(EsmeLink {
            session: Session::new(Side::Smsc, config, now),
            account: None,
            from,
            window: config.window,
            faults: Faults::new(),
            paused_until: Timestamp(0),
            starved: false,
            called: None,
            refused: 0,
            multis: Vec::new(),
            multis_begun: 0,
        });
        self.insert(far)
    }

    /// A dial has succeeded: the bind request is in the link's `out`.
    pub fn connected(&mut self, now: Timestamp, carrier: CarrierId, bind: u16) -> Option<LinkId> {
        let shared = self.shared().clone();
        let config = &shared.carrier(carrier).filter(|shared| shared.has_bind(bind))?.config;
        let session_config = super::smsc::session_config(&self.settings, config);
        let mut session = Session::new(Side::Esme, session_config, now);
        let mut out = Vec::new();
        session.bind(now, &super::smsc::bind_request(config, bind), &mut out);
        let id = self.insert_smsc(session, carrier, bind);
        let link = self.links.get_mut(place(id))?;
        link.out = out;
        self.mark_dirty(id);
        Some(id)
    }

    pub(super) fn insert_smsc(
        &mut self,
        session: Session<Queued>,
        carrier: CarrierId,
        bind: u16,
    ) -> LinkId {
        let faults = Faults::new();
        let shared = self.shared().carrier(carrier);
        let profile = shared.map(|shared| shared.config.profile.clone()).unwrap_or_default();
        let far = SmscLink { session, carrier, profile, bind, bound: false, faults };
        self.insert(Far::Smsc(far))
    }

    /// A dial has failed: when to try again.
    pub fn dial_failed(&mut self, carrier: CarrierId, bind: u16) {
        self.redial(carrier, bind, Redial::at_once(RebindCause::Connect));
    }

    /// Dials again after a pause that grows with failures.
    fn redial(&mut self, carrier: CarrierId, bind: u16, redial: Redial) {
        // Whoever connected to us may do so again.
        if self.shared().draining.load(Ordering::Relaxed) || bind == OUTBIND {
            return;
        }
        let shared = self.shared().clone();
        let Some(shared) = shared.carrier(carrier).filter(|shared| shared.has_bind(bind)) else {
            return;
        };
        shared.metrics.rebinds.at(redial.cause as usize).increment(1);
        let config = &shared.config;
        let backoff = Backoff { first: config.rebind_min, longest: config.rebind_max };
        let failures = self.failures.entry((carrier, bind)).or_default();
        *failures += 1;
        let after = backoff.delay(*failures, &mut self.random).max(redial.after);
        self.actions.push(Action::Dial { carrier, bind, after });
    }

    pub(super) fn dialled(&mut self, carrier: CarrierId, bind: u16) {
        self.failures.remove(&(carrier, bind));
    }

    fn insert(&mut self, side: Far) -> LinkId {
        self.generation += 1;
        let entry = self.links.vacant_entry();
        let id = LinkId(self.generation << 32 | entry.key() as u64);
        entry.insert(Link { id, out: Vec::new(), dirty: false, side });
        id
    }

    /// The link with this name, if it is still there.
    pub fn link(&mut self, id: LinkId) -> Option<&mut Link> {
        self.links.get_mut(place(id)).filter(|link| link.id == id)
    }

    /// Whether links have something to write.
    pub fn is_dirty(&self) -> bool {
        !self.dirty.is_empty()
    }

    /// Links that have something to write; each is told once.
    pub fn take_dirty(&mut self, into: &mut Vec<LinkId>) {
        std::mem::swap(&mut self.dirty, into);
        for id in into.iter() {
            if let Some(link) = self.link(*id) {
                link.dirty = false;
            }
        }
    }

    pub(super) fn mark_dirty(&mut self, id: LinkId) {
        if let Some(link) = self.links.get_mut(place(id)).filter(|link| link.id == id)
            && !link.dirty
            && !link.out.is_empty()
        {
            link.dirty = true;
            self.dirty.push(id);
        }
    }

    /// Octets came on a link; says how many were used. The rest is the beginning of a PDU, or is
    /// left because the link is paused.
    pub fn receive(&mut self, now: Timestamp, id: LinkId, input: &[u8]) -> usize {
        let used = match self.link(id).map(|link| &link.side) {
            Some(Far::Esme(_)) => self.receive_esme(now, id, input),
            Some(Far::Smsc(_)) => self.receive_smsc(now, id, input),
            None => input.len(),
        };
        self.mark_dirty(id);
        used
    }

    /// The far side has closed its socket, or the socket broke.
    pub fn closed(&mut self, now: Timestamp, id: LinkId) {
        self.remove(now, id, Redial::at_once(RebindCause::Lost));
    }

    /// Ends a link from our side, after what is in its `out`.
    pub(super) fn close(&mut self, now: Timestamp, id: LinkId, redial: Redial) {
        let last = self.link(id).map(|link| std::mem::take(&mut link.out)).unwrap_or_default();
        self.remove(now, id, redial);
        self.actions.push(Action::Close { link: id, last });
    }

    /// Takes a link out; its tokens go back to the engine.
    pub(super) fn remove(&mut self, now: Timestamp, id: LinkId, redial: Redial) {
        if self.link(id).is_none() {
            return;
        }
        let link = self.links.remove(place(id));
        match link.side {
            Far::Esme(mut esme) => {
                self.shared().smpp.sessions.decrement(1.0);
                let debts: Vec<_> = esme.session.drain_window().map(|(_, owed)| owed).collect();
                for owed in debts.into_iter().rev() {
                    self.engine.unanswered(id, owed);
                }
                if let Some(account) = esme.account {
                    self.engine.bind_down(account, id);
                }
                if let Some(account) = esme.called {
                    self.call_over(now, account, esme.account.is_some());
                }
            }
            Far::Smsc(mut smsc) => {
                let doubts: Vec<_> =
                    smsc.session.drain_window().map(|(_, queued)| queued).collect();
                for queued in doubts.into_iter().rev() {
                    self.engine.in_doubt(now, smsc.carrier, id, queued, Doubt::LinkLost);
                }
                if smsc.bound {
                    self.engine.carrier_down(smsc.carrier, id);
                }
                self.show_binds(smsc.carrier);
                self.redial(smsc.carrier, smsc.bind, redial);
            }
        }
    }

    /// Mail from another shard, the API or the ledger.
    pub fn mail(&mut self, now: Timestamp, mail: Mail) {
        if let Mail::Adopt(shared, _) = &mail {
            let (before, after) = (self.shared().clone(), shared.clone());
            self.engine.mail(now, mail);
            self.adopted(now, &before, &after);
            return;
        }
        match &mail {
            Mail::Resume(_) => self.resume(Timestamp::NEVER),
            Mail::Errand(Errand::Rebind(carrier)) => self.rebind(now, *carrier),
            _ => {}
        }
        self.engine.mail(now, mail);
    }

    /// The log is durable further than before.
    ///
    /// # Errors
    /// [`DiskFailed`] when the log takes nothing any more.
    pub fn durable(&mut self, now: Timestamp) -> Result<(), DiskFailed> {
        self.engine.durable()?;
        self.apply(now);
        Ok(())
    }

    /// Ends a turn: what was decided is written and done.
    ///
    /// # Errors
    /// [`DiskFailed`] when the log takes nothing any more.
    pub fn end_turn(&mut self, now: Timestamp) -> Result<(), DiskFailed> {
        if now.since(self.swept_at) >= SWEEP_EVERY {
            self.sweep(now);
        }
        self.resume(now);
        self.engine.end_turn(now)?;
        self.apply(now);
        self.see_off(now);
        Ok(())
    }

    /// When the exchange wants a turn even if nothing happens.
    pub fn deadline(&self) -> Timestamp {
        let idle = self.links.is_empty() && self.calls.is_empty();
        let sessions = if idle { Timestamp::NEVER } else { self.swept_at + SWEEP_EVERY };
        let paused = self.paused_until();
        self.engine.deadline().min(sessions).min(paused)
    }

    fn paused_until(&self) -> Timestamp {
        let until = |id: &LinkId| match self.links.get(place(*id)).map(|link| &link.side) {
            Some(Far::Esme(esme)) => esme.paused_until,
            _ => Timestamp(0),
        };
        self.paused.iter().map(until).min().unwrap_or(Timestamp::NEVER)
    }

    /// Lets go on reading whose pause ends at `until` or before.
    pub(super) fn resume(&mut self, until: Timestamp) {
        let paused = std::mem::take(&mut self.paused);
        for id in paused {
            let Some(Link { side: Far::Esme(esme), .. }) = self.link(id) else { continue };
            if esme.paused_until > until {
                self.paused.push(id);
                continue;
            }
            esme.paused_until = Timestamp(0);
            esme.starved = false;
            self.actions.push(Action::ReadAgain(id));
        }
    }

    /// Looks at the timers of all sessions.
    fn sweep(&mut self, now: Timestamp) {
        self.swept_at = now;
        self.call(now);
        let due: Vec<LinkId> = self
            .links
            .iter()
            .filter(|(_, link)| match &link.side {
                Far::Esme(esme) => esme.session.deadline() <= now,
                Far::Smsc(smsc) => smsc.session.deadline() <= now,
            })
            .map(|(_, link)| link.id)
            .collect();
        for id in due {
            match self.link(id).map(|link| &link.side) {
                Some(Far::Esme(_)) => self.time_out_esme(now, id),
                Some(Far::Smsc(_)) => self.time_out_smsc(now, id),
                None => {}
            }
            self.mark_dirty(id);
        }
    }

    /// Has the engine choose a link no more: it is about to be unbound, and takes no requests.
    pub(super) fn ends(&mut self, id: LinkId) {
        match self.link(id).map(|link| &link.side) {
            Some(Far::Esme(EsmeLink { account: Some(account), .. })) => {
                let account = *account;
                self.engine.bind_ends(account, id);
            }
            Some(Far::Smsc(smsc)) => {
                let carrier = smsc.carrier;
                self.engine.carrier_ends(carrier, id);
            }
            _ => {}
        }
    }

    /// Whether octets of a link were left unread because of its window or a pause.
    pub fn is_starved(&mut self, id: LinkId) -> bool {
        match self.link(id).map(|link| &link.side) {
            Some(Far::Esme(esme)) => esme.starved,
            _ => false,
        }
    }

    /// Links that are up, of either side.
    pub fn link_count(&self) -> usize {
        self.links.len()
    }
}

/// The place of a link in the slab.
pub(super) const fn place(id: LinkId) -> usize {
    (id.0 & 0xFFFF_FFFF) as usize
}
