//! `GET /metrics`: the page Prometheus scrapes.
//!
//! What the board knows is put into gauges when somebody asks, so that nothing has to keep them up
//! to date in between.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::api::Api;
use crate::base::clock::Timestamp;
use crate::pipeline::port::{CarrierView, LimitView, Refusal};
use crate::telemetry::carrier::CarrierMetrics;
use crate::telemetry::limit::{self, LimitNumbers};

/// Figures for Prometheus
#[utoipa::path(
    get, path = "/metrics", tag = "operation", operation_id = "getMetrics",
    responses((status = 200, description = "The text format, version 0.0.4", content_type = "text/plain",
        body = String)),
)]
pub(super) async fn metrics(State(api): State<Arc<Api>>) -> Response {
    for view in api.board.carriers() {
        show(&api.registry.carrier(&view.name), &view);
    }
    let limits: Vec<LimitNumbers> = api.board.limits().iter().map(numbers).collect();
    limit::show(&api.registry, &limits);
    let refusing = api.board.refusing();
    api.registry.ready(refusing.is_none());
    api.registry.draining(refusing == Some(Refusal::Draining));
    let page = api.registry.render();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page).into_response()
}

fn numbers(view: &LimitView) -> LimitNumbers {
    LimitNumbers {
        label: format!("{}:{}", view.kind, view.name),
        rate_per_second: view.rate_per_second,
        held: view.held,
        parts: view.parts,
    }
}

fn show(metrics: &CarrierMetrics, view: &CarrierView) {
    metrics.up.set(if view.binds_up > 0 { 1.0 } else { 0.0 });
    metrics.queue_ready.set(view.queued as f64);
    metrics.queue_deferred.set(view.deferred as f64);
    metrics.queue_inflight.set(view.in_flight as f64);
    metrics.window_inflight.set(view.in_flight as f64);
    metrics.window_limit.set(view.window as f64);
    let told = view.ordered_rate.map(|(rate, _)| rate).or(view.rate_per_second);
    let rate = view.learned_rate.or(told.map(f64::from));
    metrics.rate_limit.set(rate.unwrap_or(0.0));
    metrics.last_rx.set(unix_seconds(view.last_received_at));
    metrics.queue_oldest_ready.set(unix_seconds(view.oldest_at));
    metrics.queue_limit.set(view.queue_limit as f64);
}

fn unix_seconds(at: Timestamp) -> f64 {
    at.as_millis() as f64 / 1000.0
}
