//! The cookie of a session.
//!
//! `__Host-` binds it to this host, to HTTPS and to `/`; browsers take the loopback for as good as HTTPS. `Lax`, so
//! that a link from a ticket finds its reader signed in; what changes anything wants a token of the form besides.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

const SECURE: &str = "__Host-postrider";
const PLAIN: &str = "postrider";

/// Cookies of a request that are looked through.
const COOKIES_MAX: usize = 64;

/// The name of the cookie.
const fn name(secure: bool) -> &'static str {
    if secure { SECURE } else { PLAIN }
}

/// The token that a request brings.
pub(super) fn token(headers: &HeaderMap, secure: bool) -> Option<String> {
    let values = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).take(COOKIES_MAX);
    pairs.find_map(|pair| {
        let (known, token) = pair.trim().split_once('=')?;
        (known == name(secure) && token.len() == 64).then(|| token.to_owned())
    })
}

/// What has a browser keep a token until it is closed, or forget it.
pub(super) fn set(token: Option<&str>, secure: bool) -> HeaderValue {
    let (name, security) = (name(secure), if secure { "; Secure" } else { "" });
    let text = match token {
        Some(token) => format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax{security}"),
        None => format!("{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{security}"),
    };
    // It is made of hexadecimal digits and what stands here.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_reads_back_among_others() {
        let token_text = "0f".repeat(32);
        let made = set(Some(&token_text), true);
        let made = made.to_str().expect("text");
        assert!(made.starts_with("__Host-postrider=0f0f"), "{made}");
        for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
            assert!(made.contains(part), "{made}");
        }
        assert!(!made.contains("Domain"));
        let mut headers = HeaderMap::new();
        let sent = format!("a=b; __Host-postrider={token_text}; postrider=x");
        headers.insert(COOKIE, HeaderValue::from_str(&sent).expect("text"));
        assert_eq!(token(&headers, true), Some(token_text));
        assert_eq!(token(&headers, false), None, "too short to be one");
    }
}
