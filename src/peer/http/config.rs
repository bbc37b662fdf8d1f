//! What the API is told to be, checked.
//!
//! Not here: the text of a key. Only its digest is kept, so nothing can print it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;

use super::console::config::ConsoleConfig;
use crate::base::secret::Secret;
use crate::peer::webhook::callback_twilio::TwilioTokens;
use crate::throttle::limiter::Rate;

/// The API's listener and who may use it.
#[derive(Clone, Debug)]
pub struct HttpConfig {
    /// Where it listens; `None` has no API.
    pub listen: Option<SocketAddr>,
    /// Connections at a time; more wait in the kernel's queue.
    pub connections_max: usize,
    /// Largest body of a request.
    pub body_bytes_max: usize,
    /// Largest body of a batch.
    pub batch_bytes_max: usize,
    /// From the first octet of a request, or of a connection, to the end of its header.
    pub header_timeout: Duration,
    /// From the header to the answer.
    pub request_timeout: Duration,
    /// Who may use it.
    pub keys: Vec<KeyConfig>,
    /// What clients of Kannel are offered.
    pub kannel: KannelConfig,
    /// A listener of its own for clients of Jasmin; `None` has them use the API's.
    pub jasmin_listen: Option<SocketAddr>,
    /// Who may sign in to the console, and for how long.
    pub console: ConsoleConfig,
}

/// What clients of Kannel are offered beside the API's listener.
#[derive(Clone, Debug, Default)]
pub struct KannelConfig {
    /// A listener of its own; `None` has them use the API's.
    pub listen: Option<SocketAddr>,
    /// The sender of messages that name none: Kannel's `global-sender`.
    pub sender: Option<String>,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            listen: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 8080))),
            connections_max: 1024,
            body_bytes_max: 65_536,
            batch_bytes_max: 1_048_576,
            header_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            keys: Vec::new(),
            kannel: KannelConfig::default(),
            jasmin_listen: None,
            console: ConsoleConfig::default(),
        }
    }
}

impl TwilioTokens for HttpConfig {
    /// The key in clear of the login with this name, if the configuration has it and not only its digest.
    fn auth_token(&self, account_sid: &str) -> Option<Secret> {
        let mut logins = self.keys.iter().filter_map(|key| key.login.as_ref());
        logins.find(|login| login.username == account_sid)?.token.clone()
    }
}

/// One bearer key. An account may have several, so that one can be replaced while the other works.
#[derive(Clone, Debug)]
pub struct KeyConfig {
    /// How people and logs call it; nobody's secret.
    pub name: String,
    /// SHA-256 of the key's text.
    pub digest: [u8; 32],
    /// What makes it the password of a login, and of nothing else.
    pub login: Option<Login>,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Whom it submits and reads as; `None` is any account, and a submission names one.
    pub account: Option<String>,
    /// Networks it may be used from; empty is from anywhere.
    pub ips: Vec<IpNet>,
    /// Requests that it may make; `None` is any number.
    pub rate: Option<Rate>,
}

/// A name that a key is the password of, as clients of Kannel, Jasmin and Twilio log in.
#[derive(Clone, Debug)]
pub struct Login {
    /// The `username` of Kannel and Jasmin, the AccountSid of Twilio.
    pub username: String,
    /// The key in clear, which signs what Twilio's clients are told.
    pub token: Option<Secret>,
}

/// Something a key may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// `POST /v1/messages`, and taking messages back.
    MessagesSend,
    /// `GET /v1/messages…`.
    MessagesRead,
    /// The texts of messages.
    ContentRead,
    /// Numbers in full instead of masked.
    NumbersReveal,
    /// The webhooks of an account: making, seeing, changing and removing them.
    WebhooksWrite,
    /// Carriers: suspending, resuming, rebinding and limiting them. For keys of no account.
    CarriersWrite,
    /// Who changed what. For keys of no account.
    AuditRead,
    /// Erasing what is personal of messages, for good.
    LedgerErase,
    /// Everything, of its account if it has one.
    All,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 9] = [
        Self::MessagesSend,
        Self::MessagesRead,
        Self::ContentRead,
        Self::NumbersReveal,
        Self::WebhooksWrite,
        Self::CarriersWrite,
        Self::AuditRead,
        Self::LedgerErase,
        Self::All,
    ];

    /// What a key has whose configuration does not say.
    pub const DEFAULT: [Self; 2] = [Self::MessagesSend, Self::MessagesRead];

    /// The word of the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MessagesSend => "messages:send",
            Self::MessagesRead => "messages:read",
            Self::ContentRead => "content:read",
            Self::NumbersReveal => "numbers:reveal",
            Self::WebhooksWrite => "webhooks:write",
            Self::CarriersWrite => "carriers:write",
            Self::AuditRead => "audit:read",
            Self::LedgerErase => "ledger:erase",
            Self::All => "*",
        }
    }

    /// Whether it reaches beyond an account, so that no key of an account can hold it.
    pub const fn is_operators(self) -> bool {
        matches!(self, Self::CarriersWrite | Self::AuditRead)
    }
}

impl KeyConfig {
    /// Whether the key may do this.
    pub fn may(&self, scope: Scope) -> bool {
        let reaches = self.account.is_none() || !scope.is_operators();
        reaches && self.scopes.iter().any(|&held| held == scope || held == Scope::All)
    }

    /// Whether it may be used from this address. An IPv4 address inside an IPv6 one is an IPv4 address.
    pub fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.ips.is_empty() || self.ips.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(scopes: &[Scope], account: Option<&str>) -> KeyConfig {
        KeyConfig {
            name: "test".into(),
            digest: [0; 32],
            login: None,
            scopes: scopes.to_vec(),
            account: account.map(str::to_owned),
            ips: Vec::new(),
            rate: None,
        }
    }

    #[test]
    fn a_key_of_an_account_never_reaches_beyond_it() {
        let (own, any) = (key(&[Scope::All], Some("shop")), key(&[Scope::All], None));
        for scope in Scope::ALL {
            assert!(any.may(scope), "{scope:?}");
            assert_eq!(own.may(scope), !scope.is_operators(), "{scope:?}");
        }
        assert!(!key(&[Scope::MessagesRead], None).may(Scope::MessagesSend));
    }

    #[test]
    fn networks_are_those_of_the_client_however_its_address_is_written() {
        let mut key = key(&[Scope::All], None);
        let from = |key: &KeyConfig, text: &str| key.allows(text.parse().expect("an address"));
        assert!(from(&key, "203.0.113.9"));
        key.ips = vec!["10.0.0.0/8".parse().expect("a network"), "::1/128".parse().expect("one")];
        assert!(from(&key, "10.1.2.3") && from(&key, "::ffff:10.1.2.3") && from(&key, "::1"));
        assert!(!from(&key, "11.0.0.1") && !from(&key, "::2"));
    }
}
