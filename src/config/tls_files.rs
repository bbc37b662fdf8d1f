//! The files of TLS: read once, at the start, with what is wrong or doubtful about them.

use std::sync::Arc;
use std::time::SystemTime;

use rustls::RootCertStore;

use super::secret::{SecretPlaces, secret};
use super::section::Section;
use crate::net::tls::certificate::Facts;
use crate::net::tls::identity::{Identity, IdentityError};
use crate::net::tls::pem;

/// Octets of a file of certificates; the bundles of operating systems have a quarter of that.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Authorities of a file that are looked at for their dates: a bundle of one's own, not a system's.
const OWN_AUTHORITIES_MAX: usize = 10;

const CHAIN: &str = "the path of a PEM file that begins with the certificate and goes on with those \
                     that signed it, without the root";
const KEY: &str =
    "{ file = \"path\" } or { credential = \"name\" } of a PEM file, without a passphrase";
const AUTHORITIES: &str = "the path of a PEM file with certificates of authorities";

/// `certificates` and `key`: both or neither.
pub(super) fn identity(section: &Section<'_>, places: &SecretPlaces) -> Option<Identity> {
    let chain = file(section, places, "certificates", CHAIN);
    let key = secret(section, places, "key");
    match (section.given("certificates").is_some(), &key) {
        (true, None) => section.missing("key", KEY),
        (false, Some(_)) => section.missing("certificates", CHAIN),
        _ => {}
    }
    let key = key.filter(|key| !key.reveal().is_empty())?;
    match Identity::from_pem(&chain?, key.reveal()) {
        Ok(identity) => {
            doubts(section, "certificates", identity.facts());
            Some(identity)
        }
        Err(IdentityError::Certificates(error)) => {
            section.fail("certificates", error.to_string(), CHAIN.to_owned());
            None
        }
        Err(error) => {
            section.fail_secret("key", error.to_string(), KEY.to_owned());
            None
        }
    }
}

/// Authorities of a file, if the key is there and the file can be used.
pub(super) fn authorities(
    section: &Section<'_>,
    places: &SecretPlaces,
    key: &'static str,
) -> Option<Arc<RootCertStore>> {
    let text = file(section, places, key, AUTHORITIES)?;
    let store = match pem::authorities(&text) {
        Ok(store) => store,
        Err(error) => {
            section.fail(key, error.to_string(), AUTHORITIES.to_owned());
            return None;
        }
    };
    let certificates = pem::certificates(&text).unwrap_or_default();
    if certificates.len() <= OWN_AUTHORITIES_MAX {
        let facts: Vec<Facts> = certificates.iter().filter_map(|one| Facts::of(one)).collect();
        doubts(section, key, &facts);
    }
    Some(Arc::new(store))
}

/// The authorities that the machine knows.
pub(super) fn authorities_of_machine(section: &Section<'_>) -> Option<Arc<RootCertStore>> {
    let found = rustls_native_certs::load_native_certs();
    let mut store = RootCertStore::empty();
    store.add_parsable_certificates(found.certs);
    if store.is_empty() {
        section.missing("ca", &format!("{AUTHORITIES}, as this machine has none of its own"));
        return None;
    }
    Some(Arc::new(store))
}

/// Records dates that have passed, or will soon.
fn doubts(section: &Section<'_>, key: &'static str, facts: &[Facts]) {
    let now = SystemTime::now();
    for doubt in facts.iter().filter_map(|facts| facts.doubt(now)) {
        section.warn(key, doubt, false);
    }
}

/// The octets of a file that a key names, beside the configuration.
fn file(
    section: &Section<'_>,
    places: &SecretPlaces,
    key: &'static str,
    allowed: &str,
) -> Option<Vec<u8>> {
    let path = places.beside.join(section.text_or_none(key, allowed)?);
    let read = std::fs::metadata(&path).and_then(|metadata| {
        if metadata.len() > FILE_BYTES_MAX {
            return Err(std::io::Error::other(format!("larger than {FILE_BYTES_MAX} octets")));
        }
        std::fs::read(&path)
    });
    match read {
        Ok(octets) => Some(octets),
        Err(error) => {
            let problem = format!("{} cannot be read: {error}", path.display());
            section.fail(key, problem, allowed.to_owned());
            None
        }
    }
}
