//! `[telemetry]`: traces for a collector.

use super::section::Section;
use crate::peer::otlp::config::{OtlpConfig, endpoint};

const ENDPOINT: &str = "the address of an OTLP/HTTP receiver, such as \"http://127.0.0.1:4318\"";

pub(super) fn read(section: &Section<'_>) -> OtlpConfig {
    let default = OtlpConfig::default();
    let endpoint = section.text_or_none("otlp_endpoint", ENDPOINT).and_then(|url| {
        endpoint(&url)
            .map_err(|wrong| section.fail("otlp_endpoint", wrong.to_owned(), ENDPOINT.to_owned()))
            .ok()
    });
    let one_in = section.number("trace_one_in", default.one_in, 1..=1_000_000);
    section.finish();
    OtlpConfig { endpoint, one_in }
}
