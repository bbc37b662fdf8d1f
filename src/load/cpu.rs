//! Processor time and memory of another process, from /proc.

use std::fs;
use std::io;
use std::time::Duration;

/// Ticks of /proc/PID/stat a second; the kernel gives them to user space at this rate always.
const TICKS: u64 = 100;

/// How far the coarse reading may be ahead of the fine one by rounding alone.
const COARSENESS: Duration = Duration::from_millis(20);

/// What a process has used since it began.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Usage {
    /// Of all threads, dead ones included; good to a hundredth of a second.
    coarse: Duration,
    /// Of the threads alive, to the nanosecond; `None` where the kernel does not keep it.
    fine: Option<Duration>,
    /// Memory resident now, in KiB.
    pub resident_kib: u64,
    /// The most that was ever resident, in KiB.
    pub peak_kib: u64,
}

impl Usage {
    /// Reads what the process `pid` has used.
    pub fn of(pid: u32) -> io::Result<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        let coarse = ticks(&stat)
            .map(|ticks| Duration::from_millis(ticks * 1_000 / TICKS))
            .ok_or_else(|| io::Error::other("the kernel's stat is of an unknown form"))?;
        Ok(Self {
            coarse,
            fine: threads(pid),
            resident_kib: kib(&status, "VmRSS:"),
            peak_kib: kib(&status, "VmHWM:"),
        })
    }

    /// Processor time from `earlier` to this reading.
    pub fn cpu_since(&self, earlier: &Self) -> Duration {
        let coarse = self.coarse.saturating_sub(earlier.coarse);
        match self.fine.zip(earlier.fine) {
            Some((fine, before)) if tells_all(fine.saturating_sub(before), coarse) => fine - before,
            _ => coarse,
        }
    }
}

/// Whether the fine reading holds what the coarse one does: a thread that ended took its own with it.
fn tells_all(fine: Duration, coarse: Duration) -> bool {
    fine + COARSENESS >= coarse && fine * 2 >= coarse
}

/// The name of the process, as the kernel keeps it.
pub fn name(pid: u32) -> String {
    fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default().trim().to_owned()
}

/// utime and stime of /proc/PID/stat together.
fn ticks(stat: &str) -> Option<u64> {
    // The name in brackets may hold blanks and brackets itself.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_ascii_whitespace().skip(11);
    let utime: u64 = times.next()?.parse().ok()?;
    let stime: u64 = times.next()?.parse().ok()?;
    Some(utime + stime)
}

/// Time on a processor of every thread alive.
fn threads(pid: u32) -> Option<Duration> {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    let mut total = Some(0);
    for task in tasks.flatten() {
        let on_cpu = fs::read_to_string(task.path().join("schedstat"))
            .ok()
            .and_then(|text| text.split_ascii_whitespace().next()?.parse::<u64>().ok());
        total = total.zip(on_cpu).map(|(total, on_cpu)| total + on_cpu);
    }
    total.map(Duration::from_nanos)
}

/// A line of /proc/PID/status in KiB, 0 if it is not there.
fn kib(status: &str, key: &str) -> u64 {
    let value = status.lines().find_map(|line| line.strip_prefix(key));
    value
        .and_then(|value| value.split_ascii_whitespace().next())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_shift_the_fields() {
        let stat = "7 (a ) b) S 1 7 7 0 -1 4194304 100 0 0 0 250 50 0 0 20 0 3 0 100 0 0";
        assert_eq!(ticks(stat), Some(300));
    }

    #[test]
    fn a_thread_that_ended_is_not_forgotten() {
        let millis = Duration::from_millis;
        assert!(tells_all(millis(104), millis(110)), "rounding alone");
        assert!(!tells_all(millis(1), millis(12)) && !tells_all(millis(700), millis(1_000)));
    }

    #[test]
    fn work_of_this_process_is_seen() {
        let pid = std::process::id();
        let before = Usage::of(pid).unwrap();
        assert!(before.resident_kib > 0 && before.peak_kib >= before.resident_kib);
        assert!(!name(pid).is_empty());
        let until = std::time::Instant::now() + Duration::from_millis(50);
        while std::time::Instant::now() < until {
            std::hint::black_box(());
        }
        let used = Usage::of(pid).unwrap();
        // Other tests run in threads of this process, so there is no upper bound to check.
        assert!(used.coarse >= before.coarse);
    }
}
