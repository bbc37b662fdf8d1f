//! For tables whose keys are hashes already.

use std::hash::{BuildHasherDefault, Hasher};

/// Gives a `u64` key back as its own hash. The keys have to be spread well over all 64 bits.
#[derive(Clone, Copy, Default, Debug)]
pub struct AlreadyHashed(u64);

/// What a table of such keys is built with.
pub type BuildAlreadyHashed = BuildHasherDefault<AlreadyHashed>;

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, octets: &[u8]) {
        for &octet in octets {
            self.0 = self.0.rotate_left(8) ^ u64::from(octet);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
