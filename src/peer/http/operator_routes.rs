//! The routes of operators, for the API and for the operator's socket.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::api::Api;
use super::{carriers, erasures, govern, opt_outs, queues};
use crate::pipeline::operate::{Govern, Nobody, Operate};

/// Where operators' wishes go.
#[derive(Clone)]
pub struct Operators {
    /// Those about carriers and queues.
    pub operate: Arc<dyn Operate>,
    /// Those about the process.
    pub govern: Arc<dyn Govern>,
}

impl Default for Operators {
    fn default() -> Self {
        Self { operate: Arc::new(Nobody), govern: Arc::new(Nobody) }
    }
}

impl std::fmt::Debug for Operators {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Operators")
    }
}

/// The routes.
pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/carriers", get(carriers::list))
        .route("/v1/carriers/{id}", get(carriers::get))
        .route("/v1/carriers/{id}/suspend", post(carriers::suspend))
        .route("/v1/carriers/{id}/resume", post(carriers::resume))
        .route("/v1/carriers/{id}/rebind", post(carriers::rebind))
        .route("/v1/carriers/{id}/limits", post(carriers::limits))
        .route("/v1/queues", get(queues::list))
        .route("/v1/queues/{id}/flush", post(queues::flush))
        .route("/v1/queues/{id}/bounce", post(queues::bounce))
        .route("/v1/opt-outs", get(opt_outs::list).post(opt_outs::record))
        .route("/v1/opt-outs/find", post(opt_outs::find))
        .route("/v1/opt-outs/lift", post(opt_outs::lift))
        .route("/v1/erasures", post(erasures::create))
        .route("/v1/erasures/{id}", get(erasures::get))
        .route("/v1/gateway/drain", post(govern::drain))
        .route("/v1/gateway/reload", post(govern::reload))
        .route("/v1/gateway/log-level", post(govern::log_level))
}
