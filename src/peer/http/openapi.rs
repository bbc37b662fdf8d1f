//! The document of the API (OpenAPI 3.1), made of its handlers and types, and where it is served.
//!
//! A new handler gets a `#[utoipa::path]` with what it does by itself, and a line in [`Document`]. What
//! every request may be answered (no key, no scope, too often, an error of ours) is added to all. The
//! text is committed as `config/openapi.json`; a test says when the two differ.

use std::sync::{Arc, OnceLock};

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;

use super::api::Api;
use super::openapi_common::Common;
use super::problem_view::ProblemBody;
use super::{
    cancel_message, carriers, conversation, docs, erasures, errors, explain_route, get_content,
    get_message, govern, health, list_events, list_messages, metrics, opt_outs, post_batch,
    post_message, queues, reasons, search_messages, stats, stream, webhook_actions, webhooks,
};

/// What the document is made of.
#[derive(OpenApi, Debug)]
#[openapi(
    info(
        title = "Postrider",
        description = "Submit messages, and see what became of any of them.\n\nClients have to bear \
            with members and words that they do not know: v1 only adds. Times are RFC 3339 in UTC \
            with milliseconds. Every answer has an `X-Request-Id`; one that the client sends is kept, \
            and its `traceparent` and `x-correlator` are told again. \
            An answer 429 or 503 says in `Retry-After` when to try again.",
    ),
    paths(
        post_message::post,
        post_batch::post,
        list_messages::list,
        search_messages::post,
        conversation::post,
        stats::get,
        get_message::get,
        cancel_message::post,
        list_events::list,
        get_content::get,
        erasures::create,
        erasures::get,
        explain_route::explain,
        reasons::list,
        stream::stream,
        webhooks::create,
        webhooks::list,
        webhooks::get,
        webhooks::remove,
        webhook_actions::rotate,
        webhook_actions::enable,
        webhook_actions::deliveries,
        webhook_actions::replay,
        webhook_actions::test,
        errors::explain,
        carriers::list,
        carriers::get,
        carriers::suspend,
        carriers::resume,
        carriers::rebind,
        carriers::limits,
        queues::list,
        queues::flush,
        queues::bounce,
        opt_outs::list,
        opt_outs::find,
        opt_outs::record,
        opt_outs::lift,
        govern::drain,
        govern::reload,
        govern::log_level,
        health::startupz,
        health::livez,
        health::readyz,
        metrics::metrics,
        document,
        docs::page,
    ),
    components(schemas(ProblemBody)),
    tags(
        (name = "messages", description = "Submitting messages, and looking them up"),
        (name = "news", description = "Being told what happens"),
        (name = "operation", description = "For those who run the gateway"),
        (name = "documents", description = "What this page is made of, and what codes mean"),
    ),
    modifiers(&Common),
)]
struct Document;

/// The document as it is committed and served.
pub(super) fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| {
        // Made of plain types, it can always be written.
        let mut text = Document::openapi().to_pretty_json().unwrap_or_default();
        text.push('\n');
        text
    })
}

/// The document of the API.
#[utoipa::path(
    get, path = "/openapi.json", tag = "documents", operation_id = "getOpenapi",
    responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json", body = Object)),
)]
pub(super) async fn document(State(_): State<Arc<Api>>) -> Response {
    ([(CONTENT_TYPE, "application/json")], text()).into_response()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::peer::http::api::ROUTES;
    use crate::peer::http::carriers::{LIMITS, SUSPENSION};
    use crate::peer::http::filters::PARAMETERS;
    use crate::peer::http::govern::{LOGGED, RELOADED};
    use crate::peer::http::queues::{BOUNCED, FLUSHED};
    use crate::peer::http::search_messages::SEARCHED;
    use crate::peer::http::submission::FIELDS;
    use crate::peer::http::webhook_fields::{MADE_OF, TOLD_AGAIN};

    fn document() -> Value {
        serde_json::from_str(text()).expect("JSON")
    }

    #[test]
    fn the_committed_document_is_that_of_the_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/config/openapi.json");
        if std::env::var_os("POSTRIDER_RENEW").is_some() {
            std::fs::write(path, text()).expect("it can be written");
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            committed == text(),
            "config/openapi.json is not the code's; renew it by\n  \
             POSTRIDER_RENEW=1 cargo test --lib the_committed_document"
        );
    }

    #[test]
    fn every_route_is_in_the_document_and_nothing_else_is() {
        let document = document();
        assert_eq!(document["openapi"], "3.1.0");
        let mut documented = Vec::new();
        for (path, methods) in document["paths"].as_object().expect("paths") {
            let methods = methods.as_object().expect("methods").keys();
            documented.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
        }
        let mut routes: Vec<_> =
            ROUTES.iter().map(|(path, method)| format!("{method} {path}")).collect();
        documented.sort();
        routes.sort();
        assert_eq!(documented, routes);
    }

    #[test]
    fn operations_have_names_of_their_own_and_those_of_v1_a_scope() {
        let (mut names, document) = (Vec::new(), document());
        for (path, methods) in document["paths"].as_object().expect("paths") {
            for operation in methods.as_object().expect("methods").values() {
                let name = operation["operationId"].as_str().expect("a name").to_owned();
                assert!(!names.contains(&name), "{name}");
                let scope = &operation["security"][0]["key"][0];
                assert_eq!(scope.is_string(), path.starts_with("/v1/"), "{path}");
                assert_eq!(operation["responses"]["401"].is_object(), path.starts_with("/v1/"));
                assert!(operation["summary"].is_string(), "{name}");
                names.push(name);
            }
        }
    }

    /// The names of what a shape has.
    fn members(document: &Value, shape: &str) -> Vec<String> {
        let properties = &document["components"]["schemas"][shape]["properties"];
        let properties = properties.as_object().expect("an object").keys();
        sorted(&properties.map(String::as_str).collect::<Vec<_>>())
    }

    fn sorted(names: &[&str]) -> Vec<String> {
        let mut names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn bodies_and_queries_have_the_members_that_are_read() {
        let document = document();
        for (shape, read) in [
            ("MessageRequest", &FIELDS[..]),
            ("WebhookRequest", &MADE_OF),
            ("ReplayRequest", &TOLD_AGAIN),
            ("SuspendRequest", &SUSPENSION),
            ("LimitRequest", &LIMITS),
            ("FlushRequest", &FLUSHED),
            ("BounceRequest", &BOUNCED),
            ("ReloadRequest", &RELOADED),
            ("LogLevelRequest", &LOGGED),
            ("SearchRequest", &SEARCHED),
            ("ConversationRequest", &conversation::CONVERSED),
        ] {
            assert_eq!(members(&document, shape), sorted(read), "{shape}");
        }
        for (path, read) in [("/v1/messages", &PARAMETERS[..]), ("/v1/stats", &stats::PARAMETERS)] {
            let listed = &document["paths"][path]["get"]["parameters"];
            let listed = listed.as_array().expect("a list").iter();
            let listed: Vec<_> = listed.filter_map(|one| one["name"].as_str()).collect();
            assert_eq!(sorted(&listed), sorted(read));
        }
    }
}
