//! What a compressed file of the log looks like.
//!
//! Layout, little-endian: a stamp of kind `cold` and version [`COLD_VERSION`] whose number is the file's base; the
//! blocks, one behind another (see `block`); the table, a `u32` for each block, which is where it begins, in
//! octets behind the stamp; the footer: `"COLDLOG\0", version u32, octets of a block u32, octets of log u64, blocks
//! u32, crc32c of the table u32, 0 u32, crc32c u32` of the file's place and all before. Block `n` holds the octets
//! of log from `n` times the octets of a block on, and only the last one may be shorter.
//! **Invariant**: a file has its name only once all of it is durable, so that there is no torn one: what does not
//! match its checksum has been damaged since.

use std::io;

use crate::spool::error::OpenError;
use crate::spool::log::LOG_KIND;
use crate::spool::lsn::Lsn;
use crate::spool::stamp::{FORMAT_VERSION, STAMP_BYTES, Stamp, version_as};

/// Version of compressed files, in their stamps and footers. Files that are not compressed keep theirs.
pub(super) const COLD_VERSION: u32 = 2;

/// Octets of a footer.
pub(super) const FOOTER_BYTES: usize = 40;

/// Octets of an entry of the table.
pub(super) const ENTRY_BYTES: usize = 4;

/// The octets that a block may hold.
pub(super) const BLOCK_BYTES: std::ops::RangeInclusive<u32> = 256..=1 << 20;

/// Octets of log that a file may hold; longer ones stay as they are.
pub(super) const LENGTH_MAX: u64 = 3 << 30;

const COLD_KIND: [u8; 8] = *b"cold\0\0\0\0";
const MAGIC: &[u8; 8] = b"COLDLOG\0";

/// The place of a file, which is in all its checksums: octets of another place never pass as its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::spool) struct Place {
    /// The id of the directory.
    pub(in crate::spool) directory_id: u64,
    /// The address of the first octet.
    pub(in crate::spool) base: Lsn,
}

/// What the end of a file says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Footer {
    pub(super) block_bytes: u32,
    /// Octets of log.
    pub(super) length: u64,
    pub(super) blocks: u32,
    pub(super) table_crc: u32,
}

/// The two forms of a log file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::spool) enum Form {
    /// As it was written.
    Plain,
    /// Compressed.
    Cold,
}

impl Place {
    /// The stamp of the compressed file.
    pub(super) fn cold_stamp(self) -> [u8; STAMP_BYTES] {
        let number = self.base.0;
        let stamp = Stamp { kind: COLD_KIND, directory_id: self.directory_id, number };
        stamp.encode_as(COLD_VERSION)
    }

    /// The stamp of the same file before it was compressed.
    pub(in crate::spool) fn plain_stamp(self) -> Stamp {
        Stamp { kind: LOG_KIND, directory_id: self.directory_id, number: self.base.0 }
    }

    /// The checksum that ties octets to this place.
    pub(super) fn checksum(self, octets: &[u8]) -> u32 {
        let mut place = [0; 20];
        place[..4].copy_from_slice(b"cold");
        place[4..12].copy_from_slice(&self.directory_id.to_le_bytes());
        place[12..].copy_from_slice(&self.base.0.to_le_bytes());
        crc32c::crc32c_append(crc32c::crc32c(&place), octets)
    }

    /// Which form a file has that begins with these octets.
    pub(in crate::spool) fn form(
        self,
        stamp: &[u8; STAMP_BYTES],
        name: &str,
    ) -> Result<Form, OpenError> {
        if *stamp == self.plain_stamp().encode() {
            return Ok(Form::Plain);
        }
        if *stamp == self.cold_stamp() {
            return Ok(Form::Cold);
        }
        let is_cold = stamp[8..16] == COLD_KIND;
        version_as(stamp, name, if is_cold { COLD_VERSION } else { FORMAT_VERSION })?;
        Err(OpenError::damaged(name, "its first 64 octets are not those it was given"))
    }
}

impl Footer {
    pub(super) fn encode(&self, place: Place) -> [u8; FOOTER_BYTES] {
        let mut octets = [0; FOOTER_BYTES];
        octets[..8].copy_from_slice(MAGIC);
        octets[8..12].copy_from_slice(&COLD_VERSION.to_le_bytes());
        octets[12..16].copy_from_slice(&self.block_bytes.to_le_bytes());
        octets[16..24].copy_from_slice(&self.length.to_le_bytes());
        octets[24..28].copy_from_slice(&self.blocks.to_le_bytes());
        octets[28..32].copy_from_slice(&self.table_crc.to_le_bytes());
        let crc = place.checksum(&octets[..FOOTER_BYTES - 4]);
        octets[FOOTER_BYTES - 4..].copy_from_slice(&crc.to_le_bytes());
        octets
    }

    /// The footer that these octets are, if they are one and make sense.
    pub(super) fn decode(octets: &[u8; FOOTER_BYTES], place: Place) -> Option<Self> {
        let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| octets[at + i]));
        let length = u64::from(word(16)) | u64::from(word(20)) << 32;
        let footer = Self { block_bytes: word(12), length, blocks: word(24), table_crc: word(28) };
        let known = footer.encode(place) == *octets;
        let bounded = BLOCK_BYTES.contains(&footer.block_bytes) && length <= LENGTH_MAX;
        let blocks = if bounded { blocks_of(length, footer.block_bytes) } else { 0 };
        (known && bounded && blocks == u64::from(footer.blocks)).then_some(footer)
    }
}

/// How many blocks so many octets of log are.
pub(super) const fn blocks_of(length: u64, block_bytes: u32) -> u64 {
    length.div_ceil(block_bytes as u64)
}

/// The error of a file that cannot be written in this form.
pub(super) fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, "the file is too long to be compressed")
}
