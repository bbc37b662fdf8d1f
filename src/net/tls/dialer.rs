//! What we are told about a server that we connect to in TLS.

use std::fmt;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};

use super::identity::Identity;
pub use super::provider::VersionMin;
use super::provider::provider;
use super::verify::Unsigned;

/// How a server is known.
#[derive(Clone, Debug)]
pub enum Trust {
    /// By a certificate for its name of one of these authorities.
    Authorities(Arc<RootCertStore>),
    /// By exactly one of these certificates: the SHA-256 of each, over its DER.
    Pinned(Vec<[u8; 32]>),
    /// Not at all: whoever answers is believed.
    Anything,
}

/// TLS towards a server. Cloning is cheap.
#[derive(Clone)]
pub struct DialerTls {
    pub(super) config: Arc<ClientConfig>,
    pub(super) server_name: ServerName<'static>,
    identity: Option<Identity>,
    trust: Trust,
    version_min: VersionMin,
}

impl PartialEq for Trust {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Authorities(one), Self::Authorities(other)) => one.roots == other.roots,
            (Self::Pinned(one), Self::Pinned(other)) => one == other,
            (Self::Anything, Self::Anything) => true,
            _ => false,
        }
    }
}

/// Two are the same when they behave the same, whenever their files were read.
impl PartialEq for DialerTls {
    fn eq(&self, other: &Self) -> bool {
        self.server_name == other.server_name
            && self.identity == other.identity
            && self.trust == other.trust
            && self.version_min == other.version_min
    }
}

impl DialerTls {
    /// TLS towards `server_name`, a host name or an address, to whom `identity` is shown if it asks.
    ///
    /// # Errors
    /// What is wrong with the name or the authorities.
    pub fn new(
        server_name: &str,
        trust: Trust,
        identity: Option<Identity>,
        version_min: VersionMin,
    ) -> Result<Self, String> {
        let server_name = ServerName::try_from(server_name.to_owned())
            .map_err(|_| format!("`{server_name}` is not a host name"))?;
        let builder = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(version_min.versions())
            .map_err(|error| error.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(verifier(trust.clone())?);
        let config = match &identity {
            Some(identity) => builder.with_client_cert_resolver(identity.resolver()),
            None => builder.with_no_client_auth(),
        };
        Ok(Self { config: Arc::new(config), server_name, identity, trust, version_min })
    }

    /// What is shown to a server that asks.
    pub const fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// Whether the server's certificate is verified.
    pub const fn verifies(&self) -> bool {
        !matches!(self.trust, Trust::Anything)
    }
}

fn verifier(trust: Trust) -> Result<Arc<dyn ServerCertVerifier>, String> {
    Ok(match trust {
        Trust::Authorities(roots) => WebPkiServerVerifier::builder_with_provider(roots, provider())
            .build()
            .map_err(|error| error.to_string())?,
        Trust::Pinned(digests) => Arc::new(Unsigned::pinned(digests)),
        Trust::Anything => Arc::new(Unsigned::anything()),
    })
}

impl fmt::Debug for DialerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DialerTls")
            .field("server_name", &self.server_name)
            .field("identity", &self.identity)
            .field("verifies", &self.verifies())
            .finish_non_exhaustive()
    }
}
