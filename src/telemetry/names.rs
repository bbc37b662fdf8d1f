//! Every metric: its name, type, labels, help and buckets. The one place that knows a name.
//!
//! Names are `postrider_<noun>[_<unit>][_total]`; a time is in seconds, a moment a timestamp. Labels
//! are few and closed: no account, number, sender or id ever becomes one.
//! **Invariant** (tested): every metric of [`ALL`] appears in a scrape with HELP and TYPE.

/// What a metric counts like.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Kind {
    /// Only goes up.
    Counter,
    /// Only goes up, by fractions of a second.
    Seconds,
    /// Goes up and down.
    Gauge,
    /// Counts in buckets, by their upper bounds.
    Histogram(&'static [f64]),
}

/// One metric.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Metric {
    /// As it is scraped.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// The labels each of its series has, in this order.
    pub labels: &'static [&'static str],
    /// One sentence.
    pub help: &'static str,
}

/// Writes the constants and the list of all of them.
macro_rules! metrics {
    ($($item:ident = $kind:expr, $name:literal [$($label:literal),*] $help:literal;)*) => {
        $(
            #[doc = $help]
            pub const $item: Metric =
                Metric { name: $name, kind: $kind, labels: &[$($label),*], help: $help };
        )*

        /// All metrics.
        pub const ALL: &[Metric] = &[$($item),*];
    };
}

use Kind::{Counter, Gauge, Histogram, Seconds};

const SUBMIT: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
const DELIVERY: &[f64] =
    &[0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0, 43_200.0, 86_400.0];
const WRITE: &[f64] = &[0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0];
const HTTP: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
const WEBHOOK: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0];

metrics! {
    BUILD_INFO = Gauge, "postrider_build_info" ["version"]
        "Always 1; the version that runs.";
    READY = Gauge, "postrider_ready" []
        "1 while messages are taken, as /readyz says.";
    DRAINING = Gauge, "postrider_draining" []
        "1 while the gateway takes nothing new and finishes what it has.";

    CONFIG_RELOADS = Counter, "postrider_config_reloads_total" ["result"]
        "Times the configuration was read, the start among them, by result: ok, error.";
    CONFIG_LAST_RELOAD = Gauge, "postrider_config_last_reload_success_timestamp_seconds" []
        "When the configuration in service was read.";

    ACCEPTED = Counter, "postrider_messages_accepted_total" ["ingress", "channel"]
        "Messages taken in: on disk and acknowledged.";
    REJECTED = Counter, "postrider_messages_rejected_total" ["ingress", "reason"]
        "Messages refused before they were taken in.";
    SESSIONS = Gauge, "postrider_sessions" ["ingress"]
        "Connections of applications and API clients.";
    AUTH_FAILURES = Counter, "postrider_auth_failures_total" ["ingress"]
        "Binds and requests with wrong credentials.";

    SUBMITS = Counter, "postrider_submits_total" ["carrier", "channel", "result"]
        "Submits answered by the carrier, by result: ok, temp, perm, throttled.";
    FINAL = Counter, "postrider_messages_final_total" ["carrier", "channel", "disposition"]
        "Messages whose end is known, by disposition.";
    FAILURES = Counter, "postrider_failures_total" ["carrier", "reason_group"]
        "Messages that ended otherwise than delivered, by whom the cause lies with.";
    SUBMIT_DURATION = Histogram(SUBMIT), "postrider_submit_duration_seconds" ["carrier"]
        "Time from a submit to its answer.";
    DELIVERY_DURATION = Histogram(DELIVERY), "postrider_delivery_duration_seconds" ["carrier", "channel"]
        "Time from acceptance to the receipt that it was delivered.";
    QUEUE_MESSAGES = Gauge, "postrider_queue_messages" ["carrier", "queue"]
        "Messages waiting for the carrier: ready, deferred, inflight.";
    QUEUE_OLDEST = Gauge, "postrider_queue_oldest_timestamp_seconds" ["carrier", "queue"]
        "When the oldest waiting message was accepted; 0 when none waits.";
    QUEUE_LIMIT = Gauge, "postrider_queue_limit_messages" ["carrier"]
        "Messages that may wait; more are refused.";

    CARRIER_UP = Gauge, "postrider_carrier_up" ["carrier"]
        "1 when at least one bind that can submit is up.";
    CARRIER_BINDS = Gauge, "postrider_carrier_binds" ["carrier", "type", "state"]
        "Binds by type and state: up, down.";
    CARRIER_LAST_RX = Gauge, "postrider_carrier_last_rx_timestamp_seconds" ["carrier"]
        "When anything last came from the carrier; 0 when nothing has.";
    CARRIER_REBINDS = Counter, "postrider_carrier_rebinds_total" ["carrier", "cause"]
        "Binds that were lost or refused and tried again, by cause.";
    PDUS = Counter, "postrider_pdus_total" ["carrier", "direction", "command", "status_class"]
        "SMPP PDUs by direction (in, out), command and status class (request, ok, error).";
    THROTTLE_WAIT = Seconds, "postrider_throttle_wait_seconds_total" ["carrier", "scope"]
        "Time the head of the queue waited for a limit, by whose limit: ours or the carrier's.";
    WINDOW_INFLIGHT = Gauge, "postrider_window_inflight" ["carrier"]
        "Submits without an answer.";
    WINDOW_LIMIT = Gauge, "postrider_window_limit" ["carrier"]
        "Sum of the windows of the binds that are up.";
    RATE_LIMIT = Gauge, "postrider_rate_limit_per_second" ["carrier"]
        "Configured rate in parts per second; 0 is unlimited.";

    LIMIT_RATE = Gauge, "postrider_limit_rate_per_second" ["limit"]
        "Configured rate of a route or a prefix, in parts per second.";
    LIMIT_HELD = Gauge, "postrider_limit_held_messages" ["limit"]
        "Messages that wait for the rate of a route or a prefix.";
    LIMIT_PARTS = Counter, "postrider_limit_parts_total" ["limit"]
        "Parts that left under the rate of a route or a prefix.";

    RECEIPTS = Counter, "postrider_receipts_total" ["carrier", "state"]
        "Receipts from the carrier, by the state they report.";
    RECEIPTS_UNMATCHED = Counter, "postrider_receipts_unmatched_total" ["carrier"]
        "Receipts that no message is known for; kept, and matched when one turns up.";
    RECEIPTS_PENDING = Gauge, "postrider_receipts_pending" ["carrier"]
        "Messages the carrier took whose receipt has not come.";

    HTTP_REQUESTS = Counter, "postrider_http_requests_total" ["route", "method", "code_class"]
        "Requests answered by the API, by the template of their route.";
    HTTP_DURATION = Histogram(HTTP), "postrider_http_request_duration_seconds" ["route", "method"]
        "Time from a request's header to its answer.";

    WEBHOOK_DELIVERIES = Counter, "postrider_webhook_deliveries_total" ["result"]
        "Attempts to tell webhooks an event, by their result.";
    WEBHOOK_DURATION = Histogram(WEBHOOK), "postrider_webhook_duration_seconds" []
        "Time of an attempt to tell a webhook an event.";
    WEBHOOK_BACKLOG = Gauge, "postrider_webhook_backlog" []
        "Events that webhooks are owed.";
    WEBHOOK_OLDEST = Gauge, "postrider_webhook_oldest_timestamp_seconds" []
        "When the oldest event that a webhook is owed was recorded; 0 when none is.";

    TRACE_SPANS = Counter, "postrider_trace_spans_total" ["result"]
        "Spans of traces that the collector took (ok) or did not (failed), and events passed over (dropped).";

    STORE_WRITE = Histogram(WRITE), "postrider_store_write_duration_seconds" []
        "Time of a write to the log until it was on disk.";
    STORE_BYTES = Gauge, "postrider_store_bytes" []
        "Size of the data directory.";
    STORE_FREE = Gauge, "postrider_store_free_bytes" []
        "Free space on the data directory's file system.";
    STORE_LOG_COMPRESSED = Gauge, "postrider_store_log_files_compressed" []
        "Log files that are compressed.";
    STORE_LOG_SAVED = Gauge, "postrider_store_log_saved_bytes" []
        "Octets that log files do not take because they are compressed.";
    INDEX_LAG = Gauge, "postrider_index_lag_seconds" []
        "How far the ledger's indexes are behind the log.";

    DROPPED_SERIES = Counter, "postrider_metrics_dropped_series_total" []
        "Series that were counted together because there were too many carriers.";

    MEMORY_WAITING = Gauge, "postrider_memory_waiting_bytes" []
        "Memory of messages that wait for carriers, estimated.";
    MEMORY_LIMIT = Gauge, "postrider_memory_limit_bytes" []
        "Where submits are refused because of it; 0 is nowhere.";

    PROCESS_CPU = Seconds, "process_cpu_seconds_total" []
        "Processor time used, user and system.";
    PROCESS_RSS = Gauge, "process_resident_memory_bytes" []
        "Memory in use.";
    PROCESS_FDS = Gauge, "process_open_fds" []
        "Open file descriptors.";
    PROCESS_MAX_FDS = Gauge, "process_max_fds" []
        "Open file descriptors allowed.";
    PROCESS_START = Gauge, "process_start_time_seconds" []
        "When the process started.";
}
