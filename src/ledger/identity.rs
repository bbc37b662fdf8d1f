//! Who a data directory is: made once, never changed.
//!
//! File `identity`: a stamp whose number is the node, then `id key u64, crc32c u32`.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io;

use crate::spool::disk::{Disk, read_small, replace};
use crate::spool::error::OpenError;
use crate::spool::stamp::{STAMP_BYTES, Stamp, version_of};

pub(super) const NAME: &str = "identity";
const KIND: [u8; 8] = *b"identity";

/// What tells this directory from every other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Identity {
    /// In every file's stamp and every frame's checksum.
    pub(super) directory_id: u64,
    /// Key of the permutation of public ids.
    pub(super) id_key: u64,
    pub(super) node: u16,
}

impl Identity {
    /// Reads the directory's identity, or gives it one.
    pub(super) fn open(disk: &dyn Disk, node: u16, seed: Option<u64>) -> Result<Self, OpenError> {
        match read_small(disk, NAME, 4096) {
            Ok(octets) => Self::decode(&octets, node),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut random = seed.map_or_else(unpredictable, fastrand::Rng::with_seed);
                let made = Self { directory_id: random.u64(..), id_key: random.u64(..), node };
                replace(disk, NAME, &made.encode()).map_err(|error| OpenError::io(NAME, error))?;
                Ok(made)
            }
            Err(error) => Err(OpenError::io(NAME, error)),
        }
    }

    /// Reads the identity of a directory, whoever's it is.
    pub(super) fn read(disk: &dyn Disk) -> Result<Self, OpenError> {
        let octets = read_small(disk, NAME, 4096).map_err(|error| OpenError::io(NAME, error))?;
        let damaged = || OpenError::damaged(NAME, "it is cut short or changed");
        let node = octets.get(32..34).and_then(|node| node.first_chunk()).ok_or_else(damaged)?;
        Self::decode(&octets, u16::from_le_bytes(*node))
    }

    fn encode(&self) -> Vec<u8> {
        let number = u64::from(self.node);
        let stamp = Stamp { kind: KIND, directory_id: self.directory_id, number };
        let mut octets = stamp.encode().to_vec();
        octets.extend_from_slice(&self.id_key.to_le_bytes());
        octets.extend_from_slice(&crc32c::crc32c(&octets).to_le_bytes());
        octets
    }

    fn decode(octets: &[u8], node: u16) -> Result<Self, OpenError> {
        let damaged = || OpenError::damaged(NAME, "it is cut short or changed");
        let stamp = octets.first_chunk::<STAMP_BYTES>().ok_or_else(damaged)?;
        version_of(stamp, NAME)?;
        let long = |at: usize| {
            let octets = octets.get(at..at + 8)?;
            Some(u64::from_le_bytes(octets.try_into().ok()?))
        };
        let directory_id = long(24).ok_or_else(damaged)?;
        let found = long(32).ok_or_else(damaged)? as u16;
        let id_key = long(STAMP_BYTES).ok_or_else(damaged)?;
        let identity = Self { directory_id, id_key, node: found };
        if identity.encode() != octets {
            return Err(damaged());
        }
        if found != node {
            return Err(OpenError::OtherNode { found, configured: node });
        }
        Ok(identity)
    }
}

/// Random numbers from the system: a new `RandomState` is keyed by the kernel.
fn unpredictable() -> fastrand::Rng {
    fastrand::Rng::with_seed(RandomState::new().build_hasher().finish())
}
