//! Sessions: one's own for everybody, all for admins; each can be ended.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::guard::{Posted, Rep};
use super::page::{Frame, page, see_other};
use super::refused::Refused;
use super::rights::Right;
use super::row::time;
use super::sessions::Session;
use super::visible::visible;
use crate::peer::http::api::Api;

/// One session.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Line {
    id: String,
    user: String,
    began: String,
    seen: String,
    from: String,
    agent: String,
    is_this: bool,
}

#[derive(Template, Debug)]
#[template(path = "people.html", config = "src/peer/http/console/askama.toml")]
struct PeoplePage {
    frame: Frame,
    title: &'static str,
    lines: Vec<Line>,
    /// Names and roles, for admins.
    users: Vec<(String, &'static str, String)>,
}

#[derive(Template, Debug)]
#[template(path = "help.html", config = "src/peer/http/console/askama.toml")]
struct HelpPage {
    frame: Frame,
}

/// `GET /me`: one's own sessions.
pub(super) async fn own(rep: Rep, State(api): State<Arc<Api>>) -> Response {
    let sessions = api.console.sessions(|it| {
        it.end_over(api.clock.now());
        it.of(&rep.user.name)
    });
    shown(&rep, "Your sessions", sessions, Vec::new())
}

/// `GET /people`: everybody's.
pub(super) async fn all(rep: Rep, State(api): State<Arc<Api>>) -> Response {
    let sessions = api.console.sessions(|it| {
        it.end_over(api.clock.now());
        it.all()
    });
    let users = api.console.users.iter().map(|user| {
        (user.name.clone(), user.role.name(), user.account.clone().unwrap_or_default())
    });
    shown(&rep, "People and their sessions", sessions, users.collect())
}

fn shown(
    rep: &Rep,
    title: &'static str,
    sessions: Vec<Session>,
    users: Vec<(String, &'static str, String)>,
) -> Response {
    let line = |session: Session| Line {
        is_this: session.id == rep.session.id,
        began: time(session.began),
        seen: time(session.seen),
        from: session.from.to_string(),
        agent: visible(&session.agent),
        id: session.id,
        user: session.user,
    };
    let lines = sessions.into_iter().map(line).collect();
    page(StatusCode::OK, &PeoplePage { frame: Frame::of(rep, title), title, lines, users })
}

/// `POST /me/end`: ends a session, one's own or, for admins, anybody's.
pub(super) async fn end(State(api): State<Arc<Api>>, posted: Posted) -> Result<Response, Refused> {
    let (rep, id) = (&posted.rep, posted.text("session"));
    let anybodys = rep.may(Right::People);
    rep.note(&api, ("session.end", &id, "")).await?;
    let ended = api.console.sessions(|it| it.end(&id, |one| anybodys || one.user == rep.user.name));
    if ended.is_none() {
        let detail = "It is over already, or somebody else's.";
        return Err(Refused::page(rep, 404, "No such session", detail));
    }
    Ok(see_other(if anybodys { "/people" } else { "/me" }))
}

/// `GET /help`.
pub(super) async fn help(rep: Rep) -> Response {
    page(StatusCode::OK, &HelpPage { frame: Frame::of(&rep, "Help") })
}
