//! The audit: what was done, newest first; of everybody for who may see that, else one's own.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::audit_chain::verify;
use super::audit_entry::Entry;
use super::guard::Rep;
use super::page::{Frame, page};
use super::refused::Refused;
use super::rights::Right;
use super::visible::visible;
use crate::peer::http::api::Api;
use crate::peer::http::lookup::ask;
use crate::peer::http::query_pairs::QueryPairs;

/// Entries of the page.
const LISTED: usize = 500;

#[derive(Template, Debug)]
#[template(path = "audit.html", config = "src/peer/http/console/askama.toml")]
struct AuditPage {
    frame: Frame,
    entries: Vec<Entry>,
    actor: String,
    action: String,
    target: String,
    is_own: bool,
    chain: String,
    is_whole: bool,
}

/// `GET /audit?actor=&action=&target=`.
pub(super) async fn get(
    rep: Rep,
    State(api): State<Arc<Api>>,
    QueryPairs(pairs): QueryPairs,
) -> Result<Response, Refused> {
    let field = |name: &str| {
        let value = pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim());
        value.unwrap_or_default().chars().take(100).collect::<String>()
    };
    let is_own = !rep.may(Right::Audit);
    let actor = if is_own { rep.user.name.clone() } else { field("actor") };
    let (action, target) = (field("action"), field("target"));
    let wanted = {
        let (actor, action, target) = (actor.clone(), action.clone(), target.clone());
        move |entry: &Entry| {
            (actor.is_empty() || entry.actor == actor)
                && entry.action.contains(&action)
                && entry.target.contains(&target)
        }
    };
    let read = ask(&api, move |api| {
        let entries = api.console.audit.newest(LISTED, wanted)?;
        let chain = if is_own { None } else { Some(verify(api.console.audit.disk(), None)?) };
        Ok((entries, chain))
    });
    let (entries, chain) = read.await.map_err(|problem| rep.problem(&problem))?;
    let is_whole = chain.as_ref().is_none_or(|chain| chain.wrong.is_empty());
    let chain = chain.map_or(String::new(), |chain| match chain.wrong.first() {
        None => format!("The chain is whole: {} entries, as they were written.", chain.entries),
        Some(first) => format!("The chain is broken in {} places: {first}.", chain.wrong.len()),
    });
    let shown = entries.into_iter().map(harmless).collect();
    let frame = Frame::of(&rep, "Audit");
    let template =
        AuditPage { frame, entries: shown, actor, action, target, is_own, chain, is_whole };
    Ok(page(StatusCode::OK, &template))
}

fn harmless(entry: Entry) -> Entry {
    Entry { reason: visible(&entry.reason), target: visible(&entry.target), ..entry }
}
