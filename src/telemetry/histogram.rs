//! Histograms of fixed buckets: an observation is two additions, nothing is queued.
//!
//! The library's own keep every observation until they are drained, and ask for the time with each:
//! that is a visible part of a message's cost. These are handed out as the library's handles.

use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};

use metrics::HistogramFn;

/// One series: observations by bucket, and their sum.
#[derive(Debug)]
pub(super) struct Buckets {
    /// Upper bounds, ascending; a value on a bound belongs under it.
    bounds: &'static [f64],
    /// One for each bound, and one for what is beyond the last. Not cumulative.
    counts: Box<[AtomicU64]>,
    /// The sum of all observations, as the bits of an `f64`.
    sum: AtomicU64,
}

impl Buckets {
    /// Empty ones.
    pub(super) fn new(bounds: &'static [f64]) -> Self {
        let counts = (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect();
        Self { bounds, counts, sum: AtomicU64::new(0.0_f64.to_bits()) }
    }

    /// Writes the series in Prometheus' text format: cumulative buckets, sum and count. `labels` is
    /// `a="b",c="d"`, or nothing.
    pub(super) fn write(&self, name: &str, labels: &str, page: &mut String) -> fmt::Result {
        let comma = if labels.is_empty() { "" } else { "," };
        let mut count = 0;
        for (bound, observed) in self.bounds.iter().zip(&self.counts) {
            count += observed.load(Ordering::Relaxed);
            writeln!(page, "{name}_bucket{{{labels}{comma}le=\"{bound}\"}} {count}")?;
        }
        count += self.counts.last().map_or(0, |beyond| beyond.load(Ordering::Relaxed));
        let sum = f64::from_bits(self.sum.load(Ordering::Relaxed));
        let (open, close) = if labels.is_empty() { ("", "") } else { ("{", "}") };
        writeln!(page, "{name}_bucket{{{labels}{comma}le=\"+Inf\"}} {count}")?;
        writeln!(page, "{name}_sum{open}{labels}{close} {sum}")?;
        writeln!(page, "{name}_count{open}{labels}{close} {count}")
    }
}

impl HistogramFn for Buckets {
    fn record(&self, value: f64) {
        let bucket = self.bounds.iter().take_while(|&&bound| bound < value).count();
        if let Some(count) = self.counts.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let mut sum = self.sum.load(Ordering::Relaxed);
        while let Err(newer) = self.sum.compare_exchange_weak(
            sum,
            (f64::from_bits(sum) + value).to_bits(),
            Ordering::Relaxed,
            Ordering::Relaxed,
        ) {
            sum = newer;
        }
    }
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};

    use super::*;

    const BOUNDS: &[f64] = &[0.001, 0.25, 1.0, 86_400.0];

    /// What the library's exporter writes of the same observations, without help and type.
    fn written_by_the_library(labels: Vec<metrics::Label>, values: &[f64]) -> String {
        use metrics::{Key, Level, Metadata, Recorder as _};
        let matcher = Matcher::Full("a_seconds".into());
        let builder = PrometheusBuilder::new().set_buckets_for_metric(matcher, BOUNDS);
        let recorder = builder.expect("some buckets").build_recorder();
        let metadata = Metadata::new("here", Level::INFO, None);
        let key = Key::from_parts("a_seconds", labels);
        let histogram = recorder.register_histogram(&key, &metadata);
        values.iter().for_each(|&value| histogram.record(value));
        let page = recorder.handle().render();
        let lines = page.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        lines.fold(String::new(), |all, line| all + line + "\n")
    }

    #[test]
    fn a_series_is_written_as_the_library_writes_it() {
        let values = [0.0005, 0.001, 0.0011, 0.25, 1.0, 3_600.5, 86_400.0, 86_401.0, 1e9];
        for upto in 0..=values.len() {
            let buckets = Buckets::new(BOUNDS);
            values[..upto].iter().for_each(|&value| buckets.record(value));
            let labels =
                [("", vec![]), (r#"carrier="x""#, vec![metrics::Label::new("carrier", "x")])];
            for (written, labels) in labels {
                let mut page = String::new();
                buckets.write("a_seconds", written, &mut page).expect("room");
                assert_eq!(page, written_by_the_library(labels, &values[..upto]));
            }
        }
    }

    #[test]
    fn observations_of_several_threads_are_all_counted() {
        let buckets = Buckets::new(BOUNDS);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..10_000).for_each(|_| buckets.record(0.5)));
            }
        });
        let mut page = String::new();
        buckets.write("a_seconds", "", &mut page).expect("room");
        assert!(page.ends_with("a_seconds_sum 20000\na_seconds_count 40000\n"), "{page}");
    }
}
