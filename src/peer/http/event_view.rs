//! The events of a message as the API shows them: each with who says so, a sentence, and the far
//! side's own words.

use serde_json::{Value, json};

use super::history::{given, text, without_text};
use super::list_schema::MessageEvent;
use super::lookup::Found;
use super::mask::Shown;
use super::message_view::{Surface, reason, stat};
use super::post_message::public_id;
use super::readdressed_view::readdressed;
use super::when::rfc3339;
use crate::base::clock::Timestamp;
use crate::gsm::language::Language;
use crate::intake::part_of::{PartOf, part_of};
use crate::ledger::stored::{StoredEvent, StoredMessage};
use crate::message::callback::{CallbackRef, CallbackWants};
use crate::message::callback_url::shown;
use crate::message::consent::Consent;
use crate::message::event::{By, Doubt, Report, What, ords};
use crate::message::reason::Reason;
use crate::message::record::{Direction, Message};
use crate::message::unjoined::Unjoined;
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::tlv::Tlvs;

/// One event before its envelope: who says so, the sentence, and the rest.
pub(super) struct Line {
    pub(super) by: &'static str,
    pub(super) summary: String,
    pub(super) reason: Reason,
    /// Whether trying again cannot help, where a carrier's table says so.
    pub(super) permanent: Option<bool>,
    pub(super) more: Value,
}

impl Surface<'_> {
    /// The whole history, the acceptance first; of a message of several parts, that of all.
    pub(super) fn events(&self, found: &Found) -> Vec<Value> {
        let stored = &found.stored;
        let (by, summary) = match stored.message().direction {
            Direction::Outbound => ("account", self.accepted(stored)),
            Direction::Inbound => ("carrier", self.received(&stored.message())),
        };
        let mut more = json!({ "parameters": self.parameters(&stored.message()) });
        if let Some(original) = &found.original {
            more["text"] = measures(&original.message());
        }
        let line = Line { by, summary, reason: Reason::None, permanent: None, more };
        let mut shown = vec![envelope(0, "accepted", stored.accepted_at, line)];
        for (part, event) in in_order(found) {
            let (at, Some(event)) = (event.at, event.event()) else { continue };
            let mut line = self.line(&event.what, &stored.message());
            if let Some(part) = part {
                line.summary = format!("part {part}: {}", line.summary);
                line.more["part"] = json!(part);
            }
            shown.push(envelope(shown.len(), event.what.name(), at, line));
        }
        shown
    }

    /// A message's parameters of the carrier's vendor, under the names its profile gives them. Others
    /// are not shown: they may hold numbers and texts.
    fn parameters(&self, message: &Message<'_>) -> Vec<Value> {
        let view = self.carriers.iter().find(|view| view.id == message.carrier);
        let Some(known) = view.map(|view| &view.profile.tlvs) else { return Vec::new() };
        let tlvs = Tlvs::new(message.tlvs).unwrap_or_default();
        let listed = tlvs.iter().filter(|tlv| known.get(tlv.tag).is_some());
        let shown = listed.map(|tlv| {
            let (name, value) = known.shown(&tlv);
            json!({ "tag": format!("0x{:04X}", tlv.tag.0), "name": name, "value": value })
        });
        shown.collect()
    }

    /// A receipt that no message is known for.
    pub(super) fn orphan(&self, stored: &StoredEvent) -> Option<Value> {
        let What::Orphan { carrier, report, source, destination } = stored.event()?.what else {
            return None;
        };
        let name = self.carrier_name(carrier).unwrap_or_else(|| "a carrier".to_owned());
        let in_full = self.caller.sees_numbers();
        let mut event = envelope(0, "orphan", stored.at, receipt(&name, &report));
        event["from"] = json!(Shown::of(&source, in_full));
        event["to"] = json!(Shown::of(&destination, in_full));
        Some(event)
    }

    fn accepted(&self, stored: &StoredMessage) -> String {
        let message = stored.message();
        let account = self.api.ledger.names().account_name(message.account);
        let carrier = self.carrier_name(message.carrier);
        format!(
            "accepted from {}, routed to {}, on disk",
            account.as_deref().unwrap_or("an account"),
            carrier.as_deref().unwrap_or("no carrier"),
        )
    }

    fn line(&self, what: &What<'_>, message: &Message<'_>) -> Line {
        let name = |carrier| self.carrier_name(carrier).unwrap_or_else(|| "a carrier".to_owned());
        let gateway = |summary: String, reason: Reason, more: Value| Line {
            by: "gateway",
            summary,
            reason,
            permanent: None,
            more,
        };
        match *what {
            What::Sending { carrier, bind, attempt } => gateway(
                format!("submitting to {}, attempt {attempt}", name(carrier)),
                Reason::None,
                json!({ "carrier": name(carrier), "bind": bind, "attempt": attempt }),
            ),
            What::Sent { carrier, carrier_message_id } => {
                let id = given(carrier_message_id);
                let known = id.as_deref().map_or("without an id".into(), |id| format!("as {id}"));
                Line {
                    by: "carrier",
                    summary: format!("{} took it {known}", name(carrier)),
                    reason: Reason::None,
                    permanent: None,
                    more: json!({ "carrier": name(carrier), "carrier_message_id": id }),
                }
            }
            What::Refused { carrier, command_status, reason, ruling, retry_at } => Line {
                permanent: ruling.permanent,
                ..self.refused(&name(carrier), command_status, reason, retry_at)
            },
            What::InDoubt { carrier, cause, resend } => in_doubt(&name(carrier), cause, resend),
            What::Receipt { carrier, report } => receipt(&name(carrier), &report),
            What::Ended { reason } => {
                gateway(format!("ended here: {}", reason.title()), reason, json!({}))
            }
            What::Answered { command_status } => answered(command_status),
            What::Folded { into } => {
                let whole = public_id(self.api, into);
                let summary = format!("told together with the other parts, by {whole}");
                gateway(summary, Reason::None, json!({ "whole": whole }))
            }
            What::Consent { .. }
            | What::Routed { .. }
            | What::Joined { .. }
            | What::Unjoined { .. }
            | What::Doubles { .. } => self.of_handset(what),
            What::Rerouted { from, to, reason } => gateway(
                format!("passed on from {} to {}", name(from), name(to)),
                reason,
                json!({ "from": name(from), "to": name(to) }),
            ),
            What::Cancelled { by } => cancelled(by),
            What::Replaced { by, message } => replaced(by, message),
            What::Rewritten { from, to, changed, locking, single } => {
                let tables = [locking, single].map(Language::from_identifier);
                rewritten((from, to), changed, tables)
            }
            What::Readdressed { carrier, source, destination } => readdressed(
                &name(carrier),
                ("source", &message.source, source),
                ("destination", &message.destination, destination),
                self.caller.sees_numbers(),
            ),
            What::Keyed { number, .. } => keyed(number),
            What::Callback(callback) => called(&callback),
            What::Erased { by, erasure } => erased(by, erasure),
            What::Orphan { .. } | What::Notice { .. } | What::Carrier { .. } => {
                gateway(what.name().to_owned(), Reason::None, json!({}))
            }
        }
    }

    /// What a message from a handset says of its place when it comes, and whose it is then.
    fn received(&self, message: &Message<'_>) -> String {
        let what = match part_of(message) {
            PartOf::Part(place) => format!(
                "received from the handset, part {} of {} under reference {}",
                place.sequence, place.total, place.reference
            ),
            PartOf::Whole if message.parts > 1 => "put together here".to_owned(),
            PartOf::Whole | PartOf::Broken(_) => "received from the handset".to_owned(),
        };
        match self.api.ledger.names().account_name(message.account) {
            Some(account) => format!("{what}, for {account}, on disk"),
            None => format!("{what}, on disk"),
        }
    }

    /// What only messages from handsets have in their history.
    fn of_handset(&self, what: &What<'_>) -> Line {
        let (summary, more) = match *what {
            What::Routed { account, rule } => {
                let name = self.api.ledger.names().account_name(account);
                let (account, rule) = (name.as_deref().unwrap_or("an account"), text(rule));
                let summary = format!("to account {account} by mo_route {rule}");
                (summary, json!({ "account": account, "route": rule }))
            }
            What::Joined { parts } => {
                let parts: Vec<_> = ords(parts).map(|ord| public_id(self.api, ord)).collect();
                let summary = format!("joined of {} parts: {}", parts.len(), parts.join(", "));
                (summary, json!({ "parts": parts }))
            }
            What::Unjoined { why, number, of, missing } => (
                alone(why, number, of, missing),
                json!({
                    "why": why.name(),
                    "number": (number > 0).then_some(number),
                    "of": (of > 0).then_some(of),
                    "missing": missing,
                }),
            ),
            What::Consent { change, .. } => {
                let means = match change {
                    Consent::OptedOut => "takes back its consent: its sender is not written to",
                    Consent::OptedIn => "gives its consent again: its sender may be written to",
                };
                (means.to_owned(), json!({ "change": change.name() }))
            }
            What::Doubles { of } => {
                let of = public_id(self.api, of);
                (
                    format!("the same part came before, as {of}: not given twice"),
                    json!({ "of": of }),
                )
            }
            _ => (what.name().to_owned(), json!({})),
        };
        Line { by: "gateway", summary, reason: Reason::None, permanent: None, more }
    }

    fn refused(
        &self,
        carrier: &str,
        command_status: u32,
        reason: Reason,
        retry_at: Timestamp,
    ) -> Line {
        let retry_at = (retry_at != Timestamp::NEVER).then(|| rfc3339(retry_at));
        let then = match &retry_at {
            Some(at) => format!("tried again at {at}"),
            None => "not tried again".to_owned(),
        };
        Line {
            by: "carrier",
            summary: format!("{carrier} refused it with {}, {then}", status(command_status)),
            reason,
            permanent: None,
            more: json!({ "carrier": carrier, "retry_at": retry_at, "raw": raw_status(command_status) }),
        }
    }
}

/// Nobody knows whether the carrier has it.
fn in_doubt(carrier: &str, cause: Doubt, resend: bool) -> Line {
    let then = if resend { "submitted again, may arrive twice" } else { "left so" };
    let why = match cause {
        Doubt::LinkLost => "the link broke",
        Doubt::ResponseTimeout => "no answer came in time",
        Doubt::Restart => "the gateway stopped",
    };
    Line {
        by: "gateway",
        summary: format!("{why} before {carrier} answered: {then}"),
        reason: Reason::InDoubt,
        permanent: None,
        more: json!({ "carrier": carrier, "resend": resend }),
    }
}

fn cancelled(by: By) -> Line {
    let summary = format!("cancelled by {} before it was sent", way(by, "cancel_sm"));
    Line { by: who(by), summary, reason: Reason::Cancelled, permanent: None, more: json!({}) }
}

fn replaced(by: By, message: &[u8]) -> Line {
    let summary = format!("its contents replaced by {}", way(by, "replace_sm"));
    let more = json!({ "text": Message::decode(message).as_ref().map(measures) });
    Line { by: who(by), summary, reason: Reason::None, permanent: None, more }
}

/// What may be shown of a text: its size, and how it is encoded.
fn measures(message: &Message<'_>) -> Value {
    json!({ "octets": message.body.len(), "data_coding": message.data_coding })
}

/// Its place in the request of its key; the key itself is not known any more.
fn keyed(number: u16) -> Line {
    let summary = "submitted under an idempotency key".to_owned();
    let more = json!({ "number": number });
    Line { by: "account", summary, reason: Reason::None, permanent: None, more }
}

/// Where its status is called, without what may be secret of the address.
fn called(callback: &CallbackRef<'_>) -> Line {
    let (url, format) = (shown(callback.url), callback.format.name());
    let summary = format!("its status is called at {url}, as {format} does");
    let wants = [
        (CallbackWants::DELIVERED, "delivered"),
        (CallbackWants::UNDELIVERED, "undelivered"),
        (CallbackWants::QUEUED, "queued"),
        (CallbackWants::SENT, "sent"),
        (CallbackWants::REJECTED, "rejected"),
    ];
    let wants = wants.into_iter().filter(|(kind, _)| callback.wants.meets(*kind));
    let wants: Vec<_> = wants.map(|(_, name)| name).collect();
    let method = callback.method.name();
    let more = json!({ "url": url, "format": format, "method": method, "wants": wants });
    Line { by: "account", summary, reason: Reason::None, permanent: None, more }
}

/// What is personal of it is gone, from here on and before.
fn erased(by: By, erasure: u64) -> Line {
    let summary = format!("numbers, text and references erased for the {}, for good", who(by));
    let more = json!({ "erasure": format!("era_{erasure}") });
    Line { by: who(by), summary, reason: Reason::None, permanent: None, more }
}

/// Whose wish a change was.
const fn who(by: By) -> &'static str {
    match by {
        By::Application | By::AccountKey => "account",
        By::Operator => "operator",
    }
}

/// Which way it came.
const fn way(by: By, operation: &'static str) -> &'static str {
    match by {
        By::Application => operation,
        By::AccountKey => "the account's key of the API",
        By::Operator => "an operator's key of the API",
    }
}

/// Why a part goes on by itself, and what is missing.
fn alone(why: Unjoined, number: u8, of: u8, missing: &[u8]) -> String {
    let which = if number > 0 { format!("part {number} of {of} ") } else { String::new() };
    let mut summary = format!("{which}passed on by itself: {}", why.title());
    if !missing.is_empty() {
        let places: Vec<_> = missing.iter().take(MISSING_SHOWN_MAX).map(u8::to_string).collect();
        let more = missing.len().saturating_sub(MISSING_SHOWN_MAX);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        summary.push_str(&format!("; missing {}{more}", places.join(", ")));
    }
    summary
}

/// Missing parts that a sentence names; the field `missing` has them all.
const MISSING_SHOWN_MAX: usize = 10;

/// The events of all parts as they came, each with the number of its part if there are several.
fn in_order(found: &Found) -> Vec<(Option<usize>, &StoredEvent)> {
    if found.parts.is_empty() {
        return found.events.iter().map(|event| (None, event)).collect();
    }
    let parts = (1..).zip(&found.parts);
    let mut events: Vec<_> = parts
        .flat_map(|(number, part)| part.events.iter().map(move |event| (Some(number), event)))
        .collect();
    events.sort_by_key(|(_, event)| event.lsn);
    events
}

fn receipt(carrier: &str, report: &Report<'_>) -> Line {
    let state = stat(report.message_state);
    let words = state.map_or_else(|| report.message_state.to_string(), str::to_owned);
    let err = text(report.err);
    let code = if err.is_empty() { String::new() } else { format!(" err {err}") };
    Line {
        by: "network",
        summary: format!("receipt from {carrier}: {words}{code}"),
        reason: Reason::from_u8(report.reason).unwrap_or(Reason::VendorOther),
        permanent: report.ruling.permanent,
        more: json!({
            "carrier": carrier,
            "carrier_message_id": given(report.carrier_message_id),
            "last": report.last,
            "raw": {
                "protocol": "smpp",
                "message_state": report.message_state,
                "dlr_stat": state,
                "dlr_err": err,
                "text": without_text(report.raw),
            },
        }),
    }
}

/// A text that goes in another coding: whether letters are others, and which tables it is in.
fn rewritten((from, to): (u8, u8), changed: u16, [locking, single]: [Option<Language>; 2]) -> Line {
    let letters = match changed {
        0 => "no character changed".to_owned(),
        1 => "1 character changed to what stands for it".to_owned(),
        many => format!("{many} characters changed to what stands for them"),
    };
    let languages: Vec<&str> = match (locking, single) {
        (Some(one), Some(other)) if one != other => vec![one.name(), other.name()],
        (one, other) => one.or(other).map(Language::name).into_iter().collect(),
    };
    let tables = match languages.join(" and ") {
        none if none.is_empty() => String::new(),
        names => format!(" with the tables of {names}"),
    };
    Line {
        by: "gateway",
        summary: format!(
            "its text goes with data_coding {to} instead of {from}{tables}: {letters}"
        ),
        reason: Reason::None,
        permanent: None,
        more: json!({
            "data_coding": { "from": from, "to": to },
            "transliterated": changed,
            "locking_shift": locking.map(Language::name),
            "single_shift": single.map(Language::name),
        }),
    }
}

fn answered(command_status: u32) -> Line {
    let summary = if command_status == 0 {
        "the application took what it was owed".to_owned()
    } else {
        format!("the application answered {}: offered again", status(command_status))
    };
    let more = json!({ "raw": raw_status(command_status) });
    Line { by: "account", summary, reason: Reason::None, permanent: None, more }
}

fn envelope(seq: usize, kind: &'static str, at: Timestamp, line: Line) -> Value {
    let event = MessageEvent {
        seq,
        at: rfc3339(at),
        kind,
        by: line.by,
        summary: line.summary,
        reason: reason(line.reason, line.permanent.unwrap_or(line.reason.permanent())),
        more: line.more,
    };
    // Texts and numbers can always be written.
    serde_json::to_value(event).unwrap_or_default()
}

fn status(command_status: u32) -> String {
    let name = CommandStatus(command_status).name();
    name.map_or_else(|| format!("status 0x{command_status:08x}"), str::to_owned)
}

fn raw_status(command_status: u32) -> Value {
    json!({
        "protocol": "smpp",
        "command_status": command_status,
        "name": CommandStatus(command_status).name(),
    })
}
