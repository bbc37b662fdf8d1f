//! The board: everybody's state for the API and the metrics, read from the shared counters.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::current::Current;
use super::limit_book::Limit;
use super::mo_view::{MoRouteQuestion, MoRouteView, UnknownCarrier};
use super::port::{AccountView, Board, CarrierView, Explain, LimitView, Refusal};
use super::route_view::{RouteQuestion, RouteView};
use super::shared::CarrierShared;
use crate::base::clock::{Clock, Timestamp};
use crate::base::id::CarrierId;
use crate::message::reason::Reason;
use crate::message::record::Message;
use crate::spool::journal::{Health, Journal};

/// Reads the shared counters; holds nothing of its own.
#[derive(Clone, Debug)]
pub struct LiveBoard {
    current: Current,
    journal: Journal,
    clock: Clock,
}

impl LiveBoard {
    /// A board over a running gateway.
    pub fn new(current: Current, journal: Journal) -> Self {
        Self { current, journal, clock: Clock::start() }
    }
}

impl Board for LiveBoard {
    fn carriers(&self) -> Vec<CarrierView> {
        let now = self.clock.now();
        let shared = self.current.get();
        let shown = |carrier: &&CarrierShared| {
            // One that is gone is shown while something waits for it.
            !carrier.retired || carrier.backlog.load(Ordering::Relaxed) > 0
        };
        shared.carriers.iter().filter(shown).map(|carrier| view(now, carrier)).collect()
    }

    fn accounts(&self) -> Vec<AccountView> {
        let view = |account: &super::shared::AccountShared| AccountView {
            id: account.id,
            name: account.config.name.clone(),
            binds_up: account.binds.load(Ordering::Relaxed),
            owed: account.owed.load(Ordering::Relaxed),
            country: account.config.country,
        };
        let shared = self.current.get();
        shared.accounts.iter().filter(|account| !account.retired).map(view).collect()
    }

    fn limits(&self) -> Vec<LimitView> {
        self.current.get().routes.limits().limits().iter().map(|limit| limit_view(limit)).collect()
    }

    fn limits_of(&self, message: &Message<'_>, carrier: CarrierId) -> Vec<LimitView> {
        let shared = self.current.get();
        let routes = &shared.routes;
        let places = routes.limits_with(message.account, message, carrier).places();
        places
            .filter_map(|place| routes.limits().limits().get(place))
            .map(|limit| limit_view(limit))
            .collect()
    }

    fn refusing(&self) -> Option<Refusal> {
        match self.journal.health() {
            Health::Accepting if self.current.get().draining.load(Ordering::Relaxed) => {
                Some(Refusal::Draining)
            }
            Health::Accepting if self.current.get().headroom.is_over() => Some(Refusal::OverMemory),
            Health::Accepting => None,
            Health::Full => Some(Refusal::DiskFull),
            Health::Failed => Some(Refusal::DiskFailed),
        }
    }
}

impl Explain for LiveBoard {
    fn explain(&self, question: &RouteQuestion) -> Result<RouteView, Refusal> {
        self.current.get().routes.explain(question)
    }

    fn explain_mo(&self, question: &MoRouteQuestion) -> Result<MoRouteView, UnknownCarrier> {
        self.current.get().mo.explain(question)
    }
}

pub(super) fn limit_view(limit: &Limit) -> LimitView {
    let rate = limit.rate();
    LimitView {
        kind: limit.kind.name(),
        name: limit.name.clone(),
        rate_per_second: rate.per_second.get(),
        burst: rate.burst.get(),
        held: limit.held(),
        until: limit.until(),
        parts: limit.parts(),
    }
}

fn view(now: Timestamp, carrier: &CarrierShared) -> CarrierView {
    let hold = u8::try_from(carrier.hold.load(Ordering::Relaxed)).ok().and_then(Reason::from_u8);
    let until = match carrier.hold_until.load(Ordering::Relaxed) {
        0 => None,
        at => Some(Timestamp(at)),
    };
    let deferred = carrier.deferred.load(Ordering::Relaxed);
    CarrierView {
        id: carrier.id,
        name: carrier.config.name.clone(),
        binds_up: carrier.binds.load(Ordering::Relaxed),
        binds: carrier.config.binds + carrier.config.receivers,
        queued: carrier.backlog.load(Ordering::Relaxed).saturating_sub(deferred),
        deferred,
        in_flight: carrier.in_flight.load(Ordering::Relaxed),
        window: carrier.window.load(Ordering::Relaxed),
        rate_per_second: carrier.config.rate_per_second,
        learned_rate: match carrier.learned_rate.load(Ordering::Relaxed) {
            0 => None,
            thousandths => Some(thousandths as f64 / 1_000.0),
        },
        round_trip: Duration::from_micros(carrier.round_trip_us.load(Ordering::Relaxed)),
        hold: hold.filter(|reason| *reason != Reason::None).map(|reason| (reason, until)),
        last_received_at: Timestamp(carrier.last_received_at.load(Ordering::Relaxed)),
        oldest_at: Timestamp(carrier.oldest_at.load(Ordering::Relaxed)),
        queue_limit: carrier.config.queue_messages_max as u64,
        congestion: carrier.congestion_state(),
        profile: carrier.config.profile.clone(),
        mo_join: carrier.config.mo_join,
        suspended: carrier.standing.suspended(now),
        ordered_rate: carrier.standing.limit(now).map(|(rate, until)| (rate.get(), until)),
    }
}
