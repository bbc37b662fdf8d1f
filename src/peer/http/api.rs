//! The API's routes and what its handlers share.

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tokio::sync::Semaphore;

use super::auth::Keys;
use super::config::HttpConfig;
use super::console::state::Console;
use super::operator_routes::Operators;
use super::problem::Problem;
use super::route_metrics::AllRoutes;
use super::stream::{self, Streams};
use super::underway::Underway;
use super::{
    cancel_message, compat, console, conversation, docs, errors, explain_route, get_content,
    get_message, health, list_events, list_messages, metrics, observe, openapi, operator_audit,
    operator_routes, post_batch, post_message, problem_table as kinds, reasons, search_messages,
    stats, webhook_actions, webhooks,
};
use crate::base::clock::Clock;
use crate::base::id::IdCipher;
use crate::feed::feed::Feed;
use crate::ledger::store::Ledger;
use crate::peer::webhook::service::Webhooks;
use crate::pipeline::port::{Board, Cancel, Explain, Submit};
use crate::telemetry::ingress::IngressMetrics;
use crate::telemetry::registry::Registry;

/// Templates and methods of all routes, which are labels of metrics.
pub(super) const ROUTES: &[(&str, Method)] = &[
    ("/v1/messages", Method::POST),
    ("/v1/messages", Method::GET),
    ("/v1/messages/batch", Method::POST),
    ("/v1/messages/search", Method::POST),
    ("/v1/conversations/search", Method::POST),
    ("/v1/stats", Method::GET),
    ("/v1/messages/{id}", Method::GET),
    ("/v1/messages/{id}/cancel", Method::POST),
    ("/v1/messages/{id}/events", Method::GET),
    ("/v1/messages/{id}/content", Method::GET),
    ("/v1/reasons", Method::GET),
    ("/v1/routes/explain", Method::POST),
    ("/errors/{code}", Method::GET),
    ("/openapi.json", Method::GET),
    ("/docs", Method::GET),
    ("/metrics", Method::GET),
    ("/livez", Method::GET),
    ("/readyz", Method::GET),
    ("/v1/stream", Method::GET),
    ("/v1/webhooks", Method::POST),
    ("/v1/webhooks", Method::GET),
    ("/v1/webhooks/{id}", Method::GET),
    ("/v1/webhooks/{id}", Method::DELETE),
    ("/v1/webhooks/{id}/rotate", Method::POST),
    ("/v1/webhooks/{id}/enable", Method::POST),
    ("/v1/webhooks/{id}/deliveries", Method::GET),
    ("/v1/webhooks/{id}/replay", Method::POST),
    ("/v1/webhooks/{id}/test", Method::POST),
    ("/v1/carriers", Method::GET),
    ("/v1/carriers/{id}", Method::GET),
    ("/v1/carriers/{id}/suspend", Method::POST),
    ("/v1/carriers/{id}/resume", Method::POST),
    ("/v1/carriers/{id}/rebind", Method::POST),
    ("/v1/carriers/{id}/limits", Method::POST),
    ("/v1/queues", Method::GET),
    ("/v1/queues/{id}/flush", Method::POST),
    ("/v1/queues/{id}/bounce", Method::POST),
    ("/v1/erasures", Method::POST),
    ("/v1/erasures/{id}", Method::GET),
    ("/v1/opt-outs", Method::GET),
    ("/v1/opt-outs", Method::POST),
    ("/v1/opt-outs/find", Method::POST),
    ("/v1/opt-outs/lift", Method::POST),
    ("/v1/gateway/drain", Method::POST),
    ("/v1/gateway/reload", Method::POST),
    ("/v1/gateway/log-level", Method::POST),
    ("/startupz", Method::GET),
];

/// Questions to the ledger at a time; each holds a thread that may wait for the disk.
const LOOKUPS_MAX: usize = 8;

/// What the API is made of.
pub struct Parts {
    /// Its settings.
    pub config: HttpConfig,
    /// Where it submits.
    pub submit: Arc<dyn Submit>,
    /// Where it cancels.
    pub cancel: Arc<dyn Cancel>,
    /// What it knows of the present.
    pub board: Arc<dyn Board>,
    /// Where routes are explained.
    pub explain: Arc<dyn Explain>,
    /// What it knows of the past.
    pub ledger: Arc<Ledger>,
    /// Who is told news.
    pub webhooks: Arc<Webhooks>,
    /// Where streams hear of it.
    pub feed: Feed,
    /// Where it counts.
    pub registry: Arc<Registry>,
    /// What time it is.
    pub clock: Clock,
    /// Where operators' wishes go.
    pub operators: Operators,
    /// What the console keeps.
    pub console: Console,
}

/// The API, shared by its connections.
pub struct Api {
    pub(super) config: HttpConfig,
    pub(super) keys: Keys,
    pub(super) submit: Arc<dyn Submit>,
    pub(super) cancel: Arc<dyn Cancel>,
    pub(super) board: Arc<dyn Board>,
    pub(super) explain: Arc<dyn Explain>,
    pub(super) ledger: Arc<Ledger>,
    pub(super) webhooks: Arc<Webhooks>,
    pub(super) streams: Streams,
    pub(super) registry: Arc<Registry>,
    pub(super) clock: Clock,
    pub(super) operators: Operators,
    pub(super) console: Arc<Console>,
    pub(super) ids: IdCipher,
    pub(super) ingress: IngressMetrics,
    pub(super) routes: AllRoutes,
    pub(super) lookups: Semaphore,
    pub(super) underway: Arc<Underway>,
}

impl Api {
    /// Puts it together. [`serve`](super::server::serve) answers with it.
    pub fn new(parts: Parts) -> Arc<Self> {
        let Parts { config, submit, cancel, board, explain, ledger, registry, clock, .. } = parts;
        let (webhooks, streams) = (parts.webhooks, Streams::new(parts.feed));
        let operators = parts.operators;
        Arc::new(Self {
            keys: Keys::new(&config.keys, clock.now()),
            config,
            submit,
            cancel,
            board,
            explain,
            clock,
            operators,
            console: Arc::new(parts.console),
            ids: ledger.id_cipher(),
            ledger,
            webhooks,
            streams,
            ingress: IngressMetrics::new(&registry, "http"),
            routes: AllRoutes::new(&registry),
            registry,
            lookups: Semaphore::new(LOOKUPS_MAX),
            underway: Arc::default(),
        })
    }

    /// Counts a request to submit of which nothing was taken.
    pub(super) fn refused(&self, problem: Problem) -> Problem {
        self.ingress.rejected.named(problem.metric()).increment(1);
        problem
    }

    /// Ends the streams: nothing else ends them.
    pub fn end_streams(&self) {
        self.streams.end();
    }

    pub(super) fn router(self: Arc<Self>) -> Router {
        let messages = get(list_messages::list).post(post_message::post);
        Router::new()
            .route("/v1/messages", messages)
            .route("/v1/messages/batch", post(post_batch::post))
            .route("/v1/messages/search", post(search_messages::post))
            .route("/v1/conversations/search", post(conversation::post))
            .route("/v1/stats", get(stats::get))
            .route("/v1/messages/{id}", get(get_message::get))
            .route("/v1/messages/{id}/cancel", post(cancel_message::post))
            .route("/v1/messages/{id}/events", get(list_events::list))
            .route("/v1/messages/{id}/content", get(get_content::get))
            .route("/v1/reasons", get(reasons::list))
            .route("/v1/routes/explain", post(explain_route::explain))
            .route("/v1/stream", get(stream::stream))
            .route("/v1/webhooks", get(webhooks::list).post(webhooks::create))
            .route("/v1/webhooks/{id}", get(webhooks::get).delete(webhooks::remove))
            .route("/v1/webhooks/{id}/rotate", post(webhook_actions::rotate))
            .route("/v1/webhooks/{id}/enable", post(webhook_actions::enable))
            .route("/v1/webhooks/{id}/deliveries", get(webhook_actions::deliveries))
            .route("/v1/webhooks/{id}/replay", post(webhook_actions::replay))
            .route("/v1/webhooks/{id}/test", post(webhook_actions::test))
            .route("/errors/{code}", get(errors::explain))
            .route("/openapi.json", get(openapi::document))
            .route("/docs", get(docs::page))
            .route("/metrics", get(metrics::metrics))
            .route("/livez", get(health::livez))
            .route("/startupz", get(health::startupz))
            .route("/readyz", get(health::readyz))
            .merge(self.operators_routes())
            .merge(compat::routes::all())
            .merge(console::routes::all())
            .method_not_allowed_fallback(async || {
                Problem::new(kinds::METHOD_NOT_ALLOWED, "see the Allow header")
            })
            .fallback(async || Problem::new(kinds::NOT_FOUND, "no route has this path"))
            .layer(from_fn_with_state(Arc::clone(&self), observe::observe))
            .with_state(self)
    }

    /// What operators do, with what notes it.
    fn operators_routes(self: &Arc<Self>) -> Router<Arc<Self>> {
        operator_routes::routes()
            .route_layer(from_fn_with_state(Arc::clone(self), operator_audit::note))
    }

    /// What is answered on the operator's socket.
    pub(super) fn operator_router(self: Arc<Self>) -> Router {
        self.operators_routes()
            .route("/v1/stream", get(stream::stream))
            .route("/metrics", get(metrics::metrics))
            .route("/livez", get(health::livez))
            .route("/readyz", get(health::readyz))
            .fallback(async || Problem::new(kinds::NOT_FOUND, "no route has this path"))
            .layer(from_fn_with_state(Arc::clone(&self), observe::observe))
            .with_state(self)
    }
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").field("config", &self.config).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").field("config", &self.config).finish_non_exhaustive()
    }
}
