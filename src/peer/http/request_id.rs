//! The id of a request: the client's own, or one of ours.

use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue};

/// The header it comes in and is echoed in.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a client knows its request by elsewhere, and is told again: CAMARA's correlator, and the place in a
/// trace (W3C Trace Context §3.2).
const ECHOED: [HeaderName; 2] =
    [HeaderName::from_static("x-correlator"), HeaderName::from_static("traceparent")];

/// Longest id of a client that is taken over.
const CHARS_MAX: usize = 64;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The client's id if it can stand in a log and an address, else a new one.
pub(super) fn of(headers: &HeaderMap) -> String {
    let given = headers.get(X_REQUEST_ID).and_then(|value| value.to_str().ok());
    given.filter(|id| usable(id)).map_or_else(new, str::to_owned)
}

/// What is told again, as far as it can stand in a header of ours.
pub(super) fn echoed(headers: &HeaderMap) -> Vec<(HeaderName, HeaderValue)> {
    let given = ECHOED.into_iter().filter_map(|name| {
        let value = headers.get(&name)?;
        usable(value.to_str().ok()?).then(|| (name, value.clone()))
    });
    given.collect()
}

/// The id of a request, for its handler: [`observe`](super::observe) sets it.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub(super) String);

impl RequestId {
    /// The id of a request; empty outside of the layer.
    pub(super) fn of(extensions: &Extensions) -> String {
        extensions.get::<Self>().map_or_else(String::new, |id| id.0.clone())
    }
}

fn usable(id: &str) -> bool {
    let letters = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.:".contains(&octet);
    !id.is_empty() && id.len() <= CHARS_MAX && id.bytes().all(letters)
}

fn new() -> String {
    let letters = (0..13).map(|_| char::from(ALPHABET[fastrand::usize(..ALPHABET.len())]));
    "req_".chars().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_knows_its_request_by_is_told_again_unless_it_is_strange() {
        let mut headers = HeaderMap::new();
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        headers.insert("traceparent", HeaderValue::from_static(parent));
        headers.insert("x-correlator", HeaderValue::from_static("a b"));
        let echoed = echoed(&headers);
        assert_eq!(echoed.len(), 1);
        assert_eq!((echoed[0].0.as_str(), &echoed[0].1), ("traceparent", &parent.parse().unwrap()));
    }
}
