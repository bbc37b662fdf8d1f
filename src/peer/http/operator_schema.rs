//! The shapes of what operators are shown: carriers, queues, the process.

use serde::Serialize;
use utoipa::ToSchema;

/// Carriers, in the order of the configuration.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct CarrierList {
    /// The carriers.
    pub(super) data: Vec<CarrierState>,
}

/// How a carrier does.
#[derive(Serialize, ToSchema, Debug)]
#[schema(as = Carrier)]
pub(super) struct CarrierState {
    /// Its name in the configuration.
    pub(super) id: String,
    /// Always `carrier`.
    pub(super) object: &'static str,
    /// Binds that are up.
    pub(super) binds_up: u32,
    /// Binds configured.
    pub(super) binds: u32,
    /// Messages accepted and not yet submitted.
    pub(super) queued: u64,
    /// Messages that wait for another attempt.
    pub(super) deferred: u64,
    /// Submits without an answer.
    pub(super) in_flight: u64,
    /// Submits that may be without an answer, on all binds that are up.
    pub(super) window: u64,
    /// The configured rate, in parts per second.
    pub(super) rate_per_second: Option<u32>,
    /// The rate that its answers have taught, in parts per second.
    pub(super) learned_rate_per_second: Option<f64>,
    /// From a submit to its answer, in milliseconds, smoothed; 0 before the first.
    pub(super) round_trip_ms: f64,
    /// What holds the head of its queue.
    pub(super) hold: Option<CarrierHold>,
    /// Whether an operator has suspended it.
    pub(super) suspended: bool,
    /// Until when, unless until it is resumed.
    #[schema(format = DateTime)]
    pub(super) suspended_until: Option<String>,
    /// The rate that an operator has ordered.
    pub(super) limit: Option<CarrierLimit>,
    /// When anything last came from it.
    #[schema(format = DateTime)]
    pub(super) last_received_at: Option<String>,
    /// When the oldest message that could leave was accepted.
    #[schema(format = DateTime)]
    pub(super) oldest_at: Option<String>,
    /// The name of its profile.
    pub(super) profile: String,
}

/// What holds a queue.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct CarrierHold {
    /// The reason's code, which `/errors/{code}` explains.
    pub(super) reason: &'static str,
    /// The reason for people.
    pub(super) title: &'static str,
    /// Until when, where that is known.
    #[schema(format = DateTime)]
    pub(super) until: Option<String>,
}

/// A rate that an operator has ordered.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct CarrierLimit {
    /// Parts per second.
    pub(super) rate_per_second: u32,
    /// Until when, unless until it is ordered otherwise.
    #[schema(format = DateTime)]
    pub(super) until: Option<String>,
}

/// Queues, one for each carrier.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct QueueList {
    /// The queues.
    pub(super) data: Vec<Queue>,
}

/// What waits for a carrier.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct Queue {
    /// The carrier's name.
    pub(super) carrier: String,
    /// Always `queue`.
    pub(super) object: &'static str,
    /// Messages accepted and not yet submitted.
    pub(super) queued: u64,
    /// Messages that wait for another attempt.
    pub(super) deferred: u64,
    /// Submits without an answer.
    pub(super) in_flight: u64,
    /// Messages that may wait.
    pub(super) limit: u64,
    /// When the oldest message that could leave was accepted.
    #[schema(format = DateTime)]
    pub(super) oldest_at: Option<String>,
    /// The code of what holds its head.
    pub(super) hold: Option<&'static str>,
    /// Until when, where that is known.
    #[schema(format = DateTime)]
    pub(super) until: Option<String>,
}

/// What was tried at once.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct Flushed {
    /// The carrier's name.
    pub(super) carrier: String,
    /// Messages that waited for another attempt.
    pub(super) flushed: u64,
}

/// What was ended.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct Bounced {
    /// The carrier's name.
    pub(super) carrier: String,
    /// Messages that were ended.
    pub(super) ended: u64,
    /// The code of the reason that their histories have.
    pub(super) reason: &'static str,
}

/// That the process is going to end.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct Draining {
    /// Always `draining`.
    pub(super) status: &'static str,
}

/// What reading the configuration anew has changed, or would change.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct ReloadResult {
    /// `reloaded`, or `would_reload` of a trial.
    pub(super) status: &'static str,
    /// What is otherwise from now on, a line each.
    pub(super) changed: Vec<String>,
    /// What is otherwise in the file and wants a restart, a line each.
    pub(super) needs_restart: Vec<String>,
}

/// What is logged from now on.
#[derive(Serialize, ToSchema, Debug)]
pub(super) struct LogLevel {
    /// The directives.
    pub(super) filter: String,
    /// For how many seconds; `null` for good.
    pub(super) for_s: Option<u64>,
}
