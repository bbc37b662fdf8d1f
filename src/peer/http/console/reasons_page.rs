//! The dictionary of reasons as pages: for everybody, as the API's problems lead here.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::Response;

use super::guard::{Rep, signed_in};
use super::page::{Frame, page};
use crate::message::dictionary::{Entry, filled};
use crate::peer::http::api::Api;
use crate::peer::http::problem_table::{ALL, Kind};
use crate::peer::http::request_id::RequestId;

/// One reason, with what stands for names filled in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::peer::http) struct Told {
    code: &'static str,
    group: &'static str,
    permanent: bool,
    title: &'static str,
    reads: String,
    say: String,
    next: Vec<String>,
}

#[derive(Template, Debug)]
#[template(path = "reasons.html", config = "src/peer/http/console/askama.toml")]
struct ReasonsPage {
    frame: Frame,
    reasons: Vec<Told>,
    kinds: &'static [Kind],
    /// Whether it is about one alone.
    is_one: bool,
}

fn told(entry: &'static Entry) -> Told {
    let fill = |text: &str| filled(text, None, None);
    Told {
        code: &entry.code,
        group: &entry.group,
        permanent: entry.permanent,
        title: &entry.title,
        reads: fill(&entry.reads),
        say: fill(&entry.say),
        next: entry.next.iter().map(|it| fill(it)).collect(),
    }
}

/// `GET /errors`.
pub(in crate::peer::http) async fn all(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    extensions: Extensions,
) -> Response {
    let frame = frame(&api, &headers, &extensions, "Reasons");
    let reasons = Entry::reasons().iter().map(told).collect();
    page(StatusCode::OK, &ReasonsPage { frame, reasons, kinds: ALL, is_one: false })
}

/// The page of one reason.
pub(in crate::peer::http) fn one(
    api: &Api,
    headers: &HeaderMap,
    extensions: &Extensions,
    entry: &'static Entry,
) -> Response {
    let frame = frame(api, headers, extensions, &entry.title);
    page(
        StatusCode::OK,
        &ReasonsPage { frame, reasons: vec![told(entry)], kinds: &[], is_one: true },
    )
}

/// With the menu for whoever is signed in.
fn frame(api: &Api, headers: &HeaderMap, extensions: &Extensions, title: &str) -> Frame {
    let request_id = RequestId::of(extensions);
    match signed_in(&api.console, headers, api.clock.now()) {
        Some((user, session)) => {
            let from = session.from;
            Frame::of(&Rep { user, session, from, request_id, path: "/errors".to_owned() }, title)
        }
        None => Frame::of_nobody(title, &request_id),
    }
}
