//! The paths of the console; which right each wants stands in [`rights`](super::rights).

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::{
    assets, audit_page, carriers_page, consent, export_csv, live_page, message_page, number_page,
    people, reasons_page, resend, reveal, rules_page, search_page, sign_in,
};
use crate::peer::http::api::Api;

/// All of them.
pub(in crate::peer::http) fn all() -> Router<Arc<Api>> {
    Router::new()
        .route("/", get(sign_in::front))
        .route("/sign-in", post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route("/assets/{name}", get(assets::get))
        .route("/search.csv", get(export_csv::get))
        .route("/live", get(live_page::get))
        .route("/live/events", get(live_page::events))
        .route("/rules", get(rules_page::get).post(rules_page::post))
        .route("/webhooks", get(rules_page::webhooks))
        .route("/errors", get(reasons_page::all))
        .route("/search", get(search_page::get).post(search_page::post))
        .route("/m/{id}", get(message_page::get))
        .route("/m/{id}/reveal", post(reveal::message))
        .route("/m/{id}/resend", post(resend::post))
        .route("/n/{token}", get(number_page::get))
        .route("/n/{token}/reveal", post(number_page::reveal))
        .route("/opt-outs", get(consent::list))
        .route("/opt-outs/find", post(consent::find))
        .route("/opt-outs/record", post(consent::record))
        .route("/opt-outs/lift", post(consent::lift))
        .route("/carriers", get(carriers_page::get))
        .route("/carriers/{id}", post(carriers_page::post))
        .route("/audit", get(audit_page::get))
        .route("/me", get(people::own))
        .route("/me/end", post(people::end))
        .route("/people", get(people::all))
        .route("/help", get(people::help))
}
