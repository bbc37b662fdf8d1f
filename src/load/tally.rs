//! What a flow counted and how long things took.

use std::collections::BTreeMap;

use hdrhistogram::Histogram;
use serde_json::{Value, json};

use crate::base::clock::Timestamp;
use crate::load::track::Strays;
use crate::wire::smpp::status::CommandStatus;

/// The longest latency told apart from longer ones: an hour.
const LATENCY_MAX_US: u64 = 3_600_000_000;

/// The percentiles reported.
pub const PERCENTILES: [(&str, f64); 4] =
    [("p50", 50.0), ("p90", 90.0), ("p99", 99.0), ("p99.9", 99.9)];

/// Latencies in microseconds, to three digits.
#[derive(Clone, Debug)]
pub struct Latency(Option<Histogram<u64>>);

impl Default for Latency {
    fn default() -> Self {
        // `None` only if the bounds made no sense; then there is nothing to report either.
        Self(Histogram::new_with_bounds(1, LATENCY_MAX_US, 3).ok())
    }
}

impl Latency {
    /// Adds one.
    #[inline]
    pub fn add(&mut self, micros: u64) {
        if let Some(histogram) = &mut self.0 {
            histogram.saturating_record(micros);
        }
    }

    /// Adds those of another round, which has the same bounds.
    fn merge(&mut self, other: &Self) {
        if let Some((histogram, other)) = self.0.as_mut().zip(other.0.as_ref()) {
            // Values beyond the bounds cannot be: both were given the same.
            let _same_bounds = histogram.add(other);
        }
    }

    /// The percentiles of [`PERCENTILES`] and the greatest, in milliseconds; empty without any.
    pub fn summary(&self) -> Vec<(&'static str, f64)> {
        let Some(histogram) = self.0.as_ref().filter(|histogram| !histogram.is_empty()) else {
            return Vec::new();
        };
        let millis = |micros: u64| micros as f64 / 1_000.0;
        let at = |&(name, percentile): &(&'static str, f64)| {
            (name, millis(histogram.value_at_percentile(percentile)))
        };
        PERCENTILES.iter().map(at).chain([("max", millis(histogram.max()))]).collect()
    }
}

/// Everything a flow counted.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// submit_sm sent.
    pub submitted: u64,
    /// Of these accepted.
    pub acknowledged: u64,
    /// Of these refused, by status.
    pub refused: BTreeMap<CommandStatus, u64>,
    /// Of the refused, sent again later.
    pub retried: u64,
    /// Never answered.
    pub unanswered: u64,
    /// Receipts of acknowledged messages.
    pub matched: u64,
    /// Of these such as came before the submit_sm_resp.
    pub early: u64,
    /// Receipts matched, by `message_state`.
    pub states: BTreeMap<u8, u64>,
    /// Receipts that do not end a message.
    pub intermediate: u64,
    /// Mobile-originated messages.
    pub mobile_originated: u64,
    /// Acknowledged messages without a receipt at the end.
    pub lost: u64,
    /// Receipts that should not have come.
    pub strays: Strays,
    /// Messages given an id that another one still had.
    pub repeated_ids: u64,
    /// Connections that broke before the end.
    pub disconnects: u64,
    /// When the first submit was sent.
    pub first_submit: Timestamp,
    /// When the last submit_sm_resp came.
    pub last_acknowledgement: Timestamp,
    /// When the last matching receipt came.
    pub last_receipt: Timestamp,
    /// From due to submit_sm_resp.
    pub submit: Latency,
    /// From due to receipt.
    pub receipt: Latency,
}

impl Tally {
    /// Adds a later round of the same flow, without the pause before it: rates are those of the
    /// time in which there was load.
    pub fn merge(&mut self, later: &Self) {
        if later.submitted == 0 {
            return;
        }
        if self.submitted == 0 {
            self.first_submit = later.first_submit;
            self.last_acknowledgement = self.first_submit;
            self.last_receipt = self.first_submit;
        }
        let first = self.first_submit;
        let and = |end: Timestamp, last: Timestamp| end.max(first) + last.since(later.first_submit);
        self.last_acknowledgement = and(self.last_acknowledgement, later.last_acknowledgement);
        self.last_receipt = and(self.last_receipt, later.last_receipt);
        self.submitted += later.submitted;
        self.acknowledged += later.acknowledged;
        self.retried += later.retried;
        self.unanswered += later.unanswered;
        self.matched += later.matched;
        self.early += later.early;
        self.intermediate += later.intermediate;
        self.mobile_originated += later.mobile_originated;
        self.lost += later.lost;
        self.strays.doubled += later.strays.doubled;
        self.strays.unknown += later.strays.unknown;
        self.repeated_ids += later.repeated_ids;
        self.disconnects += later.disconnects;
        for (&status, count) in &later.refused {
            *self.refused.entry(status).or_default() += count;
        }
        for (&state, count) in &later.states {
            *self.states.entry(state).or_default() += count;
        }
        self.submit.merge(&later.submit);
        self.receipt.merge(&later.receipt);
    }

    /// Acknowledgements a second, from the first submit to the last of them.
    pub fn submit_rate(&self) -> f64 {
        per_second(self.acknowledged, self.first_submit, self.last_acknowledgement)
    }

    /// Receipts matched a second, from the first submit to the last of them.
    pub fn end_to_end_rate(&self) -> f64 {
        per_second(self.matched, self.first_submit, self.last_receipt)
    }

    /// Messages that went all the way: matched if there are receipts, else acknowledged.
    pub fn completed(&self) -> u64 {
        if self.matched > 0 { self.matched } else { self.acknowledged }
    }

    /// Whether every message acknowledged had exactly its receipt, and no connection broke.
    pub fn is_clean(&self) -> bool {
        self.lost == 0 && self.strays == Strays::default() && self.repeated_ids == 0
    }

    /// The counts and latencies as JSON.
    pub fn to_json(&self) -> Value {
        let refused: BTreeMap<String, u64> =
            self.refused.iter().map(|(status, count)| (status.to_string(), *count)).collect();
        let states: BTreeMap<String, u64> =
            self.states.iter().map(|(&state, count)| (state_name(state), *count)).collect();
        let latency =
            |latency: &Latency| -> BTreeMap<&str, f64> { latency.summary().into_iter().collect() };
        json!({
            "submitted": self.submitted,
            "acknowledged": self.acknowledged,
            "refused": refused,
            "retried": self.retried,
            "unanswered": self.unanswered,
            "receipts_matched": self.matched,
            "receipts_early": self.early,
            "receipts_by_state": states,
            "receipts_intermediate": self.intermediate,
            "receipts_lost": self.lost,
            "receipts_doubled": self.strays.doubled,
            "receipts_unknown": self.strays.unknown,
            "repeated_ids": self.repeated_ids,
            "mobile_originated": self.mobile_originated,
            "disconnects": self.disconnects,
            "submits_per_second": self.submit_rate(),
            "end_to_end_per_second": self.end_to_end_rate(),
            "submit_latency_ms": latency(&self.submit),
            "receipt_latency_ms": latency(&self.receipt),
        })
    }
}

/// The name of a `message_state` (SMPP v3.4 §5.2.28).
pub fn state_name(state: u8) -> String {
    let names = [
        "ENROUTE",
        "DELIVERED",
        "EXPIRED",
        "DELETED",
        "UNDELIVERABLE",
        "ACCEPTED",
        "UNKNOWN",
        "REJECTED",
    ];
    let name = usize::from(state).checked_sub(1).and_then(|place| names.get(place));
    name.map_or_else(|| "not stated".to_owned(), |&name| name.to_owned())
}

fn per_second(count: u64, from: Timestamp, to: Timestamp) -> f64 {
    let seconds = to.since(from).as_secs_f64();
    if seconds > 0.0 { count as f64 / seconds } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_those_of_the_values() {
        let mut latency = Latency::default();
        assert!(latency.summary().is_empty());
        (1..=1_000).for_each(|millis| latency.add(millis * 1_000));
        for ((name, value), wanted) in
            latency.summary().iter().zip([500.0, 900.0, 990.0, 999.0, 1000.0])
        {
            assert!((value - wanted).abs() <= wanted / 500.0, "{name} is {value}, not {wanted}");
        }
    }

    #[test]
    fn rates_count_from_the_first_submit() {
        let tally = Tally {
            acknowledged: 500,
            matched: 500,
            first_submit: Timestamp(1_000_000),
            last_acknowledgement: Timestamp(1_500_000),
            last_receipt: Timestamp(2_000_000),
            ..Tally::default()
        };
        assert!((tally.submit_rate() - 1000.0).abs() < 1e-6);
        assert!((tally.end_to_end_rate() - 500.0).abs() < 1e-6);
        assert!(tally.is_clean());
    }

    #[test]
    fn rounds_are_added_without_the_pauses_between_them() {
        let round = |from: u64, count: u64| {
            let mut tally = Tally {
                submitted: count,
                acknowledged: count,
                matched: count,
                states: BTreeMap::from([(2, count)]),
                first_submit: Timestamp(from),
                last_acknowledgement: Timestamp(from + 500_000),
                last_receipt: Timestamp(from + 1_000_000),
                ..Tally::default()
            };
            tally.submit.add(1_000);
            tally
        };
        let mut all = Tally::default();
        all.merge(&round(1_000_000, 300));
        all.merge(&round(9_000_000, 500));
        all.merge(&Tally::default());
        assert_eq!((all.matched, all.states[&2]), (800, 800));
        assert!((all.submit_rate() - 800.0).abs() < 1e-6, "{}", all.submit_rate());
        assert!((all.end_to_end_rate() - 400.0).abs() < 1e-6, "{}", all.end_to_end_rate());
        assert_eq!(all.submit.0.as_ref().unwrap().len(), 2);
    }
}
