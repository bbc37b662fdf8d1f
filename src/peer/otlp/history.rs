//! What the log tells of a message, as spans: `receive` around `normalize`, `route` and each `submit`; and,
//! for the report on it, `receipt`, linked to the submit it is about.
//!
//! Names and attributes are those of OpenTelemetry's semantic conventions for messaging where it has any;
//! others begin with `postrider.`. Carriers and accounts are named. Addresses and texts are nowhere.
//! Times are those at which things were on disk.

use std::io;

use serde_json::Value;

use super::ids::{SpanId, TraceId};
use super::span::{Span, SpanKind};
use crate::base::clock::Timestamp;
use crate::base::id::CarrierId;
use crate::feed::kind::Kind;
use crate::feed::notice::Notice;
use crate::ledger::store::Ledger;
use crate::ledger::stored::StoredEvent;
use crate::message::event::What;
use crate::message::reason::Reason;

/// Reads histories.
#[derive(Debug)]
pub(super) struct Histories<'l> {
    pub(super) ledger: &'l Ledger,
    pub(super) one_in: u32,
}

/// A submit that left and has no answer yet.
struct Open {
    carrier: CarrierId,
    bind: u16,
    attempt: u8,
    at: Timestamp,
}

/// One message's spans in the making.
struct Tracer<'l> {
    ledger: &'l Ledger,
    trace: TraceId,
    id: String,
    spans: Vec<Span>,
    root: SpanId,
    /// The submit that the carrier took last.
    taken: Option<SpanId>,
    /// The part that is looked at, from 1; 0 for a message that was not cut.
    part: u8,
}

impl Histories<'_> {
    /// The spans that a notice completes; none if its message is not of those that are traced.
    pub(super) fn spans(&self, notice: &Notice) -> io::Result<Vec<Span>> {
        let id = format!("msg_{}", self.ledger.id_cipher().seal(notice.ord));
        let trace = TraceId::of(&id);
        if !trace.is_sampled(self.one_in) {
            return Ok(Vec::new());
        }
        let Some(stored) = self.ledger.accepted(notice.ord)? else { return Ok(Vec::new()) };
        let message = stored.message();
        let root = trace.span("receive");
        let spans = Vec::new();
        let mut tracer =
            Tracer { ledger: self.ledger, trace, id, spans, root, taken: None, part: 0 };
        let mut all_taken = true;
        let mut report = None;
        let ords: Vec<_> =
            message.place().map_or(vec![notice.ord], |place| place.all(notice.ord).collect());
        for (index, ord) in ords.iter().enumerate() {
            tracer.part =
                if ords.len() > 1 { u8::try_from(index + 1).unwrap_or(u8::MAX) } else { 0 };
            let mut events = self.ledger.events(*ord)?;
            events.retain(|event| event.lsn <= notice.lsn);
            all_taken &= tracer.submits(&events);
            report = events.into_iter().find(|event| event.lsn == notice.lsn).or(report);
        }
        let journey = notice.kind == Kind::Sent || !all_taken;
        if !journey {
            tracer.spans.clear();
        }
        if notice.kind != Kind::Sent {
            tracer.end(notice, report.as_ref());
        }
        if journey {
            tracer.receive(stored.accepted_at, notice, message.parts);
        }
        Ok(tracer.spans)
    }
}

impl Tracer<'_> {
    /// What was done to one message or part until a carrier took it; whether one did.
    fn submits(&mut self, events: &[StoredEvent]) -> bool {
        let mut open: Option<Open> = None;
        let mut taken = false;
        for stored in events {
            let Some(event) = stored.event() else { continue };
            let error = match event.what {
                What::Sending { carrier, bind, attempt } => {
                    open = Some(Open { carrier, bind, attempt, at: stored.at });
                    continue;
                }
                What::Sent { .. } => {
                    taken = true;
                    None
                }
                What::Refused { reason, .. } => Some(reason.name()),
                What::InDoubt { .. } => Some(Reason::InDoubt.name()),
                What::Rewritten { from, to, .. } => {
                    let codings =
                        [("postrider.data_coding.from", from), ("postrider.data_coding.to", to)];
                    let codings = codings.map(|(key, coding)| (key, Value::from(coding)));
                    self.instant("normalize", stored.at, codings.to_vec());
                    continue;
                }
                What::Rerouted { from, to, reason } => {
                    let reroute = vec![
                        ("messaging.destination.name", self.carrier(to)),
                        ("postrider.route.from", self.carrier(from)),
                        ("postrider.route.reason", reason.name().into()),
                    ];
                    self.instant("route", stored.at, reroute);
                    continue;
                }
                _ => continue,
            };
            if let Some(open) = open.take() {
                self.submit(&open, stored.at, error);
            }
        }
        taken
    }

    fn submit(&mut self, open: &Open, end: Timestamp, error: Option<&str>) {
        let id = self.trace.span(&format!("submit:{}:{}", self.part, open.attempt));
        if error.is_none() {
            self.taken = Some(id);
        }
        let carrier = self.carrier(open.carrier);
        let name = format!("submit {}", carrier.as_str().unwrap_or_default());
        let mut attributes = self.messaging("submit", "send");
        attributes.extend([
            ("messaging.destination.name", carrier),
            ("postrider.attempt", open.attempt.into()),
            ("postrider.bind", open.bind.into()),
        ]);
        let error = error.map(str::to_owned);
        let (trace, parent) = (self.trace, Some(self.root));
        let (kind, start) = (SpanKind::Producer, open.at);
        self.spans.push(Span {
            trace,
            id,
            parent,
            link: None,
            name,
            kind,
            start,
            end,
            attributes,
            error,
        });
    }

    /// A step that takes no time that the log shows.
    fn instant(&mut self, step: &str, at: Timestamp, more: Vec<(&'static str, Value)>) {
        let number = self.spans.len();
        let mut attributes = self.messaging(step, "process");
        attributes.extend(more);
        self.spans.push(Span {
            trace: self.trace,
            id: self.trace.span(&format!("{step}:{}:{number}", self.part)),
            parent: Some(self.root),
            link: None,
            name: step.to_owned(),
            kind: SpanKind::Internal,
            start: at,
            end: at,
            attributes,
            error: None,
        });
    }

    /// The report that ended it, or the end that the gateway made.
    fn end(&mut self, notice: &Notice, report: Option<&StoredEvent>) {
        let what = report.and_then(StoredEvent::event).map(|event| event.what);
        let (step, reason) = match what {
            Some(What::Receipt { report, .. }) => ("receipt", Reason::from_u8(report.reason)),
            Some(What::Ended { reason } | What::Refused { reason, .. }) => ("end", Some(reason)),
            _ => ("end", None),
        };
        let carrier = self.carrier(notice.carrier);
        let operation = if step == "receipt" { "receive" } else { "settle" };
        let outcome = notice.kind.name().trim_start_matches("postrider.message.");
        let mut attributes = self.messaging(step, operation);
        let name = format!("{step} {}", carrier.as_str().unwrap_or_default());
        attributes.extend([
            ("messaging.destination.name", carrier),
            ("postrider.status", outcome.into()),
        ]);
        let failed = notice.kind != Kind::Delivered;
        let reason = reason.filter(|reason| *reason != Reason::None).map_or(outcome, Reason::name);
        self.spans.push(Span {
            trace: self.trace,
            id: self.trace.span(step),
            parent: Some(self.root),
            link: self.taken,
            name,
            kind: if step == "receipt" { SpanKind::Consumer } else { SpanKind::Internal },
            start: notice.at,
            end: notice.at,
            attributes,
            error: failed.then(|| reason.to_owned()),
        });
    }

    /// The whole of it, until a carrier had it or it ended, and the choice of its first carrier.
    fn receive(&mut self, accepted_at: Timestamp, notice: &Notice, parts: u8) {
        let account = self.ledger.names().account_name(notice.account).unwrap_or_default();
        let carrier = self.ledger.accepted(notice.ord).ok().flatten();
        let carrier = carrier.map_or(notice.carrier, |stored| stored.message().carrier);
        self.part = 0;
        let first = vec![("messaging.destination.name", self.carrier(carrier))];
        self.instant("route", accepted_at, first);
        let mut attributes = self.messaging("receive", "receive");
        attributes
            .extend([("postrider.account", account.into()), ("postrider.parts", parts.into())]);
        self.spans.push(Span {
            trace: self.trace,
            id: self.root,
            parent: None,
            link: None,
            name: "receive".to_owned(),
            kind: SpanKind::Server,
            start: accepted_at,
            end: notice.at,
            attributes,
            error: None,
        });
    }

    fn messaging(&self, name: &str, kind: &'static str) -> Vec<(&'static str, Value)> {
        let mut attributes = vec![
            ("messaging.system", "postrider".into()),
            ("messaging.operation.name", name.into()),
            ("messaging.operation.type", kind.into()),
            ("messaging.message.id", self.id[..].into()),
        ];
        if self.part > 0 {
            attributes.push(("postrider.part", self.part.into()));
        }
        attributes
    }

    fn carrier(&self, id: CarrierId) -> Value {
        self.ledger.names().carrier_name(id).unwrap_or_else(|| "unknown".to_owned()).into()
    }
}
