//! What routes say together: circles, the same said twice, and ranks that were left to chance.

use std::collections::HashMap;
use std::net::IpAddr;

use super::section::Section;
use crate::pipeline::route_config::RouteConfig;
use crate::pipeline::settings::{CarrierConfig, Settings};
use crate::route::table::RULES_MAX;

/// Checks all routes against accounts, carriers and each other. Sections and routes are in the same
/// order.
pub(super) fn check(sections: &[Section<'_>], settings: &Settings) {
    if let Some(section) = sections.get(RULES_MAX) {
        let problem = format!("is one of {} routes", sections.len());
        section.fail("carrier", problem, format!("at most {RULES_MAX} routes"));
        return;
    }
    for (section, route) in sections.iter().zip(&settings.routes) {
        for (key, place) in std::iter::once(("carrier", route.carrier))
            .chain(route.failover.iter().map(|&place| ("failover", place)))
        {
            leads_home(section, key, place, settings);
            leads_back(section, key, place, route, settings);
        }
    }
    twice(sections, &settings.routes);
}

/// A carrier that is our own listener: each message would come in again, for ever.
fn leads_home(section: &Section<'_>, key: &'static str, place: usize, settings: &Settings) {
    let Some(carrier) = settings.carriers.get(place) else { return };
    if !is_own_listener(carrier, settings) {
        return;
    }
    let own = settings.accounts.iter().find(|account| account.system_id == carrier.system_id);
    let as_whom = own.map_or_else(String::new, |account| format!(" as account {}", account.name));
    let problem = format!(
        "is a circle: carrier {} at {} is this gateway's own listener{as_whom}",
        carrier.name, carrier.address
    );
    section.fail(key, problem, "a carrier that is not this gateway".to_owned());
}

fn is_own_listener(carrier: &CarrierConfig, settings: &Settings) -> bool {
    let Some(listen) = settings.smpp.listen else { return false };
    let Some((host, port)) = carrier.address.rsplit_once(':') else { return false };
    if port.parse() != Ok(listen.port()) {
        return false;
    }
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let here = listen.ip().is_unspecified() || listen.ip().is_loopback();
    match host.parse::<IpAddr>() {
        Ok(host) if host.is_unspecified() => true,
        Ok(host) if listen.ip().is_unspecified() => host.is_loopback(),
        Ok(host) => host == listen.ip(),
        Err(_) => host.eq_ignore_ascii_case("localhost") && here,
    }
}

/// A route for an account to the carrier that this account is: it can never match.
fn leads_back(
    section: &Section<'_>,
    key: &'static str,
    place: usize,
    route: &RouteConfig,
    settings: &Settings,
) {
    let Some(carrier) = settings.carriers.get(place) else { return };
    for account in route.accounts.iter().filter_map(|&place| settings.accounts.get(place)) {
        if account.carrier.as_ref() == Some(&carrier.name) {
            let problem = format!(
                "is a circle: account {} is carrier {}, and nothing from it is routed back",
                account.name, carrier.name
            );
            section.fail(key, problem, "another carrier, or another account".to_owned());
        }
    }
}

/// Everything about a route that decides when it matches and ranks, but for its prefix.
type Conditions<'r> = (&'r [usize], Vec<String>, u8, u8);

/// Records routes of the same rank: the same conditions with nothing to choose by are an error, other
/// conditions of equal number are a warning.
fn twice(sections: &[Section<'_>], routes: &[RouteConfig]) {
    let mut seen: HashMap<(u16, String), Vec<usize>> = HashMap::new();
    for (place, route) in routes.iter().enumerate() {
        let mut keys = route.prefixes.clone();
        if keys.is_empty() {
            // Without a prefix a route ranks by its countries, or as a default route.
            let countries = route.countries.iter().map(|country| format!("={country}"));
            keys = countries.collect();
            if keys.is_empty() {
                keys.push(String::new());
            }
        }
        keys.sort();
        keys.dedup();
        for key in keys {
            let equals = seen.entry((route.order, key)).or_default();
            // One finding for each is enough, and keeps a table of doubles quick to check.
            if let Some(&other) = equals.first() {
                compare(&sections[place], place, other, sections, routes);
            }
            equals.push(place);
        }
    }
}

fn compare(
    section: &Section<'_>,
    place: usize,
    other: usize,
    sections: &[Section<'_>],
    routes: &[RouteConfig],
) {
    let (route, earlier) = (&routes[place], &routes[other]);
    let called = earlier.called(other);
    let key =
        if route.prefixes.is_empty() && !route.countries.is_empty() { "country" } else { "prefix" };
    if conditions(route) == conditions(earlier) {
        let chooses = |section: &Section<'_>| {
            section.given("weight").is_some() || section.given("cost").is_some()
        };
        let shared = chooses(section) && chooses(&sections[other]);
        if route.carrier == earlier.carrier || !shared {
            let allowed = format!(
                "a value of its own, or another carrier with `weight` or `cost` here and in \
                 route {called}"
            );
            section.fail(key, "is there twice".to_owned(), allowed);
        }
    } else if asked(route) == asked(earlier) {
        let problem = format!(
            "ranks as route {called} does, with other conditions: what meets both goes by cost and \
             weight; `order` would decide"
        );
        section.warn(key, problem, false);
    }
}

fn conditions(route: &RouteConfig) -> Conditions<'_> {
    let mut texts: Vec<String> = Vec::new();
    texts.extend(route.countries.iter().map(|country| format!("country {country}")));
    texts.extend(route.senders.iter().map(|text| format!("sender {}", text.to_lowercase())));
    texts
        .extend(route.sender_prefixes.iter().map(|text| format!("prefix {}", text.to_lowercase())));
    texts.extend(route.sender_kinds.iter().map(|kind| format!("kind {kind}")));
    texts.extend(route.tags.iter().map(|text| format!("tag {text}")));
    texts.sort();
    (&route.accounts, texts, *route.parts.start(), *route.parts.end())
}

/// How many conditions a route has, as the table counts them.
fn asked(route: &RouteConfig) -> usize {
    [
        !route.countries.is_empty(),
        !route.accounts.is_empty(),
        !route.senders.is_empty(),
        !route.sender_prefixes.is_empty(),
        !route.sender_kinds.is_empty(),
        !route.tags.is_empty(),
        route.parts != (0..=u8::MAX),
    ]
    .into_iter()
    .filter(|&asked| asked)
    .count()
}
