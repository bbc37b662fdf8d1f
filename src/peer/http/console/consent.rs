//! Opt-outs: looking them up, recording and lifting them with a proof.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::guard::{Posted, Rep};
use super::masked::masked;
use super::number_page::opened;
use super::page::{Frame, page, see_other};
use super::refused::Refused;
use super::row::time;
use super::seal::Kind;
use super::visible::visible;
use crate::ledger::opt_outs::OptOut;
use crate::message::address::Address;
use crate::message::consent::{Consent, NOTE_BYTES_MAX};
use crate::message::event::{Event, NO_MESSAGE, What};
use crate::peer::http::api::Api;
use crate::peer::http::lookup::{Found, ask};
use crate::peer::http::numbers::{can_be_sender, with_country_code};
use crate::peer::http::post_message::public_id;
use crate::pipeline::operate::ConsentChange;
use crate::search::number_text;
use crate::spool::lsn::Lsn;

/// Opt-outs of the list.
const LISTED: usize = 50;

/// How long the ledger may take to heed what was recorded.
const HEEDED_WITHIN: std::time::Duration = std::time::Duration::from_secs(5);

/// An opt-out that holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Held {
    /// Masked, but for names of senders and short codes.
    pub(super) number: String,
    pub(super) sender: String,
    /// The sender as a form has it; empty for everybody.
    pub(super) raw_sender: String,
    pub(super) since: String,
    pub(super) by: &'static str,
    pub(super) note: String,
    /// The message that said it, if one did.
    pub(super) message: String,
    /// The page of its number.
    pub(super) word: String,
}

#[derive(Template, Debug)]
#[template(path = "opt_outs.html", config = "src/peer/http/console/askama.toml")]
struct OptOutsPage {
    frame: Frame,
    total: usize,
    held: Vec<Held>,
    sees_all: bool,
    problem: String,
}

/// `GET /opt-outs`: the newest. Those of an account alone cannot be told apart, so who sees one account looks up numbers.
pub(super) async fn list(rep: Rep, State(api): State<Arc<Api>>) -> Result<Response, Refused> {
    listed(&api, &rep, StatusCode::OK, String::new()).await
}

async fn listed(
    api: &Arc<Api>,
    rep: &Rep,
    status: StatusCode,
    problem: String,
) -> Result<Response, Refused> {
    let sees_all = rep.user.account.is_none();
    let held = ask(api, move |api| {
        let newest =
            if sees_all { api.ledger.opt_outs().newest(Lsn(u64::MAX), LISTED) } else { Vec::new() };
        newest.iter().map(|opt_out| told(api, opt_out)).collect::<std::io::Result<Vec<_>>>()
    });
    let held = held.await.map_err(|problem| rep.problem(&problem))?;
    let template = OptOutsPage {
        frame: Frame::of(rep, "Opt-outs"),
        total: api.ledger.opt_outs().count(),
        held: held.into_iter().flatten().collect(),
        sees_all,
        problem,
    };
    Ok(page(status, &template))
}

/// `POST /opt-outs/find`: to the page of a number.
pub(super) async fn find(State(api): State<Arc<Api>>, posted: Posted) -> Result<Response, Refused> {
    let typed = posted.text("number");
    let number = number_text::read(&typed).filter(|it| it.len() <= number_text::ADDRESS_BYTES_MAX);
    let word = number.and_then(|number| api.console.seal.seal(Kind::Number, &number));
    match word {
        Some(word) => Ok(see_other(&format!("/n/{word}"))),
        None => {
            let problem = "That is no number: digits, with their country code.".to_owned();
            listed(&api, &posted.rep, StatusCode::UNPROCESSABLE_ENTITY, problem).await
        }
    }
}

/// `POST /opt-outs/record`.
pub(super) async fn record(
    State(api): State<Arc<Api>>,
    posted: Posted,
) -> Result<Response, Refused> {
    change(&api, &posted, Consent::OptedOut).await
}

/// `POST /opt-outs/lift`.
pub(super) async fn lift(State(api): State<Arc<Api>>, posted: Posted) -> Result<Response, Refused> {
    change(&api, &posted, Consent::OptedIn).await
}

async fn change(api: &Arc<Api>, posted: &Posted, change: Consent) -> Result<Response, Refused> {
    let rep = &posted.rep;
    let word = posted.text("number");
    let number = opened(api, rep, &word)?;
    let wrong = |detail: &str| Refused::page(rep, 422, "This cannot be recorded", detail);
    let number = with_country_code(&number)
        .ok_or_else(|| wrong("Opt-outs are kept for numbers with their country code."))?;
    let sender = posted.text("sender");
    if !sender.is_empty() && !can_be_sender(&sender) {
        return Err(wrong("That is no sender."));
    }
    let proof = posted.text("note");
    if proof.is_empty() {
        return Err(wrong(
            "A proof is needed: the ticket, the call, the letter. Nothing was recorded.",
        ));
    }
    // Who wrote it down is part of the proof.
    let mut note = format!("{} ({})", proof, rep.user.name);
    note.truncate(note.floor_char_boundary(NOTE_BYTES_MAX));
    let action = match change {
        Consent::OptedOut => "opt_out.recorded",
        Consent::OptedIn => "opt_out.lifted",
    };
    rep.note(api, (action, &word, &proof)).await?;
    let number = number.into_bytes();
    let wish = ConsentChange { change, sender: sender.into_bytes(), number, note };
    let done = api.operators.operate.consent(wish).await;
    done.map_err(|not_done| Refused::page(rep, 503, "It was not recorded", not_done.title()))?;
    let heeded = ask(api, |api| Ok(api.ledger.wait_indexed(api.ledger.durable(), HEEDED_WITHIN)));
    // It holds, whether this page shows it yet or not.
    let _heeded = heeded.await;
    Ok(see_other(&format!("/n/{word}")))
}

/// The opt-outs of a number: from everybody, and from those who wrote to it.
pub(super) async fn held(
    api: &Arc<Api>,
    rep: &Rep,
    number: &str,
    found: &[Found],
) -> Result<Vec<Held>, Refused> {
    let mut senders: Vec<Vec<u8>> = vec![Vec::new()];
    for found in found {
        let message = found.stored.message();
        let ours = if found.state.inbound() { message.destination } else { message.source };
        if !senders.iter().any(|known| known == ours.addr) {
            senders.push(ours.addr.to_vec());
        }
    }
    let number = number.to_owned();
    let held = ask(api, move |api| {
        let mut seen: Vec<OptOut> = Vec::new();
        for sender in &senders {
            let sender =
                if sender.is_empty() { Address::default() } else { Address::infer(sender) };
            let opt_out = api.ledger.opt_outs().find(&sender, &Address::infer(number.as_bytes()));
            seen.extend(opt_out.filter(|opt_out| !seen.contains(opt_out)));
        }
        seen.iter().map(|opt_out| told(api, opt_out)).collect::<std::io::Result<Vec<_>>>()
    });
    let held = held.await.map_err(|problem| rep.problem(&problem))?;
    Ok(held.into_iter().flatten().collect())
}

/// An opt-out in words.
fn told(api: &Api, opt_out: &OptOut) -> std::io::Result<Option<Held>> {
    let octets = api.ledger.record(opt_out.lsn)?;
    let Some(Event { what: What::Consent { by, sender, number, note, .. }, .. }) =
        Event::decode(&octets)
    else {
        return Ok(None);
    };
    let digits = String::from_utf8_lossy(number.addr).into_owned();
    let plus = if digits.starts_with('+') { "" } else { "+" };
    let word = api.console.seal.seal(Kind::Number, &format!("{plus}{digits}"));
    let everybody = sender.addr.is_empty();
    let raw_sender = String::from_utf8_lossy(sender.addr).into_owned();
    Ok(Some(Held {
        number: masked(&number, false),
        sender: if everybody { "everybody".to_owned() } else { masked(&sender, false) },
        raw_sender,
        since: time(opt_out.at),
        by: if by.name() == "keyword" { "by text" } else { "by hand" },
        note: visible(&String::from_utf8_lossy(note)),
        message: if opt_out.ord == NO_MESSAGE {
            String::new()
        } else {
            public_id(api, opt_out.ord)
        },
        word: word.unwrap_or_default(),
    }))
}
