//! Everything with one number: its opt-out, and its messages both ways. Its address has a sealed word, never the number.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::asked::Asked;
use super::consent::{Held, held};
use super::guard::{Posted, Rep};
use super::last_five::with;
use super::masked::masked_text;
use super::page::{Frame, going_back, page};
use super::refused::Refused;
use super::rights::Right;
use super::row::Row;
use super::seal::Kind;
use super::search_page::unreadable;
use super::visible::visible;
use crate::address::plan::country_of;
use crate::message::disposition::Disposition;
use crate::peer::http::api::Api;
use crate::peer::http::numbers::with_country_code;
use crate::peer::http::path_id::PathId;
use crate::peer::http::query_pairs::QueryPairs;
use crate::peer::http::searching::{self, find};

/// Messages of a page.
const PER_PAGE: usize = 50;

#[derive(Template, Debug)]
#[template(path = "number.html", config = "src/peer/http/console/askama.toml")]
struct NumberPage {
    frame: Frame,
    word: String,
    number: String,
    country: String,
    is_shown: bool,
    may_reveal: bool,
    may_consent: bool,
    held: Vec<Held>,
    senders: Vec<String>,
    rows: Vec<Row>,
    summary: String,
    older: String,
    newer: String,
    /// Whether the number can have opt-outs: it has a country code.
    is_international: bool,
}

/// `GET /n/{token}`.
pub(super) async fn get(
    rep: Rep,
    State(api): State<Arc<Api>>,
    PathId(word): PathId,
    QueryPairs(pairs): QueryPairs,
) -> Result<Response, Refused> {
    show(&api, &rep, &word, &pairs, false).await
}

/// `POST /n/{token}/reveal`.
pub(super) async fn reveal(
    State(api): State<Arc<Api>>,
    PathId(word): PathId,
    posted: Posted,
) -> Result<Response, Refused> {
    let rep = &posted.rep;
    opened(&api, rep, &word)?;
    rep.note(&api, ("number.revealed", &word, &posted.text("reason"))).await?;
    show(&api, rep, &word, &[], true).await
}

/// The number of a word.
pub(super) fn opened(api: &Api, rep: &Rep, word: &str) -> Result<String, Refused> {
    api.console.seal.unseal(Kind::Number, word).ok_or_else(|| {
        let detail =
            "The address was changed, or is of another gateway. Search for the number again.";
        Refused::page(rep, 404, "This number is not known here", detail)
    })
}

async fn show(
    api: &Arc<Api>,
    rep: &Rep,
    word: &str,
    pairs: &[(String, String)],
    in_full: bool,
) -> Result<Response, Refused> {
    let number = opened(api, rep, word)?;
    let asked = Asked::read(&api.console.seal, pairs);
    let after = api.ids.open(asked.after.as_bytes());
    let wanted =
        searching::Asked { expression: with(&number), limit: PER_PAGE, after, texts: false };
    let answer = find(api, &rep.caller(), wanted, unreadable).await;
    let answer = answer.map_err(|problem| rep.problem(&problem))?;
    let rows: Vec<Row> = answer.found.iter().map(|found| Row::of(api, found)).collect();
    let next = answer.next.map(|ord| crate::peer::http::post_message::public_id(api, ord));
    let path = format!("/n/{word}");
    let address = |asked: Option<Asked>| {
        asked.map_or(String::new(), |asked| asked.address(&api.console.seal, &path))
    };
    let canonical = with_country_code(&number);
    let held = match &canonical {
        Some(canonical) => held(api, rep, canonical, &answer.found).await?,
        None => Vec::new(),
    };
    let country = canonical.as_deref().and_then(|digits| country_of(digits.as_bytes()));
    let template = NumberPage {
        frame: Frame::of(rep, "Conversation"),
        word: word.to_owned(),
        number: if in_full { visible(&number) } else { masked_text(&number) },
        country: country.map_or(String::new(), |country| country.code().to_owned()),
        is_shown: in_full,
        may_reveal: rep.may(Right::Reveal),
        may_consent: rep.may(Right::Consent),
        senders: senders(&answer.found),
        held,
        summary: summary(&answer.found, next.is_some()),
        older: address(next.map(|next| asked.older(next))),
        newer: address(asked.newer()),
        rows,
        is_international: canonical.is_some(),
    };
    let shown = page(StatusCode::OK, &template);
    Ok(if in_full { going_back(shown, &path) } else { shown })
}

/// How many messages of the page there are of each fate.
fn summary(found: &[crate::peer::http::lookup::Found], more: bool) -> String {
    let count = |one: Disposition, inbound: bool| {
        found
            .iter()
            .filter(|it| it.whole().disposition == one && it.state.inbound() == inbound)
            .count()
    };
    let received = found.iter().filter(|found| found.state.inbound()).count();
    let mut words = vec![format!("{} sent", found.len() - received)];
    for &one in Disposition::ALL {
        let count = count(one, false);
        if count > 0 {
            words.push(format!("{count} {}", super::verdict::word(one, false).to_lowercase()));
        }
    }
    if received > 0 {
        words.push(format!("{received} received"));
    }
    let which = if more { "On this page" } else { "In all" };
    format!("{which}: {}", words.join(" · "))
}

/// The senders that wrote to it, for the form of an opt-out: the newest first.
fn senders(found: &[crate::peer::http::lookup::Found]) -> Vec<String> {
    let mut senders: Vec<String> = Vec::new();
    for found in found.iter().filter(|found| !found.state.inbound()) {
        let sender = String::from_utf8_lossy(found.stored.message().source.addr).into_owned();
        if !senders.contains(&sender) && senders.len() < 10 && !sender.is_empty() {
            senders.push(sender);
        }
    }
    senders
}
