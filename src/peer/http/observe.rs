//! What holds for every request: an id, a time limit, its numbers, and the body of a problem.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::api::Api;
use super::compat::dialect;
use super::problem::Problem;
use super::problem_table as kinds;
use super::problem_view::ProblemBody;
use super::request_id::{self, RequestId, X_REQUEST_ID};

/// The layer around every route.
pub(super) async fn observe(
    State(api): State<Arc<Api>>,
    mut request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let id = request_id::of(request.headers());
    let echoed = request_id::echoed(request.headers());
    request.extensions_mut().insert(RequestId(id.clone()));
    let path = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let limit = api.config.request_timeout;
    let mut response = match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(kinds::TIMEOUT, format!("there was no answer within {limit:?}"))
            .into_response(),
    };
    let template = path.as_ref().map_or("other", MatchedPath::as_str);
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        match dialect::answer(template, &problem) {
            Some(answer) => response = answer,
            None => write_problem(&mut response, &problem, &id),
        }
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    response.headers_mut().extend(echoed);
    let status = response.status().as_u16();
    let seconds = begun.elapsed().as_secs_f64();
    api.routes.answered(template, &method, status, seconds);
    log(template, &method, status, &id);
    response
}

fn write_problem(response: &mut Response, problem: &Problem, id: &str) {
    let json = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    *response.body_mut() = match serde_json::to_vec(&ProblemBody::new(problem, Some(id))) {
        Ok(body) => Body::from(body),
        // Plain fields always can be written.
        Err(_) => Body::empty(),
    };
}

/// The template, not the path: a path may have a number in its query.
fn log(route: &str, method: &Method, status: u16, id: &str) {
    if status >= 500 {
        tracing::warn!(route, method = method.as_str(), status, request_id = id, "request failed");
    } else {
        tracing::debug!(route, method = method.as_str(), status, request_id = id, "request");
    }
}
