//! The address of a webhook: `http` or `https`, a host, a path.

use std::net::IpAddr;

use hyper::Uri;

/// Octets of an address.
const URL_BYTES_MAX: usize = 2048;

/// Where a webhook leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    /// As it was written.
    pub url: String,
    /// Whether it is spoken to in TLS.
    pub tls: bool,
    /// The host without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The header `Host`.
    pub authority: String,
    /// Path and query.
    pub path: String,
}

impl Target {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong with it, for whoever wrote it.
    pub fn read(url: &str) -> Result<Self, &'static str> {
        if url.len() > URL_BYTES_MAX {
            return Err("is longer than 2048 octets");
        }
        if url.contains('#') {
            return Err("has a fragment, which no server sees");
        }
        let uri: Uri = url.parse().map_err(|_| "is not an address")?;
        let tls = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err("is not an address that begins with https:// or http://"),
        };
        let authority = uri.authority().ok_or("has no host")?;
        if authority.as_str().contains('@') {
            return Err("has a user or password in it; signatures say who sends");
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err("has no host");
        }
        let port = match (uri.port_u16(), authority.as_str() == authority.host()) {
            (Some(port), _) if port > 0 => port,
            (None, true) => {
                if tls {
                    443
                } else {
                    80
                }
            }
            _ => return Err("has no port that can be"),
        };
        Ok(Self {
            url: url.to_owned(),
            tls,
            host: host.to_owned(),
            port,
            authority: authority.as_str().to_owned(),
            path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        })
    }

    /// The address it is, if it is written as one.
    pub fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        let target = Target::read("https://shop.example/hooks?a=1").unwrap();
        assert!(target.tls);
        assert_eq!((&*target.host, target.port), ("shop.example", 443));
        assert_eq!((&*target.authority, &*target.path), ("shop.example", "/hooks?a=1"));
        let target = Target::read("http://[::1]:81").unwrap();
        assert_eq!((&*target.host, target.port, &*target.path), ("::1", 81, "/"));
        assert_eq!(target.address(), Some("::1".parse().unwrap()));
    }

    #[test]
    fn what_cannot_be_spoken_to_is_refused() {
        for url in [
            "",
            "shop.example",
            "/hooks",
            "ftp://a/",
            "https://",
            "https://u:p@a/",
            "https://a/#x",
            "https://a:0/",
            "https://a:99999/",
            "http:///x",
            "https://a b/",
            "javascript:alert(1)",
        ] {
            assert!(Target::read(url).is_err(), "{url}");
        }
        assert!(Target::read(&format!("https://a/{}", "x".repeat(2048))).is_err());
    }
}
