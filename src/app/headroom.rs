//! Looking after the memory: a few times a second, until it is aborted.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use super::gateway::Gateway;
use crate::pipeline::current::Current;
use crate::telemetry::memory::MemoryMetrics;

/// How often. At a hundred thousand messages a second it is 5 MB late.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Looks at what waits against a limit in octets.
pub fn watch_memory(gateway: &Gateway, limit: u64) -> JoinHandle<()> {
    let metrics = MemoryMetrics::new(&gateway.registry());
    let current: Current = gateway.current().clone();
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let shared = current.get();
            let over = shared.headroom.look(&shared, limit);
            let (bytes, limit) = shared.headroom.bytes();
            match over {
                Some(true) => {
                    tracing::warn!(bytes, limit, "too much waits in memory: submits are refused");
                }
                Some(false) => tracing::info!("memory has room again: submits are taken"),
                None => {}
            }
            metrics.show(bytes, limit);
        }
    })
}
