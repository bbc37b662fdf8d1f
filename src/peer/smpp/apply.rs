//! Doing what the engine decided: PDUs into the links, the rest to the shell.

use super::change::Told;
use super::exchange::{Action, Exchange, place};
use super::link::{Far, Link};
use super::multi::Settled;
use super::translate::{asked_of_carrier, sm_of_message, sm_of_receipt};
use super::verdict::{command_status, message_state};
use crate::base::clock::Timestamp;
use crate::base::id::CarrierId;
use crate::deliver::queue::Queued;
use crate::message::record::Message;
use crate::pipeline::ask::QueryFound;
use crate::pipeline::effect::{Effect, LinkId};
use crate::pipeline::mail::Mail;
use crate::receipt::owed::{Owed, OwedWhat};
use crate::telemetry::carrier::Direction;
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::header::Header;
use crate::wire::smpp::pdu::{DataSmResp, DeliverSm, DeliverSmResp, QuerySmResp, SubmitSm};
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::time::{absolute, relative};
use crate::wire::smpp::tlv::{TlvBuf, Tlvs};

impl Exchange {
    /// Does all that the engine wants done, and what follows from that.
    pub(super) fn apply(&mut self, now: Timestamp) {
        let mut effects = std::mem::take(&mut self.engine.effects);
        for effect in effects.drain(..) {
            self.apply_one(now, effect);
        }
        // What came up meanwhile is for the next turn, and keeps its room.
        effects.append(&mut self.engine.effects);
        self.engine.effects = effects;
    }

    fn apply_one(&mut self, now: Timestamp, effect: Effect) {
        match effect {
            Effect::Accepted { link, sequence, data, ord } => {
                let id = self.shared().cipher.seal(ord);
                self.accepted(link, sequence, data, id.as_bytes());
            }
            Effect::MultiAccepted { link, number, position, ord } => {
                self.multi_settled(link, Settled { number, position, outcome: Ok(ord) });
            }
            Effect::MultiRefused { link, number, position, refusal } => {
                let outcome = Err(command_status(refusal));
                self.multi_settled(link, Settled { number, position, outcome });
            }
            Effect::Refused { link, sequence, data, refusal } => {
                self.refused_later(link, sequence, data, command_status(refusal));
            }
            Effect::Submit { carrier, link, queued } => {
                if let Some(queued) = self.submit_to(now, link, queued) {
                    self.engine.not_submitted(carrier, link, queued);
                }
            }
            Effect::Acknowledge { link, sequence, data } => self.acknowledge(link, sequence, data),
            Effect::Offer { link, owed } => self.offer(now, link, owed),
            Effect::Ask(ask) => self.actions.push(Action::Ask(ask)),
            Effect::Post { shard, mail } => {
                self.actions.push(Action::Post { shard, mail: *mail });
            }
            Effect::Resume(carrier) => self.resume_everywhere(carrier),
            Effect::Changed { link, sequence, ord, replaces, outcome } => {
                self.changed(now, link, sequence, Told { ord, replaces, outcome });
            }
            Effect::Queried { link, sequence, ord, found } => {
                let message_id = self.shared().cipher.seal(ord);
                self.queried(link, sequence, message_id.as_bytes(), found);
            }
        }
    }

    /// A carrier's backlog has gone down: whoever paused for it, on any shard, may read.
    fn resume_everywhere(&mut self, carrier: CarrierId) {
        let shards = self.shared().shards;
        for shard in (0..shards).filter(|shard| *shard != self.shard) {
            self.actions.push(Action::Post { shard, mail: Mail::Resume(carrier) });
        }
        self.resume(Timestamp::NEVER);
    }

    /// Submits a message over a bind, or gives it back if the bind has gone.
    fn submit_to(&mut self, now: Timestamp, id: LinkId, queued: Queued) -> Option<Queued> {
        let link = self.links.get_mut(place(id)).filter(|link| link.id == id);
        let Some(Link { side: Far::Smsc(smsc), out, .. }) = link else {
            return Some(queued);
        };
        let record = queued.record.clone();
        let Some(message) = Message::decode(&record) else {
            let carrier = smsc.carrier;
            self.engine.unreadable(now, carrier, Some(id), &queued);
            return None;
        };
        let (carrier, profile) = (smsc.carrier, &*smsc.profile);
        let takes_tlvs = profile.send_tlvs.decide(smsc.session.peer_takes_tlvs());
        if !takes_tlvs && message.body.len() > SHORT_MESSAGE_MAX {
            self.engine.unsendable(now, carrier, id, &queued);
            return None;
        }
        let addresses = self.engine.shared().readdress(profile, queued.account, &message);
        let tlvs = Tlvs::new(message.tlvs).unwrap_or_default();
        let mut room = TlvBuf::default();
        let message = Message {
            source: addresses.source.address(),
            destination: addresses.destination.address(),
            tlvs: profile.tlvs.filter(tlvs, &mut room).as_octets(),
            ..message
        };
        let asked = asked_of_carrier(message.registered_delivery);
        let mut sm = sm_of_message(&message, asked, takes_tlvs);
        // What it waited for here is over, and what it waited is gone from its validity.
        let left;
        sm.schedule_delivery_time = b"";
        if !message.validity_period.is_empty() {
            left = relative(queued.expires_at.since(now));
            sm.validity_period = &left;
        }
        let given_back = smsc.session.request(now, &SubmitSm(sm), queued, out).err();
        if given_back.is_none() {
            self.count_out(carrier, CommandId::SUBMIT_SM);
        }
        self.mark_dirty(id);
        given_back
    }

    /// Answers what a carrier brought: it is on disk.
    fn acknowledge(&mut self, id: LinkId, sequence: u32, data: bool) {
        let Some(Link { side: Far::Smsc(smsc), out, .. }) = self.link(id) else { return };
        if data {
            let resp = DataSmResp { message_id: Some(b""), ..DataSmResp::default() };
            smsc.session.respond(sequence, CommandStatus::ESME_ROK, &resp, out);
        } else {
            let resp = DeliverSmResp { message_id: Some(b""), ..DeliverSmResp::default() };
            smsc.session.respond(sequence, CommandStatus::ESME_ROK, &resp, out);
        }
        let carrier = smsc.carrier;
        let command = if data { CommandId::DATA_SM_RESP } else { CommandId::DELIVER_SM_RESP };
        self.count_out(carrier, command);
        self.mark_dirty(id);
    }

    fn count_out(&self, carrier: CarrierId, command_id: CommandId) {
        let header = Header { command_id, ..Header::default() };
        self.count_pdu(carrier, Direction::Out, header);
    }

    /// Offers an application what it is owed, or gives it back if the bind has gone.
    fn offer(&mut self, now: Timestamp, id: LinkId, owed: Owed) {
        let Some(owed) = self.unless_in_parts(id, owed) else { return };
        let message_id = self.shared().cipher.seal(owed.ord);
        let mut room = std::mem::take(&mut self.room.receipt);
        let given_back = match self.link(id) {
            Some(Link { side: Far::Esme(esme), out, .. }) => {
                let takes_tlvs = esme.session.peer_takes_tlvs();
                match owed.what.clone() {
                    OwedWhat::Receipt(receipt) => {
                        let sm = sm_of_receipt(message_id, &receipt, takes_tlvs, &mut room);
                        esme.session.request(now, &DeliverSm(sm), owed, out).err()
                    }
                    OwedWhat::Message(record) => match Message::decode(&record) {
                        Some(message) => {
                            let sm = sm_of_message(&message, 0, takes_tlvs);
                            esme.session.request(now, &DeliverSm(sm), owed, out).err()
                        }
                        None => {
                            self.engine.unreadable_debt(id, &owed);
                            None
                        }
                    },
                    OwedWhat::OnDisk
                    | OwedWhat::Whole
                    | OwedWhat::Share(_)
                    | OwedWhat::Unwanted => Some(owed),
                }
            }
            _ => Some(owed),
        };
        self.room.receipt = room;
        match given_back {
            Some(owed) => {
                self.ends(id);
                self.engine.unanswered(id, owed);
            }
            None => self.mark_dirty(id),
        }
    }

    /// A long text goes in parts to an application that takes no optional parameters: they are owed in
    /// its place. Gives back what goes as it is.
    fn unless_in_parts(&mut self, id: LinkId, owed: Owed) -> Option<Owed> {
        let OwedWhat::Message(record) = &owed.what else { return Some(owed) };
        let Some(Link { side: Far::Esme(esme), .. }) = self.link(id) else { return Some(owed) };
        let long = Message::decode(record).is_some_and(|it| it.body.len() > SHORT_MESSAGE_MAX);
        let parts = long && !esme.session.peer_takes_tlvs() && self.engine.in_parts(id, &owed);
        (!parts).then_some(owed)
    }

    fn queried(&mut self, id: LinkId, sequence: u32, message_id: &[u8], found: Option<QueryFound>) {
        let Some(Link { side: Far::Esme(esme), out, .. }) = self.link(id) else { return };
        let Some(found) = found else {
            let status = CommandStatus::ESME_RQUERYFAIL;
            esme.session.refuse(CommandId::QUERY_SM, sequence, status, out);
            self.said(id);
            return;
        };
        let date = absolute(found.final_at);
        let final_date: &[u8] = if found.final_at > Timestamp(0) { &date } else { b"" };
        let resp = QuerySmResp {
            message_id: Some(message_id),
            final_date,
            message_state: message_state(&found.state),
            ..QuerySmResp::default()
        };
        esme.session.respond(sequence, CommandStatus::ESME_ROK, &resp, out);
        self.said(id);
    }
}

/// Octets of a `short_message` (§5.2.22); a longer text goes in a parameter.
const SHORT_MESSAGE_MAX: usize = 254;
