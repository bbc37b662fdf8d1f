//! A certificate chain with its private key: what a side shows of itself.

use std::fmt;
use std::sync::Arc;

use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{Error, InconsistentKeys};

use super::certificate::Facts;
use super::pem::{PemError, certificates, private_key};
use super::provider::provider;

/// A chain and its key, known to belong together.
#[derive(Clone)]
pub struct Identity {
    held: Arc<CertifiedKey>,
    facts: Vec<Facts>,
}

/// Why two files are no identity, and which of them is wrong.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The file of certificates.
    #[error("{0}")]
    Certificates(PemError),
    /// The file of the key.
    #[error("{0}")]
    Key(PemError),
    /// The key is of a kind or a size that cannot be used.
    #[error(
        "holds a private key that cannot be used: RSA of 2048 to 8192 bits, ECDSA on P-256 or P-384, or Ed25519 is wanted"
    )]
    KeyKind,
    /// The key is another certificate's.
    #[error("holds a private key that does not belong to {subject}, the first of the certificates")]
    KeyMismatch {
        /// Whose it should be.
        subject: String,
    },
}

impl Identity {
    /// Puts the text of two PEM files together; the chain begins with the end entity's certificate.
    ///
    /// # Errors
    /// [`IdentityError`], which says which of the two is wrong.
    pub fn from_pem(chain: &[u8], key: &[u8]) -> Result<Self, IdentityError> {
        let chain = certificates(chain).map_err(IdentityError::Certificates)?;
        let facts: Vec<Facts> = chain.iter().map_while(|one| Facts::of(one)).collect();
        if facts.len() < chain.len() {
            return Err(IdentityError::Certificates(PemError::NotX509(facts.len() + 1)));
        }
        let key = private_key(key).map_err(IdentityError::Key)?;
        let subject = facts.first().map(|facts| facts.subject.clone()).unwrap_or_default();
        let held =
            CertifiedKey::from_der(chain, key, &provider()).map_err(|error| match error {
                Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
                    IdentityError::KeyMismatch { subject }
                }
                _ => IdentityError::KeyKind,
            })?;
        Ok(Self { held: Arc::new(held), facts })
    }

    /// What the certificates say of themselves, the end entity's first.
    pub fn facts(&self) -> &[Facts] {
        &self.facts
    }

    /// The first certificate's subject.
    pub fn subject(&self) -> &str {
        self.facts.first().map_or("", |facts| &facts.subject)
    }

    pub(super) fn resolver(&self) -> Arc<SingleCertAndKey> {
        Arc::new(SingleCertAndKey::from(self.held.clone()))
    }
}

/// A chain is what tells two apart: its key belongs to it.
impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.held.cert == other.held.cert
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("subject", &self.subject()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> (String, String) {
        let key = rcgen::KeyPair::generate().expect("a key");
        let params = rcgen::CertificateParams::new(vec!["a.example.net".into()]).expect("a name");
        (params.self_signed(&key).expect("signed").pem(), key.serialize_pem())
    }

    #[test]
    fn a_certificate_and_its_key_are_an_identity_that_prints_no_key() {
        let (chain, key) = made();
        let identity = Identity::from_pem(chain.as_bytes(), key.as_bytes()).expect("they match");
        assert_eq!(identity.facts().len(), 1);
        let printed = format!("{identity:?}");
        assert!(printed.contains("CN=rcgen") && !printed.contains("key"), "{printed}");
    }

    #[test]
    fn the_key_of_another_certificate_is_refused_by_name() {
        let ((chain, _), (_, key)) = (made(), made());
        let refused = Identity::from_pem(chain.as_bytes(), key.as_bytes()).expect_err("other key");
        assert!(matches!(refused, IdentityError::KeyMismatch { .. }), "{refused}");
        assert!(refused.to_string().contains("CN=rcgen"), "{refused}");
    }

    #[test]
    fn files_given_the_wrong_way_round_are_told_apart() {
        let (chain, key) = made();
        let swapped = Identity::from_pem(key.as_bytes(), chain.as_bytes()).expect_err("swapped");
        assert_eq!(swapped, IdentityError::Certificates(PemError::Missing("certificate")));
        let twice = Identity::from_pem(chain.as_bytes(), chain.as_bytes()).expect_err("no key");
        assert_eq!(twice, IdentityError::Key(PemError::Missing("private key")));
    }
}
