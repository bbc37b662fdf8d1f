//! What a listener that speaks TLS is told to be.

use std::fmt;
use std::sync::Arc;

use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use super::identity::Identity;
pub use super::provider::VersionMin;
use super::provider::provider;

/// Whether a client shows a certificate.
#[derive(Clone, Debug, Default)]
pub enum ClientCertificates {
    /// It is not asked for one.
    #[default]
    NotAsked,
    /// It is asked; one that it shows must be of these authorities.
    Optional(Arc<RootCertStore>),
    /// Without one of these authorities' there is no connection.
    Required(Arc<RootCertStore>),
}

/// TLS of a listener. Cloning is cheap.
#[derive(Clone)]
pub struct ListenerTls {
    pub(super) config: Arc<ServerConfig>,
    identity: Identity,
    clients: ClientCertificates,
}

impl ListenerTls {
    /// A listener that shows `identity`.
    ///
    /// # Errors
    /// What is wrong with the authorities of the clients.
    pub fn new(
        identity: Identity,
        clients: ClientCertificates,
        version_min: VersionMin,
    ) -> Result<Self, String> {
        let verifier = |roots: &Arc<RootCertStore>| {
            WebPkiClientVerifier::builder_with_provider(roots.clone(), provider())
        };
        let verifier = match &clients {
            ClientCertificates::NotAsked => Ok(WebPkiClientVerifier::no_client_auth()),
            ClientCertificates::Optional(roots) => verifier(roots).allow_unauthenticated().build(),
            ClientCertificates::Required(roots) => verifier(roots).build(),
        };
        let config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(version_min.versions())
            .map_err(|error| error.to_string())?
            .with_client_cert_verifier(verifier.map_err(|error| error.to_string())?)
            .with_cert_resolver(identity.resolver());
        Ok(Self { config: Arc::new(config), identity, clients })
    }

    /// What it shows of itself.
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Whether clients without a certificate are turned away.
    pub const fn requires_certificates(&self) -> bool {
        matches!(self.clients, ClientCertificates::Required(_))
    }
}

impl fmt::Debug for ListenerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListenerTls")
            .field("identity", &self.identity)
            .field("requires_certificates", &self.requires_certificates())
            .finish_non_exhaustive()
    }
}
