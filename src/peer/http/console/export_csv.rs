//! What a search finds as CSV: masked, streamed, with an entry in the audit before its first line.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use tokio::sync::mpsc;

use super::asked::Asked;
use super::guard::Rep;
use super::page::guarded;
use super::refused::Refused;
use super::row::Row;
use super::search_page::{ours, unreadable};
use crate::base::csv::cell;
use crate::base::id::MessageOrd;
use crate::peer::http::api::Api;
use crate::peer::http::query_pairs::QueryPairs;
use crate::peer::http::searching::{self, Answer, LIMIT_MAX, find};
use crate::peer::http::stream_frames::Frames;

/// Messages of one file.
const ROWS_MAX: usize = 1_000_000;

/// Pieces that wait for a slow reader.
const PIECES: usize = 4;

const HEAD: &str = "\u{feff}id,accepted_at_utc,way,from_masked,to_masked,result,reason,reason_in_words,carrier,took,parts\r\n";

/// The last line of a file that does not have all.
const FULL: &str = "This is not all: a file has 1000000 messages at most.\r\n";
const BROKEN: &str = "This is not all: the search failed here. Export again.\r\n";

/// `GET /search.csv`, with the parameters of `/search`.
pub(super) async fn get(
    rep: Rep,
    State(api): State<Arc<Api>>,
    QueryPairs(pairs): QueryPairs,
) -> Result<Response, Refused> {
    let asked = Asked::read(&api.console.seal, &pairs);
    ours(&rep, &asked)?;
    // What cannot be searched for is told as a page, before anything is.
    let first = page_of(&api, &rep, &asked, None).await?;
    // The sealed query, as addresses have it.
    rep.note(&api, ("export.csv", &asked.address(&api.console.seal, "/search"), "")).await?;
    let (pieces, receiver) = mpsc::channel(PIECES);
    tokio::spawn(async move {
        // A reader that has gone ends it.
        let _gone = write(&api, &rep, &asked, first, &pieces).await;
    });
    let headers: [(HeaderName, &str); 2] = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"messages.csv\""),
    ];
    Ok(guarded((headers, Body::new(Frames(receiver))).into_response()))
}

async fn page_of(
    api: &Arc<Api>,
    rep: &Rep,
    asked: &Asked,
    after: Option<MessageOrd>,
) -> Result<Answer, Refused> {
    let wrong = |problem| rep.problem(&problem);
    let expression = asked.expression().map_err(|error| wrong(unreadable(None, error)))?;
    let asked = searching::Asked { expression, limit: LIMIT_MAX, after, texts: false };
    find(api, &rep.caller(), asked, unreadable).await.map_err(wrong)
}

async fn write(
    api: &Arc<Api>,
    rep: &Rep,
    asked: &Asked,
    mut answer: Answer,
    pieces: &mpsc::Sender<String>,
) -> Option<()> {
    let (mut piece, mut rows) = (HEAD.to_owned(), 0);
    loop {
        for found in &answer.found {
            line(&Row::of(api, found), &mut piece);
        }
        rows += answer.found.len();
        pieces.send(std::mem::take(&mut piece)).await.ok()?;
        let next = answer.next?;
        // Whoever counts the rows is to know that there are more.
        if rows >= ROWS_MAX {
            return pieces.send(FULL.to_owned()).await.ok();
        }
        answer = match page_of(api, rep, asked, Some(next)).await {
            Ok(answer) => answer,
            Err(_) => return pieces.send(BROKEN.to_owned()).await.ok(),
        };
    }
}

fn line(row: &Row, out: &mut String) {
    let cells: [&str; 11] = [
        &row.id,
        &row.at,
        if row.is_inbound { "from a phone" } else { "to a phone" },
        &row.from,
        &row.to,
        row.verdict.disposition,
        row.verdict.code,
        &row.verdict.title,
        &row.carrier,
        &row.took,
        &row.parts.to_string(),
    ];
    for (number, text) in cells.into_iter().enumerate() {
        if number > 0 {
            out.push(',');
        }
        cell(text, out);
    }
    out.push_str("\r\n");
}
