//! The routes of operators, for the API and for the operator's socket.

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::routing::{get, post};

use super::api::Api;
use super::{carriers, govern, queues};
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

/// Templates and methods, which are labels of metrics.
pub(super) const OPERATOR_ROUTES: &[(&str, Method)] = &[
    ("/v1/carriers", Method::GET),
    ("/v1/carriers/{id}", Method::GET),
    ("/v1/carriers/{id}/suspend", Method::POST),
    ("/v1/carriers/{id}/resume", Method::POST),
    ("/v1/carriers/{id}/rebind", Method::POST),
    ("/v1/carriers/{id}/limits", Method::POST),
    ("/v1/queues", Method::GET),
    ("/v1/queues/{id}/flush", Method::POST),
    ("/v1/queues/{id}/bounce", Method::POST),
    ("/v1/gateway/drain", Method::POST),
    ("/v1/gateway/reload", Method::POST),
    ("/v1/gateway/log-level", Method::POST),
    ("/startupz", Method::GET),
];

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
        .route("/v1/gateway/drain", post(govern::drain))
        .route("/v1/gateway/reload", post(govern::reload))
        .route("/v1/gateway/log-level", post(govern::log_level))
}
