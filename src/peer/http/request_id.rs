//! The id of a request: the client's own, or one of ours.

use axum::http::{HeaderMap, HeaderName};

/// The header it comes in and is echoed in.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest id of a client that is taken over.
const CHARS_MAX: usize = 64;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The client's id if it can stand in a log and an address, else a new one.
pub(super) fn of(headers: &HeaderMap) -> String {
    let given = headers.get(X_REQUEST_ID).and_then(|value| value.to_str().ok());
    given.filter(|id| usable(id)).map_or_else(new, str::to_owned)
}

fn usable(id: &str) -> bool {
    let letters = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.:".contains(&octet);
    !id.is_empty() && id.len() <= CHARS_MAX && id.bytes().all(letters)
}

fn new() -> String {
    let letters = (0..13).map(|_| char::from(ALPHABET[fastrand::usize(..ALPHABET.len())]));
    "req_".chars().chain(letters).collect()
}
