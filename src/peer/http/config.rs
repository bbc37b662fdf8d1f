//! What the API is told to be, checked.
//!
//! Not here: the text of a key. Only its digest is kept, so nothing can print it.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// The API's listener and who may use it.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// Where it listens; `None` has no API.
    pub listen: Option<SocketAddr>,
    /// Connections at a time; more wait in the kernel's queue.
    pub connections_max: usize,
    /// Largest body of a request.
    pub body_bytes_max: usize,
    /// From the first octet of a request, or of a connection, to the end of its header.
    pub header_timeout: Duration,
    /// From the header to the answer.
    pub request_timeout: Duration,
    /// Who may use it.
    pub keys: Vec<KeyConfig>,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            listen: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))),
            connections_max: 1024,
            body_bytes_max: 65_536,
            header_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            keys: Vec::new(),
        }
    }
}

/// One bearer key.
#[derive(Clone, Debug)]
pub struct KeyConfig {
    /// SHA-256 of the key's text.
    pub digest: [u8; 32],
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Whom it submits and reads as; `None` is any account, and a submission names one.
    pub account: Option<String>,
}

/// Something a key may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// `POST /v1/messages`.
    MessagesSend,
    /// `GET /v1/messages…`.
    MessagesRead,
    /// Numbers in full instead of masked.
    NumbersReveal,
    /// Everything.
    All,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 4] =
        [Self::MessagesSend, Self::MessagesRead, Self::NumbersReveal, Self::All];

    /// The word of the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MessagesSend => "messages:send",
            Self::MessagesRead => "messages:read",
            Self::NumbersReveal => "numbers:reveal",
            Self::All => "*",
        }
    }
}

impl KeyConfig {
    /// Whether the key may do this.
    pub fn may(&self, scope: Scope) -> bool {
        self.scopes.iter().any(|&held| held == scope || held == Scope::All)
    }
}
