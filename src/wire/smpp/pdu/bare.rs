//! PDUs without a body (SMPP v3.4 §4.2, §4.3, §4.9.2, §4.10.2, §4.11; v5.0 §4.6).
//!
//! **Invariants**: nothing is written after the header, for a strict peer answers even one NUL with
//! ESME_RINVCMDLEN. On the way in, surplus octets are overlooked; those that are well formed
//! parameters are kept in `tlvs`.

use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::pdu::Body;
use crate::wire::smpp::read::Reader;
use crate::wire::smpp::tlv::Tlvs;

macro_rules! bare {
    ($($(#[$doc:meta])* $name:ident = $command:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
        pub struct $name<'a> {
            /// What a peer sent where nothing belongs; never written.
            pub tlvs: Tlvs<'a>,
        }

        impl<'a> $name<'a> {
            pub(crate) fn read(reader: &mut Reader<'a, '_>) -> Self {
                Self { tlvs: reader.surplus() }
            }
        }

        impl Body for $name<'_> {
            fn command(&self) -> CommandId {
                CommandId::$command
            }

            fn octets_max(&self) -> usize {
                0
            }

            fn write(&self, _out: &mut Vec<u8>) {}
        }
    )*};
}

bare! {
    /// `generic_nack` (§4.3): the PDU could not be read as any operation.
    GenericNack = GENERIC_NACK;
    /// `enquire_link` (§4.11.1): is the other side still there.
    EnquireLink = ENQUIRE_LINK;
    /// `enquire_link_resp` (§4.11.2): it is.
    EnquireLinkResp = ENQUIRE_LINK_RESP;
    /// `unbind` (§4.2.1): the wish to end the session.
    Unbind = UNBIND;
    /// `unbind_resp` (§4.2.2): the session has ended.
    UnbindResp = UNBIND_RESP;
    /// `cancel_sm_resp` (§4.9.2).
    CancelSmResp = CANCEL_SM_RESP;
    /// `replace_sm_resp` (§4.10.2).
    ReplaceSmResp = REPLACE_SM_RESP;
    /// `cancel_broadcast_sm_resp` (v5.0 §4.6.2.4).
    CancelBroadcastSmResp = CANCEL_BROADCAST_SM_RESP;
}
