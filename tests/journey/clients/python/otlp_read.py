"""Reads bodies of OTLP's JSON, one a line, with the protocol's published classes: name and kind of each span."""

import base64
import json
import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as service
from opentelemetry.proto.trace.v1 import trace_pb2 as trace

IDS = ("traceId", "spanId", "parentSpanId")


def with_base64(value):
    """OTLP's JSON has ids in hexadecimal, where that of protobuf has base64."""
    if isinstance(value, list):
        return [with_base64(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: base64.b64encode(bytes.fromhex(item)).decode() if key in IDS else with_base64(item)
        for key, item in value.items()
    }


for line in open(sys.argv[1], encoding="utf-8"):
    request = json_format.ParseDict(with_base64(json.loads(line)), service.ExportTraceServiceRequest())
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                assert len(span.trace_id) == 16 and len(span.span_id) == 8, span
                kind = trace.Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_")
                print(span.name, kind, span.start_time_unix_nano)
