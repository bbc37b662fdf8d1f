//! Fields onto the end of an output.
//!
//! Its place: what every encoder in [`super::pdu`] writes with. **Invariants**: a string never
//! brings a NUL of its own into the PDU, for it would shift every field after it.

use crate::wire::smpp::read::find_nul;
use crate::wire::smpp::tlv::write_tlv;
use crate::wire::smpp::tlv_table::Tag;

/// The longest `short_message` that v3.4 allows (§5.2.22); v5.0 allows one octet more.
pub(crate) const SHORT_MESSAGE_MAX: usize = 254;

/// A C-octet string: `value` up to its first NUL, and a NUL.
#[inline]
pub(crate) fn c_string(out: &mut Vec<u8>, value: &[u8]) {
    if !value.is_empty() {
        let end = find_nul(value).unwrap_or(value.len());
        out.extend_from_slice(value.get(..end).unwrap_or(value));
    }
    out.push(0);
}

/// `sm_length` and `short_message`; longer than 254 octets it goes into [`long_message`] instead.
#[inline]
pub(crate) fn short_message(out: &mut Vec<u8>, message: &[u8]) {
    let fits = message.len() <= SHORT_MESSAGE_MAX;
    let message = if fits { message } else { &[] };
    out.push(message.len() as u8);
    out.extend_from_slice(message);
}

/// The `message_payload` a message too long for `short_message` needs (§5.3.2.32).
#[inline]
pub(crate) fn long_message(out: &mut Vec<u8>, message: &[u8]) {
    if message.len() > SHORT_MESSAGE_MAX {
        write_tlv(out, Tag::MESSAGE_PAYLOAD, message);
    }
}
