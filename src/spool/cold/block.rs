//! One block: some octets of log, compressed by themselves.
//!
//! Layout, little-endian: `number u32, octets of log u32, octets stored u32, crc32c u32` of what is stored, `crc32c
//! u32` of the file's place and the sixteen octets before; then what is stored, which is a zstd frame, or the
//! octets of log themselves where compressing does not make them fewer. A block says by itself where it
//! belongs, so that a damaged table costs nothing but a reading of the whole file.

use std::io;

use zstd::bulk::{Compressor, Decompressor};

use super::layout::{BLOCK_BYTES, Place};

/// Octets before what is stored.
pub(in crate::spool) const BLOCK_HEADER_BYTES: usize = 20;

/// The level of zstd: the ones above take twice the time for 5 % less.
const LEVEL: i32 = 1;

/// What a block begins with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct BlockHeader {
    pub(super) number: u32,
    /// Octets of log.
    pub(super) length: u32,
    /// Octets that follow.
    pub(super) stored: u32,
    crc: u32,
}

/// Makes blocks, with memory of its own.
pub(super) struct Packer {
    compressor: Compressor<'static>,
    packed: Vec<u8>,
}

impl Packer {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { compressor: Compressor::new(LEVEL)?, packed: Vec::new() })
    }

    /// Appends the block of some octets of log.
    pub(super) fn pack(
        &mut self,
        place: Place,
        number: u32,
        octets: &[u8],
        out: &mut Vec<u8>,
    ) -> io::Result<()> {
        self.packed.resize(zstd::zstd_safe::compress_bound(octets.len()), 0);
        let count = self.compressor.compress_to_buffer(octets, &mut self.packed[..])?;
        let stored = if count < octets.len() { &self.packed[..count] } else { octets };
        out.extend_from_slice(&header_of(place, number, octets.len() as u32, stored));
        out.extend_from_slice(stored);
        Ok(())
    }
}

/// The header of a block of so many octets of log.
pub(super) fn header_of(
    place: Place,
    number: u32,
    length: u32,
    stored: &[u8],
) -> [u8; BLOCK_HEADER_BYTES] {
    let crc = crc32c::crc32c(stored);
    BlockHeader { number, length, stored: stored.len() as u32, crc }.encode(place)
}

impl BlockHeader {
    fn encode(self, place: Place) -> [u8; BLOCK_HEADER_BYTES] {
        let mut octets = [0; BLOCK_HEADER_BYTES];
        octets[..4].copy_from_slice(&self.number.to_le_bytes());
        octets[4..8].copy_from_slice(&self.length.to_le_bytes());
        octets[8..12].copy_from_slice(&self.stored.to_le_bytes());
        octets[12..16].copy_from_slice(&self.crc.to_le_bytes());
        let crc = place.checksum(&octets[..16]);
        octets[16..].copy_from_slice(&crc.to_le_bytes());
        octets
    }

    /// The header that some octets begin with, if they do.
    pub(super) fn parse(octets: &[u8], place: Place) -> Option<Self> {
        let octets = octets.first_chunk::<BLOCK_HEADER_BYTES>()?;
        let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| octets[at + i]));
        let header = Self { number: word(0), length: word(4), stored: word(8), crc: word(12) };
        // Cheap tests first: the search for a block comes here with every octet.
        let bounded = header.length > 0 && header.length <= *BLOCK_BYTES.end();
        let possible = bounded && header.stored > 0 && header.stored <= header.length;
        (possible && place.checksum(&octets[..16]) == word(16)).then_some(header)
    }
}

/// The stored octets of a block with this number and so many octets of log, if they are as they were written.
pub(super) fn sound(block: &[u8], place: Place, number: u32, length: usize) -> Option<&[u8]> {
    let header = BlockHeader::parse(block, place)?;
    let meant = header.number == number && header.length as usize == length;
    let stored = block.get(BLOCK_HEADER_BYTES..BLOCK_HEADER_BYTES + header.stored as usize)?;
    (meant && crc32c::crc32c(stored) == header.crc).then_some(stored)
}

/// Brings stored octets back to what they were; `false` if they were not made of so many.
pub(super) fn unpack(
    decompressor: &mut Decompressor<'static>,
    stored: &[u8],
    out: &mut [u8],
) -> bool {
    if stored.len() == out.len() {
        out.copy_from_slice(stored);
        return true;
    }
    decompressor.decompress_to_buffer(stored, out).is_ok_and(|count| count == out.len())
}
