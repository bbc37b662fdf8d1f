//! What a carrier's profile says of a verdict beyond its reason.
//!
//! A reason alone means a bucket, a permanence and an evidence; where a carrier's table says
//! otherwise, that word is kept with the event, so that history is read the same after the table has
//! changed. **Invariant**: [`Ruling::default`] is "as the reason says", and is all zeros on disk.

use super::disposition::{Disposition, Evidence};
use super::reason::Reason;
use super::state::reported;

/// The words of a carrier's table that differ from what the reason means by itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Ruling {
    /// The bucket, if not the reason's own.
    pub disposition: Option<Disposition>,
    /// Whether trying again cannot help, if that differs from the reason.
    pub permanent: Option<bool>,
    /// Whether the handset itself vouches for it, rather than the network.
    pub handset: bool,
}

const HANDSET: u8 = 1;
const DISPOSITION_SHIFT: u32 = 1;
const TEMPORARY: u8 = 1 << 4;
const PERMANENT: u8 = 1 << 5;

impl Ruling {
    /// Six bits: handset, three of the disposition plus one, two of the permanence.
    pub const fn to_bits(self) -> u8 {
        let handset = if self.handset { HANDSET } else { 0 };
        let disposition = match self.disposition {
            Some(disposition) => disposition as u8 + 1,
            None => 0,
        };
        handset | disposition << DISPOSITION_SHIFT | permanence_bits(self.permanent)
    }

    /// Reads what [`Ruling::to_bits`] gave; any octet can be read.
    pub const fn from_bits(bits: u8) -> Self {
        let disposition = match (bits >> DISPOSITION_SHIFT) & 0b111 {
            0 => None,
            number => Disposition::from_u8(number - 1),
        };
        let handset = bits & HANDSET != 0;
        Self { disposition, permanent: permanence_of_bits(bits), handset }
    }

    /// Who says so, of a report.
    pub const fn evidence(self) -> Evidence {
        if self.handset { Evidence::Handset } else { Evidence::Network }
    }

    /// The bucket of a report: its own, or that of its `message_state` and reason.
    pub fn reported(self, message_state: u8, reason: Reason) -> Disposition {
        self.disposition.unwrap_or_else(|| reported(message_state, reason))
    }
}

/// Two bits of an octet that are left alone by everything else of a ruling.
pub(super) const fn permanence_bits(permanent: Option<bool>) -> u8 {
    match permanent {
        None => 0,
        Some(false) => TEMPORARY,
        Some(true) => PERMANENT,
    }
}

/// What [`permanence_bits`] gave.
pub(super) const fn permanence_of_bits(bits: u8) -> Option<bool> {
    match (bits & TEMPORARY != 0, bits & PERMANENT != 0) {
        (_, true) => Some(true),
        (true, false) => Some(false),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ruling_reads_back_from_its_six_bits() {
        let dispositions = Disposition::ALL.iter().copied().map(Some).chain([None]);
        for disposition in dispositions {
            for permanent in [None, Some(false), Some(true)] {
                for handset in [false, true] {
                    let ruling = Ruling { disposition, permanent, handset };
                    assert!(ruling.to_bits() < 64);
                    assert_eq!(Ruling::from_bits(ruling.to_bits()), ruling);
                }
            }
        }
        assert_eq!(Ruling::default().to_bits(), 0);
    }
}
