//! Series that we keep and write ourselves, because they are counted with every message.
//!
//! The library's handles keep a generation beside each number, and queue what histograms observe.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use super::names::Metric;

/// All series of one type: by name and labels, so that they are written in that order.
#[derive(Debug)]
pub(super) struct Kept<T>(Mutex<BTreeMap<(&'static str, String), Arc<T>>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Kept<T> {
    /// The series of these labels, which are in the order of the metric; made if there is none yet.
    pub(super) fn of(&self, metric: &Metric, labels: &[&str], make: impl FnOnce() -> T) -> Arc<T> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (metric.name, written(metric, labels));
        Arc::clone(all.entry(key).or_insert_with(|| Arc::new(make())))
    }

    /// Writes help, type and the series of a metric; nothing if it has none. `each` writes one, with
    /// its labels as `a="b",c="d"`.
    pub(super) fn write(
        &self,
        metric: &Metric,
        kind: &str,
        page: &mut String,
        mut each: impl FnMut(&T, &str, &mut String) -> fmt::Result,
    ) -> fmt::Result {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Metric { name, help, .. } = metric;
        let from = (*name, String::new());
        let mut series = all.range(from..).take_while(|((of, _), _)| of == name).peekable();
        if series.peek().is_none() {
            return Ok(());
        }
        write!(page, "# HELP {name} {help}\n# TYPE {name} {kind}\n")?;
        for ((_, labels), one) in series {
            each(one, labels, page)?;
        }
        writeln!(page)
    }
}

/// Writes the line of a series that has one number.
pub(super) fn line(
    name: &str,
    labels: &str,
    value: impl fmt::Display,
    page: &mut String,
) -> fmt::Result {
    match labels {
        "" => writeln!(page, "{name} {value}"),
        _ => writeln!(page, "{name}{{{labels}}} {value}"),
    }
}

/// Labels as the page has them, without the braces.
fn written(metric: &Metric, labels: &[&str]) -> String {
    debug_assert_eq!(metric.labels.len(), labels.len(), "{}", metric.name);
    let mut text = String::new();
    for (label, value) in metric.labels.iter().zip(labels) {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let comma = if text.is_empty() { "" } else { "," };
        let _ = write!(text, "{comma}{label}=\"{value}\"");
    }
    text
}
