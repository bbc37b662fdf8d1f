//! A session's ear: what each PDU from the peer leads to.
//!
//! Its place: the receiving half of [`super::session`]. **Invariants**: a request is answered once,
//! here or by the shell; a response is never answered, for two gateways could go on so for ever
//! (SMPP v3.4 §4.3).

use crate::base::clock::Timestamp;
use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::event::{CloseReason, Event, Fault};
use crate::wire::smpp::frame::{BadLength, Split, split};
use crate::wire::smpp::header::Header;
use crate::wire::smpp::pdu::{Bind, BindMode, EnquireLinkResp, Pdu, encode, encode_header};
use crate::wire::smpp::session::{Binding, PeerUnbinding, Session, Side, State, Unbinding};
use crate::wire::smpp::states_table::allowed;
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::window::Answered;

impl<T> Session<T> {
    /// Takes PDUs off the front of `input`, which is advanced past them. What needs no decision is
    /// answered into `out`: enquire_link, and whatever is malformed, unknown or out of place.
    /// Returns the next event, or `None` when more octets are needed or the session is over.
    #[inline]
    pub fn receive<'a>(
        &mut self,
        now: Timestamp,
        input: &mut &'a [u8],
        out: &mut Vec<u8>,
    ) -> Option<Event<'a, T>> {
        loop {
            if self.over() {
                *input = &[];
                return self.closing.map(|reason| self.close(reason));
            }
            match split(input, self.config.pdu_bytes_max) {
                Split::Incomplete => return None,
                Split::Bad(bad) => {
                    *input = &[];
                    return Some(self.bad_length(bad, out));
                }
                Split::Pdu(frame) => {
                    *input = input.get(frame.len()..).unwrap_or_default();
                    if let Some(event) = self.frame(now, frame, out) {
                        return Some(event);
                    }
                }
            }
        }
    }

    /// §3.2: where the next PDU begins is unknown, so the stream is over.
    #[cold]
    fn bad_length<'a>(&mut self, bad: BadLength, out: &mut Vec<u8>) -> Event<'a, T> {
        let status = CommandStatus::ESME_RINVCMDLEN;
        encode_header(out, CommandId::GENERIC_NACK, status, bad.sequence_number());
        self.close(CloseReason::BadLength { command_length: bad.command_length })
    }

    #[inline]
    fn frame<'a>(
        &mut self,
        now: Timestamp,
        frame: &'a [u8],
        out: &mut Vec<u8>,
    ) -> Option<Event<'a, T>> {
        let header = Header::read(frame)?;
        self.heard_at = now;
        // Any PDU shows that the peer is there.
        self.enquired = None;
        if header.command_id.is_response() {
            return self.response(now, header, frame, out);
        }
        if header.command_id == CommandId::ENQUIRE_LINK {
            let resp = EnquireLinkResp::default();
            encode(out, CommandStatus::ESME_ROK, header.sequence_number, &resp);
            return None;
        }
        self.active_at = now;
        Some(self.incoming(now, header, frame, out))
    }

    #[inline]
    fn incoming<'a>(
        &mut self,
        now: Timestamp,
        header: Header,
        frame: &'a [u8],
        out: &mut Vec<u8>,
    ) -> Event<'a, T> {
        let peer_done = self.peer_unbinding.is_some();
        if peer_done || !allowed(header.command_id, self.side.other(), self.state) {
            return self.out_of_place(header, frame, out);
        }
        let read = Pdu::read_body(header.command_id, frame, &self.config.limits);
        match read {
            // The two of the hot path first.
            Ok(pdu @ (Pdu::SubmitSm(_) | Pdu::DeliverSm(_))) => {
                self.peer_pending += 1;
                Event::Request { header, pdu }
            }
            Ok(pdu) => self.incoming_other(now, header, pdu, frame, out),
            Err(kind) => answer_fault(header, Fault::Decode(kind), kind.status(), frame, out),
        }
    }

    fn incoming_other<'a>(
        &mut self,
        now: Timestamp,
        header: Header,
        pdu: Pdu<'a>,
        frame: &'a [u8],
        out: &mut Vec<u8>,
    ) -> Event<'a, T> {
        match pdu {
            Pdu::Bind(bind) => self.bind_asked(now, header, bind, frame, out),
            Pdu::Outbind(outbind) => Event::Outbind { header, outbind },
            Pdu::Unbind(_) => {
                let sequence = header.sequence_number;
                self.peer_unbinding = Some(PeerUnbinding { sequence, since: now });
                self.answer_unbind_if_done(out);
                Event::Unbind
            }
            Pdu::AlertNotification(_) => Event::Request { header, pdu },
            pdu => {
                self.peer_pending += 1;
                Event::Request { header, pdu }
            }
        }
    }

    fn bind_asked<'a>(
        &mut self,
        now: Timestamp,
        header: Header,
        bind: Bind<'a>,
        frame: &'a [u8],
        out: &mut Vec<u8>,
    ) -> Event<'a, T> {
        if self.binding.is_some() {
            let status = CommandStatus::ESME_RALYBND;
            return answer_fault(header, Fault::AlreadyBound, status, frame, out);
        }
        self.binding = Some(Binding {
            sequence: header.sequence_number,
            mode: bind.mode,
            since: now,
            interface_version: bind.interface_version,
        });
        Event::Bind { header, bind }
    }

    #[cold]
    fn out_of_place<'a>(
        &mut self,
        header: Header,
        frame: &'a [u8],
        out: &mut Vec<u8>,
    ) -> Event<'a, T> {
        let command = header.command_id;
        let (fault, status) = if command.name().is_none() {
            (Fault::UnknownCommand, CommandStatus::ESME_RINVCMDID)
        } else if BindMode::of(command).is_some() && self.state.is_bound() {
            (Fault::AlreadyBound, CommandStatus::ESME_RALYBND)
        } else {
            (Fault::WrongState, CommandStatus::ESME_RINVBNDSTS)
        };
        answer_fault(header, fault, status, frame, out)
    }

    #[inline]
    fn response<'a>(
        &mut self,
        now: Timestamp,
        header: Header,
        frame: &'a [u8],
        out: &mut Vec<u8>,
    ) -> Option<Event<'a, T>> {
        if header.command_id == CommandId::ENQUIRE_LINK_RESP {
            return None;
        }
        self.active_at = now;
        if let Some(event) = self.control_response(now, header, frame) {
            return Some(event);
        }
        // An unknown response must not end the wait for a real one.
        if header.command_id.name().is_none() {
            return Some(Event::Unmatched { header });
        }
        let event = match self.window.answer(header.sequence_number) {
            Answered::InTime { token, sent_at } => {
                let pdu = self.decode_response(header, frame);
                Event::Response { token, sent_at, header, pdu }
            }
            Answered::Late(token) => {
                Event::Late { token, header, pdu: self.decode_response(header, frame) }
            }
            Answered::Nobody => return Some(Event::Unmatched { header }),
        };
        if self.unbinding.is_some() {
            self.unbind_if_drained(out);
        }
        if self.peer_unbinding.is_some() {
            self.answer_unbind_if_done(out);
        }
        Some(event)
    }

    #[inline]
    fn decode_response<'a>(&self, header: Header, frame: &'a [u8]) -> Pdu<'a> {
        match Pdu::read_body(header.command_id, frame, &self.config.limits) {
            Ok(pdu) => pdu,
            Err(kind) => Pdu::Unreadable { kind, body: Pdu::body_octets(frame) },
        }
    }

    /// The answers to our own bind and unbind, by a response or a generic_nack.
    fn control_response<'a>(
        &mut self,
        now: Timestamp,
        header: Header,
        frame: &'a [u8],
    ) -> Option<Event<'a, T>> {
        let sequence = header.sequence_number;
        if self.side == Side::Esme
            && self.binding.is_some_and(|binding| binding.sequence == sequence)
        {
            return self.bind_answered(now, header, frame);
        }
        if let Some(Unbinding { sent, .. }) = self.unbinding
            && sent == Some(sequence)
        {
            return Some(self.close(CloseReason::Unbound));
        }
        None
    }

    fn bind_answered<'a>(
        &mut self,
        now: Timestamp,
        header: Header,
        frame: &'a [u8],
    ) -> Option<Event<'a, T>> {
        let binding = self.binding.take()?;
        let status = header.command_status;
        if header.command_id == CommandId::GENERIC_NACK || !status.is_ok() {
            self.state = State::Open;
            return Some(Event::BindRefused { status });
        }
        self.bound(now, binding.mode);
        let (system_id, tlvs) = match self.decode_response(header, frame) {
            Pdu::BindResp(resp) => (resp.system_id.unwrap_or_default(), resp.tlvs),
            _ => Default::default(),
        };
        let sc_interface_version = tlvs.sc_interface_version();
        // §3.4: an SMSC that does not say its version knows no optional parameters; and one that we
        // bound to as 3.3 has to take us for that.
        self.peer_version = sc_interface_version.unwrap_or(0x33).min(binding.interface_version);
        Some(Event::Bound { system_id, sc_interface_version })
    }
}

/// Answers a request that is no use; those without a response of their own are passed over unless
/// unknown.
#[cold]
fn answer_fault<'a, T>(
    header: Header,
    fault: Fault,
    status: CommandStatus,
    frame: &'a [u8],
    out: &mut Vec<u8>,
) -> Event<'a, T> {
    let command = header.command_id;
    if command.has_response() || command.name().is_none() {
        encode_header(out, command.response(), status, header.sequence_number);
    }
    Event::Malformed { header, fault, frame }
}
