//! What a callback tells, read from the ledger as it was when it happened.

use std::io;

use crate::base::clock::Timestamp;
use crate::base::foreign_id;
use crate::base::id::MessageOrd;
use crate::feed::judge::called;
use crate::feed::kind::Kind;
use crate::feed::lane::called_for;
use crate::feed::notice::Notice;
use crate::ledger::store::Ledger;
use crate::ledger::stored::{StoredEvent, StoredMessage};
use crate::message::address::Address;
use crate::message::callback::{Callback, CallbackWants};
use crate::message::event::What;
use crate::message::reason::Reason;

/// SMPP §5.2.5: international.
const INTERNATIONAL: u8 = 1;

/// A receipt in the network's words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Receipt {
    pub(super) err: String,
    /// As it came, cut at 255 octets.
    pub(super) raw: Vec<u8>,
}

/// What is known of a message at one of its events.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Facts {
    pub(super) kind: Kind,
    /// The one bit of Kannel's mask that it is called for.
    pub(super) bit: CallbackWants,
    /// The 13 characters of its public id.
    pub(super) id: String,
    /// Its `MessageSid`.
    pub(super) sid: String,
    /// What Jasmin's `/send` answers with.
    pub(super) uuid: String,
    pub(super) at: Timestamp,
    pub(super) accepted_at: Timestamp,
    pub(super) from: String,
    pub(super) to: String,
    /// Whether these are international numbers, of which the `+` is not kept.
    pub(super) international: (bool, bool),
    pub(super) data_coding: u8,
    pub(super) account: String,
    pub(super) carrier: String,
    /// Empty where none was given.
    pub(super) carrier_message_id: String,
    /// Of the refusal that this is.
    pub(super) command_status: Option<u32>,
    /// The one that this is.
    pub(super) receipt: Option<Receipt>,
    pub(super) reason: Reason,
}

impl Facts {
    /// Reads them, and the callback. `None` if either is not there.
    pub(super) fn read(ledger: &Ledger, notice: &Notice) -> io::Result<Option<(Callback, Self)>> {
        let Some(stored) = ledger.accepted(notice.ord)? else { return Ok(None) };
        let place = stored.message().place();
        let ords: Vec<MessageOrd> =
            place.map_or(vec![notice.ord], |place| place.all(notice.ord).collect());
        let mut events = Vec::new();
        for ord in ords {
            events.extend(ledger.events(ord)?);
        }
        events.retain(|event| event.lsn <= notice.lsn);
        let Some(callback) = events.iter().find_map(called) else { return Ok(None) };
        let callback = Callback {
            format: callback.format,
            method: callback.method,
            wants: callback.wants,
            url: callback.url.into(),
            context: callback.context.into(),
        };
        Ok(Self::of(ledger, notice, &stored, &events).map(|facts| (callback, facts)))
    }

    fn of(
        ledger: &Ledger,
        notice: &Notice,
        stored: &StoredMessage,
        events: &[StoredEvent],
    ) -> Option<Self> {
        let message = stored.message();
        let this = events.iter().find(|event| event.lsn == notice.lsn)?.event()?.what;
        let id = ledger.id_cipher().seal(notice.ord);
        let carrier_message_id = events.iter().find_map(|event| match event.event()?.what {
            What::Sent { carrier_message_id, .. } => Some(text(carrier_message_id)),
            _ => None,
        });
        let mut facts = Self {
            kind: notice.kind,
            bit: called_for(notice.kind, &this),
            id: id.to_string(),
            sid: foreign_id::sid(id),
            uuid: foreign_id::uuid(id),
            at: notice.at,
            accepted_at: stored.accepted_at,
            from: text(message.source.addr),
            to: text(message.destination.addr),
            international: (
                is_international(&message.source),
                is_international(&message.destination),
            ),
            data_coding: message.data_coding,
            account: ledger.names().account_name(message.account).unwrap_or_default(),
            carrier: ledger.names().carrier_name(notice.carrier).unwrap_or_default(),
            carrier_message_id: carrier_message_id.unwrap_or_default(),
            command_status: None,
            receipt: None,
            reason: Reason::None,
        };
        match this {
            What::Receipt { report, .. } => {
                facts.reason = Reason::from_u8(report.reason).unwrap_or(Reason::VendorOther);
                facts.receipt = Some(Receipt { err: text(report.err), raw: report.raw.to_vec() });
            }
            What::Refused { command_status, reason, .. } => {
                facts.command_status = Some(command_status);
                facts.reason = reason;
            }
            What::Ended { reason } | What::Rerouted { reason, .. } => facts.reason = reason,
            What::Cancelled { .. } => facts.reason = Reason::Cancelled,
            What::InDoubt { .. } => facts.reason = Reason::InDoubt,
            _ => {}
        }
        Some(facts)
    }

    /// When it happened, in UTC.
    pub(super) fn time(&self, format: &str) -> String {
        written(self.at, format)
    }

    /// When the message was accepted, in UTC.
    pub(super) fn accepted(&self, format: &str) -> String {
        written(self.accepted_at, format)
    }

    /// The destination with its `+`, if it is international.
    pub(super) fn to_e164(&self) -> String {
        if self.international.1 { format!("+{}", self.to) } else { self.to.clone() }
    }

    /// The sender with its `+`, if it is an international number.
    pub(super) fn source_e164(&self) -> String {
        if self.international.0 { format!("+{}", self.from) } else { self.from.clone() }
    }

    /// Whether it is the end of a message that did not arrive.
    pub(super) const fn has_failed(&self) -> bool {
        matches!(self.kind, Kind::Undelivered | Kind::Expired | Kind::Rejected | Kind::Unknown)
    }

    #[cfg(test)]
    pub(super) fn example() -> Self {
        let id = "1g9eb1pxa9d6p".to_owned();
        Self {
            kind: Kind::Delivered,
            bit: CallbackWants::DELIVERED,
            sid: format!("SM{id}"),
            uuid: format!("uuid-{id}"),
            id,
            at: Timestamp(1_761_051_787_412_000),
            accepted_at: Timestamp(1_761_051_727_000_000),
            from: "ACME 1".into(),
            to: "447700900123".into(),
            international: (false, true),
            data_coding: 0,
            account: "app".into(),
            carrier: "sink".into(),
            carrier_message_id: "13006AC1".into(),
            command_status: None,
            receipt: Some(Receipt { err: "000".into(), raw: b"id:1 stat:DELIVRD err:000".into() }),
            reason: Reason::None,
        }
    }
}

const fn is_international(address: &Address<'_>) -> bool {
    address.ton == INTERNATIONAL && !matches!(address.addr, [b'+', ..]) && !address.addr.is_empty()
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

fn written(at: Timestamp, format: &str) -> String {
    let micros = i64::try_from(at.0).unwrap_or(i64::MAX);
    let moment = jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::MAX);
    moment.strftime(format).to_string()
}
