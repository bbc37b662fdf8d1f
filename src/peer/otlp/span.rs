//! Spans, and a request of them in OTLP's JSON (`ExportTraceServiceRequest`).

use serde_json::{Value, json};

use super::ids::{SpanId, TraceId};
use crate::base::clock::Timestamp;

/// `SpanKind` of OTLP.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(super) enum SpanKind {
    Internal = 1,
    Server = 2,
    Producer = 4,
    Consumer = 5,
}

/// One span.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Span {
    pub(super) trace: TraceId,
    pub(super) id: SpanId,
    pub(super) parent: Option<SpanId>,
    pub(super) link: Option<SpanId>,
    pub(super) name: String,
    pub(super) kind: SpanKind,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) attributes: Vec<(&'static str, Value)>,
    /// What went wrong, as `error.type` has it.
    pub(super) error: Option<String>,
}

impl Span {
    fn json(&self) -> Value {
        let mut attributes: Vec<Value> =
            self.attributes.iter().map(|(key, value)| attribute(key, value)).collect();
        attributes
            .extend(self.error.as_ref().map(|error| attribute("error.type", &error[..].into())));
        let trace = self.trace.hex();
        let mut span = json!({
            "traceId": trace,
            "spanId": self.id.hex(),
            "name": self.name,
            "kind": self.kind as u8,
            "startTimeUnixNano": nanos(self.start),
            "endTimeUnixNano": nanos(self.end),
            "attributes": attributes,
        });
        if let Some(parent) = self.parent {
            span["parentSpanId"] = parent.hex().into();
        }
        if let Some(link) = self.link {
            span["links"] = json!([{ "traceId": trace, "spanId": link.hex() }]);
        }
        if let Some(error) = &self.error {
            // STATUS_CODE_ERROR.
            span["status"] = json!({ "code": 2, "message": error });
        }
        span
    }
}

/// A request that tells a collector these spans of a node.
pub(super) fn request(node: u16, spans: &[Span]) -> Vec<u8> {
    let version = env!("CARGO_PKG_VERSION");
    let resource = [
        attribute("service.name", &"postrider".into()),
        attribute("service.version", &version.into()),
        attribute("service.instance.id", &node.to_string().into()),
    ];
    let spans: Vec<Value> = spans.iter().map(Span::json).collect();
    json!({ "resourceSpans": [{
        "resource": { "attributes": resource },
        "scopeSpans": [{ "scope": { "name": "postrider", "version": version }, "spans": spans }],
    }]})
    .to_string()
    .into_bytes()
}

/// A `KeyValue`. JSON has 64-bit numbers as texts.
fn attribute(key: &str, value: &Value) -> Value {
    let value = match value {
        Value::Number(number) => json!({ "intValue": number.to_string() }),
        Value::Bool(flag) => json!({ "boolValue": flag }),
        Value::String(text) => json!({ "stringValue": text }),
        other => json!({ "stringValue": other.to_string() }),
    };
    json!({ "key": key, "value": value })
}

/// A `fixed64` of nanoseconds since the Unix epoch.
fn nanos(at: Timestamp) -> String {
    at.0.saturating_mul(1_000).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_written_as_the_protocol_has_it() {
        let trace = TraceId::of("msg_1");
        let (id, link) = (trace.span("a"), trace.span("b"));
        let span = Span {
            trace,
            id,
            parent: Some(link),
            link: Some(link),
            name: "receipt sink".to_owned(),
            kind: SpanKind::Consumer,
            start: Timestamp(1_000_001),
            end: Timestamp(1_000_002),
            attributes: vec![
                ("a.number", 7.into()),
                ("a.text", "x".into()),
                ("a.flag", true.into()),
            ],
            error: Some("memory_full".to_owned()),
        };
        let body: Value = serde_json::from_slice(&request(3, &[span])).expect("JSON");
        let sent = &body["resourceSpans"][0]["scopeSpans"][0]["spans"][0];
        assert_eq!(sent["traceId"].as_str().map(str::len), Some(32));
        assert_eq!(sent["links"][0]["spanId"], sent["parentSpanId"]);
        assert_eq!((&sent["kind"], &sent["status"]["code"]), (&5.into(), &2.into()));
        assert_eq!(sent["startTimeUnixNano"], "1000001000");
        assert_eq!(
            sent["attributes"][0],
            json!({ "key": "a.number", "value": { "intValue": "7" } })
        );
        assert_eq!(sent["attributes"][3]["value"]["stringValue"], "memory_full");
        let resource = &body["resourceSpans"][0]["resource"]["attributes"];
        assert_eq!(resource[2]["value"]["stringValue"], "3");
    }
}
