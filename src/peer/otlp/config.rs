//! What `[telemetry]` says of traces.

use crate::peer::webhook::target::Target;

/// Where traces go, and how many.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OtlpConfig {
    /// The collector; `None` is the default: no traces.
    pub endpoint: Option<Target>,
    /// One message in so many is traced; 1, the default, is all of them.
    pub one_in: u32,
}

impl Default for OtlpConfig {
    fn default() -> Self {
        Self { endpoint: None, one_in: 1 }
    }
}

/// The path that OTLP/HTTP has for traces (OTLP, "OTLP/HTTP Request").
const TRACES_PATH: &str = "/v1/traces";

/// The address of a collector: the traces' path is appended, as `OTEL_EXPORTER_OTLP_ENDPOINT` has it.
///
/// # Errors
/// What is wrong with it, for whoever wrote it.
pub fn endpoint(url: &str) -> Result<Target, &'static str> {
    let target = Target::read(&format!("{}{TRACES_PATH}", url.trim_end_matches('/')))?;
    if target.tls {
        return Err("is https: have a collector on this machine speak TLS to others");
    }
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_traces_is_appended_and_tls_is_left_to_a_collector() {
        for url in ["http://127.0.0.1:4318", "http://127.0.0.1:4318/"] {
            let target = endpoint(url).expect(url);
            assert_eq!((target.path.as_str(), target.port), ("/v1/traces", 4318));
        }
        assert_eq!(endpoint("http://gate:1/otlp").expect("a path").path, "/otlp/v1/traces");
        assert!(endpoint("https://gate").is_err() && endpoint("gate:4318").is_err());
    }
}
