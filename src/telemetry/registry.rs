//! The registry: hands out handles, and writes the page that Prometheus scrapes.
//!
//! One for a process, passed to whoever counts; nothing global, so that tests have their own.
//! **Invariants**: a handle's series is on the page from its registration; carriers beyond
//! [`CARRIERS_MAX`] share the label `other`, and their gauges are left out.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder as _};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

use super::carrier::CarrierMetrics;
use super::histogram::Buckets;
use super::kept::{Kept, line};
use super::names::{ALL, BUILD_INFO, DRAINING, DROPPED_SERIES, Kind, Metric, PROCESS_CPU, READY};
use super::process;

/// Carriers with a label of their own.
pub const CARRIERS_MAX: usize = 100;

/// All metrics of a process.
pub struct Registry {
    recorder: PrometheusRecorder,
    page: PrometheusHandle,
    counters: Kept<AtomicU64>,
    seconds: Kept<Seconds>,
    histograms: Kept<Buckets>,
    carriers: Mutex<BTreeMap<String, Arc<CarrierMetrics>>>,
    dropped: Counter,
    ready: Gauge,
    draining: Gauge,
    process: process::ProcessMetrics,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").finish_non_exhaustive()
    }
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
        let recorder = PrometheusBuilder::new().build_recorder();
        for metric in ALL.iter().filter(|metric| metric.kind == Kind::Gauge) {
            recorder.describe_gauge(metric.name.into(), None, metric.help.into());
        }
        let (counters, seconds) = (Kept::default(), Kept::default());
        let cpu = seconds.of(&PROCESS_CPU, &[], Seconds::default);
        let registry = Self {
            page: recorder.handle(),
            carriers: Mutex::default(),
            dropped: Counter::from_arc(counters.of(&DROPPED_SERIES, &[], AtomicU64::default)),
            counters,
            seconds,
            histograms: Kept::default(),
            ready: gauge(&recorder, &READY, &[]),
            draining: gauge(&recorder, &DRAINING, &[]),
            process: process::ProcessMetrics::new(&recorder, Seconds::clone(&cpu)),
            recorder,
        };
        registry.gauge(&BUILD_INFO, &[env!("CARGO_PKG_VERSION")]).set(1.0);
        Arc::new(registry)
    }

    /// A counter's handle; the labels in the order of the metric.
    pub fn counter(&self, metric: &Metric, labels: &[&str]) -> Counter {
        Counter::from_arc(self.counters.of(metric, labels, AtomicU64::default))
    }

    /// A gauge's handle.
    pub fn gauge(&self, metric: &Metric, labels: &[&str]) -> Gauge {
        gauge(&self.recorder, metric, labels)
    }

    /// A histogram's handle. A metric of another type has no buckets: what is observed is counted.
    pub fn histogram(&self, metric: &Metric, labels: &[&str]) -> Histogram {
        let bounds = if let Kind::Histogram(bounds) = metric.kind { bounds } else { &[] };
        Histogram::from_arc(self.histograms.of(metric, labels, || Buckets::new(bounds)))
    }

    /// A handle of a counter of time.
    pub fn seconds(&self, metric: &Metric, labels: &[&str]) -> Seconds {
        Seconds::clone(&self.seconds.of(metric, labels, Seconds::default))
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

    /// Shows whether messages are taken.
    pub fn ready(&self, ready: bool) {
        self.ready.set(if ready { 1.0 } else { 0.0 });
    }

    /// Shows whether the gateway is stopping.
    pub fn draining(&self, draining: bool) {
        self.draining.set(if draining { 1.0 } else { 0.0 });
    }

    /// The page, in Prometheus' text format.
    pub fn render(&self) -> String {
        self.process.read();
        let mut page = self.page.render();
        for metric in ALL {
            // A page in memory takes everything that is written.
            let _ = self.write_kept(metric, &mut page);
        }
        page
    }

    fn write_kept(&self, metric: &Metric, page: &mut String) -> fmt::Result {
        let name = metric.name;
        match metric.kind {
            Kind::Counter => self.counters.write(metric, "counter", page, |count, labels, page| {
                line(name, labels, count.load(Ordering::Relaxed), page)
            }),
            Kind::Seconds => {
                self.seconds.write(metric, "counter", page, |seconds, labels, page| {
                    line(name, labels, seconds.0.load(Ordering::Relaxed) as f64 / 1e6, page)
                })
            }
            Kind::Histogram(_) => {
                self.histograms.write(metric, "histogram", page, |buckets, labels, page| {
                    buckets.write(name, labels, page)
                })
            }
            Kind::Gauge => Ok(()),
        }
    }
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
