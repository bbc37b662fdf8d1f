//! `[[limit]]`: how fast messages may leave for which destinations.

use std::collections::HashMap;

use super::route;
use super::section::Section;
use crate::pipeline::limit_config::{LIMITS_MAX, LimitConfig};
use crate::pipeline::route_config::RouteConfig;
use crate::pipeline::settings::CarrierConfig;

const PREFIX: &str =
    "up to 15 digits, with or without `+`, or a list of such; \"\" is every destination";

pub(super) fn read(section: &Section<'_>, carriers: &[CarrierConfig]) -> LimitConfig {
    let rate_per_second = rate(section);
    if rate_per_second.is_none() && section.given("rate_per_second").is_none() {
        section.missing("rate_per_second", "parts per second, a whole number from 1 to 1000000");
    }
    let rate_per_second = rate_per_second.unwrap_or(1);
    let limit = LimitConfig {
        name: route::name(section),
        prefixes: route::prefixes(section, PREFIX),
        carrier: route::carrier_or_none(section, carriers),
        rate_per_second,
        burst: burst(section, rate_per_second),
    };
    if limit.prefixes.is_empty() && section.given("prefix").is_none() {
        section.missing("prefix", PREFIX);
    }
    section.finish();
    limit
}

/// A rate in parts per second, as carriers and accounts have it.
pub(super) fn rate(section: &Section<'_>) -> Option<u32> {
    section.number_or_none("rate_per_second", 1..=1_000_000)
}

/// A burst: as many parts as in a second unless given.
pub(super) fn burst(section: &Section<'_>, rate_per_second: u32) -> u32 {
    section.number("burst", rate_per_second, 1..=1_000_000)
}

/// What only all limits show: how many they are, and that no prefix has two.
pub(super) fn check(
    sections: &[Section<'_>],
    limits: &[LimitConfig],
    routes: (&[Section<'_>], &[RouteConfig]),
) {
    let limited =
        routes.0.iter().zip(routes.1).filter(|(_, route)| route.rate_per_second.is_some());
    let all = sections.iter().chain(limited.map(|(section, _)| section));
    if let Some(section) = all.clone().nth(LIMITS_MAX) {
        let problem = format!("is one of {} limits and routes with a rate", all.count());
        section.fail("rate_per_second", problem, format!("at most {LIMITS_MAX} of both"));
        return;
    }
    let mut seen = HashMap::new();
    for (place, (section, limit)) in sections.iter().zip(limits).enumerate() {
        for prefix in &limit.prefixes {
            let earlier = seen.insert((prefix, limit.carrier), place);
            if let Some(earlier) = earlier.filter(|earlier| *earlier != place) {
                let problem = format!("`{prefix}` is limited by limit {} already", earlier + 1);
                let allowed = "each prefix once, or once for each carrier".to_owned();
                section.fail("prefix", problem, allowed);
            }
        }
    }
}
