//! The demo's ESME: one bind that submits what the shop sends and takes its receipts.

use std::cell::Cell;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::shop::{Errand, Shop};
use super::world::SHOP;
use crate::base::clock::{Clock, Timestamp};
use crate::wire::smpp::event::Event;
use crate::wire::smpp::pdu::{Bind, BindMode, DeliverSmResp, Pdu, Sm, SubmitSm};
use crate::wire::smpp::receipt::Receipt;
use crate::wire::smpp::session::{INTERFACE_VERSION, Session, SessionConfig, Side};
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::tlv::Tlvs;

/// Time between two messages to the carriers that are not slow.
const PACE: Duration = Duration::from_millis(400);

/// Pause before binding again.
const REBIND: Duration = Duration::from_secs(1);

/// What the traffic came to.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Messages the gateway took.
    pub(super) accepted: Cell<u64>,
    /// Receipts that came back.
    pub(super) receipts: Cell<u64>,
}

/// Sends until told to stop, over one bind after the other should one end.
pub(super) async fn keep_sending(
    to: SocketAddr,
    counts: Rc<Counts>,
    mut stopping: watch::Receiver<bool>,
) {
    while !*stopping.borrow() {
        if let Err(error) = bound_once(to, &counts, &mut stopping).await {
            tracing::warn!(%error, "the demo's traffic lost its bind");
        }
        // Told to stop, it need not wait; told by nobody any more, neither.
        let _ = tokio::time::timeout(REBIND, stopping.wait_for(|&stop| stop)).await;
    }
}

async fn bound_once(
    to: SocketAddr,
    counts: &Rc<Counts>,
    stopping: &mut watch::Receiver<bool>,
) -> io::Result<()> {
    let mut stream = TcpStream::connect(to).await?;
    let clock = Clock::start();
    let config = SessionConfig { window: 100, ..SessionConfig::default() };
    let mut esme = Esme {
        session: Session::new(Side::Esme, config, clock.now()),
        shop: Shop::new(fastrand::Rng::new()),
        counts: Rc::clone(counts),
        out: Vec::new(),
        room: Vec::new(),
    };
    esme.bind(clock.now());
    let mut ticks = tokio::time::interval(PACE);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (mut inbox, mut unbinding) = (Vec::new(), false);
    loop {
        stream.write_all(&esme.out).await?;
        esme.out.clear();
        tokio::select! {
            read = stream.read_buf(&mut inbox) => if read? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            },
            _ = ticks.tick() => esme.submit(clock.now()),
            _ = stopping.changed(), if !unbinding => {
                unbinding = true;
                esme.session.unbind(clock.now(), &mut esme.out);
            }
        }
        let mut rest = &inbox[..];
        if esme.turn(clock.now(), &mut rest) {
            // The answer to the gateway's own unbind, if it was the gateway's.
            return stream.write_all(&esme.out).await;
        }
        let used = inbox.len() - rest.len();
        inbox.drain(..used);
    }
}

/// The bind's state.
struct Esme {
    session: Session<Rc<Errand>>,
    shop: Shop,
    counts: Rc<Counts>,
    out: Vec<u8>,
    /// For receipts in UCS-2.
    room: Vec<u8>,
}

impl Esme {
    fn bind(&mut self, now: Timestamp) {
        let bind = Bind {
            mode: BindMode::Transceiver,
            system_id: SHOP.as_bytes(),
            password: SHOP.as_bytes(),
            interface_version: INTERFACE_VERSION,
            ..Bind::default()
        };
        self.session.bind(now, &bind, &mut self.out);
    }

    fn submit(&mut self, now: Timestamp) {
        if !self.session.state().is_bound() || self.session.window_free() == 0 {
            return;
        }
        for errand in self.shop.errands() {
            let errand = Rc::new(errand);
            let submit = SubmitSm(Sm {
                // An alphanumeric sender (SMPP v3.4 §5.2.5).
                source_addr_ton: 5,
                source_addr: b"SHOP",
                dest_addr_ton: 1,
                dest_addr_npi: 1,
                destination_addr: errand.to.as_bytes(),
                registered_delivery: 1,
                short_message: errand.text.as_bytes(),
                ..Sm::default()
            });
            let sent = self.session.request(now, &submit, Rc::clone(&errand), &mut self.out);
            if let Err(errand) = sent {
                self.shop.answered(&errand, None);
            }
        }
    }

    /// Handles what was read and what the time brings; whether the bind is over.
    fn turn(&mut self, now: Timestamp, input: &mut &[u8]) -> bool {
        while let Some(event) = self.session.timeout(now, &mut self.out) {
            if self.act(event) {
                return true;
            }
        }
        while let Some(event) = self.session.receive(now, input, &mut self.out) {
            if self.act(event) {
                return true;
            }
        }
        false
    }

    fn act(&mut self, event: Event<'_, Rc<Errand>>) -> bool {
        match event {
            Event::Response { token, header, pdu, .. } => {
                let taken = match pdu {
                    Pdu::SubmitSmResp(resp) if header.command_status.is_ok() => resp.message_id,
                    _ => None,
                };
                self.counts.accepted.set(self.counts.accepted.get() + u64::from(taken.is_some()));
                self.shop.answered(&token, taken);
            }
            Event::Request { header, pdu: Pdu::DeliverSm(deliver) } => {
                if let Some(id) = Receipt::of_sm(&deliver, &mut self.room).id {
                    self.counts.receipts.set(self.counts.receipts.get() + 1);
                    self.shop.ended(id);
                }
                let body = DeliverSmResp { message_id: Some(b""), tlvs: Tlvs::default() };
                let status = CommandStatus::ESME_ROK;
                self.session.respond(header.sequence_number, status, &body, &mut self.out);
            }
            Event::Request { header, .. } => {
                let (command, status) = (header.command_id, CommandStatus::ESME_RINVCMDID);
                self.session.refuse(command, header.sequence_number, status, &mut self.out);
            }
            Event::Expired { token, .. } => self.shop.answered(&token, None),
            Event::BindRefused { .. } | Event::Close(_) => return true,
            _ => {}
        }
        false
    }
}
