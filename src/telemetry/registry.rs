//! The registry: hands out handles, and writes the page that Prometheus scrapes.
//!
//! One for a process, passed to whoever counts; nothing global, so that tests have their own.
//! **Invariants**: a handle's series is on the page from its registration; carriers beyond
//! [`CARRIERS_MAX`] share the label `other`, and their gauges are left out.
//! Histograms queue what they are given until [`Registry::upkeep`] or a scrape: call it regularly.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder as _};
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

use super::carrier::CarrierMetrics;
use super::names::{ALL, BUILD_INFO, DRAINING, DROPPED_SERIES, Kind, Metric};
use super::process;

/// Carriers with a label of their own.
pub const CARRIERS_MAX: usize = 100;

/// All metrics of a process.
pub struct Registry {
    recorder: PrometheusRecorder,
    page: PrometheusHandle,
    seconds: Mutex<Vec<SecondsSeries>>,
    carriers: Mutex<BTreeMap<String, Arc<CarrierMetrics>>>,
    dropped: Counter,
    draining: Gauge,
    process: process::ProcessMetrics,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").finish_non_exhaustive()
    }
}

struct SecondsSeries {
    metric: Metric,
    labels: Vec<String>,
    seconds: Seconds,
}

/// A counter of time. The exporter's own counters only know whole numbers.
#[derive(Clone, Debug, Default)]
pub struct Seconds(Arc<AtomicU64>);

impl Seconds {
    /// Adds a time.
    pub fn add(&self, time: Duration) {
        self.0.fetch_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Takes over a total that is counted elsewhere.
    pub(super) fn set(&self, total: Duration) {
        self.0.store(u64::try_from(total.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Registry {
    /// An empty page.
    pub fn new() -> Arc<Self> {
        let recorder = with_buckets(PrometheusBuilder::new()).build_recorder();
        for metric in ALL {
            let (name, help) = (metric.name.into(), metric.help.into());
            match metric.kind {
                Kind::Counter => recorder.describe_counter(name, None, help),
                Kind::Gauge => recorder.describe_gauge(name, None, help),
                Kind::Histogram(_) => recorder.describe_histogram(name, None, help),
                Kind::Seconds => {}
            }
        }
        let page = recorder.handle();
        let registry = Self {
            page,
            seconds: Mutex::default(),
            carriers: Mutex::default(),
            dropped: counter(&recorder, &DROPPED_SERIES, &[]),
            draining: gauge(&recorder, &DRAINING, &[]),
            process: process::ProcessMetrics::new(&recorder),
            recorder,
        };
        registry.gauge(&BUILD_INFO, &[env!("CARGO_PKG_VERSION")]).set(1.0);
        registry.own_seconds(super::names::PROCESS_CPU, Vec::new(), registry.process.cpu.clone());
        Arc::new(registry)
    }

    /// A counter's handle; the labels in the order of the metric.
    pub fn counter(&self, metric: &Metric, labels: &[&str]) -> Counter {
        counter(&self.recorder, metric, labels)
    }

    /// A gauge's handle.
    pub fn gauge(&self, metric: &Metric, labels: &[&str]) -> Gauge {
        gauge(&self.recorder, metric, labels)
    }

    /// A histogram's handle.
    pub fn histogram(&self, metric: &Metric, labels: &[&str]) -> Histogram {
        self.recorder.register_histogram(&key(metric, labels), &METADATA)
    }

    /// A handle of a counter of time.
    pub fn seconds(&self, metric: &Metric, labels: &[&str]) -> Seconds {
        let seconds = Seconds::default();
        let labels = labels.iter().map(|&label| label.to_owned()).collect();
        self.own_seconds(*metric, labels, seconds.clone());
        seconds
    }

    fn own_seconds(&self, metric: Metric, labels: Vec<String>, seconds: Seconds) {
        let mut all = self.seconds.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(SecondsSeries { metric, labels, seconds });
    }

    /// A carrier's handles; the same ones for the same name.
    pub fn carrier(self: &Arc<Self>, name: &str) -> Arc<CarrierMetrics> {
        let mut carriers = self.carriers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = carriers.get(name) {
            return Arc::clone(known);
        }
        let shared = carriers.len() >= CARRIERS_MAX;
        if shared {
            self.dropped.increment(1);
        }
        let label = if shared { "other" } else { name };
        let made = Arc::new(CarrierMetrics::new(self, label, shared));
        carriers.insert(name.to_owned(), Arc::clone(&made));
        made
    }

    /// Shows whether the gateway is stopping.
    pub fn draining(&self, draining: bool) {
        self.draining.set(if draining { 1.0 } else { 0.0 });
    }

    /// Puts queued observations into their buckets. A few times a minute is enough.
    pub fn upkeep(&self) {
        self.page.run_upkeep();
    }

    /// The page, in Prometheus' text format.
    pub fn render(&self) -> String {
        self.process.read();
        let mut page = self.page.render();
        let seconds = self.seconds.lock().unwrap_or_else(PoisonError::into_inner);
        for metric in ALL.iter().filter(|metric| metric.kind == Kind::Seconds) {
            let mut series = seconds.iter().filter(|series| series.metric == *metric).peekable();
            if series.peek().is_some() {
                let Metric { name, help, .. } = metric;
                let _ = write!(page, "# HELP {name} {help}\n# TYPE {name} counter\n");
                series.for_each(|series| series.write(&mut page));
                page.push('\n');
            }
        }
        page
    }
}

impl SecondsSeries {
    fn write(&self, page: &mut String) {
        page.push_str(self.metric.name);
        for (index, (label, value)) in self.metric.labels.iter().zip(&self.labels).enumerate() {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let open = if index == 0 { '{' } else { ',' };
            let _ = write!(page, "{open}{label}=\"{value}\"");
        }
        let close = if self.labels.is_empty() { "" } else { "}" };
        let micros = self.seconds.0.load(Ordering::Relaxed);
        let _ = writeln!(page, "{close} {}", micros as f64 / 1e6);
    }
}

pub(super) fn counter(recorder: &PrometheusRecorder, metric: &Metric, labels: &[&str]) -> Counter {
    recorder.register_counter(&key(metric, labels), &METADATA)
}

pub(super) fn gauge(recorder: &PrometheusRecorder, metric: &Metric, labels: &[&str]) -> Gauge {
    recorder.register_gauge(&key(metric, labels), &METADATA)
}

fn key(metric: &Metric, labels: &[&str]) -> Key {
    debug_assert_eq!(metric.labels.len(), labels.len(), "{}", metric.name);
    let labels: Vec<Label> = metric
        .labels
        .iter()
        .zip(labels)
        .map(|(&name, &value)| Label::new(name, value.to_owned()))
        .collect();
    Key::from_parts(metric.name, labels)
}

static METADATA: Metadata<'static> = Metadata::new("postrider", Level::INFO, None);

fn with_buckets(mut builder: PrometheusBuilder) -> PrometheusBuilder {
    for metric in ALL {
        if let Kind::Histogram(buckets) = metric.kind {
            let name = Matcher::Full(metric.name.to_owned());
            // Refused for an empty list only, which a test rules out.
            builder = match builder.set_buckets_for_metric(name, buckets) {
                Ok(builder) => builder,
                Err(_) => PrometheusBuilder::new(),
            };
        }
    }
    builder
}
