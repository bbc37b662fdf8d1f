//! What happens, as it happens: server-sent events with a script, a page that comes again without one.

use std::future::Future as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame};
use tokio::time::Sleep;

use super::asked::Asked;
use super::guard::Rep;
use super::page::{self, guarded, page};
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
#[template(path = "live.html", config = "src/peer/http/console/askama.toml")]
struct LivePage {
    frame: page::Frame,
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
    let frame = page::Frame::of(&rep, "Live");
    Ok(page(StatusCode::OK, &LivePage { frame, rows, only_failures, is_paused: is("paused") }))
}

/// Where the script of the page hears of what happens.
pub(super) const EVENTS: &str = "/live/events";

/// How long one connection lasts: the browser then comes again, with its session, and misses nothing.
const LASTS: Duration = Duration::from_secs(120);

/// A stream that ends after a time.
struct Ending {
    stream: Body,
    end: Pin<Box<Sleep>>,
}

impl HttpBody for Ending {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.end.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.stream).poll_frame(context)
    }
}

/// `GET /live/events`: the stream of the API, for whoever is signed in.
pub(super) async fn events(rep: Rep, State(api): State<Arc<Api>>, headers: HeaderMap) -> Response {
    let listener = Listener(rep.caller());
    match stream::stream(listener, State(api), QueryPairs(Vec::new()), headers).await {
        Ok(response) => {
            let end = Box::pin(tokio::time::sleep(LASTS));
            guarded(response.map(|stream| Body::new(Ending { stream, end })))
        }
        Err(problem) => guarded(problem.into_response()),
    }
}
