//! Any PDU, told by its `command_id`.
//!
//! Its place: what [`super::super::session`] hands up. **Invariants**: an operation the standard
//! does not know is still a PDU ([`Pdu::Unknown`]); a fault keeps the header.

use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::decode_error::{DecodeError, DecodeErrorKind, Field};
use crate::wire::smpp::header::{HEADER_OCTETS, Header};
use crate::wire::smpp::limits::Limits;
use crate::wire::smpp::pdu::{
    AlertNotification, Bind, BindMode, BindResp, BroadcastSm, BroadcastSmResp, CancelBroadcastSm,
    CancelBroadcastSmResp, CancelSm, CancelSmResp, DataSm, DataSmResp, DeliverSm, DeliverSmResp,
    EnquireLink, EnquireLinkResp, GenericNack, Outbind, QueryBroadcastSm, QueryBroadcastSmResp,
    QuerySm, QuerySmResp, ReplaceSm, ReplaceSmResp, Sm, SubmitMulti, SubmitMultiResp, SubmitSm,
    SubmitSmResp, Unbind, UnbindResp,
};
use crate::wire::smpp::read::{Read, Reader};

macro_rules! pdus {
    ($($(#[$doc:meta])* $name:ident($body:ty),)*) => {
        /// The body of a PDU of any operation.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[non_exhaustive]
        pub enum Pdu<'a> {
            $($(#[$doc])* $name($body),)*
            /// An operation the standard does not know.
            Unknown {
                /// Its number.
                command_id: CommandId,
                /// Everything after the header.
                body: &'a [u8],
            },
            /// A response to a request of ours whose body cannot be read: its outcome stands, its
            /// fields are lost. Made by a session, never by [`Pdu::decode`].
            Unreadable {
                /// What is wrong with it.
                kind: DecodeErrorKind,
                /// Everything after the header.
                body: &'a [u8],
            },
        }
    };
}

pdus! {
    /// `bind_transmitter`, `bind_receiver` or `bind_transceiver`.
    Bind(Bind<'a>),
    /// The response to one of these.
    BindResp(BindResp<'a>),
    /// `outbind`.
    Outbind(Outbind<'a>),
    /// `unbind`.
    Unbind(Unbind<'a>),
    /// `unbind_resp`.
    UnbindResp(UnbindResp<'a>),
    /// `generic_nack`.
    GenericNack(GenericNack<'a>),
    /// `enquire_link`.
    EnquireLink(EnquireLink<'a>),
    /// `enquire_link_resp`.
    EnquireLinkResp(EnquireLinkResp<'a>),
    /// `submit_sm`.
    SubmitSm(SubmitSm<'a>),
    /// `submit_sm_resp`.
    SubmitSmResp(SubmitSmResp<'a>),
    /// `submit_multi`.
    SubmitMulti(SubmitMulti<'a>),
    /// `submit_multi_resp`.
    SubmitMultiResp(SubmitMultiResp<'a>),
    /// `deliver_sm`.
    DeliverSm(DeliverSm<'a>),
    /// `deliver_sm_resp`.
    DeliverSmResp(DeliverSmResp<'a>),
    /// `data_sm`.
    DataSm(DataSm<'a>),
    /// `data_sm_resp`.
    DataSmResp(DataSmResp<'a>),
    /// `query_sm`.
    QuerySm(QuerySm<'a>),
    /// `query_sm_resp`.
    QuerySmResp(QuerySmResp<'a>),
    /// `cancel_sm`.
    CancelSm(CancelSm<'a>),
    /// `cancel_sm_resp`.
    CancelSmResp(CancelSmResp<'a>),
    /// `replace_sm`.
    ReplaceSm(ReplaceSm<'a>),
    /// `replace_sm_resp`.
    ReplaceSmResp(ReplaceSmResp<'a>),
    /// `alert_notification`.
    AlertNotification(AlertNotification<'a>),
    /// `broadcast_sm`.
    BroadcastSm(BroadcastSm<'a>),
    /// `broadcast_sm_resp`.
    BroadcastSmResp(BroadcastSmResp<'a>),
    /// `query_broadcast_sm`.
    QueryBroadcastSm(QueryBroadcastSm<'a>),
    /// `query_broadcast_sm_resp`.
    QueryBroadcastSmResp(QueryBroadcastSmResp<'a>),
    /// `cancel_broadcast_sm`.
    CancelBroadcastSm(CancelBroadcastSm<'a>),
    /// `cancel_broadcast_sm_resp`.
    CancelBroadcastSmResp(CancelBroadcastSmResp<'a>),
}

impl<'a> Pdu<'a> {
    /// Reads one frame, as [`split`](super::super::frame::split) cut it.
    #[inline]
    pub fn decode(frame: &'a [u8], limits: &Limits) -> Result<(Header, Self), DecodeError> {
        let Some(header) = Header::read(frame) else {
            return Err(DecodeError {
                header: Header::default(),
                kind: DecodeErrorKind::Truncated(Field::Header),
                offset: frame.len(),
                status: Field::Header.status(),
            });
        };
        Self::decode_body(header, frame, limits).map(|pdu| (header, pdu))
    }

    /// Reads the body of a frame whose header was read already.
    #[inline]
    pub fn decode_body(
        header: Header,
        frame: &'a [u8],
        limits: &Limits,
    ) -> Result<Self, DecodeError> {
        let mut reader = Reader::body(frame, limits);
        Self::read(header.command_id, &mut reader).map_err(|kind| DecodeError {
            header,
            kind,
            offset: reader.offset(),
            status: kind.status(),
        })
    }

    /// The same without a place for the error: what a session reads is not moved once more.
    #[inline]
    pub(crate) fn read_body(command_id: CommandId, frame: &'a [u8], limits: &Limits) -> Read<Self> {
        Self::read(command_id, &mut Reader::body(frame, limits))
    }

    #[inline]
    fn read(command_id: CommandId, reader: &mut Reader<'a, '_>) -> Read<Self> {
        // The four of the hot path first.
        match command_id {
            CommandId::SUBMIT_SM => Ok(Self::SubmitSm(SubmitSm(Sm::read(reader)?))),
            CommandId::SUBMIT_SM_RESP => Ok(Self::SubmitSmResp(SubmitSmResp::read(reader)?)),
            CommandId::DELIVER_SM => Ok(Self::DeliverSm(DeliverSm(Sm::read(reader)?))),
            CommandId::DELIVER_SM_RESP => Ok(Self::DeliverSmResp(DeliverSmResp::read(reader)?)),
            _ => Self::read_other(command_id, reader),
        }
    }

    fn read_other(command_id: CommandId, reader: &mut Reader<'a, '_>) -> Read<Self> {
        if let Some(mode) = BindMode::of(command_id) {
            return if command_id.is_response() {
                Ok(Self::BindResp(BindResp::read(mode, reader)?))
            } else {
                Ok(Self::Bind(Bind::read(mode, reader)?))
            };
        }
        Ok(match command_id {
            CommandId::OUTBIND => Self::Outbind(Outbind::read(reader)?),
            CommandId::UNBIND => Self::Unbind(Unbind::read(reader)),
            CommandId::UNBIND_RESP => Self::UnbindResp(UnbindResp::read(reader)),
            CommandId::GENERIC_NACK => Self::GenericNack(GenericNack::read(reader)),
            CommandId::ENQUIRE_LINK => Self::EnquireLink(EnquireLink::read(reader)),
            CommandId::ENQUIRE_LINK_RESP => Self::EnquireLinkResp(EnquireLinkResp::read(reader)),
            CommandId::SUBMIT_MULTI => Self::SubmitMulti(SubmitMulti::read(reader)?),
            CommandId::SUBMIT_MULTI_RESP => Self::SubmitMultiResp(SubmitMultiResp::read(reader)?),
            CommandId::DATA_SM => Self::DataSm(DataSm::read(reader)?),
            CommandId::DATA_SM_RESP => Self::DataSmResp(DataSmResp::read(reader)?),
            CommandId::QUERY_SM => Self::QuerySm(QuerySm::read(reader)?),
            CommandId::QUERY_SM_RESP => Self::QuerySmResp(QuerySmResp::read(reader)?),
            CommandId::CANCEL_SM => Self::CancelSm(CancelSm::read(reader)?),
            CommandId::CANCEL_SM_RESP => Self::CancelSmResp(CancelSmResp::read(reader)),
            CommandId::REPLACE_SM => Self::ReplaceSm(ReplaceSm::read(reader)?),
            CommandId::REPLACE_SM_RESP => Self::ReplaceSmResp(ReplaceSmResp::read(reader)),
            CommandId::ALERT_NOTIFICATION => {
                Self::AlertNotification(AlertNotification::read(reader)?)
            }
            CommandId::BROADCAST_SM => Self::BroadcastSm(BroadcastSm::read(reader)?),
            CommandId::BROADCAST_SM_RESP => Self::BroadcastSmResp(BroadcastSmResp::read(reader)?),
            CommandId::QUERY_BROADCAST_SM => {
                Self::QueryBroadcastSm(QueryBroadcastSm::read(reader)?)
            }
            CommandId::QUERY_BROADCAST_SM_RESP => {
                Self::QueryBroadcastSmResp(QueryBroadcastSmResp::read(reader)?)
            }
            CommandId::CANCEL_BROADCAST_SM => {
                Self::CancelBroadcastSm(CancelBroadcastSm::read(reader)?)
            }
            CommandId::CANCEL_BROADCAST_SM_RESP => {
                Self::CancelBroadcastSmResp(CancelBroadcastSmResp::read(reader))
            }
            _ => Self::Unknown { command_id, body: reader.rest() },
        })
    }

    /// Everything after the header of a frame, whatever it is.
    pub fn body_octets(frame: &[u8]) -> &[u8] {
        frame.get(HEADER_OCTETS..).unwrap_or_default()
    }
}
