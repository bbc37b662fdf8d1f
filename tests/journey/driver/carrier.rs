//! A carrier's SMSC that does what a scenario tells it, for what the simulated one never does.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use postrider::wire::smpp::command::CommandId;
use postrider::wire::smpp::pdu::{BindMode, BindResp, SubmitSmResp};

use super::patience::until;
use super::peer::{Frame, Peer};
use super::site::listener;

/// A listener that gateways bind to.
#[derive(Debug)]
pub struct Carrier(TcpListener);

impl Carrier {
    /// Listens on a free port.
    pub fn listen() -> Self {
        let listener = listener();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }

    /// Whether nobody connects for so long.
    pub fn is_left_alone(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        while Instant::now() < until {
            if self.0.accept().is_ok() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        true
    }

    /// Takes the next bind.
    pub fn bound(&self) -> Peer {
        self.answer_bind(0)
    }

    /// Takes the next connection; its bind is to come.
    pub fn connected(&self) -> Peer {
        let stream: TcpStream = until("the gateway connects", || self.0.accept().ok()).0;
        stream.set_nonblocking(false).unwrap();
        Peer::over(stream)
    }

    /// Answers the next bind with this status.
    pub fn answer_bind(&self, status: u32) -> Peer {
        let mut peer = self.connected();
        let bind = peer.wait(CommandId::BIND_TRANSCEIVER);
        let system_id = (status == 0).then_some(&b"smsc"[..]);
        let mode = BindMode::Transceiver;
        peer.answer(&bind, status, &BindResp { mode, system_id, ..BindResp::default() });
        peer
    }
}

/// Waits for a submit_sm and takes it under this id.
pub fn take_submit(peer: &mut Peer, id: &str) -> Frame {
    let submit = peer.wait(CommandId::SUBMIT_SM);
    let message_id = Some(id.as_bytes());
    peer.answer(&submit, 0, &SubmitSmResp { message_id, ..SubmitSmResp::default() });
    submit
}
