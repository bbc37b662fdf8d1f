//! The counters all shards share return to zero, and the world comes to rest.

use std::sync::atomic::Ordering;

use postrider::base::id::{AccountId, MessageOrd};
use postrider::message::disposition::Status;
use postrider::message::record::Direction;

use crate::gateway::Running;
use crate::world::World;

/// Every shared counter that is not zero.
fn not_zero(running: &Running) -> Vec<String> {
    let mut left = Vec::new();
    let mut look = |name: &str, what: &str, value: u64| {
        if value != 0 {
            left.push(format!("{what} of {name} is {}", value as i64));
        }
    };
    for account in &running.shared.accounts {
        let name = &account.config.name;
        look(name, "backlog", account.backlog.load(Ordering::Relaxed));
        look(name, "owed", account.owed.load(Ordering::Relaxed));
        look(name, "debt in the ledger", running.ledger.counts(account.id).owed);
    }
    look("nobody", "debt in the ledger", running.ledger.counts(AccountId::NONE).owed);
    for carrier in &running.shared.carriers {
        let name = &carrier.config.name;
        look(name, "backlog", carrier.backlog.load(Ordering::Relaxed));
        look(name, "deferred", carrier.deferred.load(Ordering::Relaxed));
        look(name, "in_flight", carrier.in_flight.load(Ordering::Relaxed));
    }
    left
}

pub fn counters_return_to_zero(world: &mut World) {
    let Some(running) = &world.gateway.running else { return };
    for what in not_zero(running) {
        world.ctx.violate("counters return to zero", what);
    }
}

/// Whether nothing is under way anywhere.
pub fn is_at_rest(world: &World) -> bool {
    let Some(running) = &world.gateway.running else { return false };
    let settled = running.shards.iter().all(|shard| shard.exchange.engine.settled());
    let indexed = running.ledger.indexed() == running.journal.durable();
    !running.stopping
        && settled
        && indexed
        && running.journal.staged_bytes() == 0
        && running.asks.is_empty()
        && world.clients.iter().all(|client| client.bound() && !client.waits())
        && world.links_are_whole()
        && world.centres_are_done()
        && not_zero(running).is_empty()
        && all_ended(running)
}

/// Whether every message has ended, or was sent and may never be reported on.
fn all_ended(running: &Running) -> bool {
    let ledger = &running.ledger;
    (0..ledger.stats().messages).map(MessageOrd).all(|ord| {
        let Ok(Some(state)) = ledger.state(ord) else { return true };
        let inbound = || {
            let stored = ledger.message(ord).ok().flatten();
            stored.is_some_and(|stored| stored.message().direction == Direction::Inbound)
        };
        state.status.is_final() || state.status == Status::Sent || inbound()
    })
}
