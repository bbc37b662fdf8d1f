//! The HTTP API: submitting, looking messages up, health and metrics.
//!
//! `api` has the routes and what they share, `server` the connections; one file for each endpoint
//! (`post_message`, `post_batch`, `cancel_message`, `list_messages`, `search_messages`, `conversation`,
//! `stats`, `get_message`, `list_events`, `explain_route`, `health`, `metrics`, `errors`, and `webhooks`
//! with `webhook_actions`).
//! `carriers`, `queues`, `opt_outs` and `govern` are the operators', by a key or by `operator_socket`.
//! `compat` is for clients of other gateways.
//! `auth` and `observe` stand before all of them. The pipeline is known by its ports alone, the past
//! by the ledger. Not here: what a message goes through.

pub mod api;

mod acceptance;
mod accepted_view;
mod auth;
mod cancel_message;
mod carriers;
pub mod compat;

pub mod config;

pub mod console;
mod conversation;
mod docs;
mod dry_run_view;
mod erasure_schema;
mod erasures;
mod errors;
mod event_view;
mod explain_route;
mod filters;
mod get_content;
mod get_message;
mod govern;
mod health;
mod history;
mod hold;
mod html;
mod idempotency;
mod json_body;
mod list_events;
mod list_messages;
mod lookup;
mod mask;
mod message_view;
mod metrics;

pub mod notice_view;

pub mod numbers;
mod observe;
mod openapi;
mod openapi_common;
mod operator_audit;
mod operator_auth;
mod operator_body;
mod opt_out_view;
mod opt_outs;
mod path_id;
mod post_batch;

pub mod operator_routes;

pub mod operator_socket;
mod post_message;
mod problem;

pub mod problem_table;
mod problem_view;
mod query_pairs;
mod queues;
mod readdressed_view;
mod reasons;
mod request_id;
mod route_metrics;
mod search_messages;
mod searching;

pub mod server;
mod stats;
mod stream;
mod stream_filter;
mod stream_frames;
mod submission;
mod underway;

// What the API's document says of requests and answers.
mod answer_schema;
mod docs_schema;
mod list_schema;
mod message_schema;
mod news_request_schema;
mod operator_request_schema;
mod operator_schema;
mod opt_out_request_schema;
mod opt_out_schema;
mod request_schema;
mod stats_schema;
mod webhook_schema;

#[cfg(test)]
mod tests;
mod webhook_actions;
mod webhook_fields;
mod webhook_view;
mod webhooks;
mod when;
