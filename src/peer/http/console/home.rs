//! The first page: the search, and the newest messages.

use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};

use super::asked::Asked;
use super::guard::Rep;
use super::search_page;
use crate::peer::http::api::Api;

/// The search as it is before anything was looked for.
pub(super) async fn show(api: &Arc<Api>, rep: &Rep) -> Response {
    match search_page::found(api, rep, Asked::default()).await {
        Ok(response) => response,
        Err(refused) => refused.into_response(),
    }
}
