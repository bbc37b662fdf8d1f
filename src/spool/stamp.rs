//! The first octets of every file of the data directory: what it is, in which format, of whom.
//!
//! Layout, little-endian, 64 octets: `magic "POSTRIDR", kind [u8; 8], version u32, 0 u32,
//! directory id u64, number u64, 0…, crc32c u32`.
//! **Invariant**: a file of a version this program does not know is never read nor written.

use std::sync::Arc;

use super::disk::{Disk, DiskFile, read_exact_at};
use super::error::OpenError;

/// The version of everything durable but compressed files of the log, which have their own. A change of any
/// layout is a change of it.
pub const FORMAT_VERSION: u32 = 1;

/// Octets of a stamp; what follows it starts here.
pub const STAMP_BYTES: usize = 64;

const MAGIC: &[u8; 8] = b"POSTRIDR";
const CRC_AT: usize = STAMP_BYTES - 4;

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    /// Kind of file, padded with zeros.
    pub kind: [u8; 8],
    /// The data directory it belongs to, so that files of two directories are not mixed up.
    pub directory_id: u64,
    /// Base LSN of a log, number of a segment or run.
    pub number: u64,
}

impl Stamp {
    /// The octets a file begins with.
    pub fn encode(&self) -> [u8; STAMP_BYTES] {
        self.encode_as(FORMAT_VERSION)
    }

    /// The octets that a file of another version begins with.
    pub(super) fn encode_as(&self, version: u32) -> [u8; STAMP_BYTES] {
        let mut octets = [0; STAMP_BYTES];
        octets[..8].copy_from_slice(MAGIC);
        octets[8..16].copy_from_slice(&self.kind);
        octets[16..20].copy_from_slice(&version.to_le_bytes());
        octets[24..32].copy_from_slice(&self.directory_id.to_le_bytes());
        octets[32..40].copy_from_slice(&self.number.to_le_bytes());
        let crc = crc32c::crc32c(&octets[..CRC_AT]);
        octets[CRC_AT..].copy_from_slice(&crc.to_le_bytes());
        octets
    }

    /// Checks that a file begins with this stamp.
    pub fn check(&self, file: &dyn DiskFile, name: &str) -> Result<(), OpenError> {
        let mut octets = [0; STAMP_BYTES];
        read_exact_at(file, &mut octets, 0).map_err(|error| OpenError::io(name, error))?;
        version_of(&octets, name)?;
        if octets != self.encode() {
            return Err(OpenError::damaged(name, "its first 64 octets are not those it was given"));
        }
        Ok(())
    }
}

/// A file with a footer, its stamp checked.
#[derive(Debug)]
pub(crate) struct Footed<const N: usize> {
    pub(crate) file: Arc<dyn DiskFile>,
    /// Where the footer begins.
    pub(crate) footer_at: u64,
    pub(crate) footer: [u8; N],
}

impl<const N: usize> Footed<N> {
    /// Opens a file that begins with this stamp and ends with a footer of `N` octets.
    pub(crate) fn open(disk: &dyn Disk, stamp: &Stamp, name: &str) -> Result<Self, OpenError> {
        let failed = |error| OpenError::io(name, error);
        let file = disk.open(name).map_err(failed)?;
        stamp.check(&*file, name)?;
        let length = file.len_bytes().map_err(failed)?;
        let footer_at = length.checked_sub(N as u64).ok_or_else(|| cut_off(name))?;
        let mut footer = [0; N];
        read_exact_at(&*file, &mut footer, footer_at).map_err(failed)?;
        Ok(Self { file, footer_at, footer })
    }
}

/// What is said of a file whose footer is not what was written.
pub(crate) fn cut_off(name: &str) -> OpenError {
    OpenError::damaged(name, "its end is cut off or changed")
}

/// Checks magic, checksum and version of a file's first octets.
pub fn version_of(octets: &[u8; STAMP_BYTES], name: &str) -> Result<(), OpenError> {
    version_as(octets, name, FORMAT_VERSION)
}

/// The same of a file whose kind has a version of its own.
pub(super) fn version_as(
    octets: &[u8; STAMP_BYTES],
    name: &str,
    known: u32,
) -> Result<(), OpenError> {
    let found = u32::from_le_bytes([octets[16], octets[17], octets[18], octets[19]]);
    let crc = crc32c::crc32c(&octets[..CRC_AT]).to_le_bytes();
    if &octets[..8] != MAGIC || octets[CRC_AT..] != crc {
        return Err(OpenError::damaged(name, "it does not begin as a file of a data directory"));
    }
    if found != known {
        return Err(OpenError::Version { file: name.to_owned(), found, known });
    }
    Ok(())
}
