//! Sending a message again: a new one, by all the rules that any message goes by.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;

use super::guard::{Posted, Rep};
use super::page::see_other;
use super::refused::Refused;
use super::resend_rules::{Resend, fingerprint, key, resend};
use crate::gsm::alphabet::encode;
use crate::peer::http::acceptance::take_in;
use crate::peer::http::api::Api;
use crate::peer::http::get_content::text_of;
use crate::peer::http::lookup::{Found, ask, by_id};
use crate::peer::http::path_id::PathId;
use crate::peer::http::post_message::public_id;
use crate::pipeline::port::{Keyed, Submission};

/// `POST /m/{id}/resend`: `number` of the form, `note` and `ticket`.
pub(super) async fn post(
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
    posted: Posted,
) -> Result<Response, Refused> {
    let rep = &posted.rep;
    let found = by_id(&api, &rep.caller(), &id).await.map_err(|problem| rep.problem(&problem))?;
    let found = Arc::new(found);
    let ord = found.stored.ord;
    // Who comes second is refused here, or finds below that the number is taken.
    let held = api.underway.begin(key(ord, u16::MAX), api.ledger.indexed());
    let Ok(mut held) = held else {
        let detail = "Somebody else sends it again at this moment. Load the message again to see.";
        return Err(Refused::page(rep, 409, "It is being sent again", detail));
    };
    let after = held.after;
    let caught_up =
        ask(&api, move |api| Ok(api.ledger.wait_indexed(after, std::time::Duration::from_secs(2))));
    if !caught_up.await.unwrap_or(false) {
        let detail = "The index is behind. Nothing was sent: try again in a moment.";
        return Err(Refused::page(rep, 503, "Not now", detail));
    }
    let rules = resend(&api, rep, &found).await?;
    let note = posted.text("note");
    allowed(rep, &rules, &posted.text("number"), &note)?;
    let submission = submission(&api, rep, &found, rules.number).await?;
    let target = public_id(&api, ord);
    rep.note(&api, ("message.resend", &target, &note)).await?;
    let outcomes = take_in(&api, vec![submission]).await.map_err(|it| rep.problem(&it))?;
    held.written = api.ledger.durable();
    drop(held);
    match outcomes.into_iter().next() {
        Some(Ok(acceptance)) => {
            let new = public_id(&api, acceptance.ord);
            // It is sent: that this cannot be told any more changes nothing.
            let _told = rep.note(&api, ("message.resent", &format!("{target} → {new}"), "")).await;
            Ok(see_other(&format!("/m/{new}")))
        }
        Some(Err(problem)) => Err(rep.problem(&problem)),
        None => Err(Refused::page(rep, 500, "It was not sent again", "The submission was lost.")),
    }
}

fn allowed(rep: &Rep, rules: &Resend, number: &str, note: &str) -> Result<(), Refused> {
    let refuse = |title: &str, detail: &str| Err(Refused::page(rep, 409, title, detail));
    if number != rules.number.to_string() {
        return refuse(
            "It was sent again already",
            "Somebody has sent it again since you loaded the page. Nothing was sent now: load the message \
             again to see what came of that.",
        );
    }
    if !rules.refused.is_empty() {
        return refuse("It cannot be sent again", &rules.refused);
    }
    if rules.wants_note && note.is_empty() {
        return refuse(
            "A note is wanted",
            "It was delivered: say in the note why it is sent again. Nothing was sent.",
        );
    }
    Ok(())
}

async fn submission(
    api: &Arc<Api>,
    rep: &Rep,
    found: &Arc<Found>,
    number: u16,
) -> Result<Submission, Refused> {
    let shared = Arc::clone(found);
    let text = ask(api, move |api| text_of(api, &shared)).await.map_err(|it| rep.problem(&it))?;
    let message = found.stored.message();
    let account = api.ledger.names().account_name(message.account).unwrap_or_default();
    let (body, data_coding, esm_class) = match text {
        Some(text) => {
            let encoded = encode(&text);
            (encoded.octets, encoded.alphabet.data_coding(), 0)
        }
        // No text: its octets as they are, if they are whole.
        None if found.parts.is_empty() => {
            (message.body.to_vec(), message.data_coding, message.esm_class)
        }
        None => {
            let detail = "It is no text, and in several parts.";
            return Err(Refused::page(rep, 409, "It cannot be sent again", detail));
        }
    };
    let of = found.stored.ord;
    let keyed = Keyed {
        key: key(of, number),
        fingerprint: fingerprint(of),
        number: 0,
        told: api.clock.now(),
    };
    Ok(Submission {
        account,
        source: message.source.addr.to_vec(),
        destination: super::message_page::number_of(&message.destination).into_bytes(),
        body,
        data_coding,
        esm_class,
        protocol_id: message.protocol_id,
        priority_flag: message.priority_flag,
        service_type: message.service_type.to_vec(),
        client_ref: message.client_ref.to_vec(),
        keyed: Some(Box::new(keyed)),
        ..Submission::default()
    })
}
