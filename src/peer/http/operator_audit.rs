//! What operators do by the API or the socket goes into the audit that the console keeps.
//!
//! Written once it was done: an operator who has to end a gateway whose disk is full must be able to. What cannot be
//! written is told in the log.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

use super::api::Api;
use super::auth::{ClientAddress, key_name};
use super::console::audit_entry::Entry;
use super::operator_auth::BySocket;
use super::request_id::RequestId;
use super::when::rfc3339;

/// The layer around the operators' routes.
pub(super) async fn note(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let template = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let asks = parts.method == Method::GET || template.ends_with("/find");
    let action = format!("api.{}", template.trim_start_matches("/v1/").replace("/{id}", ""));
    let mut entry = Entry {
        action,
        // Paths of these routes have names of carriers and ids, and never a number.
        target: if template.contains('{') { parts.uri.path().to_owned() } else { String::new() },
        request_id: RequestId::of(&parts.extensions),
        ip: ClientAddress::of(&parts).0.to_string(),
        ..Entry::default()
    };
    if parts.extensions.get::<BySocket>().is_some() {
        (entry.actor, entry.role, entry.ip) = ("socket".into(), "operator".into(), String::new());
    } else if let Some(name) = key_name(&api, &parts) {
        (entry.actor, entry.role) = (format!("key:{name}"), "key".to_owned());
    }
    let response = next.run(Request::from_parts(parts, body)).await;
    if !asks && response.status().is_success() {
        entry.at = rfc3339(api.clock.now());
        // It is done: that it cannot be told is in the log.
        let _written = api.console.note(entry).await;
    }
    response
}
