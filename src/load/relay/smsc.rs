//! From an SMSC: answers to submits and receipts go back to the account that waits for them.

use std::io;
use std::rc::Rc;

use tokio::net::TcpStream;

use crate::base::clock::Timestamp;
use crate::load::relay::hub::Hub;
use crate::load::relay::ids::Key;
use crate::load::relay::leg::{Leg, NOBODY, Origin};
use crate::sim::link::{Closed, Link, Peer, drive};
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::event::Event;
use crate::wire::smpp::header::Header;
use crate::wire::smpp::message_state::MessageState;
use crate::wire::smpp::pdu::{Bind, BindMode, DeliverSm, Pdu, SubmitSmResp};
use crate::wire::smpp::receipt::{Receipt, ReceiptKind};
use crate::wire::smpp::session::{INTERFACE_VERSION, Side};
use crate::wire::smpp::status::CommandStatus;

/// One bind to the SMSC of this place, from beginning to end.
pub(super) async fn keep_bound(hub: Rc<Hub>, place: usize) {
    // Why it ended is nobody's to tell: the ESMEs see it.
    let _ = bound_once(&hub, place).await;
    let Some(smsc) = hub.smscs.get(place) else { return };
    smsc.running.set(smsc.running.get().saturating_sub(1));
    if smsc.running.get() == 0 {
        hub.close_all();
    }
}

async fn bound_once(hub: &Rc<Hub>, place: usize) -> io::Result<()> {
    let Some(smsc) = hub.smscs.get(place) else { return Ok(()) };
    let (link, reader) = Link::over(TcpStream::connect(smsc.address).await?)?;
    let link = Rc::new(link);
    let now = hub.now();
    let leg = Leg::new(Rc::clone(&link), Side::Esme, hub.settings.window, now);
    let bind = Bind {
        mode: BindMode::Transceiver,
        system_id: hub.settings.system_id.as_bytes(),
        password: hub.settings.password.as_bytes(),
        interface_version: INTERFACE_VERSION,
        ..Bind::default()
    };
    leg.bind(now, &bind);
    hub.enter(&leg);
    let mut peer = Smsc { hub: Rc::clone(hub), place, leg: Rc::clone(&leg), room: Vec::new() };
    let ended = drive(&link, reader, &mut peer).await;
    hub.leave(&leg);
    smsc.group.leave(&leg);
    for origin in leg.drain() {
        peer.failed(&origin, CommandStatus::ESME_RSYSERR);
    }
    hub.touched.wake();
    ended
}

/// The relay's connection to an SMSC.
struct Smsc {
    hub: Rc<Hub>,
    place: usize,
    leg: Rc<Leg>,
    /// For receipts in UCS-2.
    room: Vec<u8>,
}

impl Smsc {
    #[inline]
    fn act(&mut self, now: Timestamp, event: Event<'_, Origin>) -> Result<(), Closed> {
        match event {
            Event::Response { token, header, pdu, .. } => self.answered(&token, header, &pdu),
            Event::Request { header, pdu: Pdu::DeliverSm(deliver) } => {
                self.deliver(now, header, &deliver);
            }
            Event::Request { header, .. } if header.command_id.has_response() => {
                let status = CommandStatus::ESME_RINVCMDID;
                self.leg.refuse(header.command_id, header.sequence_number, status);
            }
            Event::Expired { token, .. } => self.failed(&token, CommandStatus::ESME_RSYSERR),
            Event::Bound { .. } => {
                if let Some(smsc) = self.hub.smscs.get(self.place) {
                    smsc.group.join(&self.leg);
                }
            }
            Event::BindRefused { .. } | Event::Close(_) => return Err(Closed),
            // The session has answered what there was to answer.
            _ => {}
        }
        Ok(())
    }

    /// The SMSC has answered a submit: its ESME gets the id, and the account the receipt.
    #[inline]
    fn answered(&self, origin: &Origin, header: Header, pdu: &Pdu<'_>) {
        let Pdu::SubmitSmResp(SubmitSmResp { message_id: Some(id), tlvs }) = *pdu else {
            let status = header.command_status;
            let nothing = status.is_ok();
            return self.failed(origin, if nothing { CommandStatus::ESME_RSYSERR } else { status });
        };
        if origin.account != NOBODY && header.command_status.is_ok() {
            self.hub.ids.borrow_mut().note(Key::new(self.place, id), origin.account);
        }
        let Some(leg) = origin.leg.upgrade() else { return };
        let body = SubmitSmResp { message_id: Some(id), tlvs };
        leg.respond(origin.sequence_number, header.command_status, &body);
        self.hub.touched.add(&leg);
    }

    /// A submit has no answer, or none with an id.
    fn failed(&self, origin: &Origin, status: CommandStatus) {
        let Some(leg) = origin.leg.upgrade() else { return };
        leg.refuse(CommandId::SUBMIT_SM, origin.sequence_number, status);
        self.hub.touched.add(&leg);
    }

    #[inline]
    fn deliver(&mut self, now: Timestamp, header: Header, deliver: &DeliverSm<'_>) {
        let sequence_number = header.sequence_number;
        let (account, concluded) = match ReceiptKind::of(deliver.esm_class) {
            // Inbound messages are not routed; the first account is as good as any.
            None => (Some(0), None),
            Some(kind) => {
                let receipt = Receipt::of_sm(deliver, &mut self.room);
                let key = receipt.id.map(|id| Key::new(self.place, id));
                let account = key.and_then(|key| self.hub.ids.borrow().find(key));
                let last = kind == ReceiptKind::Receipt && receipt.state.is_none_or(is_last);
                (account, key.filter(|_| last))
            }
        };
        let Some(account) = account.and_then(|number| self.hub.account(number)) else {
            return self.nobodys(sequence_number);
        };
        let leg = Rc::downgrade(&self.leg);
        let origin = Origin { leg, sequence_number, account: NOBODY };
        if account.group.send(now, deliver, origin, &self.hub.touched).is_err() {
            // Nobody is bound, or all windows are full.
            let status = CommandStatus::ESME_RX_T_APPN;
            return self.leg.refuse(header.command_id, sequence_number, status);
        }
        if let Some(key) = concluded {
            self.hub.ids.borrow_mut().forget(key);
        }
    }

    /// A receipt under an id that is not known. While answers are awaited it may have overtaken
    /// its own on another bind, and is to come again; otherwise nobody wants it.
    fn nobodys(&self, sequence_number: u32) {
        let waiting = self.hub.smscs.get(self.place).is_some_and(|smsc| smsc.group.is_waiting());
        let status = if waiting { CommandStatus::ESME_RX_T_APPN } else { CommandStatus::ESME_ROK };
        self.leg.refuse(CommandId::DELIVER_SM, sequence_number, status);
    }
}

/// Whether this is the last receipt of a message. UNKNOWN says that the SMSC has lost sight of it.
fn is_last(state: MessageState) -> bool {
    state.is_final() || state == MessageState::Unknown
}

impl Peer for Smsc {
    fn turn(&mut self, octets: &[u8]) -> Result<usize, Closed> {
        let now = self.hub.now();
        self.hub.rotate_accounts();
        let mut input = octets;
        let mut outcome = Ok(());
        while outcome.is_ok() && self.leg.is_overdue(now) {
            let Some(event) = self.leg.overdue(now) else { break };
            outcome = self.act(now, event);
        }
        while outcome.is_ok() {
            let Some(event) = self.leg.next(now, &mut input) else { break };
            outcome = self.act(now, event);
        }
        self.hub.touched.wake();
        self.hub.made_room();
        outcome.map(|()| octets.len() - input.len())
    }
}
