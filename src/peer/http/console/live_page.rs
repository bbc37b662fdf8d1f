//! What happens, as it happens: server-sent events with a script, a page that comes again without one.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::asked::Asked;
use super::guard::Rep;
use super::page::{Frame, guarded, page};
use super::refused::Refused;
use super::row::Row;
use super::search_page::answer;
use crate::peer::http::api::Api;
use crate::peer::http::operator_auth::Listener;
use crate::peer::http::query_pairs::QueryPairs;
use crate::peer::http::stream;

/// Messages that the page begins with.
const SHOWN: usize = 25;

#[derive(Template, Debug)]
#[template(path = "live.html")]
struct LivePage {
    frame: Frame,
    rows: Vec<Row>,
    only_failures: bool,
    is_paused: bool,
}

/// `GET /live`: `failures=1` for those that went wrong, `paused=1` for a page that stays as it is.
pub(super) async fn get(
    rep: Rep,
    State(api): State<Arc<Api>>,
    QueryPairs(pairs): QueryPairs,
) -> Result<Response, Refused> {
    let is = |name: &str| pairs.iter().any(|(known, value)| known == name && value == "1");
    let asked = Asked { range: "24h".to_owned(), ..Asked::default() };
    let answer = answer(&api, &rep, &asked).await.map_err(|problem| rep.problem(&problem))?;
    let only_failures = is("failures");
    let wanted = |row: &Row| {
        !only_failures || !matches!(row.verdict.disposition, "delivered" | "in_progress")
    };
    let rows = answer.found.iter().map(|found| Row::of(&api, found)).filter(wanted);
    let rows = rows.take(SHOWN).collect();
    let frame = Frame::of(&rep, "Live");
    Ok(page(StatusCode::OK, &LivePage { frame, rows, only_failures, is_paused: is("paused") }))
}

/// `GET /live/events`: the stream of the API, for whoever is signed in.
pub(super) async fn events(rep: Rep, State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    let listener = Listener(rep.caller());
    match stream::stream(listener, State(api), QueryPairs(Vec::new()), headers).await {
        Ok(response) => guarded(response),
        Err(problem) => guarded(problem.into_response()),
    }
}
