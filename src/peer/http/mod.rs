//! The HTTP API: submitting, looking messages up, health and metrics.

pub mod config;
