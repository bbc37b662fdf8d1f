//! The routes of the settings, compiled, with what accounts have to do with them.
//!
//! The engine asks by the ledger's numbers; where no ledger is open, places in the settings do.

use std::sync::Arc;
use std::time::Duration;

use super::limit_book::LimitBook;
use super::route_config::RouteConfig;
use super::settings::Settings;
use crate::address::canonical::{Canonical, canonical};
use crate::address::country::Country;
use crate::address::kind::without_plus;
use crate::base::id::{AccountId, CarrierId};
use crate::deliver::limits::Limits;
use crate::message::record::Message;
use crate::route::question::Question;
use crate::route::rule::Rule;
use crate::route::table::{RouteTable, TableError};

/// Routes, and the names of those they are about.
#[derive(Clone, Debug, Default)]
pub struct RouteBook {
    pub(super) table: RouteTable,
    /// By the account's number.
    parties: Vec<Party>,
    /// In the order of the configuration.
    pub(super) accounts: Vec<(AccountId, String)>,
    /// In the order of the configuration.
    pub(super) carriers: Vec<(CarrierId, String)>,
    /// Rates of routes and prefixes.
    pub(super) limits: Arc<LimitBook>,
}

/// Where a message goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Routed {
    /// Who takes it.
    pub carrier: CarrierId,
    /// The limits it counts in.
    pub limits: Limits,
}

/// What routes need of an account.
#[derive(Clone, Copy, Debug, Default)]
struct Party {
    country: Option<Country>,
    origin: Option<CarrierId>,
}

impl RouteBook {
    /// Compiles the routes of the settings. The numbers stand for the accounts and carriers of the
    /// settings, in their order.
    ///
    /// # Errors
    /// The first route that cannot be one.
    pub fn new(
        settings: &Settings,
        accounts: &[AccountId],
        carriers: &[CarrierId],
    ) -> Result<Self, TableError> {
        let rules = settings.routes.iter().enumerate();
        let rules = rules.filter_map(|(place, route)| rule(place, route, accounts, carriers));
        let table = RouteTable::new(rules.collect())?;
        let limits = Arc::new(LimitBook::new(settings, carriers));
        let named = settings.carriers.iter().zip(carriers);
        let carriers: Vec<_> = named.map(|(one, &id)| (id, one.name.clone())).collect();
        let mut parties = Vec::new();
        for (account, id) in settings.accounts.iter().zip(accounts) {
            let place = usize::from(id.0);
            if parties.len() <= place {
                parties.resize(place + 1, Party::default());
            }
            let own = carriers.iter().find(|(_, name)| account.carrier.as_ref() == Some(name));
            parties[place] =
                Party { country: account.country, origin: own.map(|&(carrier, _)| carrier) };
        }
        let named = settings.accounts.iter().zip(accounts);
        let accounts = named.map(|(one, &id)| (id, one.name.clone())).collect();
        Ok(Self { table, parties, accounts, carriers, limits })
    }

    /// The book after another one: its limits go on where they were.
    pub fn after(self, before: &Self) -> Self {
        let limits = Arc::unwrap_or_clone(self.limits).after(&before.limits);
        Self { limits: Arc::new(limits), ..self }
    }

    /// Compiles the routes of settings that no ledger has given numbers: places stand for them.
    ///
    /// # Errors
    /// The first route that cannot be one.
    pub fn of_settings(settings: &Settings) -> Result<Self, TableError> {
        let number = |place: usize| u16::try_from(place).unwrap_or(u16::MAX);
        let accounts: Vec<_> = (0..settings.accounts.len()).map(|n| AccountId(number(n))).collect();
        let carriers: Vec<_> = (0..settings.carriers.len()).map(|n| CarrierId(number(n))).collect();
        Self::new(settings, &accounts, &carriers)
    }

    /// The compiled routes.
    pub const fn table(&self) -> &RouteTable {
        &self.table
    }

    /// The rates of routes and prefixes.
    pub const fn limits(&self) -> &Arc<LimitBook> {
        &self.limits
    }

    /// Where a message of an account goes; `None`: there is no route.
    pub fn choose(&self, account: AccountId, message: &Message<'_>) -> Option<Routed> {
        self.ask(account, message, Duration::ZERO, |question| {
            let choice = self.table.choose(question)?;
            let (place, carrier) = (choice.place, choice.carrier);
            Some(Routed { carrier, limits: self.limits_of(Some(place), question, carrier) })
        })
    }

    /// The carriers that may have a message after its first.
    pub fn failover_of(&self, account: AccountId, message: &Message<'_>) -> Vec<CarrierId> {
        self.ask(account, message, Duration::ZERO, |question| {
            self.table.choose(question).map_or_else(Vec::new, |choice| choice.rule.failover.clone())
        })
    }

    /// The limits of a message that a carrier has, whichever of its route it is.
    pub fn limits_with(
        &self,
        account: AccountId,
        message: &Message<'_>,
        carrier: CarrierId,
    ) -> Limits {
        if self.limits.is_empty() {
            return self.limits.none();
        }
        self.ask(account, message, Duration::ZERO, |question| {
            let route = self.table.choose(question).map(|choice| choice.place);
            self.limits_of(route, question, carrier)
        })
    }

    /// By the place of the route.
    pub(super) fn limits_of(
        &self,
        route: Option<usize>,
        question: &Question<'_>,
        carrier: CarrierId,
    ) -> Limits {
        if self.limits.is_empty() {
            return self.limits.none();
        }
        self.limits.of(route, without_plus(question.destination).1, carrier)
    }

    /// The carrier to try after those that refused a message or did not answer; `age` is the time
    /// since it was accepted. `None`: nobody is left, or the route's budget is spent.
    pub fn next_carrier(
        &self,
        account: AccountId,
        message: &Message<'_>,
        age: Duration,
        tried: &[CarrierId],
    ) -> Option<CarrierId> {
        self.ask(account, message, age, |question| self.table.next_carrier(question, tried))
    }

    /// How long a message waits for a carrier before the next one of its route has it, where the
    /// routes that name the carrier have more than one: an even share of the route's time, the
    /// shortest of all. `None`: there is nobody else.
    pub fn patience(&self, carrier: CarrierId) -> Option<Duration> {
        let shared = self.table.rules().filter(|rule| {
            !rule.failover.is_empty()
                && (rule.carrier == carrier || rule.failover.contains(&carrier))
        });
        shared.map(|rule| rule.budget.time_max / u32::from(rule.budget.carriers_max.max(1))).min()
    }

    /// Makes the question of a message. Its destination is read by the country of the account if that
    /// has one; its marks are the `service_type` it came with (SMPP §5.2.11).
    fn ask<T>(
        &self,
        account: AccountId,
        message: &Message<'_>,
        age: Duration,
        ask: impl FnOnce(&Question<'_>) -> T,
    ) -> T {
        let party = self.parties.get(usize::from(account.0)).copied().unwrap_or_default();
        let read: Option<Canonical<'_>> =
            party.country.map(|country| canonical(&message.destination, Some(country)));
        let marks = [message.service_type];
        ask(&Question {
            destination: read.as_ref().map_or(message.destination.addr, |read| &read.addr),
            source: message.source,
            account,
            origin: party.origin,
            tags: if message.service_type.is_empty() { &[] } else { &marks },
            parts: message.parts,
            age,
        })
    }

    /// The country in which an account writes numbers without a country code.
    pub(super) fn country(&self, account: AccountId) -> Option<Country> {
        self.parties.get(usize::from(account.0))?.country
    }

    /// The carrier that an account is too.
    pub(super) fn origin(&self, account: AccountId) -> Option<CarrierId> {
        self.parties.get(usize::from(account.0))?.origin
    }

    /// The name of a carrier.
    pub(super) fn carrier_name(&self, id: CarrierId) -> &str {
        let named = self.carriers.iter().find(|(carrier, _)| *carrier == id);
        named.map_or("", |(_, name)| name.as_str())
    }
}

/// A route with numbers in place of places; `None` if its carrier is none of the settings.
fn rule(
    place: usize,
    route: &RouteConfig,
    accounts: &[AccountId],
    carriers: &[CarrierId],
) -> Option<Rule> {
    let octets = |texts: &[String]| texts.iter().map(|text| text.clone().into_bytes()).collect();
    let failover = route.failover.iter().filter_map(|&place| carriers.get(place).copied());
    Some(Rule {
        name: route.called(place),
        order: route.order,
        prefixes: octets(&route.prefixes),
        countries: route.countries.clone(),
        accounts: route.accounts.iter().filter_map(|&n| accounts.get(n).copied()).collect(),
        senders: octets(&route.senders),
        sender_prefixes: octets(&route.sender_prefixes),
        sender_kinds: route.sender_kinds.clone(),
        tags: octets(&route.tags),
        parts: route.parts.clone(),
        carrier: *carriers.get(route.carrier)?,
        weight: route.weight,
        cost: route.cost,
        failover: failover.collect(),
        budget: route.budget,
    })
}
