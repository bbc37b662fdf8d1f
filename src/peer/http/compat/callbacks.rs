//! Addresses that a message's status is to be called at.

use crate::base::percent::escaped;
use crate::message::callback::CONTEXT_BYTES_MAX;
use crate::message::callback_url::CallbackUrl;

/// An address as it is kept, if it can be called.
pub(in crate::peer::http) fn address(octets: &[u8]) -> Option<Box<str>> {
    let url = std::str::from_utf8(octets).ok()?;
    CallbackUrl::read(url).ok().map(|_| url.into())
}

/// Names and values as one query, if it is not too long to be kept.
pub(in crate::peer::http) fn context<'a>(
    pairs: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Option<Box<str>> {
    let mut query = String::new();
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        let separator = if query.is_empty() { "" } else { "&" };
        query.push_str(separator);
        query.push_str(name);
        query.push('=');
        query.push_str(&escaped(value));
    }
    (query.len() <= CONTEXT_BYTES_MAX).then(|| query.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_can_be_called_is_an_address() {
        for url in ["http://shop.example/dlr?to=%p&s=%d", "HTTPS://shop.example"] {
            assert_eq!(address(url.as_bytes()).as_deref(), Some(url));
        }
        let long = format!("http://shop.example/{}", "x".repeat(2_048));
        for url in
            [&b"shop.example"[..], b"ftp://shop.example", b"", b"http://\xff", long.as_bytes()]
        {
            assert_eq!(address(url), None);
        }
    }

    #[test]
    fn a_context_is_a_query_of_what_is_there() {
        let pairs = [("service", &b"shop"[..]), ("account", b""), ("meta", b"?a?b=c d")];
        assert_eq!(context(pairs).as_deref(), Some("service=shop&meta=%3Fa%3Fb%3Dc%20d"));
        assert_eq!(context([("meta", &[b'&'; 200][..])]), None, "too long");
    }
}
