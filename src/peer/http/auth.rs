//! Who asks: the bearer key of a request, or a login, and what it may do.
//!
//! A handler takes a [`Caller`] and begins with `caller.require(Scope::…)?`. Who has no key of ours is
//! told 401; who has one that may not do this, or not from there, 403; who asks too often, 429.
//! **Invariants**: keys are compared as digests only; a key that is not ours is never logged or
//! echoed.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use sha2::{Digest, Sha256};

use super::api::Api;
use super::config::{KeyConfig, Scope};
use super::problem::Problem;
use super::problem_table as kinds;
use crate::base::clock::Timestamp;
use crate::throttle::limiter::Limiter;

/// The keys in service, each with what it has used of its rate.
#[derive(Debug)]
pub(super) struct Keys(Vec<Arc<Key>>);

#[derive(Debug)]
struct Key {
    config: KeyConfig,
    limiter: Option<Limiter>,
}

impl Keys {
    pub(super) fn new(configs: &[KeyConfig], now: Timestamp) -> Self {
        let key = |config: &KeyConfig| {
            let limiter = config.rate.map(|rate| Limiter::new(rate, now));
            Arc::new(Key { config: config.clone(), limiter })
        };
        Self(configs.iter().map(key).collect())
    }

    /// Digests of what a client sends tell it nothing by the time their comparison takes.
    fn of_token(&self, token: &str) -> Option<Arc<Key>> {
        let digest: [u8; 32] = Sha256::digest(token).into();
        let mut bearers = self.0.iter().filter(|key| key.config.login.is_none());
        bearers.find(|key| key.config.digest == digest).cloned()
    }

    /// A password is one only together with its name.
    fn of_login(&self, username: &str, password: &[u8]) -> Option<Arc<Key>> {
        let digest: [u8; 32] = Sha256::digest(password).into();
        let named = |key: &Arc<Key>| {
            key.config.login.as_ref().is_some_and(|login| login.username == username)
        };
        self.0.iter().filter(|key| named(key)).find(|key| key.config.digest == digest).cloned()
    }
}

/// The address a request came from, as the socket has it. What a proxy says is not asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClientAddress(pub(super) IpAddr);

/// Somebody with one of our keys.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    key: Arc<Key>,
    local: bool,
}

impl Caller {
    /// The gateway itself, telling what happened to somebody who may see numbers or not.
    pub(super) fn of_gateway(in_full: bool) -> Self {
        let scopes = if in_full { vec![Scope::NumbersReveal] } else { Vec::new() };
        Self::without_key(scopes, false)
    }

    /// Who listens at the operator's socket, and could read the log beside it.
    pub(super) fn of_socket() -> Self {
        Self::without_key(vec![Scope::MessagesRead, Scope::NumbersReveal], true)
    }

    /// A user of the console.
    pub(super) fn of_user(
        name: &str,
        digest: [u8; 32],
        scopes: Vec<Scope>,
        account: Option<String>,
    ) -> Self {
        let Self { key, local } = Self::without_key(scopes, false);
        let name = name.to_owned();
        let config = KeyConfig { name, digest, account, ..key.config.clone() };
        Self { key: Arc::new(Key { config, limiter: None }), local }
    }

    fn without_key(scopes: Vec<Scope>, local: bool) -> Self {
        let config = KeyConfig {
            name: "gateway".to_owned(),
            digest: [0; 32],
            login: None,
            scopes,
            account: None,
            ips: Vec::new(),
            rate: None,
        };
        Self { key: Arc::new(Key { config, limiter: None }), local }
    }

    /// Whether it comes by the operator's socket.
    pub(super) const fn is_local(&self) -> bool {
        self.local
    }

    /// Whoever logs in by name and password from this address.
    pub(super) fn of_login(
        api: &Api,
        (username, password): (&str, &[u8]),
        from: ClientAddress,
    ) -> Result<Self, Problem> {
        let Some(key) = api.keys.of_login(username, password) else {
            api.ingress.auth_failures.increment(1);
            return Err(Problem::new(kinds::UNAUTHORIZED, "no such login"));
        };
        let caller = Self { key, local: false };
        caller.admit(from.0, api.clock.now())?;
        Ok(caller)
    }

    /// Refuses who may not do this.
    pub(super) fn require(&self, scope: Scope) -> Result<(), Problem> {
        if self.key.config.may(scope) {
            return Ok(());
        }
        let detail = format!("this needs the scope {}", scope.name());
        Err(Problem::new(kinds::SCOPE_MISSING, detail))
    }

    /// Whether it is shown what messages say.
    pub(super) fn sees_texts(&self) -> bool {
        self.key.config.may(Scope::ContentRead)
    }

    /// What tells its key from others.
    pub(super) fn digest(&self) -> [u8; 32] {
        self.key.config.digest
    }

    /// Whether it is shown numbers in full.
    pub(super) fn sees_numbers(&self) -> bool {
        self.key.config.may(Scope::NumbersReveal)
    }

    /// The one account it acts as and sees, if it is bound to one.
    pub(super) fn account(&self) -> Option<&str> {
        self.key.config.account.as_deref()
    }

    /// How people and logs call its key.
    pub(super) fn name(&self) -> &str {
        &self.key.config.name
    }

    /// The name it logged in by, if it did.
    pub(super) fn login(&self) -> Option<&str> {
        self.key.config.login.as_ref().map(|login| login.username.as_str())
    }

    /// Refuses a key that is used from elsewhere, or too often.
    fn admit(&self, from: IpAddr, now: Timestamp) -> Result<(), Problem> {
        let Key { config, limiter } = &*self.key;
        if !config.allows(from) {
            tracing::warn!(key = config.name, %from, "a key of the api was used from elsewhere");
            let detail = "the key may not be used from this address";
            return Err(Problem::new(kinds::ADDRESS_NOT_ALLOWED, detail));
        }
        limiter.as_ref().map_or(Ok(()), |limiter| limiter.check(now, 1)).map_err(|wait| {
            let rate = limiter.as_ref().map_or(0, |limiter| limiter.rate().per_second.get());
            let detail = format!("the key may make {rate} requests a second");
            Problem::new(kinds::KEY_OVER_RATE, detail).after(wait)
        })
    }
}

/// How people call the key of a request, if it has one of ours; asking is not counted in its rate.
pub(super) fn key_name(api: &Api, parts: &Parts) -> Option<String> {
    let token = parts.headers.get(AUTHORIZATION)?.to_str().ok().and_then(bearer)?;
    Some(api.keys.of_token(token)?.config.name.clone())
}

impl FromRequestParts<Arc<Api>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        let refused = |detail: &str| {
            api.ingress.auth_failures.increment(1);
            Problem::new(kinds::UNAUTHORIZED, detail)
        };
        let Some(given) = parts.headers.get(AUTHORIZATION) else {
            return Err(refused("there is no Authorization header"));
        };
        let token = given.to_str().ok().and_then(bearer);
        let Some(token) = token else {
            return Err(refused("the Authorization header is not `Bearer <key>`"));
        };
        let key = api.keys.of_token(token).ok_or_else(|| refused("no such key"))?;
        let caller = Self { key, local: false };
        caller.admit(ClientAddress::of(parts).0, api.clock.now())?;
        Ok(caller)
    }
}

impl ClientAddress {
    /// Where a request came from; without an address it is nobody's network.
    pub(super) fn of(parts: &Parts) -> Self {
        let from = parts.extensions.get::<Self>();
        from.copied().unwrap_or(Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
    }
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
