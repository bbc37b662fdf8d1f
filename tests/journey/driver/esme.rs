//! An application that binds to the gateway.

use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::pdu::{Bind, BindMode, DeliverSmResp, Pdu, Sm, SubmitSm};
use postrider::wire::smpp::receipt::Receipt;
use postrider::wire::smpp::tlv::Tlvs;

use super::patience::until;
use super::peer::{Frame, Peer};

/// A number set aside for fiction, which the simulated SMSC delivers to.
pub const HANDSET: &str = "447700900123";

/// A bound application.
#[derive(Debug)]
pub struct Esme(Peer);

impl Deref for Esme {
    type Target = Peer;

    fn deref(&self) -> &Peer {
        &self.0
    }
}

impl DerefMut for Esme {
    fn deref_mut(&mut self) -> &mut Peer {
        &mut self.0
    }
}

/// What a receipt says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    /// Our id of the message.
    pub id: String,
    /// SMPP `message_state`.
    pub state: u8,
}

impl Esme {
    /// Binds as the account `app`, as transceiver.
    pub fn bind(to: SocketAddr) -> Self {
        Self::bind_as(to, "app", BindMode::Transceiver)
    }

    /// Binds as an account with its password.
    pub fn bind_as(to: SocketAddr, account: &str, mode: BindMode) -> Self {
        match Self::try_bind(to, account, "secret", mode) {
            Ok(esme) => esme,
            Err((status, _)) => panic!("bind refused with {status:#x}"),
        }
    }

    /// Binds; the status of a refusal and the connection otherwise.
    pub fn try_bind(
        to: SocketAddr,
        system_id: &str,
        password: &str,
        mode: BindMode,
    ) -> Result<Self, (u32, Peer)> {
        let mut peer = Peer::connect(to);
        let sequence = peer.request(&Bind {
            mode,
            system_id: system_id.as_bytes(),
            password: password.as_bytes(),
            interface_version: 0x34,
            ..Bind::default()
        });
        match peer.response(sequence).status() {
            0 => Ok(Self(peer)),
            status => Err((status, peer)),
        }
    }

    /// Sends a submit_sm that asks for a receipt; its sequence number.
    pub fn send(&mut self, to: &str, text: &str) -> u32 {
        self.request(&SubmitSm(message(to, text.as_bytes())))
    }

    /// Submits and waits for the answer: the id, or the status of the refusal.
    pub fn try_submit(&mut self, to: &str, text: &str) -> Result<String, u32> {
        let sequence = self.send(to, text);
        self.outcome(sequence)
    }

    /// Submits to the [`HANDSET`]; the id.
    pub fn submit(&mut self, text: &str) -> String {
        self.try_submit(HANDSET, text).unwrap()
    }

    /// The outcome of a submit_sm that was sent.
    pub fn outcome(&mut self, sequence: u32) -> Result<String, u32> {
        let frame = self.response(sequence);
        match frame.pdu() {
            Pdu::SubmitSmResp(resp) if frame.status() == 0 => Ok(own(resp.message_id.unwrap())),
            _ => Err(frame.status()),
        }
    }

    /// Waits for a deliver_sm, without answering it.
    pub fn delivery(&mut self) -> Frame {
        self.wait(CommandId::DELIVER_SM)
    }

    /// Answers a deliver_sm.
    pub fn answer_delivery(&mut self, delivery: &Frame, status: u32) {
        let body = DeliverSmResp { message_id: Some(b""), tlvs: Tlvs::default() };
        self.answer(delivery, status, &body);
    }

    /// Waits for a receipt and takes it.
    pub fn receipt(&mut self) -> Told {
        let delivery = self.delivery();
        self.answer_delivery(&delivery, 0);
        told(&delivery)
    }

    /// Submits until it is taken, as an application does that is told to come again.
    pub fn submit_patiently(&mut self, text: &str) -> String {
        until("a submit is taken", || self.try_submit(HANDSET, text).ok())
    }

    /// The connection.
    pub fn into_peer(self) -> Peer {
        self.0
    }

    /// Nothing comes for a quarter of a second.
    pub fn assert_quiet(&mut self) {
        assert!(self.is_quiet(Duration::from_millis(250)), "something came");
    }
}

/// A text that asks for a receipt.
pub fn message<'a>(to: &'a str, text: &'a [u8]) -> Sm<'a> {
    Sm {
        source_addr_ton: 5,
        source_addr: b"ACME",
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr: to.as_bytes(),
        registered_delivery: 1,
        short_message: text,
        ..Sm::default()
    }
}

/// What a deliver_sm with a receipt says.
pub fn told(delivery: &Frame) -> Told {
    let Pdu::DeliverSm(sm) = delivery.pdu() else { panic!("not a deliver_sm: {delivery:?}") };
    assert_eq!(sm.esm_class & 0x3C, 0x04, "not a receipt: {delivery:?}");
    let mut room = Vec::new();
    let receipt = Receipt::of_sm(&sm, &mut room);
    Told { id: own(receipt.id.unwrap()), state: receipt.state.map_or(0, |state| state as u8) }
}

/// Octets as text.
pub fn own(octets: &[u8]) -> String {
    String::from_utf8(octets.to_vec()).unwrap()
}
