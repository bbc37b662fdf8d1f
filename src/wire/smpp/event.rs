//! What a session tells its shell, and why it ends.
//!
//! Its place: given by [`super::session::Session::receive`] and `timeout`. **Invariants**: an event
//! borrows the input only, never the session, so the shell may act on the session at once.

use crate::base::clock::Timestamp;
use crate::wire::smpp::decode_error::DecodeErrorKind;
use crate::wire::smpp::header::Header;
use crate::wire::smpp::pdu::{Bind, Outbind, Pdu};
use crate::wire::smpp::status::CommandStatus;

/// Something the shell should know.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Event<'a, T> {
    /// An ESME asks to bind; answer with `accept_bind` or `refuse_bind` before more is received,
    /// for what comes in between is refused as unbound.
    Bind {
        /// Of the request.
        header: Header,
        /// Who asks, and for what.
        bind: Bind<'a>,
    },
    /// The SMSC accepted our bind.
    Bound {
        /// The SMSC's name, empty if it gave none.
        system_id: &'a [u8],
        /// What it speaks, if it said so.
        sc_interface_version: Option<u8>,
    },
    /// The SMSC refused our bind. The connection is best closed; the session's timer does in the end.
    BindRefused {
        /// Why.
        status: CommandStatus,
    },
    /// An SMSC that connected to us asks us to bind as receiver.
    Outbind {
        /// Of the outbind.
        header: Header,
        /// Who asks.
        outbind: Outbind<'a>,
    },
    /// A request to act on; answer with `respond` or `refuse`, except an alert_notification.
    Request {
        /// Of the request.
        header: Header,
        /// Its body.
        pdu: Pdu<'a>,
    },
    /// The answer to a request of ours; it may be a generic_nack.
    Response {
        /// Of our request.
        token: T,
        /// When it was sent.
        sent_at: Timestamp,
        /// Of the response.
        header: Header,
        /// Its body; `Pdu::Unreadable` if that is broken.
        pdu: Pdu<'a>,
    },
    /// The answer to a request that was given up: its message_id is still worth recording.
    Late {
        /// Of our request.
        token: T,
        /// Of the response.
        header: Header,
        /// Its body; `Pdu::Unreadable` if that is broken.
        pdu: Pdu<'a>,
    },
    /// No answer came in time: what became of the request is unknown.
    Expired {
        /// Of our request.
        token: T,
        /// Its number.
        sequence_number: u32,
    },
    /// A PDU that was no use, and was answered already if it wanted an answer.
    Malformed {
        /// Of the PDU.
        header: Header,
        /// What was wrong.
        fault: Fault,
        /// All of it.
        frame: &'a [u8],
    },
    /// A response that nobody waits for.
    Unmatched {
        /// Of the response.
        header: Header,
    },
    /// The peer asks to end the session. Answer what is pending; unbind_resp goes by itself after
    /// the last answer or a bounded time, then `Close` follows.
    Unbind,
    /// Close the connection, after what was written is sent. The last event.
    Close(CloseReason),
}

/// What was wrong with a PDU.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// Its body cannot be read.
    Decode(DecodeErrorKind),
    /// The standard does not know the operation.
    UnknownCommand,
    /// The state does not allow the operation now.
    WrongState,
    /// A bind on top of a bind.
    AlreadyBound,
}

/// Why a session is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum CloseReason {
    /// A `command_length` that cannot be; the octets of another protocol look so.
    BadLength {
        /// As it came.
        command_length: u32,
    },
    /// No bind in time.
    SessionInit,
    /// No answer to our bind in time.
    BindExpired,
    /// The peer is silent and does not answer enquire_link.
    Silent,
    /// Nothing but enquire_link for too long.
    Inactive,
    /// The peer unbound.
    PeerUnbound,
    /// We unbound, and the peer agreed.
    Unbound,
    /// We unbound, and the peer did not answer in time.
    UnbindExpired,
}
