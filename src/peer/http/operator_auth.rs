//! Who may operate: whoever reaches the operator's socket, or holds a key with `carriers:write`.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::api::Api;
use super::auth::Caller;
use super::config::Scope;
use super::problem::Problem;
use super::problem_table as kinds;

/// Marks a request that came over the operator's socket: the file's permissions have judged it.
#[derive(Clone, Copy, Debug)]
pub(super) struct BySocket;

/// Somebody who may hear what happens: who may operate, or has a key.
#[derive(Clone, Debug)]
pub(super) struct Listener(pub(super) Caller);

impl FromRequestParts<Arc<Api>> for Listener {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        if parts.extensions.get::<BySocket>().is_some() {
            return Ok(Self(Caller::of_socket()));
        }
        Caller::from_request_parts(parts, api).await.map(Self)
    }
}

/// Somebody who may operate the gateway.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operator {
    /// Whether it is shown numbers in full.
    pub(super) sees_numbers: bool,
}

impl FromRequestParts<Arc<Api>> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Problem> {
        if parts.extensions.get::<BySocket>().is_some() {
            return Ok(Self { sees_numbers: true });
        }
        let caller = Caller::from_request_parts(parts, api).await?;
        caller.require(Scope::CarriersWrite)?;
        if caller.account().is_some() {
            let detail = "carriers are for keys that belong to no account";
            return Err(Problem::new(kinds::SCOPE_MISSING, detail));
        }
        Ok(Self { sees_numbers: caller.sees_numbers() })
    }
}
