//! `[[route]]`: which carrier takes which messages.

use super::limit;
use super::section::Section;
use super::words::did_you_mean;
use crate::address::country::Country;
use crate::address::kind::Kind;
use crate::address::plan;
use crate::pipeline::route_config::RouteConfig;
use crate::pipeline::settings::{AccountConfig, CarrierConfig};
use crate::route::prefix::PREFIX_DIGITS_MAX;
use crate::route::rule::Budget;

pub(super) const PREFIX: &str =
    "up to 15 digits, with or without `+`, or a list of such; \"\" is the default route";
const COUNTRY: &str = "a country of ISO 3166-1 such as \"GB\", or a list of such";
const NAME: &str = "1 to 32 letters, digits, `-`, `_` and `.`";
pub(super) const SENDER: &str = "a number or a name of 1 to 20 octets, or a list of such";
const TAG: &str = "1 to 32 octets, or a list of such";

/// Kinds that a sender may be asked to be.
const SENDER_KINDS: [Kind; 5] =
    [Kind::International, Kind::National, Kind::Unknown, Kind::ShortCode, Kind::Alphanumeric];

pub(super) fn read(
    section: &Section<'_>,
    accounts: &[AccountConfig],
    carriers: &[CarrierConfig],
) -> RouteConfig {
    let default = RouteConfig::default();
    let kinds = SENDER_KINDS.map(|kind| (kind.name(), kind));
    let carrier = carrier(section, carriers);
    let rate_per_second = limit::rate(section);
    let route = RouteConfig {
        name: name(section),
        order: section.number("order", default.order, 0..=65_535),
        prefixes: prefixes(section, PREFIX),
        countries: countries(section),
        accounts: accounts_of(section, accounts),
        senders: texts(section, "sender", SENDER, 20),
        sender_prefixes: texts(section, "sender_prefix", SENDER, 20),
        sender_kinds: section.choices("sender_kind", &kinds).unwrap_or_default(),
        tags: texts(section, "tag", TAG, 32),
        parts: section.number("parts_min", *default.parts.start(), 1..=255)
            ..=section.number("parts_max", *default.parts.end(), 1..=255),
        carrier: carrier.unwrap_or_default(),
        weight: section.number("weight", default.weight, 1..=1_000_000),
        cost: section.number("cost", default.cost, 0..=1_000_000_000),
        failover: failover(section, carrier, carriers),
        budget: Budget {
            carriers_max: section.number("carriers_max", default.budget.carriers_max, 1..=16),
            time_max: section.seconds("failover_s", default.budget.time_max, 0..=172_800),
        },
        burst: limit::burst(section, rate_per_second.unwrap_or(default.burst)),
        rate_per_second,
    };
    if route.parts.is_empty() {
        let allowed = format!("at least parts_min, {}", route.parts.start());
        section.fail("parts_max", "is less than parts_min".to_owned(), allowed);
    }
    section.finish();
    route
}

/// The name of what need not have one.
pub(super) fn name(section: &Section<'_>) -> Option<String> {
    let name = section.text_or_none("name", NAME)?;
    let letters =
        name.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet));
    if !letters || name.is_empty() || name.len() > 32 {
        section.fail("name", "cannot be a name".to_owned(), NAME.to_owned());
    }
    Some(name)
}

/// Beginnings of numbers, without `+`.
pub(super) fn prefixes(section: &Section<'_>, allowed: &str) -> Vec<String> {
    let written = section.texts("prefix", allowed).unwrap_or_default();
    let prefixes = written.iter().map(|prefix| {
        let digits = prefix.strip_prefix('+').unwrap_or(prefix);
        let can_be =
            digits.len() <= PREFIX_DIGITS_MAX && digits.bytes().all(|octet| octet.is_ascii_digit());
        if !can_be {
            section.fail("prefix", "is not a prefix of a number".to_owned(), allowed.to_owned());
        }
        digits.to_owned()
    });
    prefixes.collect()
}

fn countries(section: &Section<'_>) -> Vec<Country> {
    let written = section.texts("country", COUNTRY).unwrap_or_default();
    written.iter().filter_map(|code| country_named(section, code)).collect()
}

/// The country of numbers without a country code.
pub(super) fn country(section: &Section<'_>) -> Option<Country> {
    let allowed = "a country of ISO 3166-1 such as \"GB\"";
    country_named(section, &section.text_or_none("country", allowed)?)
}

fn country_named(section: &Section<'_>, code: &str) -> Option<Country> {
    let country = Country::from_code(code).filter(|&country| plan::calling_code(country).is_some());
    if country.is_none() {
        let countries = plan::countries();
        let problem = if code.len() == 2 {
            let hint = did_you_mean(&code.to_uppercase(), countries.iter().map(Country::code));
            format!("`{code}` has no numbering plan{hint}")
        } else {
            format!("`{code}` is not the code of a country")
        };
        section.fail("country", problem, COUNTRY.to_owned());
    }
    country
}

pub(super) fn texts(
    section: &Section<'_>,
    key: &'static str,
    allowed: &str,
    octets_max: usize,
) -> Vec<String> {
    let written = section.texts(key, allowed).unwrap_or_default();
    if let Some(wrong) = written.iter().find(|text| text.is_empty() || text.len() > octets_max) {
        section.fail(key, format!("`{wrong}` cannot be one"), allowed.to_owned());
    }
    // Senders are compared without `+`.
    let plain = |text: String| match text.strip_prefix('+') {
        Some(digits) if key != "tag" => digits.to_owned(),
        _ => text,
    };
    written.into_iter().map(plain).collect()
}

fn accounts_of(section: &Section<'_>, accounts: &[AccountConfig]) -> Vec<usize> {
    let names: Vec<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
    places(section, "account", &names)
}

/// The places of those that a condition names.
pub(super) fn places(section: &Section<'_>, key: &'static str, names: &[&str]) -> Vec<usize> {
    let names = || names.iter().copied();
    let allowed = one_of(key, names());
    let written = section.texts(key, &allowed).unwrap_or_default();
    written.iter().filter_map(|name| place(section, key, name, names(), &allowed)).collect()
}

fn carrier(section: &Section<'_>, carriers: &[CarrierConfig]) -> Option<usize> {
    let carrier = carrier_or_none(section, carriers);
    if carrier.is_none() && section.given("carrier").is_none() {
        let names = carriers.iter().map(|carrier| carrier.name.as_str());
        section.missing("carrier", &one_of("carrier", names));
    }
    carrier
}

/// The place of a carrier that may be left out.
pub(super) fn carrier_or_none(section: &Section<'_>, carriers: &[CarrierConfig]) -> Option<usize> {
    let names = || carriers.iter().map(|carrier| carrier.name.as_str());
    let allowed = one_of("carrier", names());
    let name = section.text_or_none("carrier", &allowed)?;
    place(section, "carrier", &name, names(), &allowed)
}

/// Carriers after the first; none may be there twice, or a refusal would go in a circle.
fn failover(section: &Section<'_>, first: Option<usize>, carriers: &[CarrierConfig]) -> Vec<usize> {
    let names = || carriers.iter().map(|carrier| carrier.name.as_str());
    let allowed = one_of("carrier", names());
    let mut list = Vec::new();
    for name in section.texts("failover", &allowed).unwrap_or_default() {
        let Some(place) = place(section, "failover", &name, names(), &allowed) else { continue };
        if first == Some(place) || list.contains(&place) {
            let allowed = "each carrier once, and not the route's own".to_owned();
            section.fail("failover", format!("`{name}` would be tried twice"), allowed);
            continue;
        }
        list.push(place);
    }
    list
}

pub(super) fn place<'n>(
    section: &Section<'_>,
    key: &'static str,
    name: &str,
    mut names: impl Iterator<Item = &'n str> + Clone,
    allowed: &str,
) -> Option<usize> {
    let all = names.clone();
    let found = names.position(|known| known == name);
    if found.is_none() {
        let kind = if key == "account" { "account" } else { "carrier" };
        // A value that is a list says which of it is meant.
        let plain = key == "carrier" && !section.is_list(key);
        let which = if plain { String::new() } else { format!("`{name}` is ") };
        let problem = format!("{which}no such {kind}{}", did_you_mean(name, all));
        section.fail(key, problem, allowed.to_owned());
    }
    found
}

pub(super) fn one_of<'n>(kind: &str, names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.collect();
    let article = if kind == "account" { "an" } else { "a" };
    match names.len() {
        0 => format!("the name of {article} {kind}, of which there is none yet"),
        1..=20 => format!("{article} {kind}: {}", names.join(", ")),
        count => format!("the name of one of the {count} {kind}s"),
    }
}
