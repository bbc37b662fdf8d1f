//! The sixteen octets every PDU begins with (SMPP v3.4 §3.2, §5.1).
//!
//! Its place: read by [`super::frame`] and [`super::pdu`], written by [`super::pdu::encode`].
//! **Not here**: any judgement; a header of nonsense is still a header.

use crate::wire::smpp::command::CommandId;
use crate::wire::smpp::status::CommandStatus;

/// Octets of a header; also the least `command_length` there is.
pub const HEADER_OCTETS: usize = 16;

/// The header of a PDU, in the order of the wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Header {
    /// Octets of the whole PDU, this header included (§5.1.1).
    pub command_length: u32,
    /// Which operation this is (§5.1.2).
    pub command_id: CommandId,
    /// The outcome, in a response; ignored in a request (§5.1.3).
    pub command_status: CommandStatus,
    /// Pairs a response with its request; whatever it is, a response repeats it (§5.1.4).
    pub sequence_number: u32,
}

impl Header {
    /// Reads the header at the front of `octets`; `None` if fewer than sixteen are there.
    #[inline]
    pub fn read(octets: &[u8]) -> Option<Self> {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = *octets.first_chunk::<16>()?;
        Some(Self {
            command_length: u32::from_be_bytes([a, b, c, d]),
            command_id: CommandId(u32::from_be_bytes([e, f, g, h])),
            command_status: CommandStatus(u32::from_be_bytes([i, j, k, l])),
            sequence_number: u32::from_be_bytes([m, n, o, p]),
        })
    }

    /// The sixteen octets of this header.
    #[inline]
    pub fn octets(&self) -> [u8; HEADER_OCTETS] {
        let [a, b, c, d] = self.command_length.to_be_bytes();
        let [e, f, g, h] = self.command_id.0.to_be_bytes();
        let [i, j, k, l] = self.command_status.0.to_be_bytes();
        let [m, n, o, p] = self.sequence_number.to_be_bytes();
        [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p]
    }
}
