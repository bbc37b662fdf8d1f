//! What a run says at its end: a table for people, or JSON.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::{Value, json};

use crate::load::host::Host;
use crate::load::run::{Process, Run};
use crate::load::tally::{Latency, Tally, state_name};

/// Least width of the column of names, and of each column of figures.
const NAMES: usize = 30;
const FIGURES: usize = 14;

/// Everything measured: the target's run first, then the ceilings, if asked for.
#[derive(Clone, Debug)]
pub struct Report {
    /// Where and with what.
    pub host: Host,
    /// The runs.
    pub runs: Vec<Run>,
}

impl Report {
    /// Writes the table.
    pub fn write_table(&self, out: &mut impl Write) -> io::Result<()> {
        let Host { cores, kernel, version, command } = &self.host;
        writeln!(out, "{command}")?;
        writeln!(out, "postrider {version}, {cores} cores, {kernel}\n")?;
        let columns: Vec<(String, &Tally)> = self.columns();
        let titles = columns.iter().map(|(title, _)| title.clone());
        let width = titles.clone().map(|title| title.chars().count()).max().unwrap_or(0);
        let widths = (NAMES, width.max(FIGURES));
        row(out, widths, "", titles)?;
        for (name, figure) in rows(&columns) {
            row(out, widths, &name, columns.iter().map(|(_, tally)| figure(tally)))?;
        }
        for (title, of) in [
            ("submit, ms from due", (|tally| &tally.submit) as fn(&Tally) -> &Latency),
            ("receipt, ms from due", |tally| &tally.receipt),
        ] {
            writeln!(out, "{title}")?;
            for name in ["p50", "p90", "p99", "p99.9", "max"] {
                let figures = columns.iter().map(|(_, tally)| at(of(tally), name));
                row(out, widths, &format!("  {name}"), figures)?;
            }
        }
        self.write_processes(out)?;
        self.write_ratio(out)
    }

    /// One column for each flow of each run.
    fn columns(&self) -> Vec<(String, &Tally)> {
        let mut columns = Vec::new();
        for run in &self.runs {
            for (name, tally) in &run.flows {
                let title = if run.flows.len() == 1 {
                    run.target.clone()
                } else {
                    format!("{}: {name}", run.target)
                };
                columns.push((title, tally));
            }
        }
        columns
    }

    fn write_processes(&self, out: &mut impl Write) -> io::Result<()> {
        let titles = ["cpu ms", "cpu ms per 1,000", "resident MiB", "peak MiB"];
        let name = |run: &Run, process: &Process| {
            format!("{} {} ({})", process.name, process.pid, run.target)
        };
        let names =
            self.runs.iter().flat_map(|run| run.processes.iter().map(move |p| name(run, p)));
        let width = names.map(|name| name.chars().count()).max().unwrap_or(0);
        let widths = (width.max(NAMES), titles[1].len());
        writeln!(out)?;
        row(out, widths, "process", titles.map(str::to_owned))?;
        for run in &self.runs {
            for process in &run.processes {
                let name = name(run, process);
                let mib = |kib: u64| format!("{:.1}", kib as f64 / 1024.0);
                let figures = [
                    format!("{:.0}", process.cpu.as_secs_f64() * 1_000.0),
                    format!("{:.2}", run.cpu_per_thousand(process)),
                    mib(process.resident_kib),
                    mib(process.peak_kib),
                ];
                row(out, widths, &name, figures)?;
            }
        }
        Ok(())
    }

    fn write_ratio(&self, out: &mut impl Write) -> io::Result<()> {
        let Some(ratios) = self.ratios() else { return Ok(()) };
        writeln!(out, "\nagainst the store-less forwarder")?;
        for (name, ratio) in ratios {
            row(out, (NAMES, FIGURES), &format!("  {name}"), [format!("{ratio:.2}")])?;
        }
        Ok(())
    }

    /// The target's figures as parts of the forwarder's, which is the last run of three.
    fn ratios(&self) -> Option<Vec<(&'static str, f64)>> {
        let [target, _, ceiling] = &self.runs[..] else { return None };
        let of = |run: &Run| {
            let (_, tally) = run.flows.first()?;
            let cpu = run.processes.get(1).map(|process| run.cpu_per_thousand(process));
            Some((tally.submit_rate(), tally.end_to_end_rate(), cpu))
        };
        let ((submit, end_to_end, cpu), (submit_max, end_to_end_max, cpu_min)) =
            (of(target)?, of(ceiling)?);
        let mut ratios = vec![("submits per second", submit / submit_max)];
        if end_to_end_max > 0.0 {
            ratios.push(("end to end per second", end_to_end / end_to_end_max));
        }
        if let Some((cpu, cpu_min)) = cpu.zip(cpu_min).filter(|&(_, cpu_min)| cpu_min > 0.0) {
            ratios.push(("cpu per message", cpu / cpu_min));
        }
        Some(ratios)
    }

    /// Everything as JSON.
    pub fn to_json(&self) -> Value {
        let runs: Vec<Value> = self.runs.iter().map(run_json).collect();
        let ratios = self.ratios().map(|ratios| {
            ratios
                .into_iter()
                .map(|(name, ratio)| (name.replace(' ', "_"), json!(ratio)))
                .collect::<serde_json::Map<_, _>>()
        });
        json!({ "host": self.host.to_json(), "runs": runs, "ratio_to_forwarder": ratios })
    }
}

fn run_json(run: &Run) -> Value {
    let flows: Vec<Value> = run
        .flows
        .iter()
        .map(|(name, tally)| json!({ "name": name, "figures": tally.to_json() }))
        .collect();
    let processes: Vec<Value> = run
        .processes
        .iter()
        .map(|process| {
            json!({
                "pid": process.pid,
                "name": process.name,
                "cpu_ms": process.cpu.as_secs_f64() * 1_000.0,
                "cpu_ms_per_1000": run.cpu_per_thousand(process),
                "resident_kib": process.resident_kib,
                "peak_kib": process.peak_kib,
            })
        })
        .collect();
    json!({ "target": run.target, "clean": run.is_clean(), "flows": flows, "processes": processes })
}

/// How a row of counts gets its number from a tally.
type Count = fn(&Tally) -> u64;

/// How a row gets its figure from a tally.
type Figure = Box<dyn Fn(&Tally) -> String>;

/// The rows of counts and rates; those that are nought everywhere and good so are left out.
fn rows(columns: &[(String, &Tally)]) -> Vec<(String, Figure)> {
    let mut rows: Vec<(String, Figure)> = Vec::new();
    let counts: [(&str, Count, bool); 13] = [
        ("submitted", |tally| tally.submitted, true),
        ("acknowledged", |tally| tally.acknowledged, true),
        ("sent again after throttling", |tally| tally.retried, false),
        ("never answered", |tally| tally.unanswered, false),
        ("receipts matched", |tally| tally.matched, true),
        ("  before the response", |tally| tally.early, false),
        ("receipts lost", |tally| tally.lost, true),
        ("receipts doubled", |tally| tally.strays.doubled, true),
        ("receipts unknown", |tally| tally.strays.unknown, true),
        ("ids given twice", |tally| tally.repeated_ids, false),
        ("intermediate receipts", |tally| tally.intermediate, false),
        ("mobile-originated", |tally| tally.mobile_originated, false),
        ("connections lost", |tally| tally.disconnects, false),
    ];
    for (name, count, always) in counts {
        if always || columns.iter().any(|(_, tally)| count(tally) > 0) {
            rows.push((name.to_owned(), Box::new(move |tally| thousands(count(tally)))));
        }
        let tallies = columns.iter().map(|&(_, tally)| tally);
        match name {
            "acknowledged" => {
                let statuses: BTreeSet<_> =
                    tallies.flat_map(|tally| tally.refused.keys().copied()).collect();
                for status in statuses {
                    let count = move |tally: &Tally| tally.refused.get(&status).copied();
                    let figure = move |tally: &Tally| thousands(count(tally).unwrap_or(0));
                    rows.push((format!("refused {status}"), Box::new(figure)));
                }
            }
            "receipts matched" => {
                let states: BTreeSet<_> =
                    tallies.flat_map(|tally| tally.states.keys().copied()).collect();
                for &state in states.iter().filter(|_| states.len() > 1) {
                    let count = move |tally: &Tally| tally.states.get(&state).copied();
                    let figure = move |tally: &Tally| thousands(count(tally).unwrap_or(0));
                    rows.push((format!("  {}", state_name(state)), Box::new(figure)));
                }
            }
            _ => {}
        }
    }
    let rate = |rate: f64| thousands(rate.round() as u64);
    rows.push(("submits per second".to_owned(), Box::new(move |tally| rate(tally.submit_rate()))));
    let end_to_end: Figure = Box::new(move |tally| rate(tally.end_to_end_rate()));
    rows.push(("end to end per second".to_owned(), end_to_end));
    rows
}

fn at(latency: &Latency, name: &str) -> String {
    let summary = latency.summary();
    let figure = summary.iter().find(|(percentile, _)| *percentile == name);
    figure.map_or_else(|| "–".to_owned(), |(_, millis)| format!("{millis:.3}"))
}

fn row(
    out: &mut impl Write,
    (names, figures_width): (usize, usize),
    name: &str,
    figures: impl IntoIterator<Item = String>,
) -> io::Result<()> {
    let mut line = format!("{name:<names$}");
    for figure in figures {
        line.push_str(&format!("  {figure:>figures_width$}"));
    }
    writeln!(out, "{}", line.trim_end())
}

/// A number with its thousands parted.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut parted = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            parted.push(',');
        }
        parted.push(digit);
    }
    parted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted() {
        let parted = [0, 999, 1_000, 1_234_567].map(thousands);
        assert_eq!(parted, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn the_table_and_the_json_hold_every_run() {
        let run = |target: &str| Run {
            target: target.to_owned(),
            flows: vec![("flood".to_owned(), Tally { acknowledged: 7, ..Tally::default() })],
            processes: Vec::new(),
        };
        let host = Host {
            cores: 2,
            kernel: "Linux 6".to_owned(),
            version: "0",
            command: "postrider load".to_owned(),
        };
        let report = Report { host, runs: vec![run("gateway"), run("bare"), run("relay")] };
        let mut table = Vec::new();
        report.write_table(&mut table).unwrap();
        let table = String::from_utf8(table).unwrap();
        assert!(table.contains("gateway") && table.contains("relay"), "{table}");
        assert_eq!(report.to_json()["runs"][2]["flows"][0]["figures"]["acknowledged"], 7);
    }
}
