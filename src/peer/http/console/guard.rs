//! Who stands before a page, and whether it is for them.
//!
//! A handler takes a [`Rep`], or a [`Posted`] for what changes or asks something. **Invariants**: a page that is not
//! in [`rights`](super::rights) is nobody's; a form is taken only from a page of ours (`Sec-Fetch-Site`, `Origin`) with
//! the token of its session.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, MatchedPath, Request};
use axum::http::header::{HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method};
use sha2::{Digest, Sha256};

use super::audit_entry::Entry;
use super::config::UserConfig;
use super::cookie;
use super::refused::Refused;
use super::rights::{Right, wanted};
use super::sessions::Session;
use super::state::Console;
use crate::base::clock::Timestamp;
use crate::base::percent::escaped_path;
use crate::peer::http::api::Api;
use crate::peer::http::auth::{Caller, ClientAddress};
use crate::peer::http::compat::form::{Form, octets};
use crate::peer::http::config::Scope;
use crate::peer::http::problem::Problem;
use crate::peer::http::request_id::RequestId;
use crate::peer::http::when::rfc3339;

/// Octets of a form.
const FORM_BYTES_MAX: usize = 64 << 10;

/// Somebody who is signed in, before a page that they may see.
#[derive(Clone, Debug)]
pub(super) struct Rep {
    pub(super) user: Arc<UserConfig>,
    pub(super) session: Session,
    pub(super) from: IpAddr,
    pub(super) request_id: String,
    /// The path that was asked for.
    pub(super) path: String,
}

/// The same, with a form that they sent.
#[derive(Debug)]
pub(super) struct Posted {
    pub(super) rep: Rep,
    pub(super) form: Form,
}

impl Rep {
    pub(super) fn may(&self, right: Right) -> bool {
        self.user.role.may(right)
    }

    /// As the API knows them: numbers masked, of their account alone. Texts are searched by those who may see them.
    pub(super) fn caller(&self) -> Caller {
        let mut scopes = vec![Scope::MessagesRead];
        if self.may(Right::Reveal) {
            scopes.push(Scope::ContentRead);
        }
        let digest = Sha256::digest(format!("user\0{}", self.user.name)).into();
        Caller::of_user(&self.user.name, digest, scopes, self.user.account.clone())
    }

    /// An entry of the audit about what they do.
    pub(super) fn entry(&self, action: &str, target: &str, reason: &str, now: Timestamp) -> Entry {
        Entry {
            at: rfc3339(now),
            actor: self.user.name.clone(),
            role: self.user.role.name().to_owned(),
            ip: self.from.to_string(),
            session: self.session.id.clone(),
            action: action.to_owned(),
            target: target.to_owned(),
            reason: reason.to_owned(),
            request_id: self.request_id.clone(),
            ..Entry::default()
        }
    }

    /// Writes an entry; what is to happen then must not happen if that fails.
    pub(super) async fn note(
        &self,
        api: &Api,
        (action, target, reason): (&str, &str, &str),
    ) -> Result<(), Refused> {
        let entry = self.entry(action, target, reason, api.clock.now());
        if api.console.note(entry).await {
            return Ok(());
        }
        let detail = "What you asked for has to be recorded, and cannot be. Nothing was done.";
        Err(Refused::page(self, 503, "The audit cannot be written", detail))
    }

    /// A problem of the API as a page.
    pub(super) fn problem(&self, problem: &Problem) -> Refused {
        Refused::problem(self, problem)
    }

    /// Refuses whoever may not do this.
    pub(super) fn require(&self, right: Right) -> Result<(), Refused> {
        if self.may(right) {
            return Ok(());
        }
        Err(Refused::page(self, 403, "Not for your role", right.missing()))
    }
}

impl FromRequestParts<Arc<Api>> for Rep {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, Refused> {
        let request_id = RequestId::of(&parts.extensions);
        let by_itself = parts.uri.path() == super::live_page::EVENTS;
        let found = signed_in_as(&api.console, &parts.headers, api.clock.now(), !by_itself);
        let Some((user, session)) = found else {
            return Err(Refused::SignIn(sign_in_path(parts)));
        };
        let rep = Self {
            user,
            session,
            from: ClientAddress::of(parts).0,
            request_id,
            path: parts.uri.path().to_owned(),
        };
        let template = parts.extensions.get::<MatchedPath>().map_or("", MatchedPath::as_str);
        match wanted(parts.method.as_str(), template) {
            Some(right) => rep.require(right).map(|()| rep),
            None => {
                Err(Refused::page(&rep, 404, "There is nothing here", "No page has this path."))
            }
        }
    }
}

impl FromRequest<Arc<Api>> for Posted {
    type Rejection = Refused;

    async fn from_request(request: Request, api: &Arc<Api>) -> Result<Self, Refused> {
        let (mut parts, body) = request.into_parts();
        let rep = Rep::from_request_parts(&mut parts, api).await?;
        if !is_of_ours(&parts.headers) {
            tracing::warn!(user = rep.user.name, "a form came from another site");
            let detail = "It came from a page of another site. Nothing was done.";
            return Err(Refused::page(&rep, 403, "This form is not ours", detail));
        }
        let form = read(&parts, body).await.map_err(|why| {
            Refused::page(&rep, why.kind.status, "This form cannot be read", why.detail)
        })?;
        let token = form.get("csrf").unwrap_or_default();
        if Sha256::digest(token) != Sha256::digest(&rep.session.csrf) {
            let detail = "It was of another session, or too old. Nothing was done: go back, load the \
                          page again, and send it once more.";
            return Err(Refused::page(&rep, 403, "This form is out of date", detail));
        }
        Ok(Self { rep, form })
    }
}

impl Posted {
    /// A field, trimmed; empty if it is not there.
    pub(super) fn text(&self, name: &str) -> String {
        self.form.text(name).unwrap_or_default().trim().to_owned()
    }
}

/// Reads a form of ours.
pub(super) async fn read(parts: &Parts, body: axum::body::Body) -> Result<Form, Problem> {
    let octets = octets(parts, body, FORM_BYTES_MAX).await?;
    Form::read(&octets).map_err(|_| {
        Problem::new(crate::peer::http::problem_table::INVALID_REQUEST, "it is no form")
    })
}

/// Whose session a request is of.
pub(super) fn signed_in(
    console: &Console,
    headers: &HeaderMap,
    now: Timestamp,
) -> Option<(Arc<UserConfig>, Session)> {
    signed_in_as(console, headers, now, true)
}

fn signed_in_as(
    console: &Console,
    headers: &HeaderMap,
    now: Timestamp,
    by_hand: bool,
) -> Option<(Arc<UserConfig>, Session)> {
    let token = cookie::token(headers, console.secure_cookie)?;
    let session = console.sessions(|sessions| match by_hand {
        true => sessions.seen(&token, now),
        false => sessions.known(&token, now),
    })?;
    Some((Arc::clone(console.user(&session.user)?), session))
}

/// Whether a form comes from a page of this host. Browsers say so; who says nothing has to have the token.
pub(super) fn is_of_ours(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let site = text(&HeaderName::from_static("sec-fetch-site"));
    if site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return false;
    }
    let Some(origin) = text(&ORIGIN) else { return true };
    let host = text(&HOST).unwrap_or_default();
    origin.split_once("://").is_some_and(|(_, from)| !host.is_empty() && from == host)
}

fn sign_in_path(parts: &Parts) -> String {
    if parts.method != Method::GET || parts.uri.path() == "/" {
        return "/".to_owned();
    }
    let here = parts.uri.path_and_query().map_or("/", |it| it.as_str());
    format!("/?next={}", escaped_path(here.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(headers: &[(&'static str, &str)]) -> bool {
        let pairs = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().expect("a value")));
        is_of_ours(&pairs.collect())
    }

    #[test]
    fn a_form_of_another_site_is_known_by_what_the_browser_says() {
        let host = ("host", "127.0.0.1:8080");
        assert!(ours(&[
            host,
            ("origin", "http://127.0.0.1:8080"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(ours(&[host, ("origin", "https://127.0.0.1:8080")]), "a proxy ends TLS");
        assert!(ours(&[host]), "no browser");
        for site in ["cross-site", "same-site", ""] {
            assert!(!ours(&[host, ("sec-fetch-site", site)]), "{site}");
        }
        for origin in ["null", "http://evil.example", "http://127.0.0.1:8081", "", "127.0.0.1:8080"]
        {
            assert!(!ours(&[host, ("origin", origin)]), "{origin}");
        }
    }
}
