//! The numbers of reloads.

use metrics::{Counter, Gauge};

use super::names;
use super::registry::Registry;

/// The handles of whoever reloads the configuration.
#[derive(Clone, Debug)]
pub struct ReloadMetrics {
    ok: Counter,
    error: Counter,
    at: Gauge,
}

impl ReloadMetrics {
    /// Registers them.
    pub fn new(registry: &Registry) -> Self {
        Self {
            ok: registry.counter(&names::CONFIG_RELOADS, &["ok"]),
            error: registry.counter(&names::CONFIG_RELOADS, &["error"]),
            at: registry.gauge(&names::CONFIG_LAST_RELOAD, &[]),
        }
    }

    /// A configuration is in service since then, in seconds since the Unix epoch.
    pub fn succeeded(&self, at: f64) {
        self.at.set(at);
        self.ok.increment(1);
    }

    /// A configuration could not be used.
    pub fn failed(&self) {
        self.error.increment(1);
    }
}
