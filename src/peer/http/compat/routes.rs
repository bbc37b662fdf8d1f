//! Paths of other gateways: all of them on the API's listener, and Kannel's and Jasmin's also on their own.

use std::sync::Arc;

use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

use crate::peer::http::api::Api;
use crate::peer::http::compat::jasmin::{balance::balance, ping::ping, rate::rate, send::send};
use crate::peer::http::compat::kannel::sendsms::sendsms;
use crate::peer::http::compat::twilio::{cancel::cancel, create::create, fetch::fetch, list::list};
use crate::peer::http::observe;
use crate::peer::http::problem::Problem;
use crate::peer::http::problem_table as kinds;

/// Kannel's, which `sendsms-url` of its configuration may change and hardly anybody does.
pub(in crate::peer::http) const SENDSMS: &str = "/cgi-bin/sendsms";

/// Jasmin's.
pub(in crate::peer::http) const SEND: &str = "/send";
pub(in crate::peer::http) const RATE: &str = "/rate";
pub(in crate::peer::http) const BALANCE: &str = "/balance";
pub(in crate::peer::http) const PING: &str = "/ping";

/// Twilio's.
pub(in crate::peer::http) const MESSAGES: &str = "/2010-04-01/Accounts/{sid}/Messages.json";
pub(in crate::peer::http) const MESSAGE: &str = "/2010-04-01/Accounts/{sid}/Messages/{message}";

/// Templates and methods, which are labels of metrics.
pub(in crate::peer::http) const FOREIGN: &[(&str, Method)] = &[
    (SENDSMS, Method::GET),
    (SENDSMS, Method::POST),
    (SEND, Method::GET),
    (SEND, Method::POST),
    (RATE, Method::GET),
    (BALANCE, Method::GET),
    (PING, Method::GET),
];

/// Whose clients a listener is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clients {
    /// Everybody's: the API and all the others.
    All,
    /// Kannel's alone.
    Kannel,
    /// Jasmin's alone.
    Jasmin,
}

/// All of them.
pub(in crate::peer::http) fn all() -> Router<Arc<Api>> {
    kannel().merge(jasmin()).merge(twilio())
}

fn jasmin() -> Router<Arc<Api>> {
    Router::new()
        .route(SEND, get(send).post(send))
        .route(RATE, get(rate))
        .route(BALANCE, get(balance))
        .route(PING, get(ping))
}

fn twilio() -> Router<Arc<Api>> {
    Router::new().route(MESSAGES, get(list).post(create)).route(MESSAGE, get(fetch).post(cancel))
}

fn kannel() -> Router<Arc<Api>> {
    Router::new().route(SENDSMS, get(sendsms).post(sendsms))
}

impl Api {
    /// What is answered to these clients.
    pub(in crate::peer::http) fn router_for(self: Arc<Self>, clients: Clients) -> Router {
        let routes = match clients {
            Clients::All => return self.router(),
            Clients::Kannel => kannel(),
            Clients::Jasmin => jasmin(),
        };
        routes
            .method_not_allowed_fallback(async || {
                Problem::new(kinds::METHOD_NOT_ALLOWED, "see the Allow header")
            })
            .fallback(async || Problem::new(kinds::NOT_FOUND, "no route has this path"))
            .layer(from_fn_with_state(Arc::clone(&self), observe::observe))
            .with_state(self)
    }
}
