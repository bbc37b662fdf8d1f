//! `[[account]]`: an application that submits.

use std::time::Duration;

use super::ledger::{KEEP_DAYS_MAX, days};
use super::outbind;
use super::route;
use super::secret::{SecretPlaces, secret};
use super::section::Section;
use super::words::did_you_mean;
use crate::gsm::transliterate::Level;
use crate::pipeline::mo_config::MoParts;
use crate::pipeline::settings::{AccountConfig, BindMode, CarrierConfig};

/// Letters a name may have, so that it can stand in a metric, a log and an address of the API.
pub(super) const NAME: &str = "1 to 32 letters, digits, `-`, `_` and `.`";

/// Longest password of SMPP §5.2.2 without its NUL.
const PASSWORD_OCTETS: usize = 8;

const CARRIER: &str = "the name of the carrier that this account is too";

const MO_PARTS: [(&str, MoParts); 2] = [("join", MoParts::Join), ("pass", MoParts::Pass)];

pub(super) fn read(section: &Section<'_>, places: &SecretPlaces) -> AccountConfig {
    let default = AccountConfig::default();
    let name = name(section);
    let rate_per_second = section.number_or_none("rate_per_second", 1..=1_000_000);
    let modes = BindMode::ALL.map(|mode| (mode.name(), mode));
    let account = AccountConfig {
        system_id: section.ascii("system_id", &name, 15, "5.2.1"),
        password: password(section, places),
        binds_max: section.number("binds_max", default.binds_max, 1..=10_000),
        window: section.number("window", default.window, 1..=100_000),
        burst: section.number("burst", rate_per_second.unwrap_or(default.burst), 1..=1_000_000),
        bind_modes: section.choices("bind_modes", &modes).unwrap_or(default.bind_modes),
        owed_max: section.number("owed_max", default.owed_max, 1..=100_000_000),
        outbind: outbind::dial(section, places),
        country: route::country(section),
        carrier: section.text_or_none("carrier", CARRIER),
        transliterate: transliterate(section),
        mo_parts: section.choice("mo_parts", default.mo_parts, &MO_PARTS),
        keep: section.number_or_none("keep_days", 1..=KEEP_DAYS_MAX).map(days),
        rate_per_second,
        name,
    };
    if account.bind_modes.is_empty() {
        section.fail(
            "bind_modes",
            "allows no bind at all".to_owned(),
            "at least one of \"transmitter\", \"receiver\", \"transceiver\"".to_owned(),
        );
    }
    if account.system_id.len() > 15 && section.given("system_id").is_none() {
        section.missing("system_id", "one of at most 15 octets, as the name is longer");
    }
    section.finish();
    account
}

/// Records that an account keeps what is personal for no less time than its messages are kept.
pub(super) fn keep(section: &Section<'_>, account: &AccountConfig, ledger: Option<Duration>) {
    let (Some(own), Some(ledger)) = (account.keep, ledger) else { return };
    if own >= ledger {
        let problem = "is not less than keep_days of [ledger]".to_owned();
        section.fail("keep_days", problem, "fewer days, or none".to_owned());
    }
}

/// How far texts may be changed.
fn transliterate(section: &Section<'_>) -> Option<Level> {
    let changes = section.flag("transliterate", false);
    let accents = section.flag("transliterate_accents", false);
    if accents && !changes {
        let allowed = "false, or true with transliterate = true".to_owned();
        section.fail("transliterate_accents", "goes with transliterate only".to_owned(), allowed);
    }
    changes.then_some(if accents { Level::Accents } else { Level::LookAlikes })
}

/// Records that the carrier an account is said to be is not there.
pub(super) fn carrier(section: &Section<'_>, carriers: &[CarrierConfig]) {
    let Some(name) = section.text_or_none("carrier", CARRIER) else { return };
    let names = || carriers.iter().map(|carrier| carrier.name.as_str());
    if !names().any(|known| known == name) {
        let problem = format!("no such carrier{}", did_you_mean(&name, names()));
        section.fail("carrier", problem, CARRIER.to_owned());
    }
}

/// The name of an account or carrier.
pub(super) fn name(section: &Section<'_>) -> String {
    let Some(name) = section.text_or_none("name", NAME) else {
        section.missing("name", NAME);
        return String::new();
    };
    let letters =
        name.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet));
    if !letters || name.is_empty() || name.len() > 32 {
        section.fail("name", "cannot be a name".to_owned(), NAME.to_owned());
    }
    name
}

/// A bind's password.
pub(super) fn password(
    section: &Section<'_>,
    places: &SecretPlaces,
) -> crate::base::secret::Secret {
    let Some(password) = secret(section, places, "password") else {
        section.missing("password", "what the bind carries as its password");
        return crate::base::secret::Secret::default();
    };
    if password.reveal().contains(&0) {
        let allowed = "octets other than NUL".to_owned();
        section.fail_secret("password", "has a NUL in it".to_owned(), allowed);
    }
    if password.reveal().len() > PASSWORD_OCTETS {
        let problem =
            "is longer than the 8 octets of SMPP §5.2.2; some peers cut it or refuse the bind";
        section.warn("password", problem.to_owned(), true);
    }
    password
}
