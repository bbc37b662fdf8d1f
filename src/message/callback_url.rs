//! The address of a callback taken apart, and as it may be shown.
//!
//! Clients write these for Kannel, Jasmin or Twilio, which are less strict than a webhook's address is: a
//! user and a password may stand in it, a fragment is left out, and `%` escapes that are no octets are
//! allowed in its path and query, though never in its host.

use std::net::Ipv6Addr;

use super::callback::URL_BYTES_MAX;

/// An address taken apart; path and query are as they were written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallbackUrl<'a> {
    /// Whether it is spoken to in TLS.
    pub tls: bool,
    /// What stands before the `@`, percent-encoded as it was written.
    pub userinfo: Option<&'a str>,
    /// The host without brackets, in lower case.
    pub host: String,
    /// The port, also where none was written.
    pub port: u16,
    /// Path and query, without the fragment; may be empty or begin with `?`.
    pub rest: &'a str,
}

impl<'a> CallbackUrl<'a> {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong with it, for whoever wrote it; to be read behind "the address".
    pub fn read(url: &'a str) -> Result<Self, &'static str> {
        if url.len() > URL_BYTES_MAX {
            return Err("is longer than 2048 octets");
        }
        if url.chars().any(char::is_control) {
            return Err("has control characters in it");
        }
        let (scheme, behind) = url.split_once("://").ok_or(SCHEME)?;
        let tls = match scheme {
            it if it.eq_ignore_ascii_case("https") => true,
            it if it.eq_ignore_ascii_case("http") => false,
            _ => return Err(SCHEME),
        };
        let behind = behind.split('#').next().unwrap_or_default();
        let end = behind.find(['/', '?', '\\']).unwrap_or(behind.len());
        let (authority, rest) = behind.split_at(end);
        if rest.starts_with('\\') {
            return Err("has no host");
        }
        let (userinfo, place) = match authority.rsplit_once('@') {
            Some((userinfo, place)) => (Some(userinfo), place),
            None => (None, authority),
        };
        let (host, port) = host_and_port(place)?;
        let port = match port {
            Some(digits) => port_of(digits)?,
            None if tls => 443,
            None => 80,
        };
        Ok(Self { tls, userinfo, host, port, rest })
    }

    /// Whom it leads to: what is the same for all addresses of one server.
    pub fn origin(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        let host = &self.host;
        let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        format!("{scheme}://{host}:{}", self.port)
    }
}

const SCHEME: &str = "does not begin with http:// or https://";

fn port_of(digits: &str) -> Result<u16, &'static str> {
    let port = digits.parse().ok().filter(|_| digits.bytes().all(|it| it.is_ascii_digit()));
    port.filter(|port| *port > 0).ok_or("has no port that can be")
}

fn host_and_port(place: &str) -> Result<(String, Option<&str>), &'static str> {
    if let Some(bracketed) = place.strip_prefix('[') {
        let (inside, behind) = bracketed.split_once(']').ok_or("has no host that can be")?;
        inside.parse::<Ipv6Addr>().map_err(|_| "has no host that can be")?;
        let port = match behind.strip_prefix(':') {
            Some(port) => Some(port),
            None if behind.is_empty() => None,
            None => return Err("has no host that can be"),
        };
        return Ok((inside.to_ascii_lowercase(), port));
    }
    let (host, port) = match place.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (place, None),
    };
    if host.is_empty() {
        return Err("has no host");
    }
    // Above all no `%`: whom it leads to must not depend on what is told.
    let usable = |octet: u8| octet.is_ascii_alphanumeric() || b".-_".contains(&octet);
    if host.len() > 253 || !host.bytes().all(usable) {
        return Err("has no host that can be");
    }
    Ok((host.to_ascii_lowercase(), port))
}

/// An address as people may see it: who it leads to and by which fields, without what may be secret.
pub fn shown(url: &str) -> String {
    let Ok(read) = CallbackUrl::read(url) else {
        return "an address that cannot be one".to_owned();
    };
    let user = if read.userinfo.is_some() { "***@" } else { "" };
    let origin = read.origin();
    let (scheme, place) = origin.split_once("://").unwrap_or(("http", &origin));
    let (path, query) = match read.rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (read.rest, None),
    };
    let mut text = format!("{scheme}://{user}{place}{path}");
    for (number, pair) in query.into_iter().flat_map(|query| query.split('&')).enumerate() {
        text.push(if number == 0 { '?' } else { '&' });
        match pair.split_once('=') {
            // An escape says what will stand there, and nothing of anybody.
            Some((_, value)) if is_escape(value) => text.push_str(pair),
            Some((name, _)) => text.push_str(&format!("{name}=***")),
            None if is_escape(pair) => text.push_str(pair),
            None => text.push_str("***"),
        }
    }
    text
}

/// Whether it is one of Kannel's escapes.
fn is_escape(value: &str) -> bool {
    matches!(value.as_bytes(), [b'%', letter] if letter.is_ascii_alphabetic()) || value.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart_and_names_whom_it_leads_to() {
        let url = CallbackUrl::read("https://u:p%40@Shop.Example/dlr?type=%d&to=%p#x").unwrap();
        assert_eq!((url.tls, url.userinfo, url.port), (true, Some("u:p%40"), 443));
        assert_eq!((&*url.host, url.rest), ("shop.example", "/dlr?type=%d&to=%p"));
        assert_eq!(url.origin(), "https://shop.example:443");
        let url = CallbackUrl::read("http://[::1]:81?a").unwrap();
        assert_eq!((&*url.host, url.port, url.rest), ("::1", 81, "?a"));
        assert_eq!(url.origin(), "http://[::1]:81");
        let same = ["http://a/x", "HTTP://A:80?y", "http://q@a"];
        assert!(same.iter().all(|url| CallbackUrl::read(url).unwrap().origin() == "http://a:80"));
    }

    #[test]
    fn what_leads_nowhere_or_elsewhere_is_refused() {
        for url in [
            "",
            "a.example/dlr",
            "ftp://a/",
            "http://",
            "http:///x",
            "http://u@/",
            "http://%p/",
            "http://a%d.example/",
            "http://a:0/",
            "http://a:70000/",
            "http://a:+80/",
            "http://a:/",
            "http://[::1/",
            "http://[::1]x/",
            "http://[fe80::1%25eth0]/",
            "http://a\\@b/",
            "http://\\b/",
            "http://a b/",
            "http://a/\r\nHost: b",
            "http://ä/",
        ] {
            assert!(CallbackUrl::read(url).is_err(), "{url}");
        }
        assert!(CallbackUrl::read(&format!("http://a/{}", "x".repeat(2048))).is_err());
    }

    #[test]
    fn what_may_be_secret_is_not_shown() {
        let url = "https://u:p@a/dlr?key=s3cret&type=%d&s3cret&x=#y";
        assert_eq!(shown(url), "https://***@a:443/dlr?key=***&type=%d&***&x=");
        assert_eq!(shown("javascript:alert(1)"), "an address that cannot be one");
    }
}
