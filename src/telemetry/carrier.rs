//! A carrier's numbers.
//!
//! Counters and histograms are for whoever serves the carrier; the gauges that the board knows are
//! set when somebody scrapes.

use std::fmt;
use std::sync::{Arc, OnceLock, Weak};

use metrics::{Counter, Gauge, Histogram};

use super::family::Family;
use super::names;
use super::registry::{Registry, Seconds};

/// The channel that every message has for now.
const CHANNEL: &str = "sms";

/// What a carrier answered to a submit: the number of its word in [`CarrierMetrics::submits`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SubmitResult {
    /// It took the message.
    Ok = 0,
    /// It may take it later.
    Temp = 1,
    /// It never will.
    Perm = 2,
    /// It asks to slow down.
    Throttled = 3,
}

/// Why a bind is tried again: the number of its word in [`CarrierMetrics::rebinds`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RebindCause {
    /// No connection came about.
    Connect = 0,
    /// The carrier refused the bind.
    Refused = 1,
    /// The connection broke.
    Lost = 2,
    /// An answer did not come in time.
    Timeout = 3,
    /// The carrier ended the session.
    Unbind = 4,
    /// The carrier sent what is not SMPP.
    Protocol = 5,
}

const RESULTS: &[&str] = &["ok", "temp", "perm", "throttled"];
const CAUSES: &[&str] = &["connect", "refused", "lost", "timeout", "unbind", "protocol"];

/// In the order of `message::disposition::Disposition`.
pub(super) const DISPOSITIONS: &[&str] =
    &["in_progress", "delivered", "bounced", "blocked", "expired", "misdirected", "unknown"];

/// The groups of `message::reason::Reason`.
pub(super) const REASON_GROUPS: &[&str] =
    &["handset", "number", "policy", "sender", "routing", "gateway", "ok", "carrier"];

/// SMPP §5.2.28 by number; what is beyond counts as the last.
const STATES: &[&str] = &[
    "scheduled",
    "enroute",
    "delivered",
    "expired",
    "deleted",
    "undeliverable",
    "accepted",
    "unknown",
    "rejected",
    "skipped",
    "other",
];

/// One carrier's handles.
#[derive(Debug)]
pub struct CarrierMetrics {
    /// Submits answered, by [`SubmitResult`].
    pub submits: Family,
    /// Messages ended, by the number of their disposition.
    pub finals: Family,
    /// Messages ended otherwise than delivered, by the name of the reason's group.
    pub failures: Family,
    /// Seconds from submit to answer.
    pub submit_duration: Histogram,
    /// Seconds from acceptance to the receipt of delivery.
    pub delivery_duration: Histogram,
    /// Messages ready to go.
    pub queue_ready: Gauge,
    /// Messages waiting for a time of their own.
    pub queue_deferred: Gauge,
    /// Messages submitted without an answer.
    pub queue_inflight: Gauge,
    /// When the oldest ready message was accepted, in Unix seconds; 0 when none waits.
    pub queue_oldest_ready: Gauge,
    /// Messages that may wait.
    pub queue_limit: Gauge,
    /// 1 when it can be submitted to.
    pub up: Gauge,
    /// When anything last came from it, in Unix seconds.
    pub last_rx: Gauge,
    /// Binds tried again, by [`RebindCause`].
    pub rebinds: Family,
    /// Time the head of the queue waited for our own rate.
    pub throttle_wait_ours: Seconds,
    /// Time the head of the queue waited because the carrier throttled.
    pub throttle_wait_carrier: Seconds,
    /// Submits without an answer.
    pub window_inflight: Gauge,
    /// Sum of the windows of its binds that are up.
    pub window_limit: Gauge,
    /// Parts per second, 0 is unlimited.
    pub rate_limit: Gauge,
    /// Receipts, by the number of their `message_state`.
    pub receipts: Family,
    /// Receipts no message is known for.
    pub receipts_unmatched: Counter,
    /// Messages whose receipt has not come.
    pub receipts_pending: Gauge,
    /// PDUs.
    pub pdus: PduMetrics,
    binds: [[Gauge; 2]; 3],
}

impl CarrierMetrics {
    /// Registers them. Gauges of carriers that share a label would overwrite each other: they count
    /// nothing.
    pub(super) fn new(registry: &Arc<Registry>, carrier: &str, shared: bool) -> Self {
        let with_channel = [carrier, CHANNEL];
        let gauge = |metric: &names::Metric, more: &[&str]| {
            let labels: Vec<&str> = [carrier].iter().chain(more).copied().collect();
            if shared { Gauge::noop() } else { registry.gauge(metric, &labels) }
        };
        let queue = |queue: &str| gauge(&names::QUEUE_MESSAGES, &[queue]);
        let wait = |scope: &str| registry.seconds(&names::THROTTLE_WAIT, &[carrier, scope]);
        let binds =
            |mode: &str| ["up", "down"].map(|state| gauge(&names::CARRIER_BINDS, &[mode, state]));
        let family = |metric, words| Family::new(registry, metric, &[carrier], words);
        Self {
            submits: Family::new(registry, &names::SUBMITS, &with_channel, RESULTS),
            finals: Family::new(registry, &names::FINAL, &with_channel, DISPOSITIONS),
            failures: family(&names::FAILURES, REASON_GROUPS),
            submit_duration: registry.histogram(&names::SUBMIT_DURATION, &[carrier]),
            delivery_duration: registry.histogram(&names::DELIVERY_DURATION, &with_channel),
            queue_ready: queue("ready"),
            queue_deferred: queue("deferred"),
            queue_inflight: queue("inflight"),
            queue_oldest_ready: gauge(&names::QUEUE_OLDEST, &["ready"]),
            queue_limit: gauge(&names::QUEUE_LIMIT, &[]),
            up: gauge(&names::CARRIER_UP, &[]),
            last_rx: gauge(&names::CARRIER_LAST_RX, &[]),
            rebinds: family(&names::CARRIER_REBINDS, CAUSES),
            throttle_wait_ours: wait("ours"),
            throttle_wait_carrier: wait("carrier"),
            window_inflight: gauge(&names::WINDOW_INFLIGHT, &[]),
            window_limit: gauge(&names::WINDOW_LIMIT, &[]),
            rate_limit: gauge(&names::RATE_LIMIT, &[]),
            receipts: family(&names::RECEIPTS, STATES),
            receipts_unmatched: registry.counter(&names::RECEIPTS_UNMATCHED, &[carrier]),
            receipts_pending: gauge(&names::RECEIPTS_PENDING, &[]),
            pdus: PduMetrics::new(registry, carrier),
            binds: ["transmitter", "receiver", "transceiver"].map(binds),
        }
    }

    /// Shows how many binds of a type are up. The number is that of the type in the order
    /// transmitter, receiver, transceiver.
    pub fn binds(&self, mode: usize, up: u32, configured: u32) {
        if let Some([ups, downs]) = self.binds.get(mode) {
            ups.set(f64::from(up));
            downs.set(f64::from(configured.saturating_sub(up)));
        }
    }
}

/// PDUs exchanged with one carrier. A series comes into being with its first PDU: most commands are
/// never seen.
pub struct PduMetrics {
    registry: Weak<Registry>,
    carrier: String,
    cells: Box<[OnceLock<Counter>]>,
}

/// Which way a PDU went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// From the carrier.
    In = 0,
    /// To the carrier.
    Out = 1,
}

const DIRECTIONS: [&str; 2] = ["in", "out"];
const CLASSES: [&str; 3] = ["request", "ok", "error"];

/// SMPP §5.1.2.1, without the response bit.
const COMMANDS: [(u32, &str); 15] = [
    (0x001, "bind_receiver"),
    (0x002, "bind_transmitter"),
    (0x003, "query_sm"),
    (0x004, "submit_sm"),
    (0x005, "deliver_sm"),
    (0x006, "unbind"),
    (0x007, "replace_sm"),
    (0x008, "cancel_sm"),
    (0x009, "bind_transceiver"),
    (0x00b, "outbind"),
    (0x015, "enquire_link"),
    (0x021, "submit_multi"),
    (0x103, "data_sm"),
    (0x000, "generic_nack"),
    (u32::MAX, "other"),
];

const RESPONSE: u32 = 0x8000_0000;

impl PduMetrics {
    fn new(registry: &Arc<Registry>, carrier: &str) -> Self {
        let cells = DIRECTIONS.len() * COMMANDS.len() * CLASSES.len();
        let metrics = Self {
            registry: Arc::downgrade(registry),
            carrier: carrier.to_owned(),
            cells: std::iter::repeat_with(OnceLock::new).take(cells).collect(),
        };
        metrics.counter(Direction::Out, 0x004, 0).increment(0);
        metrics
    }

    /// Counts PDUs of one kind. `command_status` matters for responses only.
    pub fn count(&self, direction: Direction, command_id: u32, command_status: u32, count: u64) {
        self.counter(direction, command_id, command_status).increment(count);
    }

    fn counter(&self, direction: Direction, command_id: u32, command_status: u32) -> &Counter {
        let request = command_id & !RESPONSE;
        let command = COMMANDS.iter().position(|&(id, _)| id == request).unwrap_or(14);
        let class = match (command_id & RESPONSE, command_status) {
            (0, _) => 0,
            (_, 0) => 1,
            _ => 2,
        };
        let cell = (direction as usize * COMMANDS.len() + command) * CLASSES.len() + class;
        self.cells[cell].get_or_init(|| {
            let labels = [
                self.carrier.as_str(),
                DIRECTIONS[direction as usize],
                COMMANDS[command].1,
                CLASSES[class],
            ];
            let registry = self.registry.upgrade();
            registry.map_or_else(Counter::noop, |registry| registry.counter(&names::PDUS, &labels))
        })
    }
}

impl fmt::Debug for PduMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PduMetrics").field("carrier", &self.carrier).finish_non_exhaustive()
    }
}
