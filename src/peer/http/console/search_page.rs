//! The search: what was asked for, what was found, and what to try when that is nothing.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::asked::{Asked, RANGES};
use super::chips::{Chip, chips};
use super::detection::{looks_like, only_number};
use super::guard::{Posted, Rep};
use super::masked::masked_query;
use super::page::{Frame, page, see_other};
use super::refused::Refused;
use super::rights::Right;
use super::row::{Row, time};
use super::seal::Kind;
use crate::peer::http::api::Api;
use crate::peer::http::post_message::public_id;
use crate::peer::http::problem::Problem;
use crate::peer::http::problem_table as kinds;
use crate::peer::http::query_pairs::QueryPairs;
use crate::peer::http::searching::{self, Answer, find};
use crate::search::expression::Wanted;
use crate::search::key::Key;
use crate::search::syntax_error::QueryError;

/// Messages of a page.
const PER_PAGE: usize = 50;

#[derive(Template, Debug)]
#[template(path = "search.html", config = "src/peer/http/console/askama.toml")]
struct SearchPage {
    frame: Frame,
    asked: Asked,
    /// What is in the box, what stands behind it, and what is kept if nothing is typed.
    typed: String,
    hidden: String,
    kept: String,
    looks_like: String,
    problem: String,
    ranges: Vec<(&'static str, &'static str)>,
    carriers: Vec<String>,
    accounts: Vec<String>,
    chips: Vec<Chip>,
    rows: Vec<Row>,
    older: String,
    newer: String,
    csv: String,
    /// Everything until then can be found.
    complete_until: String,
    /// The page of the number that is looked for.
    number: String,
    nothing: Option<Nothing>,
    budget_spent: bool,
    shows_accounts: bool,
}

/// Why there are no rows, and what to try.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Nothing {
    title: &'static str,
    detail: String,
    offers: Vec<(String, &'static str)>,
}

/// `POST /search`: what was typed goes into a sealed address.
pub(super) async fn post(State(api): State<Arc<Api>>, posted: Posted) -> Response {
    let seal = &api.console.seal;
    let query = posted.form.text("q").unwrap_or_default().trim().to_owned();
    // What was hidden on the page is looked for again when only filters were changed.
    let kept = seal.unseal(Kind::Query, &posted.text("kept")).filter(|_| query.is_empty());
    let mut asked = Asked { query: kept.unwrap_or(query), ..Asked::default() };
    for name in ["disposition", "direction", "carrier", "account", "range"] {
        let _known = asked.filter(name, &posted.text(name));
    }
    // An id leads to its message at once.
    if let Ok(expression) = asked.expression()
        && let [term] = &expression.terms[..]
        && let (Wanted::Id(id), false) = (&term.wanted, term.negated)
    {
        return see_other(&format!("/m/msg_{id}"));
    }
    see_other(&asked.address(seal, "/search"))
}

/// `GET /search`.
pub(super) async fn get(
    rep: Rep,
    State(api): State<Arc<Api>>,
    QueryPairs(pairs): QueryPairs,
) -> Result<Response, Refused> {
    let asked = Asked::read(&api.console.seal, &pairs);
    found(&api, &rep, asked).await
}

/// The page of a search.
pub(super) async fn found(api: &Arc<Api>, rep: &Rep, asked: Asked) -> Result<Response, Refused> {
    ours(rep, &asked)?;
    let answer = answer(api, rep, &asked).await;
    let (status, problem) = match &answer {
        Ok(_) => (StatusCode::OK, String::new()),
        Err(problem) if problem.kind.status < 500 => {
            (StatusCode::UNPROCESSABLE_ENTITY, problem.detail.clone())
        }
        Err(problem) => return Err(rep.problem(problem)),
    };
    let shown = shown(api, rep, asked, answer.ok(), problem).await;
    Ok(page(status, &shown))
}

/// Refuses a query that is none of ours: without it everything would be found.
pub(super) fn ours(rep: &Rep, asked: &Asked) -> Result<(), Refused> {
    if !asked.is_foreign {
        return Ok(());
    }
    let detail =
        "The address was changed, or is of another gateway. Paste what you look for again.";
    Err(Refused::page(rep, 404, "This search is not ours", detail))
}

/// What a search finds.
pub(super) async fn answer(api: &Arc<Api>, rep: &Rep, asked: &Asked) -> Result<Answer, Problem> {
    let expression = asked.expression().map_err(|error| unreadable(None, error))?;
    let after = match &*asked.after {
        "" => None,
        id => {
            let wrong = || Problem::new(kinds::INVALID_SEARCH, "this page is none of a search");
            Some(api.ids.open(id.as_bytes()).ok_or_else(wrong)?)
        }
    };
    let asked = searching::Asked { expression, limit: PER_PAGE, after, texts: false };
    find(api, &rep.caller(), asked, unreadable).await
}

pub(super) fn unreadable(_: Option<Key>, error: QueryError) -> Problem {
    Problem::new(kinds::INVALID_SEARCH, error.to_string())
}

async fn shown(
    api: &Arc<Api>,
    rep: &Rep,
    asked: Asked,
    answer: Option<Answer>,
    problem: String,
) -> SearchPage {
    let seal = &api.console.seal;
    let expression = asked.expression().unwrap_or_default();
    let number = only_number(&crate::search::parse::parse(&asked.query).unwrap_or_default());
    let number = number.and_then(|number| seal.seal(Kind::Number, &number));
    let address =
        |asked: Option<Asked>| asked.map_or(String::new(), |it| it.address(seal, "/search"));
    let (masked, hides) = masked_query(&asked.query);
    let next = answer.as_ref().and_then(|answer| answer.next);
    let older = next.map(|ord| asked.older(public_id(api, ord)));
    let rows: Vec<Row> =
        answer.iter().flat_map(|it| &it.found).map(|found| Row::of(api, found)).collect();
    let nothing = answer.as_ref().filter(|_| rows.is_empty() && next.is_none());
    let (carriers, accounts) = names(api, rep);
    SearchPage {
        frame: Frame::of(rep, "Search"),
        typed: if hides { String::new() } else { asked.query.clone() },
        kept: if hides { asked.sealed(seal) } else { String::new() },
        hidden: if hides { masked } else { String::new() },
        looks_like: looks_like(&crate::search::parse::parse(&asked.query).unwrap_or_default()),
        problem,
        ranges: RANGES.iter().map(|range| (range.0, range.1)).collect(),
        shows_accounts: accounts.len() > 1,
        carriers,
        accounts,
        chips: chips(api, rep, &asked, answer.as_ref(), &expression).await,
        older: address(older),
        newer: address(asked.newer()),
        csv: if rep.may(Right::Export) {
            asked.but(|_| ()).address(seal, "/search.csv")
        } else {
            String::new()
        },
        complete_until: answer.as_ref().map_or(String::new(), |it| time(it.complete_until)),
        number: number.map_or(String::new(), |word| format!("/n/{word}")),
        nothing: nothing.map(|answer| none(api, rep, &asked, answer)),
        budget_spent: answer.as_ref().is_some_and(|answer| answer.budget_spent),
        rows,
        asked,
    }
}

/// The four kinds of nothing: none at all yet, none that one may see, none that is kept, none that matches.
fn none(api: &Api, rep: &Rep, asked: &Asked, answer: &Answer) -> Nothing {
    let seal = &api.console.seal;
    let offer = |other: Asked, words| (other.address(seal, "/search"), words);
    if api.ledger.stats().messages == 0 {
        let detail = "They appear here as soon as an application has sent one.".to_owned();
        return Nothing { title: "There are no messages yet", detail, offers: Vec::new() };
    }
    let mut offers = Vec::new();
    if asked.is_filtered() {
        let plain = Asked { query: asked.query.clone(), ..Asked::default() };
        offers.push(offer(plain, "Look at all times, without filters"));
    }
    if let Some(last) = last_digits(&asked.query) {
        let other = Asked { query: format!("*{last}"), ..Asked::default() };
        offers.push(offer(other, "Match the last seven digits"));
    }
    let mut detail = match &rep.user.account {
        Some(account) => format!("You see the messages of {account} only. "),
        None => String::new(),
    };
    if let Some(kept) = answer.kept_since {
        detail.push_str(&format!("Messages from before {} are not kept.", time(kept)));
    } else {
        detail.push_str("Nothing that is kept matches.");
    }
    Nothing { title: "No message matches", detail, offers }
}

/// The last seven digits of what has more.
fn last_digits(query: &str) -> Option<String> {
    let digits: String = query.chars().filter(char::is_ascii_digit).collect();
    let other = query.chars().any(char::is_alphabetic);
    (!other && digits.len() > 7).then(|| digits[digits.len() - 7..].to_owned())
}

/// The carriers and accounts to choose from.
fn names(api: &Api, rep: &Rep) -> (Vec<String>, Vec<String>) {
    let mut carriers: Vec<String> = api.board.carriers().into_iter().map(|it| it.name).collect();
    carriers.sort_unstable();
    let accounts = match &rep.user.account {
        Some(own) => vec![own.clone()],
        None => {
            let mut all: Vec<String> = api.board.accounts().into_iter().map(|it| it.name).collect();
            all.sort_unstable();
            all
        }
    };
    (carriers, accounts)
}
