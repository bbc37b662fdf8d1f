//! Nothing passes faster than agreed.

use std::collections::BTreeMap;
use std::time::Duration;

use postrider::base::clock::Timestamp;
use postrider::pipeline::limit_config::LimitConfig;

use crate::context::Context;

/// More than this passed in one second, if it did: rate, burst, and how much later than it left
/// a message may be seen. Each process begins with a full burst.
fn too_many(ctx: &Context, seen: &[Timestamp], rate: u32, burst: u32) -> Option<String> {
    let slack = ctx.plan.slack();
    let window = Duration::from_secs(1) + slack;
    for (first, &from) in seen.iter().enumerate() {
        let to = from + Duration::from_secs(1);
        let count = seen[first..].iter().take_while(|at| **at <= to).count();
        let deaths = ctx.book.deaths.iter().filter(|at| **at + slack >= from && **at <= to).count();
        let bursts = burst as usize * (1 + deaths) + 1;
        let most = (f64::from(rate) * window.as_secs_f64()) as usize + bursts;
        if count > most {
            return Some(format!("{count} in a second, of {rate} + {burst} ({most} with slack)"));
        }
    }
    None
}

/// Submits that reach a centre.
pub fn the_rate_of_a_carrier_is_kept(ctx: &mut Context) {
    for centre in 0..ctx.plan.settings.carriers.len() {
        let config = &ctx.plan.settings.carriers[centre];
        let Some(rate) = config.rate_per_second else { continue };
        let takings = ctx.book.takings.iter().filter(|taking| taking.centre == centre);
        let seen: Vec<_> = takings.map(|taking| taking.at).collect();
        if let Some(what) = too_many(ctx, &seen, rate, config.burst) {
            ctx.violate("the rate of a carrier is kept", format!("centre {centre}: {what}"));
        }
    }
}

/// Submissions that are accepted, by the time their answer came.
pub fn the_rate_of_an_account_is_kept(ctx: &mut Context) {
    for account in 0..ctx.plan.settings.accounts.len() {
        let config = &ctx.plan.settings.accounts[account];
        let Some(rate) = config.rate_per_second else { continue };
        let stalled = |conn: Option<usize>| conn.is_some_and(|conn| ctx.net.conns[conn].stalled);
        let accepted = ctx.book.submissions.iter();
        let accepted = accepted.filter(|sent| sent.account == account && !stalled(sent.conn));
        let mut seen: Vec<_> =
            accepted.filter_map(|sent| sent.acknowledged.as_ref().map(|(at, _)| *at)).collect();
        seen.sort_unstable();
        if let Some(what) = too_many(ctx, &seen, rate, config.burst) {
            ctx.violate("the rate of an account is kept", format!("account {account}: {what}"));
        }
    }
}

/// When each submit of a group reached a centre; the group is a place in the settings, found by the
/// destination and the centre.
fn by_group(
    ctx: &Context,
    group: impl Fn(&[u8], usize) -> Option<usize>,
) -> BTreeMap<usize, Vec<Timestamp>> {
    let mut groups: BTreeMap<usize, Vec<Timestamp>> = BTreeMap::new();
    for taking in &ctx.book.takings {
        let destination = &ctx.book.submissions[taking.submission].destination;
        if let Some(place) = group(destination, taking.centre) {
            groups.entry(place).or_default().push(taking.at);
        }
    }
    groups.values_mut().for_each(|seen| seen.sort_unstable());
    groups
}

/// The longest of the prefixes that a number begins with.
fn longest(prefixes: &[String], number: &[u8]) -> Option<usize> {
    let begins = prefixes.iter().filter(|prefix| number.starts_with(prefix.as_bytes()));
    begins.map(String::len).max()
}

/// Submits of a route that reach the centres.
pub fn the_rate_of_a_route_is_kept(ctx: &mut Context) {
    let routes = ctx.plan.settings.routes.clone();
    let route = |number: &[u8], _| {
        let matching = routes.iter().enumerate();
        let matching = matching.filter_map(|(at, it)| Some((longest(&it.prefixes, number)?, at)));
        matching.max().map(|(_, place)| place)
    };
    for (place, seen) in by_group(ctx, route) {
        let Some(rate) = routes[place].rate_per_second else { continue };
        if let Some(what) = too_many(ctx, &seen, rate, routes[place].burst) {
            ctx.violate("the rate of a route is kept", format!("route {place}: {what}"));
        }
    }
}

/// Submits for a prefix that reach the centres, or the one that the limit names.
pub fn the_rate_of_a_prefix_is_kept(ctx: &mut Context) {
    let limits = ctx.plan.settings.limits.clone();
    let limit = |number: &[u8], centre: usize| {
        let applies = |limit: &LimitConfig| limit.carrier.is_none_or(|only| only == centre);
        let matching = limits.iter().enumerate().filter(|(_, limit)| applies(limit));
        let matching = matching.filter_map(|(at, it)| Some((longest(&it.prefixes, number)?, at)));
        matching.max().map(|(_, place)| place)
    };
    for (place, seen) in by_group(ctx, limit) {
        let limit = &limits[place];
        if let Some(what) = too_many(ctx, &seen, limit.rate_per_second, limit.burst) {
            ctx.violate("the rate of a prefix is kept", format!("limit {place}: {what}"));
        }
    }
}
