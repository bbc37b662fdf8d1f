//! The numbers of a way in: SMPP, HTTP.
//!
//! Accounts have none of their own: their number is not bounded (see `names`).

use metrics::{Counter, Gauge};

use super::family::Family;
use super::names;
use super::registry::Registry;

/// Words of `reason` for what is refused: those of the pipeline's refusals, and those of a way in.
/// What is not here counts as the last.
pub const REJECTED: &[&str] = &[
    "unknown_account",
    "over_rate",
    "no_route",
    "queue_full",
    "invalid_source",
    "invalid_destination",
    "too_long",
    "over_memory",
    "disk_full",
    "disk_failed",
    "draining",
    "busy",
    "invalid_request",
    "window",
    "other",
];

/// The handles of one way in.
#[derive(Debug)]
pub struct IngressMetrics {
    /// Messages taken in.
    pub accepted: Counter,
    /// Messages refused, by a word of [`REJECTED`].
    pub rejected: Family,
    /// Connections now.
    pub sessions: Gauge,
    /// Wrong credentials.
    pub auth_failures: Counter,
}

impl IngressMetrics {
    /// Registers those of `smpp` or `http`.
    pub fn new(registry: &Registry, ingress: &str) -> Self {
        Self {
            accepted: registry.counter(&names::ACCEPTED, &[ingress, "sms"]),
            rejected: Family::new(registry, &names::REJECTED, &[ingress], REJECTED),
            sessions: registry.gauge(&names::SESSIONS, &[ingress]),
            auth_failures: registry.counter(&names::AUTH_FAILURES, &[ingress]),
        }
    }
}
