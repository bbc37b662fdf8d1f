//! The pages as lines of text: what `--once` prints and the screen shows.

use std::fmt::Write as _;

use super::rates::Rates;
use super::snapshot::Snapshot;
use crate::cli::carriers;
use crate::cli::queue;

/// The gateway as a whole.
pub(super) fn overview(now: &Snapshot, rates: Option<&Rates>) -> Vec<String> {
    let mut lines = vec![match &now.reason {
        None => "ready".to_owned(),
        Some(reason) => format!("NOT READY: {reason}"),
    }];
    let up = |carrier: &&serde_json::Value| carrier["binds_up"].as_u64() > Some(0);
    let sum = |key: &str| -> u64 {
        now.carriers.iter().filter_map(|carrier| carrier[key].as_u64()).sum()
    };
    lines.push(format!(
        "carriers   {} of {} up, {} queued, {} deferred, {} in flight",
        now.carriers.iter().filter(up).count(),
        now.carriers.len(),
        sum("queued"),
        sum("deferred"),
        sum("in_flight"),
    ));
    lines.push(format!(
        "messages   {} accepted, {} refused, {} submits answered, {} receipts",
        now.accepted, now.refused, now.submits, now.receipts
    ));
    let mut ends = String::new();
    for (disposition, count) in now.finals.iter().filter(|(_, count)| **count > 0.0) {
        let comma = if ends.is_empty() { "" } else { ", " };
        let _infallible = write!(ends, "{comma}{count} {disposition}");
    }
    lines.push(format!("ended      {}", if ends.is_empty() { "none" } else { &ends }));
    lines.push(format!(
        "process    {} resident, {} of {} waiting, {} free on disk, {} sessions",
        bytes(now.memory_bytes),
        bytes(now.waiting_bytes),
        bytes(now.waiting_limit_bytes),
        bytes(now.free_bytes),
        now.sessions
    ));
    if let Some(Rates { accepted, refused, submits, finals, receipts, cpus }) = rates {
        lines.push(format!(
            "a second   {accepted:.0} accepted, {refused:.0} refused, {submits:.0} submits, \
             {finals:.0} ended, {receipts:.0} receipts, {cpus:.2} processors"
        ));
    }
    lines
}

/// How carriers do.
pub(super) fn carriers(now: &Snapshot) -> Vec<String> {
    let head = carriers::head();
    std::iter::once(head).chain(now.carriers.iter().map(carriers::row)).collect()
}

/// What waits, the fullest queue first.
pub(super) fn queues(now: &Snapshot) -> Vec<String> {
    let mut queues: Vec<_> = now.carriers.iter().collect();
    let waiting = |carrier: &serde_json::Value| {
        carrier["queued"].as_u64().unwrap_or(0) + carrier["deferred"].as_u64().unwrap_or(0)
    };
    queues.sort_by_key(|carrier| std::cmp::Reverse(waiting(carrier)));
    std::iter::once(queue::head()).chain(queues.into_iter().map(queue::row_of_carrier)).collect()
}

/// A number of octets for people.
fn bytes(count: f64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"];
    let (mut count, mut unit) = (count, 0);
    while count >= 1_000.0 && unit + 1 < units.len() {
        count /= 1_000.0;
        unit += 1;
    }
    if unit == 0 { format!("{count:.0} B") } else { format!("{count:.1} {}", units[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_are_told_in_the_unit_that_fits() {
        assert_eq!(bytes(0.0), "0 B");
        assert_eq!(bytes(999.0), "999 B");
        assert_eq!(bytes(1_500.0), "1.5 kB");
        assert_eq!(bytes(2.5e9), "2.5 GB");
        assert_eq!(bytes(5e15), "5000.0 TB");
    }
}
