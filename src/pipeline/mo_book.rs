//! The accounts of messages from handsets: the `[[mo_route]]`s of the settings, compiled, and each
//! carrier's `mo_account` behind them.

use super::mo_config::MoRouteConfig;
use super::settings::Settings;
use crate::base::id::{AccountId, CarrierId};
use crate::route::mo::{MoChoice, MoQuestion, MoRule, MoTable};

/// Rules, defaults and names.
#[derive(Clone, Debug, Default)]
pub struct MoBook {
    pub(super) table: MoTable,
    /// In the order of the configuration.
    pub(super) accounts: Vec<(AccountId, String)>,
    /// In the order of the configuration, each with its default.
    pub(super) carriers: Vec<(CarrierId, String, Option<AccountId>)>,
}

/// Who gets a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MoVerdict<'b> {
    /// This account, by this rule; no rule is the carrier's default.
    Account(AccountId, Option<&'b str>),
    /// Nobody.
    Nobody,
    /// It depends on the first word, which is not there yet.
    NotYet,
}

impl MoBook {
    /// Compiles the routes of the settings. The numbers stand for the accounts and carriers of the
    /// settings, in their order.
    pub fn new(settings: &Settings, accounts: &[AccountId], carriers: &[CarrierId]) -> Self {
        let rules = settings.mo_routes.iter().enumerate();
        let rules = rules.filter_map(|(place, route)| rule(place, route, accounts, carriers));
        let table = MoTable::new(rules.collect());
        let named = settings.accounts.iter().zip(accounts);
        let accounts: Vec<_> = named.map(|(one, &id)| (id, one.name.clone())).collect();
        let default = |name: &Option<String>| {
            let named = accounts.iter().find(|(_, known)| Some(known) == name.as_ref());
            named.map(|&(id, _)| id)
        };
        let named = settings.carriers.iter().zip(carriers);
        let carriers = named.map(|(one, &id)| (id, one.name.clone(), default(&one.mo_account)));
        let carriers = carriers.collect();
        Self { table, accounts, carriers }
    }

    /// The same where no ledger has given numbers: places stand for them.
    pub fn of_settings(settings: &Settings) -> Self {
        let number = |place: usize| u16::try_from(place).unwrap_or(u16::MAX);
        let accounts: Vec<_> = (0..settings.accounts.len()).map(|n| AccountId(number(n))).collect();
        let carriers: Vec<_> = (0..settings.carriers.len()).map(|n| CarrierId(number(n))).collect();
        Self::new(settings, &accounts, &carriers)
    }

    /// Who gets a message.
    pub fn choose(&self, question: &MoQuestion<'_>) -> MoVerdict<'_> {
        match self.table.choose(question) {
            MoChoice::Rule(rule) => MoVerdict::Account(rule.account, Some(&rule.name)),
            MoChoice::NotYet => MoVerdict::NotYet,
            MoChoice::Nobody => match self.default_of(question.carrier) {
                Some(account) => MoVerdict::Account(account, None),
                None => MoVerdict::Nobody,
            },
        }
    }

    /// Who gets what a carrier brings and no rule takes.
    pub(super) fn default_of(&self, carrier: CarrierId) -> Option<AccountId> {
        self.carriers.iter().find(|(id, ..)| *id == carrier)?.2
    }

    /// The name of an account.
    pub(super) fn account_name(&self, id: AccountId) -> &str {
        let named = self.accounts.iter().find(|(account, _)| *account == id);
        named.map_or("", |(_, name)| name.as_str())
    }
}

/// A route with numbers in place of places; `None` if its account is none of the settings.
fn rule(
    place: usize,
    route: &MoRouteConfig,
    accounts: &[AccountId],
    carriers: &[CarrierId],
) -> Option<MoRule> {
    let octets = |texts: &[String]| texts.iter().map(|text| text.clone().into_bytes()).collect();
    Some(MoRule {
        name: route.called(place),
        destinations: octets(&route.destinations),
        prefixes: octets(&route.prefixes),
        carriers: route.carriers.iter().filter_map(|&n| carriers.get(n).copied()).collect(),
        senders: octets(&route.senders),
        sender_prefixes: octets(&route.sender_prefixes),
        keywords: route.keywords.clone(),
        account: *accounts.get(route.account)?,
    })
}
