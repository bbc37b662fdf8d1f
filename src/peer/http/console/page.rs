//! A page of the console: what stands around its content, and the headers that every page has.
//!
//! **Invariant**: nothing is loaded but from here, nothing runs that is not a file of ours, and no cache keeps a page.

use askama::Template;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::assets;
use super::guard::Rep;
use super::rights::Right;

/// What a browser may do with a page.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Pages of the menu: path, word, key of the keyboard, right.
const MENU: [(&str, &str, Right); 7] = [
    ("/", "Search", Right::See),
    ("/live", "Live", Right::See),
    ("/carriers", "Carriers", Right::See),
    ("/opt-outs", "Opt-outs", Right::See),
    ("/rules", "Rules", Right::See),
    ("/webhooks", "Webhooks", Right::See),
    ("/audit", "Audit", Right::OwnAudit),
];

/// What stands around the content of a page.
#[derive(Clone, Debug, Default)]
pub(super) struct Frame {
    /// In the window's title: never anything personal.
    pub(super) title: String,
    /// Who is signed in; `None` has no menu.
    pub(super) who: Option<Who>,
    /// The pages of the menu.
    pub(super) menu: Vec<Item>,
    /// Styles and script, with what tells their contents.
    pub(super) style: String,
    pub(super) script: String,
    pub(super) request_id: String,
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub(super) struct Who {
    pub(super) name: String,
    pub(super) role: &'static str,
    pub(super) account: Option<String>,
    pub(super) csrf: String,
    pub(super) is_admin: bool,
}

/// A page of the menu.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) href: &'static str,
    pub(super) word: &'static str,
    pub(super) is_here: bool,
}

/// Seconds after which a page that shows something in full goes back to the masked one.
const SHOWN_FOR_S: u32 = 300;

impl Frame {
    /// For whoever is signed in.
    pub(super) fn of(rep: &Rep, title: &str) -> Self {
        let role = rep.user.role;
        let menu = MENU.into_iter().filter(|(_, _, right)| role.may(*right));
        let is_here = |href: &str| match href {
            "/" => ["/", "/search", "/m/", "/n/"]
                .iter()
                .any(|it| if it.len() == 1 { rep.path == "/" } else { rep.path.starts_with(it) }),
            other => rep.path.starts_with(other),
        };
        let item = |(href, word, _)| Item { href, word, is_here: is_here(href) };
        Self {
            who: Some(Who {
                name: rep.user.name.clone(),
                role: role.name(),
                account: rep.user.account.clone(),
                csrf: rep.session.csrf.clone(),
                is_admin: role.may(Right::People),
            }),
            menu: menu.map(item).collect(),
            ..Self::of_nobody(title, &rep.request_id)
        }
    }

    /// For somebody who is not.
    pub(super) fn of_nobody(title: &str, request_id: &str) -> Self {
        Self {
            title: title.to_owned(),
            who: None,
            menu: Vec::new(),
            style: assets::address("console.css"),
            script: assets::address("console.js"),
            request_id: request_id.to_owned(),
        }
    }

    /// The token of forms; empty for nobody.
    pub(super) fn csrf(&self) -> &str {
        self.who.as_ref().map_or("", |who| &who.csrf)
    }
}

/// A page as an answer.
pub(super) fn page(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => {
            let mut response = (status, html).into_response();
            let html = HeaderValue::from_static("text/html; charset=utf-8");
            response.headers_mut().insert(CONTENT_TYPE, html);
            guarded(response)
        }
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            guarded(StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
    }
}

/// An answer with the headers of every page.
pub(super) fn guarded(mut response: Response) -> Response {
    let headers: [(HeaderName, &str); 7] = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // With `no-referrer` browsers send forms with an Origin of `null`.
        (REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=(), payment=()",
        ),
        (CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in headers {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// A page that shows something in full, and goes back to the masked one after a while.
pub(super) fn going_back(mut response: Response, path: &str) -> Response {
    if let Ok(back) = format!("{SHOWN_FOR_S}; url={path}").parse() {
        response.headers_mut().insert("refresh", back);
    }
    response
}

/// Sends a browser on after a form was taken.
pub(super) fn see_other(to: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let to = HeaderValue::from_str(to).unwrap_or_else(|_| HeaderValue::from_static("/"));
    response.headers_mut().insert(LOCATION, to);
    guarded(response)
}
