//! What the shards share after a reload, made of what they share now and of other settings.
//!
//! **Invariants**: accounts and carriers keep their places, their shards and their counters; routes name
//! nobody whom a shard does not know, so a reload has two steps: first everybody is made known, then the
//! routes follow.

use std::io;

use crate::base::id::{AccountId, CarrierId};
use crate::ledger::store::Ledger;
use crate::pipeline::mo_book::MoBook;
use crate::pipeline::route_book::RouteBook;
use crate::pipeline::settings::{AccountConfig, CarrierConfig, Settings};
use crate::pipeline::shared::{AccountShared, CarrierShared, Shared};

/// The two steps of a reload.
#[derive(Debug)]
pub struct Steps {
    /// Those who are new are known.
    pub known: Shared,
    /// All is as the settings say.
    pub settled: Shared,
}

/// Makes the steps.
///
/// # Errors
/// What the disk said when a new name was to be kept, or which route cannot be one.
pub fn reshare(now: &Shared, settings: &Settings, ledger: &Ledger) -> io::Result<Steps> {
    let accounts = settings.accounts.iter().map(|account| ledger.names().account(&account.name));
    let account_ids: Vec<AccountId> = accounts.collect::<io::Result<_>>()?;
    let carriers = settings.carriers.iter().map(|carrier| ledger.names().carrier(&carrier.name));
    let carrier_ids: Vec<CarrierId> = carriers.collect::<io::Result<_>>()?;
    let routes = RouteBook::new(settings, &account_ids, &carrier_ids).map_err(io::Error::other)?;
    let routes = routes.after(&now.routes);
    let mo = MoBook::new(settings, &account_ids, &carrier_ids);
    let known = now.successor(
        all_accounts(now, settings, &account_ids, false),
        all_carriers(now, settings, &carrier_ids, false),
        now.routes.clone(),
        now.mo.clone(),
    );
    // From `known`, so that the counters of those who are new are the same in both steps.
    let mut settled = known.successor(
        all_accounts(&known, settings, &account_ids, true),
        all_carriers(&known, settings, &carrier_ids, true),
        routes,
        mo,
    );
    settled.consent_words = settings.consent_words;
    Ok(Steps { known, settled })
}

/// Those that are there, as they are or as the settings say, and those that are new.
fn all_accounts(
    now: &Shared,
    settings: &Settings,
    ids: &[AccountId],
    settled: bool,
) -> Vec<AccountShared> {
    let told = |id| -> Option<&AccountConfig> {
        settings.accounts.get(ids.iter().position(|other| *other == id)?)
    };
    let old = now.accounts.iter().map(|account| match told(account.id) {
        _ if !settled => as_it_is(account.with(account.config.clone()), account.retired),
        Some(config) => account.with(config.clone()),
        None => account.with(account.config.clone()).retire(),
    });
    let mut all: Vec<AccountShared> = old.collect();
    for (config, &id) in settings.accounts.iter().zip(ids) {
        if now.account(id).is_none() {
            let home = all.len() % now.shards;
            all.push(AccountShared::new(id, config.clone(), home));
        }
    }
    all
}

fn as_it_is(account: AccountShared, retired: bool) -> AccountShared {
    if retired { account.retire() } else { account }
}

fn all_carriers(
    now: &Shared,
    settings: &Settings,
    ids: &[CarrierId],
    settled: bool,
) -> Vec<CarrierShared> {
    let told = |id| -> Option<&CarrierConfig> {
        settings.carriers.get(ids.iter().position(|other| *other == id)?)
    };
    let old = now.carriers.iter().map(|carrier| {
        let same = carrier.with(carrier.config.clone());
        match told(carrier.id) {
            _ if !settled && carrier.retired => same.retire(),
            _ if !settled => same,
            // Listeners are opened at the start alone.
            Some(config) => {
                let outbind = carrier.config.outbind.clone();
                carrier.with(CarrierConfig { outbind, ..config.clone() })
            }
            None => same.retire(),
        }
    });
    let mut all: Vec<CarrierShared> = old.collect();
    for (config, &id) in settings.carriers.iter().zip(ids) {
        if now.carrier(id).is_none() {
            let home = now.shards - 1 - all.len() % now.shards;
            let config = CarrierConfig { outbind: None, ..config.clone() };
            all.push(CarrierShared::new(id, config, home, &now.registry));
        }
    }
    all
}
