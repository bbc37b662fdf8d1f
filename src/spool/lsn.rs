//! Log sequence numbers: addresses in the log that never change.

use std::fmt;

/// A logical address in the log: how many octets of log came before, file headers not counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Lsn(pub u64);

impl Lsn {
    /// The address this many octets later.
    pub const fn plus(self, octets: u64) -> Self {
        Self(self.0.saturating_add(octets))
    }

    /// Octets from `earlier` to `self`, zero if `earlier` is later.
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Lsn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}
