//! The frame: everything one commit made durable.
//!
//! Header, little-endian: `length u32` of the payload, `crc32c u32` over {directory id, LSN,
//! payload}, `crc32c u32` over {directory id, LSN, the eight octets before}; then chunks. The LSN in
//! the checksums keeps octets of another place from passing as this one's. The second checksum
//! makes the search for the next valid frame cheap, and, as the directory id is secret, keeps a
//! message's text from posing as a frame.

use super::lsn::Lsn;

/// Octets before the chunks.
pub const FRAME_HEADER_BYTES: usize = 12;

/// Payloads longer than this are never written.
pub const FRAME_BYTES_MAX: usize = 64 << 20;

/// Writes the header of a frame whose payload follows the header's place in `frame`.
pub(crate) fn seal(frame: &mut [u8], directory_id: u64, lsn: Lsn) {
    let Some((header, payload)) = frame.split_first_chunk_mut::<FRAME_HEADER_BYTES>() else {
        return;
    };
    header[..4].copy_from_slice(&(payload.len() as u32).to_le_bytes());
    header[4..8].copy_from_slice(&checksum(directory_id, lsn, payload).to_le_bytes());
    let crc = checksum(directory_id, lsn, &header[..8]);
    header[8..].copy_from_slice(&crc.to_le_bytes());
}

/// Length and checksum of the payload, if these octets are the header of the frame at `lsn`.
pub(crate) fn header(octets: &[u8], directory_id: u64, lsn: Lsn) -> Option<(usize, u32)> {
    let header = octets.first_chunk::<FRAME_HEADER_BYTES>()?;
    let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| header[at + i]));
    let length = word(0) as usize;
    // Cheap tests first: the search for a valid frame comes here with every octet.
    if length == 0 || length > FRAME_BYTES_MAX {
        return None;
    }
    (checksum(directory_id, lsn, &header[..8]) == word(8)).then_some((length, word(4)))
}

/// The checksum that ties octets to their place.
pub(super) fn checksum(directory_id: u64, lsn: Lsn, octets: &[u8]) -> u32 {
    let mut place = [0; 16];
    place[..8].copy_from_slice(&directory_id.to_le_bytes());
    place[8..].copy_from_slice(&lsn.0.to_le_bytes());
    crc32c::crc32c_append(crc32c::crc32c(&place), octets)
}
