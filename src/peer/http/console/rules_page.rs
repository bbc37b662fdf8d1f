//! Routes: where a message would go, and of every other route why not. Webhooks: what each consumer is owed.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::guard::{Posted, Rep};
use super::page::{Frame, page};
use super::row::{time, took};
use crate::peer::http::api::Api;
use crate::peer::webhook::endpoint::Health;
use crate::peer::webhook::service::Status;
use crate::pipeline::route_view::{RouteQuestion, RouteView};

/// What somebody tries.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Tried {
    to: String,
    from: String,
    account: String,
    tag: String,
}

#[derive(Template, Debug)]
#[template(path = "rules.html", config = "src/peer/http/console/askama.toml")]
struct RulesPage {
    frame: Frame,
    tried: Tried,
    accounts: Vec<String>,
    view: Option<RouteView>,
    problem: String,
}

/// One webhook.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Line {
    id: String,
    host: String,
    account: String,
    state: &'static str,
    sign: &'static str,
    word: String,
    owed: String,
    kinds: String,
}

#[derive(Template, Debug)]
#[template(path = "webhooks.html", config = "src/peer/http/console/askama.toml")]
struct WebhooksPage {
    frame: Frame,
    lines: Vec<Line>,
    /// Receipts and messages that applications have not taken over SMPP.
    accounts: Vec<(String, u32, u64)>,
}

/// `GET /rules`.
pub(super) async fn get(rep: Rep, State(api): State<Arc<Api>>) -> Response {
    let frame = Frame::of(&rep, "Rules");
    let (tried, accounts) = (Tried::default(), accounts(&api, &rep));
    let template = RulesPage { frame, tried, accounts, view: None, problem: String::new() };
    page(StatusCode::OK, &template)
}

/// `POST /rules`: the number is in the form, so that it is in no address.
pub(super) async fn post(State(api): State<Arc<Api>>, posted: Posted) -> Response {
    let text = |name: &str| posted.text(name).chars().take(64).collect::<String>();
    let tried =
        Tried { to: text("to"), from: text("from"), account: text("account"), tag: text("tag") };
    let question = RouteQuestion {
        to: tried.to.clone(),
        from: tried.from.clone(),
        account: Some(tried.account.clone()).filter(|it| !it.is_empty()),
        tags: Some(tried.tag.clone()).filter(|it| !it.is_empty()).into_iter().collect(),
        parts: 1,
    };
    let (view, problem) = match api.explain.explain(&question) {
        Ok(view) => (Some(view), String::new()),
        Err(refusal) => {
            let problem = crate::peer::http::problem::Problem::from(refusal);
            (None, format!("It would be refused: {}.", problem.detail))
        }
    };
    let status = if view.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let frame = Frame::of(&posted.rep, "Rules");
    let accounts = accounts(&api, &posted.rep);
    page(status, &RulesPage { frame, tried, accounts, view, problem })
}

fn accounts(api: &Api, rep: &Rep) -> Vec<String> {
    let all = api.board.accounts().into_iter().map(|account| account.name);
    let own = |name: &String| rep.user.account.as_ref().is_none_or(|own| own == name);
    all.filter(own).collect()
}

/// `GET /webhooks`.
pub(super) async fn webhooks(rep: Rep, State(api): State<Arc<Api>>) -> Response {
    let own = rep.user.account.as_deref();
    let lines = api.webhooks.list(own).iter().map(|status| line(&api, status)).collect();
    let accounts = api.board.accounts().into_iter();
    let accounts = accounts.filter(|account| own.is_none_or(|own| own == account.name));
    let template = WebhooksPage {
        frame: Frame::of(&rep, "Webhooks"),
        lines,
        accounts: accounts.map(|it| (it.name, it.binds_up, it.owed)).collect(),
    };
    page(StatusCode::OK, &template)
}

fn line(api: &Api, Status { webhook, health, backlog }: &Status) -> Line {
    let (state, sign, word) = match health {
        None => ("blocked", "⊘", "Gone: it has answered 410".to_owned()),
        Some(Health::Up) => ("delivered", "●", "Takes what it is told".to_owned()),
        Some(Health::Failing { since }) => {
            ("bounced", "✗", format!("Failing since {} UTC", time(*since)))
        }
    };
    let now = api.clock.now();
    let oldest =
        backlog.oldest_at.map(|at| format!(", the oldest for {}", took(now.since(at.min(now)))));
    Line {
        id: webhook.id.clone(),
        // The rest of the address may be a secret.
        host: webhook.target.authority.clone(),
        account: webhook.account.clone().unwrap_or_else(|| "all accounts".to_owned()),
        state,
        sign,
        word,
        owed: match backlog.events {
            0 => "nothing".to_owned(),
            events => format!("{events} events{}", oldest.unwrap_or_default()),
        },
        kinds: webhook.kinds.names().collect::<Vec<_>>().join(", "),
    }
}
