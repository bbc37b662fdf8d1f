//! The numbers of the API's routes.

use metrics::{Counter, Histogram};

use super::names;
use super::registry::Registry;

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The handles of one route and method.
#[derive(Debug)]
pub struct RouteMetrics {
    classes: [Counter; CLASSES.len()],
    duration: Histogram,
}

impl RouteMetrics {
    /// Registers those of a route, named by its template.
    pub fn new(registry: &Registry, route: &str, method: &str) -> Self {
        Self {
            classes: CLASSES
                .map(|class| registry.counter(&names::HTTP_REQUESTS, &[route, method, class])),
            duration: registry.histogram(&names::HTTP_DURATION, &[route, method]),
        }
    }

    /// Counts a request that was answered.
    pub fn answered(&self, status: u16, seconds: f64) {
        let class = usize::from(status / 100).clamp(1, CLASSES.len()) - 1;
        self.classes[class].increment(1);
        self.duration.record(seconds);
    }
}
