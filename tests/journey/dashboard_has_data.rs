//! What is shipped for Prometheus and Grafana, against a demo that is scraped.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::driver::http::get;
use crate::driver::patience::{until, until_within};
use crate::driver::process::Process;
use crate::driver::site::{listener, text};
use crate::driver::tools::is_there;

/// Until everything in a demo has happened at least twice, on a busy machine.
const DEMO_PATIENCE: Duration = Duration::from_secs(60);

fn shipped(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(file)
}

fn read(file: &str) -> String {
    std::fs::read_to_string(shipped(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// A demo, and where it is scraped.
fn demo() -> (Process, SocketAddr) {
    let mut demo = Process::postrider(&["demo", "--quiet"]);
    let api = demo.line("its address", |line| {
        line.strip_prefix("HTTP API  http://").map(|address| address.parse().unwrap())
    });
    (demo, api)
}

/// What Prometheus calls the names of ours and of the process.
fn names(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != ':')
        .map(|word| word.trim_end_matches(':'))
        .filter(|word| {
            let metric = word
                .rsplit_once(':')
                .map_or(*word, |(head, _)| head.split_once(':').map_or(head, |(_, metric)| metric));
            metric.starts_with("postrider_") || metric.starts_with("process_")
        })
        .collect()
}

/// The names that the rules record.
fn recorded(rules: &str) -> BTreeSet<&str> {
    rules.lines().filter_map(|line| line.trim().strip_prefix("- record: ")).collect()
}

/// All expressions of the dashboard, each with the panel it is of.
fn expressions(dashboard: &Value) -> Vec<(String, String)> {
    let annotations = dashboard["annotations"]["list"].as_array().unwrap();
    let of_annotations = annotations.iter().map(|one| (&one["name"], &one["expr"]));
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    let of_variables = variables.iter().map(|one| (&one["name"], &one["definition"]));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let others = of_annotations.chain(of_variables);
    panels(dashboard)
        .chain(others.map(|(name, expression)| (text(name), text(expression))))
        .filter(|(_, expression)| !expression.is_empty())
        .collect()
}

fn panels(dashboard: &Value) -> impl Iterator<Item = (String, String)> {
    let panels = dashboard["panels"].as_array().unwrap();
    let charts = panels.iter().filter(|panel| panel["type"] != "row");
    charts.flat_map(|panel| {
        let targets = panel["targets"].as_array().unwrap();
        targets.iter().map(|target| {
            let expression = target["expr"].as_str().unwrap();
            (panel["title"].as_str().unwrap().to_owned(), expression.to_owned())
        })
    })
}

#[test]
fn every_metric_of_rules_alerts_and_panels_is_on_the_page_of_a_demo() {
    let (_demo, api) = demo();
    let page = until("the carriers have answered", || {
        let (status, page) = get(api, "/metrics");
        (status == 200 && page.contains("submit_sm\",status_class=\"ok\"")).then_some(page)
    });
    // Series, and what a histogram's series are called together.
    let there: BTreeSet<&str> = page
        .lines()
        .filter(|line| !line.starts_with("# HELP "))
        .filter_map(|line| line.trim_start_matches("# TYPE ").split(['{', ' ']).next())
        .collect();
    let (rules, alerts) = (read("prometheus/rules.yaml"), read("prometheus/alerts.yaml"));
    let dashboard: Value = serde_json::from_str(&read("grafana/postrider.json")).unwrap();
    let asked = expressions(&dashboard);
    let mut missing = Vec::new();
    let files = [("rules", &rules), ("alerts", &alerts)].into_iter();
    let all = files.chain(asked.iter().map(|(panel, expression)| (panel.as_str(), expression)));
    for (place, text) in all {
        for name in names(text) {
            let known = if name.contains(':') { recorded(&rules) } else { there.clone() };
            if !known.contains(name) {
                missing.push(format!("{place}: {name}"));
            }
        }
    }
    assert!(asked.len() > 40 && names(&alerts).len() > 10, "too little was looked at");
    assert!(missing.is_empty(), "not on the page:\n{}", missing.join("\n"));
}

#[test]
fn every_alert_is_seen_to_fire_and_not_to_fire() {
    let alerts = read("prometheus/alerts.yaml");
    let tests = read("prometheus/alerts_test.yaml");
    let alerts = alerts.lines().filter_map(|line| line.trim().strip_prefix("- alert: "));
    let mut untested: Vec<&str> = Vec::new();
    for alert in alerts {
        let fires = format!("'ALERTS{{alertname=\"{alert}\", alertstate=\"firing\"");
        let quiet = format!("alertname: {alert}, exp_alerts: []");
        if !tests.contains(&fires) || !tests.contains(&quiet) {
            untested.push(alert);
        }
    }
    assert!(untested.is_empty(), "tested one way or not at all: {untested:?}");
    if !is_there("promtool", Command::new("promtool").arg("--version")) {
        return;
    }
    for (what, files) in [("check", &["rules", "alerts"][..]), ("test", &["alerts_test"])] {
        let files = files.iter().map(|file| shipped(&format!("prometheus/{file}.yaml")));
        let output = Command::new("promtool").args([what, "rules"]).args(files).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// A Prometheus that scrapes a gateway every second, with the rules and alerts that are shipped.
struct Prometheus {
    address: SocketAddr,
    process: Process,
    _directory: TempDir,
}

impl Prometheus {
    fn watch(gateway: SocketAddr) -> Self {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let address = listener().local_addr().unwrap();
        let (rules, alerts) = (shipped("prometheus/rules.yaml"), shipped("prometheus/alerts.yaml"));
        let config = format!(
            "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\n\
             rule_files: [{rules:?}, {alerts:?}]\n\
             scrape_configs:\n  - job_name: postrider\n    \
             static_configs: [{{targets: [\"{gateway}\"]}}]\n"
        );
        let file = directory.path().join("prometheus.yml");
        std::fs::write(&file, config).unwrap();
        let mut command = Command::new("prometheus");
        command
            .args(["--config.file", text(&file), "--log.level", "warn"])
            .args(["--storage.tsdb.path", text(&directory.path().join("data"))])
            .args(["--web.listen-address", &address.to_string()]);
        let process = Process::start("prometheus", &mut command);
        Self { address, process, _directory: directory }
    }

    /// Whether a query has an answer with a number in it.
    fn has(&mut self, query: &str) -> Result<(), String> {
        assert!(self.process.runs(), "{}", self.process.written());
        let server = format!("http://{}", self.address);
        let mut command = Command::new("promtool");
        command.args(["query", "instant", "--format", "json", &server, query]);
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let answer: Value = serde_json::from_str(&said).unwrap_or_default();
        let numbers = answer.as_array().into_iter().flatten().map(|one| &one["value"][1]);
        let mut finite = numbers.filter(|number| **number != "NaN");
        match finite.next() {
            Some(_) => Ok(()),
            None => Err(format!("{said}{}", String::from_utf8_lossy(&output.stderr))),
        }
    }
}

#[test]
fn every_panel_and_every_rule_has_data_soon_after_the_start_of_a_demo() {
    for program in ["promtool", "prometheus"] {
        if !is_there(program, Command::new(program).arg("--version")) {
            return;
        }
    }
    let (_demo, api) = demo();
    let mut prometheus = Prometheus::watch(api);
    let dashboard: Value = serde_json::from_str(&read("grafana/postrider.json")).unwrap();
    let rules = read("prometheus/rules.yaml");
    let recorded = recorded(&rules);
    let mut asked: Vec<(String, String)> = panels(&dashboard).collect();
    asked.extend(recorded.iter().map(|name| ("rules".to_owned(), (*name).to_owned())));
    let mut last = String::new();
    for (panel, expression) in asked {
        let query = ["$job", "$instance", "$carrier"]
            .iter()
            .fold(expression.replace("$__rate_interval", "10s"), |query, variable| {
                query.replace(variable, ".*")
            });
        assert!(!query.contains('$'), "{panel}: a variable that nobody fills in: {query}");
        until_within(DEMO_PATIENCE, &format!("{panel} shows something: {query}"), || {
            prometheus.has(&query).map_err(|said| last = said).ok()
        });
    }
    let failed = r#"{__name__="ALERTS", alertname="PostriderDown"}"#;
    assert!(prometheus.has(failed).is_err(), "the demo is up");
}
