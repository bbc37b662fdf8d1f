//! Signing in and out. Guessing is slowed by name and by address, told in the log, and in the audit.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::header::{RETRY_AFTER, SET_COOKIE, USER_AGENT};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::audit_entry::Entry;
use super::config::UserConfig;
use super::guard::{Posted, Rep, is_of_ours, read, signed_in};
use super::page::{Frame, page, see_other};
use super::refused::Refused;
use super::{cookie, home, query_text};
use crate::peer::http::api::Api;
use crate::peer::http::auth::ClientAddress;
use crate::peer::http::query_pairs::QueryPairs;
use crate::peer::http::request_id::RequestId;
use crate::peer::http::when::rfc3339;

/// Octets of a name that is looked for, and told.
const NAME_OCTETS_MAX: usize = 64;

#[derive(Template, Debug)]
#[template(path = "sign_in.html", config = "src/peer/http/console/askama.toml")]
struct SignInPage {
    frame: Frame,
    next: String,
    user: String,
    problem: String,
    has_users: bool,
}

/// `GET /`: the form to sign in, or the search.
pub(super) async fn front(
    State(api): State<Arc<Api>>,
    QueryPairs(pairs): QueryPairs,
    request: Request,
) -> Response {
    let (mut parts, _) = request.into_parts();
    if signed_in(&api.console, &parts.headers, api.clock.now()).is_some() {
        use axum::extract::FromRequestParts as _;
        return match Rep::from_request_parts(&mut parts, &api).await {
            Ok(rep) => home::show(&api, &rep).await,
            Err(refused) => refused.into_response(),
        };
    }
    let next = pairs.into_iter().find(|(name, _)| name == "next").map(|(_, next)| next);
    let next = next.as_deref().and_then(query_text::local).unwrap_or_default().to_owned();
    let request_id = RequestId::of(&parts.extensions);
    form(&api, StatusCode::OK, &request_id, next, String::new(), String::new())
}

fn form(
    api: &Api,
    status: StatusCode,
    request_id: &str,
    next: String,
    user: String,
    problem: String,
) -> Response {
    let frame = Frame::of_nobody("Sign in", request_id);
    let has_users = !api.console.users.is_empty();
    page(status, &SignInPage { frame, next, user, problem, has_users })
}

/// `POST /sign-in`.
pub(super) async fn sign_in(State(api): State<Arc<Api>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let request_id = RequestId::of(&parts.extensions);
    if !is_of_ours(&parts.headers) {
        let detail = "It came from a page of another site. Nothing was done.";
        return Refused::stranger(&request_id, 403, "This form is not ours", detail)
            .into_response();
    }
    let Ok(fields) = read(&parts, body).await else {
        return Refused::stranger(&request_id, 400, "This form cannot be read", "").into_response();
    };
    let field = |name: &str| fields.text(name).unwrap_or_default();
    let mut name = field("user").trim().to_owned();
    name.truncate(name.floor_char_boundary(NAME_OCTETS_MAX));
    let next = query_text::local(&field("next")).unwrap_or_default().to_owned();
    let from = ClientAddress::of(&parts).0;
    let again = |status, problem: String| {
        form(&api, status, &request_id, next.clone(), name.clone(), problem)
    };
    if let Some(wait) = api.console.attempts(|it| it.locked(&name, from, api.clock.now())) {
        let mut response = again(StatusCode::TOO_MANY_REQUESTS, locked(wait));
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
        return response;
    }
    let user = api.console.user(&name).cloned();
    let phc = user.as_ref().map(|user| String::from_utf8_lossy(user.password_hash.reveal()).into());
    let checker = api.console.checker().await;
    let right = checker.is_right(fields.get("password").unwrap_or_default().to_vec(), phc).await;
    let Some(user) = user.filter(|_| right) else {
        let lock = api.console.attempts(|it| it.failed(&name, from, api.clock.now()));
        api.ingress.auth_failures.increment(1);
        failed(&api, &name, (from, &request_id), lock).await;
        let problem = "This name and this password do not belong together.".to_owned();
        let problem = lock.map_or(problem.clone(), |lock| format!("{problem} {}", locked(lock)));
        return again(StatusCode::UNAUTHORIZED, problem);
    };
    api.console.attempts(|it| it.succeeded(&name));
    begin(&api, &user, (from, &request_id), &parts.headers, &next).await
}

fn locked(wait: Duration) -> String {
    format!("There were too many failed attempts: try again in {} s.", wait.as_secs().max(1))
}

async fn begin(
    api: &Arc<Api>,
    user: &Arc<UserConfig>,
    (from, request_id): (std::net::IpAddr, &str),
    headers: &HeaderMap,
    next: &str,
) -> Response {
    let agent = headers.get(USER_AGENT).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let unavailable = |detail| Refused::stranger(request_id, 503, "No session", detail);
    let Some((token, session)) = api.console.begin(&user.name, (from, agent), api.clock.now())
    else {
        return unavailable("The system has no random numbers.").into_response();
    };
    let rep = Rep {
        user: Arc::clone(user),
        session,
        from,
        request_id: request_id.to_owned(),
        path: "/".to_owned(),
    };
    if let Err(refused) = rep.note(api, ("session.began", &rep.session.id, "")).await {
        api.console.sessions(|it| drop(it.end(&rep.session.id, |_| true)));
        return refused.into_response();
    }
    tracing::info!(user = user.name, %from, "somebody signed in to the console");
    let mut response = see_other(if next.is_empty() { "/" } else { next });
    let cookie = cookie::set(Some(&token), api.console.secure_cookie);
    response.headers_mut().insert(SET_COOKIE, cookie);
    response
}

/// Tells of a failure. A name that nobody has may be a password in the wrong field: it is not told.
async fn failed(
    api: &Api,
    name: &str,
    (from, request_id): (std::net::IpAddr, &str),
    lock: Option<Duration>,
) {
    let known = api.console.user(name).is_some();
    let actor = if known { name } else { "(unknown)" };
    let locked_s = lock.map_or(0, |lock| lock.as_secs());
    tracing::warn!(user = actor, %from, locked_s, "a sign-in to the console failed");
    let entry = Entry {
        at: rfc3339(api.clock.now()),
        actor: actor.to_owned(),
        ip: from.to_string(),
        action: "session.refused".to_owned(),
        reason: if locked_s > 0 { format!("locked for {locked_s} s") } else { String::new() },
        request_id: request_id.to_owned(),
        ..Entry::default()
    };
    // It is refused either way.
    let _written = api.console.note(entry).await;
}

/// `POST /sign-out`.
pub(super) async fn sign_out(State(api): State<Arc<Api>>, posted: Posted) -> Response {
    let Posted { rep, .. } = posted;
    api.console.sessions(|it| drop(it.end(&rep.session.id, |_| true)));
    // The session is over, whether it can be told or not.
    let _told = rep.note(&api, ("session.ended", &rep.session.id, "")).await;
    let mut response = see_other("/");
    response.headers_mut().insert(SET_COOKIE, cookie::set(None, api.console.secure_cookie));
    response
}
