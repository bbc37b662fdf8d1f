//! Knowing a server by its certificate itself, or not at all.
//!
//! Either way the server has to hold the key of the certificate that it shows.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use sha2::{Digest as _, Sha256};

use super::provider::provider;

/// Takes certificates without asking who signed them, for what name and for how long.
#[derive(Debug)]
pub(super) struct Unsigned {
    /// The only ones taken, by their SHA-256; `None` takes any.
    pins: Option<Vec<[u8; 32]>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Unsigned {
    /// Takes exactly these: the field has many certificates that were signed by nobody, or for a
    /// name that is no host's.
    pub(super) fn pinned(digests: Vec<[u8; 32]>) -> Self {
        Self { pins: Some(digests), ..Self::anything() }
    }

    /// Takes any.
    pub(super) fn anything() -> Self {
        Self { pins: None, algorithms: provider().signature_verification_algorithms }
    }
}

impl ServerCertVerifier for Unsigned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let shown: [u8; 32] = Sha256::digest(end_entity).into();
        if self.pins.as_ref().is_none_or(|pins| pins.contains(&shown)) {
            return Ok(ServerCertVerified::assertion());
        }
        Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
