//! The body of a request as JSON.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use serde_json::Value;

use super::problem::Problem;
use super::problem_table as kinds;

/// Reads it whole, if it is JSON and not too large.
pub(super) async fn json(
    headers: &HeaderMap,
    body: Body,
    bytes_max: usize,
) -> Result<Value, Problem> {
    let body = read(headers, body, bytes_max).await?;
    serde_json::from_slice(&body)
        .map_err(|error| Problem::new(kinds::INVALID_JSON, format!("this is not JSON: {error}")))
}

/// Its octets, if they are said to be JSON and are not too many.
pub(super) async fn read(
    headers: &HeaderMap,
    body: Body,
    bytes_max: usize,
) -> Result<Bytes, Problem> {
    let json =
        headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
            let kind = value.split(';').next().unwrap_or_default().trim();
            kind.eq_ignore_ascii_case("application/json")
        });
    if !json {
        let detail = "the Content-Type has to be application/json";
        return Err(Problem::new(kinds::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    let too_large = || {
        Problem::new(
            kinds::PAYLOAD_TOO_LARGE,
            format!("the body is larger than {bytes_max} octets"),
        )
    };
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if length.and_then(|length| length.parse().ok()).is_some_and(|length: usize| length > bytes_max)
    {
        return Err(too_large());
    }
    to_bytes(body, bytes_max).await.map_err(|_| too_large())
}
