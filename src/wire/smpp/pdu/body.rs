//! Writing a PDU: a header, a body, and the length put in afterwards.
//!
//! Its place: everything that leaves goes through [`encode`]. **Invariants**: `command_length` is
//! the octets written; room is reserved once.

use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::header::{HEADER_OCTETS, Header};
use crate::wire::smpp::status::CommandStatus;

/// A body that can be written.
pub trait Body {
    /// Which operation this is.
    fn command(&self) -> CommandId;

    /// The most octets [`write`](Body::write) will write, for reserving room once.
    fn octets_max(&self) -> usize;

    /// Writes the body, without a header, at the end of `out`.
    fn write(&self, out: &mut Vec<u8>);
}

/// A body passed on as octets, as it came from another PDU.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Raw<'a> {
    /// Which operation it is.
    pub command_id: CommandId,
    /// Everything after the header.
    pub body: &'a [u8],
}

impl Body for Raw<'_> {
    fn command(&self) -> CommandId {
        self.command_id
    }

    fn octets_max(&self) -> usize {
        self.body.len()
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.body);
    }
}

/// Writes one whole PDU at the end of `out`.
#[inline]
pub fn encode<B: Body + ?Sized>(
    out: &mut Vec<u8>,
    command_status: CommandStatus,
    sequence_number: u32,
    body: &B,
) {
    out.reserve(HEADER_OCTETS + body.octets_max());
    let start = out.len();
    let command_id = body.command();
    encode_header(out, command_id, command_status, sequence_number);
    body.write(out);
    let command_length = (out.len() - start) as u32;
    if let Some(length) = out.get_mut(start..).and_then(|pdu| pdu.first_chunk_mut::<4>()) {
        *length = command_length.to_be_bytes();
    }
}

/// Writes a PDU that is only a header: a refusal, or a response without a body.
#[inline]
pub fn encode_header(
    out: &mut Vec<u8>,
    command_id: CommandId,
    command_status: CommandStatus,
    sequence_number: u32,
) {
    let command_length = HEADER_OCTETS as u32;
    let header = Header { command_length, command_id, command_status, sequence_number };
    out.extend_from_slice(&header.octets());
}
