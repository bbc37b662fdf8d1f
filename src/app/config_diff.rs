//! What differs between the configuration in service and another one, a line each.

use std::fmt::Debug;
use std::time::Duration;

use crate::config::file::Config;
use crate::peer::http::config::HttpConfig;
use crate::peer::http::console::config::ConsoleConfig;
use crate::pipeline::carrier_change::{account_keys, carrier_keys, outbind_differs, wants_rebind};
use crate::pipeline::operate::Reloaded;
use crate::pipeline::settings::Settings;

/// What a reload changes, and what it cannot.
pub(super) fn diff(before: &Config, after: &Config) -> Reloaded {
    let mut reloaded = Reloaded { needs_restart: restart(before, after), ..Reloaded::default() };
    let (one, other) = (&before.settings, &after.settings);
    accounts(&mut reloaded.changed, one, other);
    carriers(&mut reloaded, one, other);
    let mut differs = |what: &str, differs: bool, count: usize| {
        if differs {
            reloaded.changed.push(format!("{what}: changed, {count} now"));
        }
    };
    differs("routes", one.routes != other.routes, other.routes.len());
    differs("limits", one.limits != other.limits, other.limits.len());
    differs("mo_routes", one.mo_routes != other.mo_routes, other.mo_routes.len());
    if one.consent_words != other.consent_words {
        reloaded.changed.push("opt_outs: keywords".to_owned());
    }
    reloaded
}

fn accounts(changed: &mut Vec<String>, one: &Settings, other: &Settings) {
    for account in &other.accounts {
        match one.accounts.iter().find(|before| before.name == account.name) {
            None => changed.push(format!("account {}: added", account.name)),
            Some(before) => {
                let keys = account_keys(before, account);
                if !keys.is_empty() {
                    changed.push(format!("account {}: {}", account.name, keys.join(", ")));
                }
            }
        }
    }
    for account in &one.accounts {
        if other.accounts.iter().all(|after| after.name != account.name) {
            changed.push(format!("account {}: removed, its binds end", account.name));
        }
    }
}

fn carriers(reloaded: &mut Reloaded, one: &Settings, other: &Settings) {
    for carrier in &other.carriers {
        let name = &carrier.name;
        let before = one.carriers.iter().find(|before| before.name == *name);
        let Some(before) = before else {
            reloaded.changed.push(format!("carrier {name}: added"));
            if carrier.outbind.is_some() {
                reloaded.needs_restart.push(format!("carrier {name}: outbind"));
            }
            continue;
        };
        let keys = carrier_keys(before, carrier);
        if !keys.is_empty() {
            let binds =
                if wants_rebind(before, carrier) { "; its binds are made anew" } else { "" };
            reloaded.changed.push(format!("carrier {name}: {}{binds}", keys.join(", ")));
        }
        if outbind_differs(before, carrier) {
            reloaded.needs_restart.push(format!("carrier {name}: outbind"));
        }
    }
    for carrier in &one.carriers {
        if other.carriers.iter().all(|after| after.name != carrier.name) {
            let line = "removed, its binds end and what waits is routed again";
            reloaded.changed.push(format!("carrier {}: {line}", carrier.name));
        }
    }
}

/// Sections that are read at the start alone. Their values show what they are, secrets aside, and keys by
/// their digests.
fn restart(before: &Config, after: &Config) -> Vec<String> {
    let mut sections = Vec::new();
    let mut compare = |name: &str, one: &dyn Debug, other: &dyn Debug| {
        if format!("{one:?}") != format!("{other:?}") {
            sections.push(name.to_owned());
        }
    };
    let (one, other) = (&before.settings, &after.settings);
    compare("data_dir", &one.data_dir, &other.data_dir);
    compare("shards", &one.shards, &other.shards);
    compare("memory_bytes_max", &one.memory_bytes_max, &other.memory_bytes_max);
    compare("operator_socket", &before.operator_socket, &after.operator_socket);
    compare("[smpp]", &one.smpp, &other.smpp);
    compare("[spool]", &one.spool, &other.spool);
    compare(
        "[ledger]",
        &(&one.text, one.keep, one.compress_after),
        &(&other.text, other.keep, other.compress_after),
    );
    compare("[[account]] keep_days", &kept(one), &kept(other));
    let api =
        |config: &Config| HttpConfig { console: ConsoleConfig::default(), ..config.http.clone() };
    compare("[http]", &api(before), &api(after));
    compare("[console] and [[user]]", &before.http.console, &after.http.console);
    compare("[callbacks]", &before.callbacks, &after.callbacks);
    compare("[log]", &before.log, &after.log);
    compare("[telemetry]", &before.traces, &after.traces);
    sections
}

/// How long what is personal is kept, where an account says so.
fn kept(settings: &Settings) -> Vec<(&str, Duration)> {
    let kept = settings.accounts.iter();
    kept.filter_map(|account| Some((account.name.as_str(), account.keep?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::settings::{AccountConfig, CarrierConfig};

    fn config(accounts: &[&str], carriers: &[(&str, Option<u32>)]) -> Config {
        let mut config = Config::default();
        let account =
            |name: &&str| AccountConfig { name: (*name).into(), ..AccountConfig::default() };
        config.settings.accounts = accounts.iter().map(account).collect();
        let carrier = |&(name, rate): &(&str, Option<u32>)| CarrierConfig {
            name: name.into(),
            rate_per_second: rate,
            ..CarrierConfig::default()
        };
        config.settings.carriers = carriers.iter().map(carrier).collect();
        config
    }

    #[test]
    fn what_came_went_and_changed_is_named_with_its_keys() {
        let before = config(&["old", "same"], &[("sink", None), ("gone", None)]);
        let mut after = config(&["same", "new"], &[("sink", Some(5)), ("come", None)]);
        after.settings.shards = 7;
        let Reloaded { changed, needs_restart } = diff(&before, &after);
        assert_eq!(
            changed[..3],
            [
                "account new: added",
                "account old: removed, its binds end",
                "carrier sink: rate_per_second"
            ]
        );
        assert_eq!(changed[3], "carrier come: added");
        assert!(changed[4].starts_with("carrier gone: removed"), "{changed:?}");
        assert_eq!(needs_restart, ["shards"]);
        assert_eq!(diff(&before, &before), Reloaded::default());
    }
}
