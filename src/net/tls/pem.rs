//! Certificates and private keys as PEM files hold them (RFC 7468).

use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem};

/// Certificates of one file; the bundles of operating systems have some 150.
pub const CERTIFICATES_MAX: usize = 1_000;

/// Why a file cannot be used. Nothing of a key is ever part of it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PemError {
    /// No section of the kind that is wanted.
    #[error("holds no {0} in PEM")]
    Missing(&'static str),
    /// A section that is not whole or not Base64.
    #[error("is not PEM: {0}")]
    Broken(&'static str),
    /// More certificates than a file may have.
    #[error("holds more than {CERTIFICATES_MAX} certificates")]
    TooMany,
    /// A certificate that is none, counted from 1.
    #[error("certificate {0} of it is not an X.509 certificate")]
    NotX509(usize),
}

/// All certificates of a file, in its order; at least one.
///
/// # Errors
/// [`PemError`] when there is none, or when the file is damaged.
pub fn certificates(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, PemError> {
    let mut found = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(text) {
        if found.len() == CERTIFICATES_MAX {
            return Err(PemError::TooMany);
        }
        found.push(certificate.map_err(|error| broken(&error))?);
    }
    if found.is_empty() { Err(PemError::Missing("certificate")) } else { Ok(found) }
}

/// The first private key of a file: PKCS#8, PKCS#1 or SEC 1, not encrypted.
///
/// # Errors
/// [`PemError`] when there is none, or when the file is damaged.
pub fn private_key(text: &[u8]) -> Result<PrivateKeyDer<'static>, PemError> {
    PrivateKeyDer::from_pem_slice(text).map_err(|error| match error {
        pem::Error::NoItemsFound if holds_encrypted_key(text) => {
            PemError::Missing("private key without a passphrase (it is encrypted)")
        }
        pem::Error::NoItemsFound => PemError::Missing("private key"),
        error => broken(&error),
    })
}

/// The authorities of a file.
///
/// # Errors
/// [`PemError`] when there is none, when the file is damaged, or when one is no certificate.
pub fn authorities(text: &[u8]) -> Result<RootCertStore, PemError> {
    let mut store = RootCertStore::empty();
    for (place, certificate) in certificates(text)?.into_iter().enumerate() {
        store.add(certificate).map_err(|_| PemError::NotX509(place + 1))?;
    }
    Ok(store)
}

fn holds_encrypted_key(text: &[u8]) -> bool {
    let marker = b"ENCRYPTED PRIVATE KEY-----";
    text.windows(marker.len()).any(|window| window == marker)
}

/// In words of ours: those of the library quote lines of the file, which may be a key's.
const fn broken(error: &pem::Error) -> PemError {
    PemError::Broken(match error {
        pem::Error::MissingSectionEnd { .. } => "a section has no END line",
        pem::Error::IllegalSectionStart { .. } => "a BEGIN line is malformed",
        pem::Error::Base64Decode(_) => "a section is not Base64",
        _ => "it cannot be read",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_pem_is_told_by_what_it_lacks() {
        let missing = PemError::Missing("certificate");
        assert_eq!(certificates(b""), Err(missing.clone()));
        assert_eq!(certificates(b"hello\n"), Err(missing));
        assert_eq!(private_key(b"hello\n"), Err(PemError::Missing("private key")));
        let encrypted = b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n\
                          -----END ENCRYPTED PRIVATE KEY-----\n";
        let said = private_key(encrypted).expect_err("it is encrypted").to_string();
        assert!(said.contains("encrypted"), "{said}");
    }

    #[test]
    fn a_damaged_file_is_refused_without_showing_its_lines() {
        for text in [
            "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n",
            "-----BEGIN PRIVATE KEY-----\nc2Vj!!cmV0\n-----END PRIVATE KEY-----\n",
        ] {
            let said = format!("{:?}", private_key(text.as_bytes()).expect_err("damaged"));
            assert!(!said.contains("c2Vj"), "{said}");
        }
    }

    #[test]
    fn an_authority_that_is_no_certificate_is_named_by_its_place() {
        let text = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(authorities(text).err(), Some(PemError::NotX509(1)));
    }
}
