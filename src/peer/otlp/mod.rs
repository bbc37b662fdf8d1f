//! Traces for an OpenTelemetry collector, made of the log by a consumer of the feed.
//!
//! Nothing is recorded while a message travels: its history has the times. A trace that cannot be sent is
//! dropped and counted, as nobody is owed one. Sent is OTLP 1.x over HTTP in its JSON encoding, which every
//! receiver of OTLP/HTTP takes (opentelemetry.io/docs/specs/otlp, JSON Protobuf Encoding): no protobuf
//! and no gRPC is built for it.

pub mod config;

mod history;

mod ids;

mod sender;

pub mod service;

mod span;
