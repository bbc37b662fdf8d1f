//! A message as the API shows it.

use std::time::Duration;

use super::accepted_view::MessageLinks;
use super::api::Api;
use super::auth::Caller;
use super::erasure_schema::Erased;
use super::erasures;
use super::history::History;
use super::hold::{Waiting, hold};
use super::lookup::{Found, Part};
use super::mask::Shown;
use super::message_schema::{MessageCarrier, MessageView, PartView, RawReceipt, ReasonView};
use super::post_message::public_id;
use super::when::rfc3339;
use crate::base::clock::Timestamp;
use crate::base::id::{CarrierId, MessageOrd};
use crate::deliver::life::Life;
use crate::gsm::alphabet::Alphabet;
use crate::message::blank::is_blank;
use crate::message::disposition::Disposition;
use crate::message::event::What;
use crate::message::reason::Reason;
use crate::message::record::{Direction, Message};
use crate::pipeline::port::CarrierView;
use crate::wire::smpp::message_state::MessageState;

/// What a page of messages is shown with.
#[derive(Clone, Copy)]
pub(super) struct Surface<'a> {
    pub(super) api: &'a Api,
    pub(super) caller: &'a Caller,
    pub(super) carriers: &'a [CarrierView],
}

impl Surface<'_> {
    /// One message.
    pub(super) fn message(&self, found: &Found) -> MessageView {
        let Found { stored, history, .. } = found;
        let state = &found.whole();
        let message = stored.message();
        let id = public_id(self.api, stored.ord);
        let in_full = self.caller.sees_numbers();
        let due_at = Life::of_accepted(&message, stored.accepted_at, Duration::ZERO).due_at;
        let view = self.carriers.iter().find(|view| view.id == history.carrier);
        let waits = state.disposition == Disposition::InProgress;
        let limits = if waits && message.direction == Direction::Outbound {
            self.api.board.limits_of(&message, history.carrier)
        } else {
            Vec::new()
        };
        let now = self.api.clock.now();
        let waiting = Waiting { stored, state, history, due_at, limits: &limits, now };
        MessageView {
            links: MessageLinks::of(&id),
            id,
            object: "message",
            channel: "sms",
            direction: direction(message.direction),
            status: state.status.name(),
            disposition: state.disposition.name(),
            evidence: state.evidence.name(),
            reason: reason(state.reason, state.permanent()),
            contradicted: state.contradicted(),
            may_be_double: state.may_be_double(),
            erased: erased(found),
            account: self.api.ledger.names().account_name(message.account),
            from: Shown::of(&message.source, in_full),
            to: Shown::of(&message.destination, in_full),
            client_ref: client_ref(&message),
            text: None,
            parts: message.parts,
            part: message.place().filter(|_| found.parts.is_empty()).map(|place| place.number),
            whole: self.whole(found).map(|ord| public_id(self.api, ord)),
            joined_of: history.joined.iter().map(|&ord| public_id(self.api, ord)).collect(),
            part_states: found.parts.iter().map(|part| self.part(part)).collect(),
            encoding: Alphabet::of(message.data_coding).map(Alphabet::name),
            data_coding: message.data_coding,
            transliterated: history.transliterated,
            attempts: state.attempts,
            carrier: self.carrier(history),
            raw: raw(history),
            created_at: rfc3339(stored.accepted_at),
            scheduled_at: (due_at > Timestamp(0)).then(|| rfc3339(due_at)),
            sent_at: history.sent_at.map(rfc3339),
            final_at: history.final_at.map(rfc3339),
            hold: waits.then(|| hold(&waiting, view)).flatten(),
        }
    }

    /// The message that speaks for a part: the first of those it was cut with, or what it was joined to.
    fn whole(&self, found: &Found) -> Option<MessageOrd> {
        let message = found.stored.message();
        match message.direction {
            Direction::Outbound => message.place().map(|place| place.first(found.stored.ord)),
            Direction::Inbound => found.history.whole,
        }
    }

    /// One part of a message that was cut.
    fn part(&self, part: &Part) -> PartView {
        PartView {
            id: public_id(self.api, part.ord),
            status: part.state.status.name(),
            disposition: part.state.disposition.name(),
            evidence: part.state.evidence.name(),
            reason: reason(part.state.reason, part.state.permanent()),
            contradicted: part.state.contradicted(),
            attempts: part.state.attempts,
            carrier: self.carrier(&part.history),
            raw: raw(&part.history),
            final_at: part.history.final_at.map(rfc3339),
        }
    }

    /// The name of a carrier's number.
    pub(super) fn carrier_name(&self, id: CarrierId) -> Option<String> {
        self.api.ledger.names().carrier_name(id)
    }

    fn carrier(&self, history: &History) -> Option<MessageCarrier> {
        let id = self.carrier_name(history.carrier)?;
        Some(MessageCarrier { id, message_id: history.carrier_message_id.clone() })
    }
}

/// A reason with what a person reads.
pub(super) fn reason(reason: Reason, permanent: bool) -> Option<ReasonView> {
    (reason != Reason::None).then(|| ReasonView {
        code: reason.name(),
        group: reason.group(),
        permanent,
        title: reason.title(),
        advice: reason.advice(),
    })
}

/// What says that it was erased: its history, or that there is nothing personal.
fn erased(found: &Found) -> Option<Erased> {
    let told = found.events.iter().rev().find_map(|event| match event.event()?.what {
        What::Erased { by, erasure } => Some((event.at, by, erasure)),
        _ => None,
    });
    match told {
        Some((at, by, erasure)) => Some(Erased {
            at: Some(rfc3339(at)),
            by: erasures::by(by),
            erasure: Some(format!("era_{erasure}")),
        }),
        None => is_blank(&found.stored.message()).then_some(Erased {
            at: None,
            by: "keep_days",
            erasure: None,
        }),
    }
}

/// The network's own words.
fn raw(history: &History) -> Option<RawReceipt> {
    history.receipt.as_ref().map(|receipt| RawReceipt {
        protocol: "smpp",
        message_state: receipt.message_state,
        dlr_stat: stat(receipt.message_state),
        dlr_err: receipt.err.clone(),
        text: receipt.raw.clone(),
    })
}

/// The word of a `message_state` (SMPP §5.2.28).
pub(super) fn stat(message_state: u8) -> Option<&'static str> {
    MessageState::from_number(u32::from(message_state)).map(MessageState::stat)
}

const fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Outbound => "outbound",
        Direction::Inbound => "inbound",
    }
}

fn client_ref(message: &Message<'_>) -> Option<String> {
    (!message.client_ref.is_empty()).then(|| super::history::text(message.client_ref))
}
