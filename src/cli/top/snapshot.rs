//! One look at a gateway: its readiness, its carriers, and its counters.

use std::collections::BTreeMap;
use std::time::Instant;

use serde::Serialize;
use serde_json::Value;

use crate::cli::api_client::{ApiClient, ApiError};

/// What a gateway says of itself at a moment.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Snapshot {
    /// Whether it takes messages; if not, why.
    pub(super) ready: bool,
    /// Why it does not.
    pub(super) reason: Option<String>,
    /// Messages taken in since the start.
    pub(super) accepted: f64,
    /// Messages refused since the start.
    pub(super) refused: f64,
    /// Submits answered since the start.
    pub(super) submits: f64,
    /// Messages whose end is known, by disposition.
    pub(super) finals: BTreeMap<String, f64>,
    /// Receipts since the start.
    pub(super) receipts: f64,
    /// Processor time, in seconds.
    pub(super) cpu_s: f64,
    /// Memory in use, in octets.
    pub(super) memory_bytes: f64,
    /// Memory that waits, and how much may.
    pub(super) waiting_bytes: f64,
    /// How much may.
    pub(super) waiting_limit_bytes: f64,
    /// Free space beside the data.
    pub(super) free_bytes: f64,
    /// Connections of applications and of the API.
    pub(super) sessions: f64,
    /// As `/v1/carriers` has them.
    pub(super) carriers: Vec<Value>,
    /// When it was taken.
    #[serde(skip)]
    pub(super) at: Instant,
}

/// Looks.
pub(super) async fn look(client: &ApiClient) -> Result<Snapshot, ApiError> {
    let carriers = client.get("/v1/carriers").await?;
    let page = client.text("/metrics").await?;
    let ready = client.get("/readyz").await;
    let reason = match ready {
        Ok(_) => None,
        Err(ApiError::Refused { reason, .. }) => Some(reason.into()),
        Err(error) => return Err(error),
    };
    let sum = |name: &str| samples(&page, name).map(|(_, value)| value).sum();
    let mut finals = BTreeMap::new();
    for (labels, value) in samples(&page, "postrider_messages_final_total") {
        *finals.entry(label(labels, "disposition").to_owned()).or_default() += value;
    }
    Ok(Snapshot {
        ready: reason.is_none(),
        reason,
        accepted: sum("postrider_messages_accepted_total"),
        refused: sum("postrider_messages_rejected_total"),
        submits: sum("postrider_submits_total"),
        finals,
        receipts: sum("postrider_receipts_total"),
        cpu_s: sum("process_cpu_seconds_total"),
        memory_bytes: sum("process_resident_memory_bytes"),
        waiting_bytes: sum("postrider_memory_waiting_bytes"),
        waiting_limit_bytes: sum("postrider_memory_limit_bytes"),
        free_bytes: sum("postrider_store_free_bytes"),
        sessions: sum("postrider_sessions"),
        carriers: carriers["data"].as_array().cloned().unwrap_or_default(),
        at: Instant::now(),
    })
}

/// The samples of a metric on a page in Prometheus' text format: labels and value.
fn samples<'p>(page: &'p str, name: &'p str) -> impl Iterator<Item = (&'p str, f64)> {
    page.lines().filter_map(move |line| {
        let rest = line.strip_prefix(name)?;
        let (labels, value) = match rest.strip_prefix('{') {
            Some(rest) => rest.rsplit_once("} ")?,
            None => ("", rest.strip_prefix(' ')?),
        };
        Some((labels, value.parse().ok()?))
    })
}

/// The value of a label; names of ours have no quotes in them.
fn label<'p>(labels: &'p str, name: &str) -> &'p str {
    labels
        .split(',')
        .filter_map(|label| label.split_once('='))
        .find(|(key, _)| *key == name)
        .map_or("", |(_, value)| value.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# HELP a_total A.\n# TYPE a_total counter\na_total{x=\"1\",y=\"b c\"} 3\n\
                        a_total{x=\"2\",y=\"d\"} 4.5\nb 7\na_total_more{x=\"1\"} 9\n";

    #[test]
    fn samples_are_found_by_their_whole_name() {
        let found: Vec<_> = samples(PAGE, "a_total").collect();
        assert_eq!(found, [("x=\"1\",y=\"b c\"", 3.0), ("x=\"2\",y=\"d\"", 4.5)]);
        assert_eq!(label(found[0].0, "y"), "b c");
        assert_eq!(samples(PAGE, "b").collect::<Vec<_>>(), [("", 7.0)]);
        assert_eq!(samples(PAGE, "c").count(), 0);
    }
}
