//! Messages as traces: what a collector is sent, and what becomes of it when there is none.

use std::process::Command;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::driver::collector::{Collector, attribute};
use crate::driver::esme::{Esme, HANDSET};
use crate::driver::http::get;
use crate::driver::patience::until;
use crate::driver::site::{Site, listener, text};
use crate::driver::smsc::Smsc;
use crate::driver::tools::{client, installed, is_there};

fn traced(site: Site, collector: std::net::SocketAddr) -> Site {
    site.sections(&format!("[telemetry]\notlp_endpoint = \"http://{collector}\"\n"))
}

fn named<'s>(spans: &'s [Value], name: &str) -> &'s Value {
    spans.iter().find(|span| span["name"] == name).unwrap_or_else(|| panic!("{name}: {spans:#?}"))
}

#[test]
fn a_message_is_a_trace_from_its_acceptance_to_its_receipt_without_its_addresses() {
    let (smsc, collector) = (Smsc::start(), Collector::start());
    let site = traced(Site::with_sink(smsc.address(), ""), collector.address());
    let _gateway = site.start();
    let id = Esme::bind(site.smpp()).submit("a word of mine");
    let spans = until("all of it is told", || {
        let spans = collector.spans();
        spans.iter().any(|span| span["name"] == "receipt sink").then_some(spans)
    });
    let (root, submit) = (named(&spans, "receive"), named(&spans, "submit sink"));
    let (route, receipt) = (named(&spans, "route"), named(&spans, "receipt sink"));
    let message = format!("msg_{id}");
    let digest = Sha256::digest(&message);
    let trace: String = digest[..16].iter().map(|octet| format!("{octet:02x}")).collect();
    for span in &spans {
        assert_eq!(span["traceId"], trace[..], "{span}");
        assert_eq!(attribute(span, "messaging.message.id"), &message[..]);
        let nanos = |key: &str| span[key].as_str().unwrap().parse::<u64>().unwrap();
        assert!(nanos("startTimeUnixNano") <= nanos("endTimeUnixNano"), "{span}");
    }
    for child in [route, submit, receipt] {
        assert_eq!(child["parentSpanId"], root["spanId"], "{child}");
        assert_eq!(attribute(child, "messaging.destination.name"), "sink");
    }
    assert_eq!(receipt["links"][0]["spanId"], submit["spanId"]);
    assert_eq!(attribute(submit, "messaging.operation.type"), "send");
    let said = collector.text();
    assert!(!said.contains(HANDSET) && !said.contains("a word of mine"), "{said}");
    let (_, page) = get(site.http(), "/metrics");
    assert!(page.contains("postrider_trace_spans_total{result=\"ok\"} "), "{page}");
    reads_as_protobuf(&said);
}

/// Has the published classes of the protocol read what was sent, if they are installed.
fn reads_as_protobuf(said: &str) {
    let python = installed("python/bin/python");
    let mut probe = Command::new(&python);
    probe.args(["-c", "import opentelemetry.proto.collector.trace.v1.trace_service_pb2"]);
    if !is_there("opentelemetry-proto", &mut probe) {
        return;
    }
    let file = tempfile::NamedTempFile::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    std::fs::write(file.path(), said).unwrap();
    let script = client("python/otlp_read.py");
    let output = Command::new(python).args([text(&script), text(file.path())]).output().unwrap();
    let (out, error) = (output.stdout, String::from_utf8_lossy(&output.stderr).into_owned());
    assert!(output.status.success(), "{error}");
    assert!(String::from_utf8_lossy(&out).contains("receipt sink CONSUMER"), "{out:?} {error}");
}

#[test]
fn without_its_collector_messages_go_as_ever_and_spans_are_counted_as_failed() {
    let smsc = Smsc::start();
    let nobody = listener().local_addr().unwrap();
    let site = traced(Site::with_sink(smsc.address(), ""), nobody);
    let mut gateway = site.start();
    let mut esme = Esme::bind(site.smpp());
    esme.submit("on its way");
    assert_eq!(esme.receipt().state, 2);
    until("what was not taken is counted", || {
        let (_, page) = get(site.http(), "/metrics");
        let count = page
            .lines()
            .find_map(|line| line.strip_prefix("postrider_trace_spans_total{result=\"failed\"} "));
        (count? != "0").then_some(())
    });
    drop(esme);
    gateway.terminate();
}
