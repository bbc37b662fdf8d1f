//! The numbers of what waits in memory.

use metrics::Gauge;

use super::names;
use super::registry::Registry;

/// The handles of whoever looks after the memory.
#[derive(Clone, Debug)]
pub struct MemoryMetrics {
    waiting: Gauge,
    limit: Gauge,
}

impl MemoryMetrics {
    /// Registers them.
    pub fn new(registry: &Registry) -> Self {
        let waiting = registry.gauge(&names::MEMORY_WAITING, &[]);
        Self { waiting, limit: registry.gauge(&names::MEMORY_LIMIT, &[]) }
    }

    /// Shows how many octets wait, and how many may.
    pub fn show(&self, waiting: u64, limit: u64) {
        self.waiting.set(waiting as f64);
        self.limit.set(limit as f64);
    }
}
