//! The numbers of webhooks: of all together, as endpoints have no label.

use metrics::{Gauge, Histogram};

use super::family::Family;
use super::names;
use super::registry::Registry;

/// The handles of whoever tells webhooks.
#[derive(Debug)]
pub struct WebhookMetrics {
    /// Attempts, by their results.
    pub deliveries: Family,
    /// Seconds of an attempt.
    pub duration: Histogram,
    /// Events that are owed.
    pub backlog: Gauge,
    /// When the oldest of them was recorded.
    pub oldest: Gauge,
}

impl WebhookMetrics {
    /// Registers them; `results` are the words of an attempt's end.
    pub fn new(registry: &Registry, results: &'static [&'static str]) -> Self {
        Self {
            deliveries: Family::new(registry, &names::WEBHOOK_DELIVERIES, &[], results),
            duration: registry.histogram(&names::WEBHOOK_DURATION, &[]),
            backlog: registry.gauge(&names::WEBHOOK_BACKLOG, &[]),
            oldest: registry.gauge(&names::WEBHOOK_OLDEST, &[]),
        }
    }
}
