//! The one provider of cryptography, and the versions of TLS that are spoken.

use std::sync::Arc;

use rustls::SupportedProtocolVersion;
use rustls::crypto::CryptoProvider;
use rustls::version::{TLS12, TLS13};

/// The oldest version of TLS that a side speaks.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum VersionMin {
    /// TLS 1.2 (RFC 5246) and 1.3, the default: many SMSCs know nothing newer.
    #[default]
    Tls12,
    /// TLS 1.3 (RFC 8446) alone.
    Tls13,
}

static BOTH: &[&SupportedProtocolVersion] = &[&TLS13, &TLS12];
static NEWER: &[&SupportedProtocolVersion] = &[&TLS13];

impl VersionMin {
    pub(super) fn versions(self) -> &'static [&'static SupportedProtocolVersion] {
        match self {
            Self::Tls12 => BOTH,
            Self::Tls13 => NEWER,
        }
    }
}

/// `ring`. It is never installed for the process: whoever needs it names it, so that another
/// library's default cannot take its place.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
