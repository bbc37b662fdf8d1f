//! Who asks: `Authorization: Basic AccountSid:AuthToken`, for the account of the path.

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::refused::Refused;
use crate::peer::http::api::Api;
use crate::peer::http::auth::{Caller, ClientAddress};
use crate::peer::http::config::Scope;

/// The caller, who may do this with the account of the path.
pub(super) fn caller(api: &Api, parts: &Parts, sid: &str, scope: Scope) -> Result<Caller, Refused> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((username, token)) = header.and_then(basic) else {
        api.ingress.auth_failures.increment(1);
        return Err(Refused::unauthorized());
    };
    let caller = Caller::of_login(api, (&username, &token), ClientAddress::of(parts))?;
    if username != sid {
        return Err(Refused::unauthorized());
    }
    caller.require(scope)?;
    Ok(caller)
}

/// RFC 7617 §2.
fn basic(header: &str) -> Option<(String, Vec<u8>)> {
    let (scheme, credentials) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let credentials = STANDARD.decode(credentials.trim()).ok()?;
    let colon = credentials.iter().position(|&octet| octet == b':')?;
    let username = String::from_utf8(credentials[..colon].to_vec()).ok()?;
    Some((username, credentials[colon + 1..].to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_at_the_first_colon() {
        let read = |plain: &str| basic(&format!("Basic {}", STANDARD.encode(plain)));
        assert_eq!(read("AC1:to:ken"), Some(("AC1".into(), b"to:ken".to_vec())));
        assert_eq!(read("AC1"), None);
        for header in ["Basic", "Bearer x", "Basic %%%", ""] {
            assert_eq!(basic(header), None, "{header}");
        }
    }
}
