//! From an ESME: submits go out to an SMSC, answers to receipts go back to one.

use std::rc::Rc;

use crate::base::clock::Timestamp;
use crate::load::relay::hub::{Account, Hub, connect};
use crate::load::relay::leg::{Leg, NOBODY, Origin};
use crate::sim::link::{Closed, Peer};
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::event::Event;
use crate::wire::smpp::header::Header;
use crate::wire::smpp::pdu::{Bind, DeliverSmResp, Pdu, SubmitSm};
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::tlv::Tlvs;

/// `registered_delivery`, the two bits that ask for a receipt (SMPP v3.4 §5.2.17).
const RECEIPT_BITS: u8 = 0x03;

/// An ESME's connection to the relay.
#[derive(Debug)]
pub(super) struct Esme {
    hub: Rc<Hub>,
    leg: Rc<Leg>,
    account: Option<Rc<Account>>,
}

impl Esme {
    pub(super) fn new(hub: Rc<Hub>, leg: Rc<Leg>) -> Self {
        Self { hub, leg, account: None }
    }

    /// The connection is over: an SMSC sends again what was not answered.
    pub(super) fn end(self) {
        if let Some(account) = &self.account {
            account.group.leave(&self.leg);
        }
        for origin in self.leg.drain() {
            self.not_taken(&origin);
        }
        self.hub.touched.wake();
    }

    #[inline]
    fn act(&mut self, now: Timestamp, event: Event<'_, Origin>) -> Result<(), Closed> {
        match event {
            Event::Request { header, pdu: Pdu::SubmitSm(submit) } => {
                self.submit(now, header, &submit);
            }
            Event::Request { header, .. } => {
                let status = CommandStatus::ESME_RINVCMDID;
                self.leg.refuse(header.command_id, header.sequence_number, status);
            }
            Event::Response { token, header, .. } => self.answered(&token, header),
            Event::Expired { token, .. } => self.not_taken(&token),
            Event::Bind { bind, .. } => self.bind(now, &bind)?,
            Event::Close(_) => return Err(Closed),
            // The session has answered what there was to answer.
            _ => {}
        }
        Ok(())
    }

    fn bind(&mut self, now: Timestamp, bind: &Bind<'_>) -> Result<(), Closed> {
        let Some(account) = self.hub.account_of(bind.system_id) else { return Err(Closed) };
        self.leg.accept_bind(now);
        account.group.join(&self.leg);
        self.account = Some(account);
        connect(&self.hub);
        Ok(())
    }

    #[inline]
    fn submit(&self, now: Timestamp, header: Header, submit: &SubmitSm<'_>) {
        let sequence_number = header.sequence_number;
        let refused = match self.hub.routes.choose(submit.destination_addr) {
            None => CommandStatus::ESME_RINVDSTADR,
            Some(place) => {
                let wants = submit.registered_delivery & RECEIPT_BITS != 0;
                let own = self.account.as_ref().filter(|_| wants);
                let account = own.map_or(NOBODY, |account| account.number);
                let origin = Origin { leg: Rc::downgrade(&self.leg), sequence_number, account };
                let smsc = self.hub.smscs.get(place);
                let sent = smsc.map(|smsc| smsc.group.send(now, submit, origin, &self.hub.touched));
                match sent {
                    Some(Ok(())) => return,
                    _ => CommandStatus::ESME_RSYSERR,
                }
            }
        };
        self.leg.refuse(CommandId::SUBMIT_SM, sequence_number, refused);
    }

    /// The ESME has answered a deliver_sm: its SMSC hears what it said.
    #[inline]
    fn answered(&self, origin: &Origin, header: Header) {
        let Some(leg) = origin.leg.upgrade() else { return };
        // §4.6.2: the id is unused.
        let body = DeliverSmResp { message_id: Some(b""), tlvs: Tlvs::default() };
        leg.respond(origin.sequence_number, header.command_status, &body);
        self.hub.touched.add(&leg);
    }

    /// Nobody took a deliver_sm.
    fn not_taken(&self, origin: &Origin) {
        let Some(leg) = origin.leg.upgrade() else { return };
        let status = CommandStatus::ESME_RX_T_APPN;
        leg.refuse(CommandId::DELIVER_SM, origin.sequence_number, status);
        self.hub.touched.add(&leg);
    }

    /// Whether the next PDU is a submit that cannot go out now.
    #[inline]
    fn must_wait(&self, input: &[u8]) -> bool {
        if self.account.is_none() || self.hub.has_room() {
            return false;
        }
        let next = Header::read(input).map(|header| header.command_id);
        let waits = next == Some(CommandId::SUBMIT_SM);
        if waits {
            self.hub.wanted.set(true);
        }
        waits
    }
}

impl Peer for Esme {
    fn turn(&mut self, octets: &[u8]) -> Result<usize, Closed> {
        let now = self.hub.now();
        self.hub.rotate_smscs();
        let mut input = octets;
        let mut outcome = Ok(());
        while outcome.is_ok() && self.leg.is_overdue(now) {
            let Some(event) = self.leg.overdue(now) else { break };
            outcome = self.act(now, event);
        }
        while outcome.is_ok() && !self.must_wait(input) {
            let Some(event) = self.leg.next(now, &mut input) else { break };
            outcome = self.act(now, event);
        }
        self.hub.touched.wake();
        outcome.map(|()| octets.len() - input.len())
    }
}
