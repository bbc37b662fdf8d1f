//! `tls` of a listener and of whom we connect to.

use super::secret::SecretPlaces;
use super::section::Section;
use super::tls_files::{authorities, authorities_of_machine, identity};
use crate::net::tls::dialer::{DialerTls, Trust};
use crate::net::tls::listener::{ClientCertificates, ListenerTls, VersionMin};

const VERSIONS: [(&str, VersionMin); 2] = [("1.2", VersionMin::Tls12), ("1.3", VersionMin::Tls13)];

const PINS: &str = "64 hexadecimal digits, with or without colons; several with commas between \
                    (openssl x509 -noout -fingerprint -sha256 -in FILE)";

/// TLS of a listener.
pub(super) fn of_listener(section: &Section<'_>, places: &SecretPlaces) -> Option<ListenerTls> {
    let identity = identity(section, places);
    if section.given("certificates").is_none() && section.given("key").is_none() {
        section.missing("certificates", "the path of a PEM file, with its `key` beside it");
    }
    let required =
        section.choice("client_certificates", true, &[("required", true), ("optional", false)]);
    let clients = match authorities(section, places, "client_ca") {
        Some(roots) if required => ClientCertificates::Required(roots),
        Some(roots) => ClientCertificates::Optional(roots),
        None => ClientCertificates::NotAsked,
    };
    if section.given("client_certificates").is_some() && section.given("client_ca").is_none() {
        let allowed = "the path of a PEM file with the authorities of the clients' certificates";
        section.missing("client_ca", allowed);
    }
    let version_min = section.choice("version_min", VersionMin::default(), &VERSIONS);
    section.finish();
    let made = ListenerTls::new(identity?, clients, version_min);
    made.inspect_err(|error| section.fail("client_ca", error.clone(), String::new())).ok()
}

/// TLS towards whoever is at `address`, by the section's table `tls`.
pub(super) fn of_carrier(
    parent: &Section<'_>,
    places: &SecretPlaces,
    address: &str,
) -> Option<DialerTls> {
    let section = &parent.inner("tls", "carrier.tls")?;
    const NAME: &str = "a host name or an address as the certificate has it";
    let server_name = section.text_or_none("server_name", NAME);
    let server_name = server_name.unwrap_or_else(|| host(address).to_owned());
    let trust = trust(section, places, &server_name);
    let identity = identity(section, places);
    let version_min = section.choice("version_min", VersionMin::default(), &VERSIONS);
    section.finish();
    let made = DialerTls::new(&server_name, trust?, identity, version_min);
    made.inspect_err(|error| section.fail("server_name", error.clone(), NAME.to_owned())).ok()
}

/// How the server is known: one way only.
fn trust(section: &Section<'_>, places: &SecretPlaces, server_name: &str) -> Option<Trust> {
    const DANGER: &str = "danger_accept_any_certificate";
    let given = |key| section.given(key).is_some();
    let danger = section.flag(DANGER, false);
    if danger {
        let problem = format!(
            "whoever answers in the place of {server_name} is believed, and is told our password"
        );
        section.warn(DANGER, problem, false);
    }
    let ways = [given("ca"), given("pinned_sha256"), danger].iter().filter(|way| **way).count();
    if ways > 1 {
        let allowed = format!("one of ca, pinned_sha256 and {DANGER}");
        let key = if danger { DANGER } else { "pinned_sha256" };
        section.fail(key, "stands beside another way to know the server".to_owned(), allowed);
        return None;
    }
    if danger {
        return Some(Trust::Anything);
    }
    if let Some(text) = section.text_or_none("pinned_sha256", PINS) {
        let digests: Option<Vec<_>> = text.split(',').map(digest).collect();
        if digests.is_none() {
            section.fail("pinned_sha256", "is not a SHA-256 digest".to_owned(), PINS.to_owned());
        }
        return digests.map(Trust::Pinned);
    }
    let roots = if given("ca") {
        authorities(section, places, "ca")
    } else {
        authorities_of_machine(section)
    };
    roots.map(Trust::Authorities)
}

fn digest(text: &str) -> Option<[u8; 32]> {
    super::http::from_hex(&text.trim().replace(':', ""))
}

/// The host of an address, an IPv6 address without its brackets.
fn host(address: &str) -> &str {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}
