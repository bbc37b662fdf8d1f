//! The numbers of the process itself, read from `/proc` when somebody scrapes.
//!
//! Where there is no `/proc` they stay 0.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use metrics::Gauge;
use metrics_exporter_prometheus::PrometheusRecorder;

use super::names;
use super::registry::{Seconds, gauge};

pub(super) struct ProcessMetrics {
    cpu: Seconds,
    resident: Gauge,
    descriptors: Gauge,
}

/// Ticks of `/proc/self/stat` in a second: fixed by Linux towards programs (proc(5), USER_HZ).
const TICKS: f64 = 100.0;

impl ProcessMetrics {
    pub(super) fn new(recorder: &PrometheusRecorder, cpu: Seconds) -> Self {
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        gauge(recorder, &names::PROCESS_START, &[]).set(started.as_secs_f64());
        gauge(recorder, &names::PROCESS_MAX_FDS, &[]).set(descriptors_max().unwrap_or(0.0));
        Self {
            cpu,
            resident: gauge(recorder, &names::PROCESS_RSS, &[]),
            descriptors: gauge(recorder, &names::PROCESS_FDS, &[]),
        }
    }

    /// Reads them anew.
    pub(super) fn read(&self) {
        if let Some(seconds) = cpu_seconds() {
            self.cpu.set(Duration::from_secs_f64(seconds));
        }
        if let Some(kibibytes) = number_after("/proc/self/status", "VmRSS:") {
            self.resident.set(kibibytes * 1024.0);
        }
        if let Ok(descriptors) = std::fs::read_dir("/proc/self/fd") {
            self.descriptors.set(descriptors.count() as f64);
        }
    }
}

/// Fields 14 and 15 of proc(5) `stat`; the second, in parentheses, may have spaces in it.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field - 3)?.parse::<f64>().ok();
    Some((ticks(14)? + ticks(15)?) / TICKS)
}

fn descriptors_max() -> Option<f64> {
    number_after("/proc/self/limits", "Max open files")
}

fn number_after(path: &str, label: &str) -> Option<f64> {
    let text = std::fs::read_to_string(path).ok()?;
    let rest = text.lines().find_map(|line| line.strip_prefix(label))?;
    rest.split_whitespace().next()?.parse().ok()
}
