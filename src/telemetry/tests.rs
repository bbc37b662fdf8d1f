//! That the page has what the table promises, in the form Prometheus reads.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::carrier::{CarrierMetrics, Direction, SubmitResult};
use super::http::RouteMetrics;
use super::ingress::IngressMetrics;
use super::limit::{self, LimitNumbers};
use super::log::{LogConfig, json_subscriber};
use super::memory::MemoryMetrics;
use super::names::{self, ALL, Kind};
use super::registry::{CARRIERS_MAX, Registry};
use super::reload::ReloadMetrics;
use super::store::StoreMetrics;
use super::webhook::WebhookMetrics;

fn everything() -> (Arc<Registry>, Arc<CarrierMetrics>) {
    let registry = Registry::new();
    let carrier = registry.carrier("sink");
    IngressMetrics::new(&registry, "smpp");
    let _ = registry.counter(&names::TRACE_SPANS, &["ok"]);
    StoreMetrics::new(&registry);
    MemoryMetrics::new(&registry).show(0, 0);
    ReloadMetrics::new(&registry).succeeded(1.0);
    limit::show(&registry, &[LimitNumbers { label: "route:uk".into(), ..LimitNumbers::default() }]);
    RouteMetrics::new(&registry, "/v1/messages", "POST").answered(202, 0.003);
    WebhookMetrics::new(&registry, &["ok"]);
    (registry, carrier)
}

#[test]
fn every_metric_of_the_table_is_on_the_page_with_help_and_type() {
    let (registry, _) = everything();
    let page = registry.render();
    for metric in ALL {
        let kind = match metric.kind {
            Kind::Counter | Kind::Seconds => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram(_) => "histogram",
        };
        let lines = [
            format!("# HELP {} {}\n", metric.name, metric.help),
            format!("# TYPE {} {kind}\n", metric.name),
        ];
        for line in lines {
            assert_eq!(page.matches(&line).count(), 1, "{line}{page}");
        }
        for label in metric.labels {
            let series = page.lines().find(|line| line.starts_with(metric.name)).expect("a series");
            assert!(series.contains(&format!("{label}=\"")), "{series}");
        }
    }
}

#[test]
fn names_follow_the_template() {
    for metric in ALL {
        let name = metric.name;
        let ours = name.starts_with("postrider_") || name.starts_with("process_");
        assert!(ours, "{name}");
        let letters = |octet: u8| octet.is_ascii_lowercase() || octet == b'_';
        assert!(name.bytes().all(letters) && !name.contains("__"), "{name}");
        assert!(metric.help.ends_with('.') && metric.help.len() < 120, "{name}");
        match metric.kind {
            Kind::Counter => assert!(name.ends_with("_total"), "{name}"),
            Kind::Seconds => assert!(name.ends_with("_seconds_total"), "{name}"),
            Kind::Gauge => {
                assert!(!name.ends_with("_total") && !name.ends_with("_count"), "{name}")
            }
            Kind::Histogram(buckets) => {
                assert!(name.ends_with("_duration_seconds"), "{name}");
                assert!(buckets.is_sorted() && !buckets.is_empty(), "{name}");
            }
        }
        for label in metric.labels {
            let closed = [
                "ingress",
                "channel",
                "reason",
                "stage",
                "carrier",
                "limit",
                "result",
                "disposition",
                "reason_group",
                "queue",
                "type",
                "state",
                "cause",
                "direction",
                "command",
                "status_class",
                "scope",
                "route",
                "method",
                "code_class",
                "version",
            ];
            assert!(closed.contains(label), "{name} {label}");
        }
    }
}

#[test]
fn every_line_of_the_page_can_be_read() {
    let (registry, carrier) = everything();
    carrier.throttle_wait_ours.add(Duration::from_millis(1_500));
    registry.draining(true);
    let page = registry.render();
    for line in page.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (series, value) = line.rsplit_once(' ').expect("a value");
        assert!(value.parse::<f64>().is_ok(), "{line}");
        assert_eq!(series.matches('{').count(), series.matches('}').count(), "{line}");
    }
    let waited = r#"postrider_throttle_wait_seconds_total{carrier="sink",scope="ours"} 1.5"#;
    assert!(page.contains(waited), "{page}");
    assert!(page.contains("postrider_draining 1\n"));
}

#[test]
fn handles_count_into_their_series() {
    let (registry, carrier) = everything();
    carrier.submits.at(SubmitResult::Throttled as usize).increment(3);
    carrier.receipts.at(2).increment(2);
    carrier.receipts.at(200).increment(1);
    carrier.failures.named("handset").increment(1);
    carrier.pdus.count(Direction::Out, 0x0000_0004, 0, 5);
    carrier.pdus.count(Direction::In, 0x8000_0004, 0x58, 1);
    carrier.pdus.count(Direction::In, 0x0000_0777, 0, 1);
    carrier.binds(2, 3, 4);
    let page = registry.render();
    for series in [
        r#"postrider_submits_total{carrier="sink",channel="sms",result="throttled"} 3"#,
        r#"postrider_receipts_total{carrier="sink",state="delivered"} 2"#,
        r#"postrider_receipts_total{carrier="sink",state="other"} 1"#,
        r#"postrider_failures_total{carrier="sink",reason_group="handset"} 1"#,
        r#"command="submit_sm",status_class="request"} 5"#,
        r#"direction="in",command="submit_sm",status_class="error"} 1"#,
        r#"direction="in",command="other",status_class="request"} 1"#,
        r#"postrider_carrier_binds{carrier="sink",type="transceiver",state="down"} 1"#,
        r#"code_class="2xx"} 1"#,
    ] {
        assert!(page.contains(series), "{series}\n{page}");
    }
}

#[test]
fn handles_of_the_same_labels_count_into_one_series() {
    let registry = Registry::new();
    for _ in 0..2 {
        registry.counter(&names::AUTH_FAILURES, &["a\"\\\nb"]).increment(2);
        registry.histogram(&names::STORE_WRITE, &[]).record(0.001);
        registry.histogram(&names::STORE_WRITE, &[]).record(2.0);
        registry.seconds(&names::THROTTLE_WAIT, &["x", "ours"]).add(Duration::from_secs(1));
    }
    let page = registry.render();
    for line in [
        r#"postrider_auth_failures_total{ingress="a\"\\\nb"} 4"#,
        r#"postrider_store_write_duration_seconds_bucket{le="0.0005"} 0"#,
        r#"postrider_store_write_duration_seconds_bucket{le="0.001"} 2"#,
        r#"postrider_store_write_duration_seconds_bucket{le="1"} 2"#,
        r#"postrider_store_write_duration_seconds_bucket{le="+Inf"} 4"#,
        "postrider_store_write_duration_seconds_sum 4.002",
        "postrider_store_write_duration_seconds_count 4",
        r#"postrider_throttle_wait_seconds_total{carrier="x",scope="ours"} 2"#,
    ] {
        assert!(page.lines().any(|written| written == line), "{line}\n{page}");
    }
}

#[test]
fn carriers_beyond_the_limit_share_a_label() {
    let registry = Registry::new();
    for number in 0..CARRIERS_MAX + 5 {
        registry.carrier(&format!("c{number}")).receipts_unmatched.increment(1);
    }
    let page = registry.render();
    assert!(page.contains(r#"postrider_receipts_unmatched_total{carrier="other"} 5"#), "{page}");
    assert!(!page.contains(r#"postrider_carrier_up{carrier="other"}"#));
    assert!(page.contains("postrider_metrics_dropped_series_total 5\n"));
    assert!(Arc::ptr_eq(&registry.carrier("c104"), &registry.carrier("c104")));
}

#[derive(Clone, Default)]
struct Capture(Arc<Mutex<Vec<u8>>>);

impl Write for Capture {
    fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("whole").extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_line_of_the_log_is_one_object_with_the_fields_promised() {
    let capture = Capture::default();
    let writer = capture.clone();
    let subscriber = json_subscriber(&LogConfig::default(), move || writer.clone()).expect("fine");
    tracing::subscriber::with_default(subscriber, || {
        tracing::warn!(carrier = "sink", attempt = 3, ok = false, level = "x", "bind \"refused\"");
        tracing::debug!("not at this level");
    });
    let text = String::from_utf8(capture.0.lock().expect("whole").clone()).expect("UTF-8");
    assert_eq!(text.lines().count(), 1, "{text}");
    let line: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(line["level"], "warn");
    assert_eq!(line["target"], "postrider::telemetry::tests");
    assert_eq!(line["msg"], "bind \"refused\"");
    assert_eq!((&line["carrier"], &line["attempt"]), (&"sink".into(), &3.into()));
    assert_eq!((&line["ok"], &line["level_"]), (&false.into(), &"x".into()));
    let ts = line["ts"].as_str().expect("a time");
    assert_eq!((ts.len(), &ts[10..11], &ts[23..]), (24, "T", "Z"), "{ts}");
}
