//! What has happened between two looks, a second.

use std::collections::VecDeque;

use serde::Serialize;

use super::snapshot::Snapshot;

/// Rates a second.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub(super) struct Rates {
    /// Messages taken in.
    pub(super) accepted: f64,
    /// Messages refused.
    pub(super) refused: f64,
    /// Submits answered.
    pub(super) submits: f64,
    /// Messages whose end became known.
    pub(super) finals: f64,
    /// Receipts.
    pub(super) receipts: f64,
    /// Processors in use.
    pub(super) cpus: f64,
}

impl Rates {
    /// Between two looks; nothing if the gateway was started in between.
    pub(super) fn between(one: &Snapshot, other: &Snapshot) -> Self {
        let seconds = other.at.duration_since(one.at).as_secs_f64();
        if seconds <= 0.0 {
            return Self::default();
        }
        let rate = |of: fn(&Snapshot) -> f64| ((of(other) - of(one)) / seconds).max(0.0);
        Self {
            accepted: rate(|it| it.accepted),
            refused: rate(|it| it.refused),
            submits: rate(|it| it.submits),
            finals: rate(|it| it.finals.values().sum()),
            receipts: rate(|it| it.receipts),
            cpus: rate(|it| it.cpu_s),
        }
    }
}

/// Rates of the last minutes.
#[derive(Clone, Debug, Default)]
pub(super) struct History(VecDeque<Rates>);

/// As many as a wide terminal has columns.
const HISTORY_MAX: usize = 300;

impl History {
    /// Adds the newest.
    pub(super) fn push(&mut self, rates: Rates) {
        if self.0.len() == HISTORY_MAX {
            self.0.pop_front();
        }
        self.0.push_back(rates);
    }

    /// The newest.
    pub(super) fn last(&self) -> Rates {
        self.0.back().copied().unwrap_or_default()
    }

    /// The last `columns` values of one rate, the newest last.
    pub(super) fn line(&self, columns: usize, of: fn(&Rates) -> f64) -> Vec<u64> {
        let skip = self.0.len().saturating_sub(columns);
        self.0.iter().skip(skip).map(|rates| of(rates).round() as u64).collect()
    }
}
