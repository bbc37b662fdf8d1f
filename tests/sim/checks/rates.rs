//! Nothing passes faster than agreed.

use std::time::Duration;

use postrider::base::clock::Timestamp;

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
