//! The small PDUs every peer here sends: bind_resp, enquire_link_resp, unbind, and refusals.

use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::header::Header;
use crate::wire::smpp::pdu::{BindMode, BindResp, encode, encode_header};
use crate::wire::smpp::status::CommandStatus;
use crate::wire::smpp::tlv::Tlvs;

/// The number of an unbind, sent once and at the end: no window ever gets so far.
pub(crate) const LAST_SEQUENCE: u32 = 0x7FFF_FFFF;

/// Answers a request of the session's upkeep; false if it is none of these.
pub(crate) fn upkeep(header: Header, out: &mut Vec<u8>) -> bool {
    match header.command_id {
        CommandId::ENQUIRE_LINK | CommandId::UNBIND => {
            let response = header.command_id.response();
            encode_header(out, response, CommandStatus::ESME_ROK, header.sequence_number);
            true
        }
        _ => false,
    }
}

/// Answers a request that cannot be served; responses are never answered, or two peers could
/// answer each other for ever.
pub(crate) fn refuse(header: Header, status: CommandStatus, out: &mut Vec<u8>) {
    if !header.command_id.is_response() {
        encode_header(out, header.command_id.response(), status, header.sequence_number);
    }
}

/// Lets an ESME in.
pub(crate) fn bound(mode: BindMode, sequence_number: u32, system_id: &[u8], out: &mut Vec<u8>) {
    let body = BindResp { mode, system_id: Some(system_id), tlvs: Tlvs::default() };
    encode(out, CommandStatus::ESME_ROK, sequence_number, &body);
}
