//! submit_multi of an application (SMPP v3.4 §4.5): each destination becomes a message of its own,
//! with an id and receipts of its own.
//!
//! The response comes when all of them are on disk or refused. It has room for one id, which is that of
//! the first destination accepted; the others are told by their receipts, which carry their
//! destination's address. Destinations that were refused are in `unsuccess_sme`, each with its status.
//! There are no distribution lists here: each is refused as a name that is not known.

use super::esme::PAUSE_MAX;
use super::exchange::Exchange;
use super::link::{Far, Link};
use super::translate::message_of_sm;
use super::verdict::command_status;
use crate::base::clock::Timestamp;
use crate::base::id::{AccountId, MessageOrd};
use crate::message::address::Address;
use crate::message::record::{Direction, Message};
use crate::pipeline::effect::{Asker, LinkId};
use crate::wire::smpp::header::Header;
use crate::wire::smpp::pdu::{
    DestAddress, Sm, SubmitMulti, SubmitMultiResp, UnsuccessSme, UnsuccessSmes,
};
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::tlv::TlvBuf;

/// Destinations of one submit_multi (§4.5.1: `number_of_dests`).
pub const DESTINATIONS_MAX: usize = 254;

/// A submit_multi some of whose destinations are not on disk yet.
#[derive(Debug)]
pub struct Multi {
    /// Ours, since an application may repeat its sequence numbers.
    number: u32,
    sequence: u32,
    destinations: Vec<Destination>,
    waiting: usize,
    /// The first destination accepted and its message.
    first: Option<(u8, MessageOrd)>,
}

/// A destination and why it was refused, if it was.
#[derive(Debug)]
struct Destination {
    ton: u8,
    npi: u8,
    addr: Box<[u8]>,
    refused: Option<CommandStatus>,
}

/// What became of one destination: the place in its list, and the message or the refusal.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settled {
    pub(super) number: u32,
    pub(super) position: u8,
    pub(super) outcome: Result<MessageOrd, CommandStatus>,
}

impl Multi {
    fn settle(&mut self, position: u8, outcome: Result<MessageOrd, CommandStatus>) {
        self.waiting = self.waiting.saturating_sub(1);
        match outcome {
            Ok(ord) => {
                let first = self.first.is_none_or(|(before, _)| position < before);
                if first {
                    self.first = Some((position, ord));
                }
            }
            Err(status) => {
                if let Some(destination) = self.destinations.get_mut(usize::from(position)) {
                    destination.refused = Some(status);
                }
            }
        }
    }

    /// Success if any destination was accepted; else what all were refused with, or that the submit
    /// failed.
    fn status(&self) -> CommandStatus {
        let mut refused = self.destinations.iter().filter_map(|destination| destination.refused);
        match (self.first, refused.next()) {
            (Some(_), _) | (None, None) => CommandStatus::ESME_ROK,
            (None, Some(one)) if refused.all(|other| other == one) => one,
            (None, Some(_)) => CommandStatus::ESME_RSUBMITFAIL,
        }
    }

    fn failed(&self) -> Vec<UnsuccessSme<'_>> {
        let refused = self.destinations.iter().filter_map(|destination| {
            Some(UnsuccessSme {
                dest_addr_ton: destination.ton,
                dest_addr_npi: destination.npi,
                destination_addr: &destination.addr,
                error_status_code: destination.refused?,
            })
        });
        refused.collect()
    }
}

impl Exchange {
    /// A submit_multi came.
    pub(super) fn submit_multi(
        &mut self,
        now: Timestamp,
        id: LinkId,
        header: Header,
        submit: &SubmitMulti<'_>,
        room: &mut TlvBuf,
    ) {
        let Some(account) = self.bound_account(id) else {
            self.refuse(id, header, CommandStatus::ESME_RINVBNDSTS);
            return;
        };
        if !(1..=DESTINATIONS_MAX).contains(&submit.dest_address.len()) {
            self.refuse(id, header, CommandStatus::ESME_RINVNUMDESTS);
            return;
        }
        let sm = sm_of_multi(submit);
        if sm.has_two_texts() {
            self.refuse(id, header, CommandStatus::ESME_RINVMSGLEN);
            return;
        }
        let Some(Link { side: Far::Esme(esme), .. }) = self.link(id) else { return };
        esme.multis_begun = esme.multis_begun.wrapping_add(1);
        let mut multi = Multi {
            number: esme.multis_begun,
            sequence: header.sequence_number,
            destinations: Vec::with_capacity(submit.dest_address.len()),
            waiting: 0,
            first: None,
        };
        let message = message_of_sm(&sm, Direction::Outbound, room);
        for destination in submit.dest_address.iter() {
            self.submit_one(now, id, account, &mut multi, &message, destination);
        }
        if multi.waiting == 0 {
            self.answer_multi(id, &multi);
        } else if let Some(Link { side: Far::Esme(esme), .. }) = self.link(id) {
            esme.multis.push(multi);
        }
    }

    fn submit_one(
        &mut self,
        now: Timestamp,
        id: LinkId,
        account: AccountId,
        multi: &mut Multi,
        message: &Message<'_>,
        destination: DestAddress<'_>,
    ) {
        let position = multi.destinations.len() as u8;
        let (address, mut refused) = match destination {
            DestAddress::Sme { dest_addr_ton, dest_addr_npi, destination_addr } => {
                (Address { ton: dest_addr_ton, npi: dest_addr_npi, addr: destination_addr }, None)
            }
            DestAddress::DistributionList { dl_name } => {
                let status = CommandStatus::ESME_RINVDLNAME;
                (Address { ton: 0, npi: 0, addr: dl_name }, Some(status))
            }
        };
        if refused.is_none() {
            let message = Message { destination: address, ..*message };
            let asker = Asker::Multi(id, multi.number, position);
            match self.engine.submit(now, account, asker, &message) {
                Ok(over_share) => {
                    multi.waiting += 1;
                    if over_share {
                        self.pause(now, id);
                    }
                }
                Err((refusal, _)) => {
                    let status = command_status(refusal);
                    self.engine.refusal(now, account, &message, status.0);
                    refused = Some(status);
                }
            }
        }
        let Address { ton, npi, addr } = address;
        multi.destinations.push(Destination { ton, npi, addr: addr.into(), refused });
    }

    /// One destination's message is on disk, or found no room.
    pub(super) fn multi_settled(&mut self, id: LinkId, settled: Settled) {
        let Some(Link { side: Far::Esme(esme), .. }) = self.link(id) else { return };
        let place = esme.multis.iter().position(|multi| multi.number == settled.number);
        let Some(place) = place else { return };
        let Some(multi) = esme.multis.get_mut(place) else { return };
        multi.settle(settled.position, settled.outcome);
        if multi.waiting == 0 {
            let multi = esme.multis.swap_remove(place);
            self.answer_multi(id, &multi);
        }
    }

    fn answer_multi(&mut self, id: LinkId, multi: &Multi) {
        let message_id = multi.first.map(|(_, ord)| self.shared().cipher.seal(ord));
        let Some(Link { side: Far::Esme(esme), out, .. }) = self.link(id) else { return };
        let mut room = Vec::new();
        let resp = SubmitMultiResp {
            message_id: Some(message_id.as_ref().map_or(b"", |id| id.as_bytes())),
            unsuccess_sme: UnsuccessSmes::write_to(&mut room, &multi.failed()).unwrap_or_default(),
            ..SubmitMultiResp::default()
        };
        esme.session.respond(multi.sequence, multi.status(), &resp, out);
        self.said(id);
    }

    /// Stops reading for a moment: the account has more than its share of a backlog.
    pub(super) fn pause(&mut self, now: Timestamp, id: LinkId) {
        let Some(Link { side: Far::Esme(esme), .. }) = self.link(id) else { return };
        let fresh = esme.paused_until == Timestamp(0);
        esme.paused_until = now + PAUSE_MAX;
        if fresh {
            self.paused.push(id);
        }
    }
}

/// All of it but the destinations, as a submit_sm.
fn sm_of_multi<'a>(submit: &SubmitMulti<'a>) -> Sm<'a> {
    Sm {
        service_type: submit.service_type,
        source_addr_ton: submit.source_addr_ton,
        source_addr_npi: submit.source_addr_npi,
        source_addr: submit.source_addr,
        esm_class: submit.esm_class,
        protocol_id: submit.protocol_id,
        priority_flag: submit.priority_flag,
        schedule_delivery_time: submit.schedule_delivery_time,
        validity_period: submit.validity_period,
        registered_delivery: submit.registered_delivery,
        data_coding: submit.data_coding,
        sm_default_msg_id: submit.sm_default_msg_id,
        short_message: submit.short_message,
        tlvs: submit.tlvs,
        ..Sm::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn multi(destinations: usize) -> Multi {
        let destination =
            |_| Destination { ton: 1, npi: 1, addr: (*b"447700900123").into(), refused: None };
        Multi {
            number: 1,
            sequence: 9,
            destinations: (0..destinations).map(destination).collect(),
            waiting: destinations,
            first: None,
        }
    }

    #[test]
    fn the_id_is_that_of_the_first_destination_accepted_whatever_the_order_of_the_disk() {
        let mut multi = multi(3);
        multi.settle(0, Err(CommandStatus::ESME_RINVDSTADR));
        multi.settle(2, Ok(MessageOrd(7)));
        multi.settle(1, Ok(MessageOrd(6)));
        assert_eq!((multi.waiting, multi.first), (0, Some((1, MessageOrd(6)))));
        assert_eq!((multi.status(), multi.failed().len()), (CommandStatus::ESME_ROK, 1));
    }

    #[test]
    fn refusals_that_agree_are_the_status_of_the_whole() {
        let (throttled, address) = (CommandStatus::ESME_RTHROTTLED, CommandStatus::ESME_RINVDSTADR);
        let mut one = multi(2);
        (0..2).for_each(|position| one.settle(position, Err(throttled)));
        assert_eq!(one.status(), throttled);
        let mut other = multi(2);
        other.settle(0, Err(throttled));
        other.settle(1, Err(address));
        assert_eq!(other.status(), CommandStatus::ESME_RSUBMITFAIL);
    }
}
