//! One message: what became of it, who says so, whose side it is on, what to say and what to do.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::guard::Rep;
use super::last_five::{LastFive, last_five};
use super::masked::masked;
use super::page::{Frame, going_back, page};
use super::refused::Refused;
use super::resend_rules::{Resend, resend};
use super::rights::Right;
use super::row::{Row, time};
use super::seal::Kind;
use super::timeline::{Step, steps};
use super::visible::{Piece, pieces, visible};
use crate::base::hex::hex;
use crate::message::address::Address;
use crate::message::record::Direction;
use crate::peer::http::api::Api;
use crate::peer::http::get_content::text_of;
use crate::peer::http::lookup::{Found, ask, by_id};
use crate::peer::http::message_view::Surface;
use crate::peer::http::path_id::PathId;
use crate::peer::http::when::rfc3339;

/// What is shown in full, until the page is left or goes back by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Reveal {
    pub(super) numbers: bool,
    pub(super) text: bool,
}

#[derive(Template, Debug)]
#[template(path = "message.html", config = "src/peer/http/console/askama.toml")]
struct MessagePage {
    frame: Frame,
    row: Row,
    from: String,
    to: String,
    reveal: Reveal,
    may_reveal: bool,
    text: Vec<Piece>,
    text_known: bool,
    erased: bool,
    steps: Vec<Step>,
    details: Vec<(&'static str, String)>,
    hold: String,
    banner: String,
    opt_out: String,
    number: String,
    last: LastFive,
    resend: Resend,
    raw: Vec<String>,
}

/// `GET /m/{id}`.
pub(super) async fn get(
    rep: Rep,
    State(api): State<Arc<Api>>,
    PathId(id): PathId,
) -> Result<Response, Refused> {
    show(&api, &rep, &id, Reveal::default()).await
}

/// The page of a message, with what is to be shown in full.
pub(super) async fn show(
    api: &Arc<Api>,
    rep: &Rep,
    id: &str,
    reveal: Reveal,
) -> Result<Response, Refused> {
    let found = by_id(api, &rep.caller(), id).await.map_err(|problem| rep.problem(&problem))?;
    let found = Arc::new(found);
    let resend = resend(api, rep, &found).await?;
    let last = last_five(api, rep, &found).await;
    let text = if reveal.text { text(api, rep, &found).await? } else { None };
    let carriers = api.board.carriers();
    let caller = rep.caller();
    let surface = Surface { api, caller: &caller, carriers: &carriers };
    let view = surface.message(&found);
    let message = found.stored.message();
    let party = party(&found);
    let mut row = Row::of(api, &found);
    row.time = rfc3339(found.stored.accepted_at).replace('T', " ").replace('Z', "");
    let shown = MessagePage {
        frame: Frame::of(rep, &format!("Message {}", row.id)),
        from: masked(&message.source, reveal.numbers),
        to: masked(&message.destination, reveal.numbers),
        reveal,
        may_reveal: rep.may(Right::Reveal),
        text_known: text.is_some(),
        text: text.map_or(Vec::new(), |text| pieces(&text)),
        erased: view.erased.is_some(),
        steps: steps(&found, &surface.events(&found)),
        details: details(&view, &found),
        hold: view.hold.as_ref().map_or(String::new(), |hold| hold.sentence()),
        banner: banner(&carriers, &row.carrier),
        opt_out: opt_out(api, &found),
        number: api.console.seal.seal(Kind::Number, &number_of(&party)).unwrap_or_default(),
        last,
        resend,
        raw: if rep.may(Right::Operate) { raw(&found, reveal) } else { Vec::new() },
        row,
    };
    let response = page(StatusCode::OK, &shown);
    let masked = reveal == Reveal::default();
    Ok(if masked { response } else { going_back(response, &format!("/m/{}", shown.row.id)) })
}

async fn text(api: &Arc<Api>, rep: &Rep, found: &Arc<Found>) -> Result<Option<String>, Refused> {
    let found = Arc::clone(found);
    let text = ask(api, move |api| text_of(api, &found)).await;
    text.map_err(|problem| rep.problem(&problem))
}

/// The phone at the far end: whose number it is.
pub(super) fn party(found: &Found) -> Address<'_> {
    let message = found.stored.message();
    match message.direction {
        Direction::Outbound => message.destination,
        Direction::Inbound => message.source,
    }
}

/// An address as a query has it.
pub(super) fn number_of(address: &Address<'_>) -> String {
    let text = String::from_utf8_lossy(address.addr);
    let plus = if address.ton == 1 && !text.starts_with('+') { "+" } else { "" };
    format!("{plus}{text}")
}

fn details(
    view: &crate::peer::http::message_schema::MessageView,
    found: &Found,
) -> Vec<(&'static str, String)> {
    let some = |text: &Option<String>| text.as_deref().map_or(String::new(), visible);
    let carrier = view.carrier.as_ref();
    let size = format!("{} part{}", view.parts, if view.parts == 1 { "" } else { "s" });
    let coding = view.encoding.map_or_else(|| view.data_coding.to_string(), str::to_owned);
    let attempts = if view.attempts > 0 { view.attempts.to_string() } else { String::new() };
    let raw = view.raw.as_ref().map_or(String::new(), |raw| {
        let stat = raw.dlr_stat.unwrap_or_default();
        visible(format!("{stat} err {}", raw.dlr_err).trim_end_matches(" err "))
    });
    let joined = view.joined_of.join(", ");
    let end = found.history.final_at.map_or(String::new(), time);
    let all = [
        ("Status", view.status.to_owned()),
        ("Account", some(&view.account)),
        ("Reference", some(&view.client_ref)),
        ("Carrier", carrier.map_or(String::new(), |it| it.id.clone())),
        ("Carrier's id", carrier.map_or(String::new(), |it| some(&it.message_id))),
        ("Receipt", raw),
        ("Size", format!("{size}, {coding}")),
        ("Attempts", attempts),
        ("Scheduled for", view.scheduled_at.clone().unwrap_or_default()),
        ("Ended (UTC)", end),
        ("Part of", view.whole.clone().filter(|whole| *whole != view.id).unwrap_or_default()),
        ("Joined of", joined),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// What is wrong with the carrier now.
fn banner(carriers: &[crate::pipeline::port::CarrierView], name: &str) -> String {
    let Some(carrier) = carriers.iter().find(|carrier| carrier.name == name) else {
        return String::new();
    };
    if carrier.suspended.is_some() {
        return format!("{name} is suspended by an operator at the moment.");
    }
    if carrier.binds > 0 && carrier.binds_up == 0 {
        return format!("The connection to {name} is down at the moment.");
    }
    let hold = carrier.hold.map(|(reason, _)| reason.title());
    hold.map_or(String::new(), |title| format!("{name}: {title}."))
}

/// Whether the phone takes nothing from the sender.
fn opt_out(api: &Api, found: &Found) -> String {
    let message = found.stored.message();
    let (sender, number) = match message.direction {
        Direction::Outbound => (message.source, message.destination),
        Direction::Inbound => (message.destination, message.source),
    };
    let canonical = crate::address::canonical::canonical(&number, None);
    let number = Address { addr: &canonical.addr, ..Address::infer(&canonical.addr) };
    match api.ledger.opt_outs().find(&sender, &number) {
        Some(opt_out) => format!("Opted out since {} UTC", time(opt_out.at)),
        None => "None".to_owned(),
    }
}

/// The receipts and the octets as the ledger has them; octets only with the text, which they are.
fn raw(found: &Found, reveal: Reveal) -> Vec<String> {
    let receipt = found.history.receipt.as_ref().map(|receipt| visible(&receipt.raw));
    let message = found.stored.message();
    let head = format!(
        "esm_class 0x{:02x}  protocol_id {}  priority_flag {}  registered_delivery 0x{:02x}  \
         data_coding 0x{:02x}  source TON {} NPI {}  destination TON {} NPI {}",
        message.esm_class,
        message.protocol_id,
        message.priority_flag,
        message.registered_delivery,
        message.data_coding,
        message.source.ton,
        message.source.npi,
        message.destination.ton,
        message.destination.npi,
    );
    let body = reveal.text.then(|| format!("short_message {}", hex(message.body)));
    std::iter::once(head).chain(body).chain(receipt).filter(|it| !it.is_empty()).collect()
}
