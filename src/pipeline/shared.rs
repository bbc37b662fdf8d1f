//! What all shards see of each other: counters, and nothing that is ever waited for.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use super::headroom::Headroom;
use super::mo_book::MoBook;
use super::route_book::RouteBook;
use super::settings::{AccountConfig, CarrierConfig};
use super::standing::Standing;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, CarrierId, IdCipher};
use crate::ledger::opt_outs::OptOuts;
use crate::ledger::store::Ledger;
use crate::message::reason::Reason;
use crate::telemetry::carrier::CarrierMetrics;
use crate::telemetry::ingress::IngressMetrics;
use crate::telemetry::registry::Registry;

/// An account as every shard sees it.
#[derive(Debug)]
pub struct AccountShared {
    /// Its number in the ledger.
    pub id: AccountId,
    /// Its settings.
    pub config: AccountConfig,
    /// The shard it lives on.
    pub home: usize,
    /// It is not in the configuration any more: nobody binds or submits as it.
    pub retired: bool,
    counters: Arc<AccountCounters>,
}

/// What shards see of each other's work for an account. It outlives a reload.
#[derive(Debug, Default)]
pub struct AccountCounters {
    /// Accepted and not yet submitted.
    pub backlog: AtomicU64,
    /// Of those, waiting for the rate of a route or a prefix.
    pub held: AtomicU64,
    /// Binds that are up.
    pub binds: AtomicU32,
    /// Debts not settled.
    pub owed: AtomicU64,
}

/// A carrier as every shard sees it.
#[derive(Debug)]
pub struct CarrierShared {
    /// Its number in the ledger.
    pub id: CarrierId,
    /// Its settings.
    pub config: CarrierConfig,
    /// The shard it lives on.
    pub home: usize,
    /// It is not in the configuration any more: it has no binds, and what waits for it goes elsewhere.
    pub retired: bool,
    counters: Arc<CarrierCounters>,
}

/// What shards see of each other's work for a carrier. It outlives a reload.
#[derive(Debug)]
pub struct CarrierCounters {
    /// Accepted and not yet submitted.
    pub backlog: AtomicU64,
    /// Of those, waiting for a time of their own.
    pub deferred: AtomicU64,
    /// Of those, waiting for the rate of a route or a prefix.
    pub held: AtomicU64,
    /// Submitted and not answered.
    pub in_flight: AtomicU64,
    /// Sum of the windows that are up.
    pub window: AtomicU64,
    /// Binds that are up.
    pub binds: AtomicU32,
    /// Accounts with messages waiting.
    pub accounts: AtomicU32,
    /// Whether messages leave so fast that waiting for room beats piling up.
    pub flowing: AtomicBool,
    /// Whether somebody paused for this carrier's backlog.
    pub paused: AtomicBool,
    /// What holds the head of the queue: a [`Reason`] as a number.
    pub hold: AtomicU32,
    /// Until when, 0 if that is not known.
    pub hold_until: AtomicU64,
    /// The rate its answers have taught, in thousandths of a part per second; 0 for none yet.
    pub learned_rate: AtomicU64,
    /// From a submit to its answer, smoothed, in microseconds.
    pub round_trip_us: AtomicU64,
    /// When anything last came from it.
    pub last_received_at: AtomicU64,
    /// When the oldest message that could leave was accepted, 0 if none waits.
    pub oldest_at: AtomicU64,
    /// What operators have ordered.
    pub standing: Standing,
    /// What it last said of its load: [`CarrierShared::congestion_state`].
    pub congestion: AtomicU32,
    /// Its counters.
    pub metrics: Arc<CarrierMetrics>,
}

impl Deref for AccountShared {
    type Target = AccountCounters;

    fn deref(&self) -> &AccountCounters {
        &self.counters
    }
}

impl Deref for CarrierShared {
    type Target = CarrierCounters;

    fn deref(&self) -> &CarrierCounters {
        &self.counters
    }
}

/// Everything shared. Made at start, and anew by a reload: the counters stay the same.
#[derive(Debug)]
pub struct Shared {
    /// Each keeps its place for good; those of the configuration, and those that were in it.
    pub accounts: Vec<AccountShared>,
    /// Each keeps its place for good; those of the configuration, and those that were in it.
    pub carriers: Vec<CarrierShared>,
    account_places: Vec<usize>,
    carrier_places: Vec<usize>,
    /// Which carrier takes which message.
    pub routes: RouteBook,
    /// Which account gets which message from a handset.
    pub mo: MoBook,
    /// Public ids.
    pub cipher: IdCipher,
    /// Number of shards.
    pub shards: usize,
    /// Set when the gateway stops: nothing more is accepted.
    pub draining: Arc<AtomicBool>,
    /// Who may not be written to by whom.
    pub opt_outs: Arc<OptOuts>,
    /// Whether what handsets answer changes that.
    pub consent_words: bool,
    /// Whether memory has room for new work.
    pub headroom: Arc<Headroom>,
    /// For each shard that stops: links, and requests without an answer.
    pub left: Arc<[AtomicU64]>,
    /// Everybody's counters.
    pub registry: Arc<Registry>,
    /// Those of the binds.
    pub smpp: Arc<IngressMetrics>,
}

impl CarrierCounters {
    fn new(metrics: Arc<CarrierMetrics>) -> Self {
        Self {
            backlog: AtomicU64::new(0),
            deferred: AtomicU64::new(0),
            held: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            window: AtomicU64::new(0),
            binds: AtomicU32::new(0),
            accounts: AtomicU32::new(0),
            flowing: AtomicBool::new(false),
            paused: AtomicBool::new(false),
            hold: AtomicU32::new(Reason::CarrierDown as u32),
            hold_until: AtomicU64::new(0),
            learned_rate: AtomicU64::new(0),
            round_trip_us: AtomicU64::new(0),
            last_received_at: AtomicU64::new(0),
            oldest_at: AtomicU64::new(0),
            standing: Standing::default(),
            congestion: AtomicU32::new(CONGESTION_UNTOLD),
            metrics,
        }
    }
}

/// A carrier that has not said how busy it is.
const CONGESTION_UNTOLD: u32 = u32::MAX;

/// Backlog below which nobody is asked to wait.
const BACKLOG_AT_EASE: u64 = 4_000;

impl AccountShared {
    /// A quiet account.
    pub fn new(id: AccountId, config: AccountConfig, home: usize) -> Self {
        Self { id, config, home, retired: false, counters: Arc::default() }
    }

    /// The same account with these settings.
    pub fn with(&self, config: AccountConfig) -> Self {
        let counters = self.counters.clone();
        Self { id: self.id, config, home: self.home, retired: false, counters }
    }

    /// The same account, in the configuration no more.
    pub fn retire(self) -> Self {
        Self { retired: true, ..self }
    }
}

impl CarrierShared {
    /// A carrier that is down.
    pub fn new(
        id: CarrierId,
        config: CarrierConfig,
        home: usize,
        registry: &Arc<Registry>,
    ) -> Self {
        let metrics = registry.carrier(&config.name);
        Self { id, config, home, retired: false, counters: Arc::new(CarrierCounters::new(metrics)) }
    }

    /// The same carrier with these settings.
    pub fn with(&self, config: CarrierConfig) -> Self {
        let counters = self.counters.clone();
        Self { id: self.id, config, home: self.home, retired: false, counters }
    }

    /// The same carrier, in the configuration no more.
    pub fn retire(self) -> Self {
        Self { retired: true, ..self }
    }

    /// Whether bind number `bind` is one of those that it is to have.
    pub fn has_bind(&self, bind: u16) -> bool {
        !self.retired && u32::from(bind) < self.config.binds + self.config.receivers
    }

    /// Whether messages can leave for it now: it has a bind, and nobody has suspended it.
    pub fn takes(&self, now: Timestamp) -> bool {
        let up = !self.retired && self.binds.load(Ordering::Relaxed) > 0;
        up && self.standing.suspended(now).is_none()
    }

    /// What the carrier last said of its load, 0 idle to 99 congested (SMPP v5.0 §4.8.4.18); `None`
    /// until it says so.
    pub fn congestion_state(&self) -> Option<u8> {
        u8::try_from(self.congestion.load(Ordering::Relaxed)).ok()
    }

    /// The backlog up to which everybody may read: as much as is in flight anyway.
    fn ease(&self) -> u64 {
        self.window.load(Ordering::Relaxed).max(BACKLOG_AT_EASE)
    }

    /// The backlog that waits for this carrier alone.
    fn backlog_of_its_own(&self) -> u64 {
        less(&self.backlog, &self.held)
    }

    /// Whether an account should stop reading for a moment: messages leave fast, the backlog is
    /// more than the windows can hold, and this account has more than its share of it. A slow or
    /// absent carrier pauses nobody, nor does the rate of a route or a prefix: those messages wait on
    /// disk.
    pub fn over_share(&self, account: &AccountShared) -> bool {
        if !self.flowing.load(Ordering::Relaxed) {
            return false;
        }
        let ease = self.ease();
        let share = ease / u64::from(self.accounts.load(Ordering::Relaxed).max(1));
        self.backlog_of_its_own() > ease && less(&account.backlog, &account.held) > share
    }

    /// Whether the paused may go on.
    pub fn at_ease(&self) -> bool {
        !self.flowing.load(Ordering::Relaxed) || self.backlog_of_its_own() <= self.ease() / 4 * 3
    }

    /// Says what holds the head of the queue.
    pub fn set_hold(&self, hold: Option<(Reason, Option<Timestamp>)>) {
        let (reason, until) = hold.unwrap_or((Reason::None, None));
        self.hold.store(reason as u32, Ordering::Relaxed);
        self.hold_until.store(until.map_or(0, |until| until.0), Ordering::Relaxed);
    }
}

impl Shared {
    /// Puts the parts together.
    pub fn new(
        accounts: Vec<AccountShared>,
        carriers: Vec<CarrierShared>,
        routes: RouteBook,
        mo: MoBook,
        ledger: &Ledger,
        shards: usize,
        registry: Arc<Registry>,
    ) -> Self {
        let account_places = places(accounts.iter().map(|account| account.id.0));
        let carrier_places = places(carriers.iter().map(|carrier| carrier.id.0));
        Self {
            accounts,
            carriers,
            account_places,
            carrier_places,
            routes,
            mo,
            cipher: ledger.id_cipher(),
            shards,
            draining: Arc::default(),
            opt_outs: ledger.opt_outs().clone(),
            consent_words: true,
            headroom: Arc::default(),
            left: (0..shards).map(|_| AtomicU64::new(0)).collect(),
            smpp: Arc::new(IngressMetrics::new(&registry, "smpp")),
            registry,
        }
    }

    /// The same gateway after a reload.
    pub fn successor(
        &self,
        accounts: Vec<AccountShared>,
        carriers: Vec<CarrierShared>,
        routes: RouteBook,
        mo: MoBook,
    ) -> Self {
        Self {
            account_places: places(accounts.iter().map(|account| account.id.0)),
            carrier_places: places(carriers.iter().map(|carrier| carrier.id.0)),
            accounts,
            carriers,
            routes,
            mo,
            cipher: self.cipher,
            shards: self.shards,
            draining: self.draining.clone(),
            opt_outs: self.opt_outs.clone(),
            consent_words: self.consent_words,
            headroom: self.headroom.clone(),
            left: self.left.clone(),
            registry: self.registry.clone(),
            smpp: self.smpp.clone(),
        }
    }

    /// The account with this number, if it is in the configuration.
    pub fn account(&self, id: AccountId) -> Option<&AccountShared> {
        self.accounts.get(self.account_place(id)?)
    }

    /// The carrier with this number, if it is in the configuration.
    pub fn carrier(&self, id: CarrierId) -> Option<&CarrierShared> {
        self.carriers.get(self.carrier_place(id)?)
    }

    /// The place of an account.
    pub fn account_place(&self, id: AccountId) -> Option<usize> {
        self.account_places.get(usize::from(id.0)).copied()
    }

    /// The place of a carrier.
    pub fn carrier_place(&self, id: CarrierId) -> Option<usize> {
        self.carrier_places.get(usize::from(id.0)).copied()
    }

    /// Whether an account should stop reading for a moment because of a carrier's backlog; if so, the
    /// carrier's shard will say when to go on.
    pub fn over_share(&self, account: AccountId, carrier: CarrierId) -> bool {
        let (Some(account), Some(carrier)) = (self.account(account), self.carrier(carrier)) else {
            return false;
        };
        let over = carrier.over_share(account);
        if over {
            carrier.paused.store(true, Ordering::Relaxed);
        }
        over
    }

    /// Messages join the backlog of their account and their carrier.
    pub fn count(&self, account: AccountId, carrier: CarrierId, messages: u64) {
        if let Some(account) = self.account(account) {
            account.backlog.fetch_add(messages, Ordering::Relaxed);
        }
        if let Some(carrier) = self.carrier(carrier) {
            carrier.backlog.fetch_add(messages, Ordering::Relaxed);
        }
    }

    /// A message leaves the backlog of its account and its carrier.
    pub fn uncount(&self, account: AccountId, carrier: CarrierId) {
        if let Some(account) = self.account(account) {
            account.backlog.fetch_sub(1, Ordering::Relaxed);
        }
        if let Some(carrier) = self.carrier(carrier) {
            carrier.backlog.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// A message of the backlog waits for the rate of its route or its prefix.
    pub fn hold(&self, account: AccountId, carrier: CarrierId) {
        if let Some(account) = self.account(account) {
            account.held.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(carrier) = self.carrier(carrier) {
            carrier.held.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// It does no more.
    pub fn let_go(&self, account: AccountId, carrier: CarrierId) {
        if let Some(account) = self.account(account) {
            account.held.fetch_sub(1, Ordering::Relaxed);
        }
        if let Some(carrier) = self.carrier(carrier) {
            carrier.held.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// What is left of a count without a part of it; the two are not read at the same moment.
fn less(whole: &AtomicU64, part: &AtomicU64) -> u64 {
    whole.load(Ordering::Relaxed).saturating_sub(part.load(Ordering::Relaxed))
}

/// From a number of the ledger to a place in the configuration; `usize::MAX` where there is none.
fn places(ids: impl Iterator<Item = u16>) -> Vec<usize> {
    let mut places = Vec::new();
    for (place, id) in ids.enumerate() {
        let id = usize::from(id);
        if places.len() <= id {
            places.resize(id + 1, usize::MAX);
        }
        places[id] = place;
    }
    places
}
