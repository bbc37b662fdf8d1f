//! The numbers of each route, made before the first request.

use axum::http::Method;

use super::api::ROUTES;
use super::compat::routes::FOREIGN;
use crate::telemetry::http::RouteMetrics;
use crate::telemetry::registry::Registry;

/// Every route's handles, and those of everything else.
#[derive(Debug)]
pub(super) struct AllRoutes {
    known: Vec<(&'static str, Method, RouteMetrics)>,
    other: RouteMetrics,
}

impl AllRoutes {
    pub(super) fn new(registry: &Registry) -> Self {
        let one = |(route, method): &(&'static str, Method)| {
            (*route, method.clone(), RouteMetrics::new(registry, route, method.as_str()))
        };
        Self {
            known: ROUTES.iter().chain(FOREIGN).map(one).collect(),
            other: RouteMetrics::new(registry, "other", "other"),
        }
    }

    /// Counts a request. What a client made up becomes no label.
    pub(super) fn answered(&self, template: &str, method: &Method, status: u16, seconds: f64) {
        let known =
            self.known.iter().find(|(route, known, _)| *route == template && known == method);
        known.map_or(&self.other, |(.., metrics)| metrics).answered(status, seconds);
    }
}
