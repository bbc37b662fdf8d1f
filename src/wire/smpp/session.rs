//! One SMPP session as a value: octets, requests and the time in; octets and events out.
//!
//! Its place: between a socket's shell and the gateway's decisions. The shell gives what it read to
//! [`Session::receive`] until that returns `None`, calls [`Session::timeout`] when
//! [`Session::deadline`] has passed, and sends what gathered in `out`.
//!
//! **Invariants**: own numbers and the peer's never meet: a response is matched by number against
//! our requests only, and a request is answered with its own number whatever that is (SMPP v3.4
//! §5.1.4). Only a wrong `command_length`, an unbind or a timer ends a session. After `Close`
//! nothing is read, written or told any more.
//! **Not here**: timers' arithmetic (`session_timers`), what comes from the peer
//! (`session_receive`), who may bind, what a request means.

use std::time::Duration;

use crate::base::clock::Timestamp;
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::event::{CloseReason, Event};
use crate::wire::smpp::frame::PDU_BYTES_MAX;
use crate::wire::smpp::limits::Limits;
use crate::wire::smpp::pdu::{
    Bind, BindMode, BindResp, Body, Outbind, Unbind, UnbindResp, encode, encode_header,
};
use crate::wire::smpp::states_table::allowed;
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::tlv::TlvBuf;
use crate::wire::smpp::tlv_table::Tag;
use crate::wire::smpp::window::Window;

pub use crate::wire::smpp::states_table::{Side, State};

/// The version we speak (§5.2.4).
pub const INTERFACE_VERSION: u8 = 0x34;

/// How long a session waits for what (§7.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timers {
    /// From the connection to a bind: 10 s.
    pub session_init: Duration,
    /// Silence of the peer before an enquire_link: 30 s. Providers cut idle binds from 60 s on.
    pub enquire_link: Duration,
    /// From a request of ours to its response, and from one enquire_link that goes unanswered to
    /// the next: 15 s.
    pub response: Duration,
    /// Nothing but enquire_link for so long ends the session; `None`, the default, lets it stand.
    pub inactivity: Option<Duration>,
    /// How long an unbind, ours or the peer's, waits for answers still owed: 5 s.
    pub unbind: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Self {
            session_init: Duration::from_secs(10),
            enquire_link: Duration::from_secs(30),
            response: Duration::from_secs(15),
            inactivity: None,
            unbind: Duration::from_secs(5),
        }
    }
}

/// How a session behaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SessionConfig {
    /// How long it waits.
    pub timers: Timers,
    /// How many of our requests may be unanswered: 10, as the standard suggests (§2.9).
    pub window: usize,
    /// The largest PDU taken.
    pub pdu_bytes_max: usize,
    /// How fields are judged.
    pub limits: Limits,
    /// The highest version told to a peer that binds to us; one that speaks less is told its own,
    /// and 3.4 at least (§5.3.2.25).
    pub interface_version: u8,
    /// How many enquire_links may go unanswered before the session is closed: 2.
    pub enquire_links_missed_max: u32,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self {
            timers: Timers::default(),
            window: 10,
            pdu_bytes_max: PDU_BYTES_MAX,
            limits: Limits::default(),
            interface_version: INTERFACE_VERSION,
            enquire_links_missed_max: 2,
        }
    }
}

/// One session; `T` is what the caller wants back with the response to a request.
#[derive(Clone, Debug)]
pub struct Session<T> {
    pub(crate) side: Side,
    pub(crate) config: SessionConfig,
    pub(crate) state: State,
    pub(crate) window: Window<T>,
    pub(crate) opened_at: Timestamp,
    /// The last octets of any PDU from the peer.
    pub(crate) heard_at: Timestamp,
    /// The last PDU either way that was not enquire_link.
    pub(crate) active_at: Timestamp,
    pub(crate) binding: Option<Binding>,
    pub(crate) enquired: Option<Enquired>,
    pub(crate) unbinding: Option<Unbinding>,
    pub(crate) peer_unbinding: Option<PeerUnbinding>,
    pub(crate) peer_pending: usize,
    pub(crate) peer_version: u8,
    /// Told by the next call that can tell an event.
    pub(crate) closing: Option<CloseReason>,
}

/// A bind not answered yet: the peer's at an SMSC, ours at an ESME.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Binding {
    pub(crate) sequence: u32,
    pub(crate) mode: BindMode,
    pub(crate) since: Timestamp,
    pub(crate) interface_version: u8,
}

/// Our enquire_links since the peer was last heard.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Enquired {
    pub(crate) sent_at: Timestamp,
    pub(crate) missed: u32,
}

/// Our wish to unbind; the PDU goes when our requests are answered or patience ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unbinding {
    pub(crate) since: Timestamp,
    pub(crate) sent: Option<u32>,
}

/// The peer's wish to unbind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PeerUnbinding {
    pub(crate) sequence: u32,
    pub(crate) since: Timestamp,
}

impl<T> Session<T> {
    /// A session over a connection just made.
    pub fn new(side: Side, config: SessionConfig, now: Timestamp) -> Self {
        Self {
            side,
            config,
            state: State::Open,
            window: Window::new(config.window),
            opened_at: now,
            heard_at: now,
            active_at: now,
            binding: None,
            enquired: None,
            unbinding: None,
            peer_unbinding: None,
            peer_pending: 0,
            peer_version: 0,
            closing: None,
        }
    }

    /// Where the session stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// Which end this is.
    pub fn side(&self) -> Side {
        self.side
    }

    /// How many more requests may be sent now; none unless bound, and none while unbinding.
    #[inline]
    pub fn window_free(&self) -> usize {
        if self.may_send() { self.window.free() } else { 0 }
    }

    /// Makes the window another size, once it is known who is bound. `false` while requests of ours
    /// are unanswered.
    pub fn resize_window(&mut self, size: usize) -> bool {
        self.window.resize(size)
    }

    /// How many of our requests are unanswered.
    pub fn in_flight(&self) -> usize {
        self.window.in_flight()
    }

    /// How many requests of the peer are unanswered; pause reading when they are too many.
    pub fn unanswered_from_peer(&self) -> usize {
        self.peer_pending
    }

    /// Whether the peer knows optional parameters (§3.4): it said it speaks v3.4 or later.
    pub fn peer_takes_tlvs(&self) -> bool {
        self.peer_version >= 0x34
    }

    /// Whether the table lets us send `command` now.
    pub fn may_request(&self, command: CommandId) -> bool {
        self.may_send() && allowed(command, self.side, self.state)
    }

    /// Sends a request. The token comes back if the window is full, or if the session's state or
    /// mode does not allow the request.
    #[inline]
    pub fn request<B: Body + ?Sized>(
        &mut self,
        now: Timestamp,
        body: &B,
        token: T,
        out: &mut Vec<u8>,
    ) -> Result<u32, T> {
        let command = body.command();
        if !self.may_request(command) {
            return Err(token);
        }
        // What has no response takes no place in the window.
        let sequence = if command.has_response() {
            self.window.send(now, token)?
        } else {
            self.window.number()
        };
        self.active_at = now;
        encode(out, CommandStatus::ESME_ROK, sequence, body);
        Ok(sequence)
    }

    /// Answers a request of the peer.
    #[inline]
    pub fn respond<B: Body + ?Sized>(
        &mut self,
        sequence_number: u32,
        status: CommandStatus,
        body: &B,
        out: &mut Vec<u8>,
    ) {
        if self.over() {
            return;
        }
        encode(out, status, sequence_number, body);
        self.answered(out);
    }

    /// Answers a request of the peer with a status and no body (§4.4.2).
    #[inline]
    pub fn refuse(
        &mut self,
        command: CommandId,
        sequence_number: u32,
        status: CommandStatus,
        out: &mut Vec<u8>,
    ) {
        if self.over() {
            return;
        }
        encode_header(out, command.response(), status, sequence_number);
        self.answered(out);
    }

    /// As an ESME, asks to bind. `false` if this end or the state does not allow it now.
    pub fn bind(&mut self, now: Timestamp, bind: &Bind<'_>, out: &mut Vec<u8>) -> bool {
        let may = allowed(bind.command(), self.side, self.state);
        if !may || self.binding.is_some() || self.closing.is_some() {
            return false;
        }
        let sequence = self.window.number();
        let interface_version = bind.interface_version;
        self.binding = Some(Binding { sequence, mode: bind.mode, since: now, interface_version });
        encode(out, CommandStatus::ESME_ROK, sequence, bind);
        true
    }

    /// As an SMSC that connected, asks the ESME to bind as receiver (§2.2.1).
    pub fn outbind(&mut self, outbind: &Outbind<'_>, out: &mut Vec<u8>) -> bool {
        if !allowed(outbind.command(), self.side, self.state) || self.closing.is_some() {
            return false;
        }
        let sequence = self.window.number();
        encode(out, CommandStatus::ESME_ROK, sequence, outbind);
        self.state = State::Outbound;
        true
    }

    /// As an SMSC, accepts the bind last told, under our name. `false` if there is none.
    pub fn accept_bind(&mut self, now: Timestamp, system_id: &[u8], out: &mut Vec<u8>) -> bool {
        if self.side != Side::Smsc || self.closing.is_some() {
            return false;
        }
        let Some(binding) = self.binding.take() else {
            return false;
        };
        self.peer_version = binding.interface_version;
        let mut tlvs = TlvBuf::default();
        if self.peer_takes_tlvs() {
            let version = self.config.interface_version.min(self.peer_version);
            tlvs.push_u8(Tag::SC_INTERFACE_VERSION, version);
        }
        let resp =
            BindResp { mode: binding.mode, system_id: Some(system_id), tlvs: tlvs.as_tlvs() };
        encode(out, CommandStatus::ESME_ROK, binding.sequence, &resp);
        self.bound(now, binding.mode);
        true
    }

    /// As an SMSC, refuses the bind last told. `false` if there is none. The session stays open
    /// for another try until its timer ends.
    pub fn refuse_bind(&mut self, status: CommandStatus, out: &mut Vec<u8>) -> bool {
        if self.side != Side::Smsc || self.closing.is_some() {
            return false;
        }
        let Some(binding) = self.binding.take() else {
            return false;
        };
        encode_header(out, binding.mode.command().response(), status, binding.sequence);
        true
    }

    /// Asks to end the session: no request is sent any more, unbind goes once ours are answered or
    /// patience ends, and `Close` follows the peer's answer.
    pub fn unbind(&mut self, now: Timestamp, out: &mut Vec<u8>) {
        if self.state.is_bound() && self.unbinding.is_none() && self.closing.is_none() {
            self.unbinding = Some(Unbinding { since: now, sent: None });
            self.unbind_if_drained(out);
        }
    }

    /// Takes out our unanswered requests in the order they were sent, when the session is over.
    pub fn drain_window(&mut self) -> impl Iterator<Item = (u32, T)> + '_ {
        self.window.drain()
    }

    /// Begins our numbers elsewhere, for tests of their wrap.
    pub fn set_next_sequence(&mut self, sequence: u32) {
        self.window.set_next_sequence(sequence);
    }

    pub(crate) fn over(&self) -> bool {
        self.closing.is_some() || matches!(self.state, State::Unbound | State::Closed)
    }

    fn may_send(&self) -> bool {
        self.state.is_bound()
            && self.unbinding.is_none()
            && self.peer_unbinding.is_none()
            && self.closing.is_none()
    }

    pub(crate) fn bound(&mut self, now: Timestamp, mode: BindMode) {
        self.active_at = now;
        self.heard_at = now;
        self.state = match mode {
            BindMode::Transmitter => State::BoundTx,
            BindMode::Receiver => State::BoundRx,
            BindMode::Transceiver => State::BoundTrx,
        };
    }

    fn answered(&mut self, out: &mut Vec<u8>) {
        self.peer_pending = self.peer_pending.saturating_sub(1);
        self.answer_unbind_if_done(out);
    }

    /// Sends unbind_resp once nothing else is owed to either side (§4.2): what the peer has taken and
    /// not answered would otherwise be in doubt.
    pub(crate) fn answer_unbind_if_done(&mut self, out: &mut Vec<u8>) {
        if self.peer_pending == 0 && self.window.in_flight() == 0 {
            self.answer_unbind(out);
        }
    }

    pub(crate) fn answer_unbind(&mut self, out: &mut Vec<u8>) {
        if let Some(PeerUnbinding { sequence, .. }) = self.peer_unbinding.take() {
            encode(out, CommandStatus::ESME_ROK, sequence, &UnbindResp::default());
            self.state = State::Unbound;
            self.closing = Some(CloseReason::PeerUnbound);
        }
    }

    /// Sends unbind once nothing is owed to us.
    pub(crate) fn unbind_if_drained(&mut self, out: &mut Vec<u8>) {
        if self.window.in_flight() == 0 {
            self.send_unbind(out);
        }
    }

    pub(crate) fn send_unbind(&mut self, out: &mut Vec<u8>) {
        if let Some(Unbinding { sent: sent @ None, .. }) = &mut self.unbinding {
            let sequence = self.window.number();
            *sent = Some(sequence);
            encode(out, CommandStatus::ESME_ROK, sequence, &Unbind::default());
        }
    }

    pub(crate) fn close<'a>(&mut self, reason: CloseReason) -> Event<'a, T> {
        self.state = State::Closed;
        self.closing = None;
        Event::Close(reason)
    }
}
