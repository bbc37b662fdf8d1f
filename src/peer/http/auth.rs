//! Who asks: the bearer key of a request, and what it may do.
//!
//! **Invariants**: keys are compared as digests only; a key that is not ours is never logged or
//! echoed.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use sha2::{Digest, Sha256};

use super::api::Api;
use super::config::{KeyConfig, Scope};
use super::problem::Problem;
use super::problem_table as kinds;

/// Somebody with one of our keys.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    key: KeyConfig,
}

impl Caller {
    /// Refuses who may not do this.
    pub(super) fn require(&self, scope: Scope) -> Result<(), Problem> {
        if self.key.may(scope) {
            return Ok(());
        }
        let detail = format!("this needs the scope {}", scope.name());
        Err(Problem::new(kinds::SCOPE_MISSING, detail))
    }

    /// Whether it is shown numbers in full.
    pub(super) fn sees_numbers(&self) -> bool {
        self.key.may(Scope::NumbersReveal)
    }

    /// The one account it acts as and sees, if it is bound to one.
    pub(super) fn account(&self) -> Option<&str> {
        self.key.account.as_deref()
    }
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
        let digest: [u8; 32] = Sha256::digest(token).into();
        let keys = &api.config.keys;
        // Digests of what a client sends tell it nothing by the time their comparison takes.
        let known = keys.iter().find(|key| key.digest == digest);
        known.map(|key| Self { key: key.clone() }).ok_or_else(|| refused("no such key"))
    }
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
