//! cancel_sm and replace_sm of an application (SMPP v3.4 §4.9, §4.10), and their answers.

use super::exchange::Exchange;
use super::link::{Far, Link};
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, MessageOrd};
use crate::message::event::By;
use crate::pipeline::change::{Change, ChangeAsker, Replacement, Target, Unchanged};
use crate::pipeline::effect::LinkId;
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::header::Header;
use crate::wire::smpp::pdu::{CancelSm, CancelSmResp, ReplaceSm, ReplaceSmResp};
use crate::wire::smpp::status::CommandStatus;

/// What an application is told of its change.
pub(super) struct Told {
    pub(super) ord: Option<MessageOrd>,
    pub(super) replaces: bool,
    pub(super) outcome: Result<(), Unchanged>,
}

impl Exchange {
    pub(super) fn cancel(
        &mut self,
        now: Timestamp,
        id: LinkId,
        header: Header,
        cancel: &CancelSm<'_>,
    ) {
        let (source, destination) = (cancel.source_addr.to_vec(), cancel.destination_addr.to_vec());
        let target = if !cancel.message_id.is_empty() {
            let ord = self.shared().cipher.open(cancel.message_id);
            ord.map(|ord| Target::One { ord, source: Some(source), destination })
                .ok_or(CommandStatus::ESME_RINVMSGID)
        } else if destination.is_empty() {
            // It may be left out only beside a message_id.
            Err(CommandStatus::ESME_RINVDSTADR)
        } else {
            let service_type = cancel.service_type.to_vec();
            Ok(Target::All { source, destination, service_type })
        };
        self.change(now, id, header, target, None);
    }

    pub(super) fn replace(
        &mut self,
        now: Timestamp,
        id: LinkId,
        header: Header,
        replace: &ReplaceSm<'_>,
    ) {
        let payload = replace.tlvs.message_payload().unwrap_or_default();
        if !replace.short_message.is_empty() && !payload.is_empty() {
            // §5.3.2.32: one or the other.
            self.refuse(id, header, CommandStatus::ESME_RINVMSGLEN);
            return;
        }
        let ord = self.shared().cipher.open(replace.message_id);
        let source = Some(replace.source_addr.to_vec());
        let target = ord
            .map(|ord| Target::One { ord, source, destination: Vec::new() })
            .ok_or(CommandStatus::ESME_RINVMSGID);
        let body = if payload.is_empty() { replace.short_message } else { payload };
        let replacement = Replacement {
            body: body.to_vec(),
            schedule_delivery_time: replace.schedule_delivery_time.to_vec(),
            validity_period: replace.validity_period.to_vec(),
            registered_delivery: replace.registered_delivery,
            sm_default_msg_id: replace.sm_default_msg_id,
        };
        self.change(now, id, header, target, Some(replacement));
    }

    fn change(
        &mut self,
        now: Timestamp,
        id: LinkId,
        header: Header,
        target: Result<Target, CommandStatus>,
        replacement: Option<Replacement>,
    ) {
        let account: Option<AccountId> = self.bound_account(id);
        let target = match (target, account) {
            (Ok(target), Some(account)) => (target, account),
            (Err(status), _) => return self.refuse(id, header, status),
            (Ok(_), None) => return self.refuse(id, header, CommandStatus::ESME_RINVBNDSTS),
        };
        let (target, account) = target;
        let replaces = replacement.is_some();
        let change = Change { account, target, replacement, by: By::Application };
        let asker = ChangeAsker::Bind(id, header.sequence_number);
        if let Err((refusal, _)) = self.engine.change(change, asker) {
            let told = Told { ord: None, replaces, outcome: Err(refusal) };
            self.changed(now, id, header.sequence_number, told);
        }
    }

    /// Answers: what was done is on disk.
    pub(super) fn changed(&mut self, now: Timestamp, id: LinkId, sequence: u32, told: Told) {
        let Told { ord, replaces, outcome } = told;
        let Some(Link { side: Far::Esme(esme), out, .. }) = self.link(id) else { return };
        let ok = CommandStatus::ESME_ROK;
        let refusal = match (outcome, replaces) {
            (Ok(()), true) => {
                esme.session.respond(sequence, ok, &ReplaceSmResp::default(), out);
                None
            }
            (Ok(()), false) => {
                esme.session.respond(sequence, ok, &CancelSmResp::default(), out);
                None
            }
            (Err(refusal), _) => {
                let status = status(refusal, replaces);
                esme.session.refuse(command(replaces), sequence, status, out);
                Some((refusal, status))
            }
        };
        self.said(id);
        if let Some((refusal, status)) = refusal {
            let of = ord.map(|ord| format!(" of msg_{}", self.shared().cipher.seal(ord)));
            let text = format!(
                "{}{} refused: {}, {}",
                command(replaces),
                of.unwrap_or_default(),
                refusal.title(),
                self.link_name(id)
            );
            self.fault(now, id, status, &text);
        }
    }
}

const fn command(replaces: bool) -> CommandId {
    if replaces { CommandId::REPLACE_SM } else { CommandId::CANCEL_SM }
}

/// What a refused change is answered with (§5.1.3).
const fn status(refusal: Unchanged, replaces: bool) -> CommandStatus {
    match refusal {
        Unchanged::NoSuchMessage => CommandStatus::ESME_RINVMSGID,
        Unchanged::OtherSource => CommandStatus::ESME_RINVSRCADR,
        Unchanged::OtherDestination => CommandStatus::ESME_RINVDSTADR,
        Unchanged::TooLong => CommandStatus::ESME_RINVMSGLEN,
        Unchanged::InvalidSchedule => CommandStatus::ESME_RINVSCHED,
        Unchanged::InvalidValidity => CommandStatus::ESME_RINVEXPIRY,
        Unchanged::DiskFull => CommandStatus::ESME_RMSGQFUL,
        Unchanged::Busy => CommandStatus::ESME_RTHROTTLED,
        _ if replaces => CommandStatus::ESME_RREPLACEFAIL,
        _ => CommandStatus::ESME_RCANCELFAIL,
    }
}
