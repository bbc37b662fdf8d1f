//! What becomes of a message once it is with its carrier.

use crate::message::reason::Reason;

/// How a message ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    /// A receipt says that it arrived.
    Delivered,
    /// The same after hours, with an intermediate receipt before.
    Late,
    /// A receipt says that it did not: `err` of the common list after MAP.
    Undelivered(u16),
    /// Its time ran out at the carrier.
    Expired,
    /// The carrier's filter stopped it.
    Rejected,
    /// Deleted at the carrier.
    Deleted,
    /// Refused at submit, for good, with this `command_status`.
    Refused(u32),
    /// No receipt ever came.
    Silent,
    /// First expired, then delivered all the same.
    Contradicted,
    /// The link broke before the answer; submitted again.
    Doubtful,
    /// Taken back by its sender while it waited.
    Cancelled,
    /// Given another text while it waited.
    Replaced,
    /// Ended here, before any carrier had it.
    Ended(Reason),
    /// The recipient had sent STOP.
    OptedOut,
}

/// Of a hundred thousand messages, so many end like this; all others are delivered.
const FATES: &[(u32, Fate)] = &[
    (900, Fate::Late),
    (1_300, Fate::Undelivered(1)),
    (1_500, Fate::Undelivered(27)),
    (250, Fate::Undelivered(40)),
    (250, Fate::Undelivered(13)),
    (200, Fate::Undelivered(11)),
    (120, Fate::Undelivered(34)),
    (60, Fate::Undelivered(31)),
    (20, Fate::Undelivered(777)),
    (900, Fate::Expired),
    (600, Fate::Rejected),
    (20, Fate::Deleted),
    // ESME_RINVDSTADR, ESME_RINVSRCADR, ESME_RX_R_APPN
    (250, Fate::Refused(0x0B)),
    (60, Fate::Refused(0x0A)),
    (60, Fate::Refused(0x66)),
    (350, Fate::Silent),
    (80, Fate::Contradicted),
    (40, Fate::Doubtful),
    (40, Fate::Cancelled),
    (15, Fate::Replaced),
    (40, Fate::Ended(Reason::ValidityOver)),
    (15, Fate::Ended(Reason::ThrottledExpired)),
    (10, Fate::Ended(Reason::EndedByOperator)),
];

impl Fate {
    /// Draws one.
    pub(super) fn draw(random: &mut fastrand::Rng) -> Self {
        let mut drawn = random.u32(..100_000);
        for &(share, fate) in FATES {
            if drawn < share {
                return fate;
            }
            drawn -= share;
        }
        Self::Delivered
    }

    /// SMPP `message_state` (§5.2.28), the word of receipts for it, and `err`.
    pub(super) const fn report(self) -> (u8, &'static [u8], u16) {
        match self {
            Self::Undelivered(err) => (5, b"UNDELIV", err),
            Self::Expired | Self::Contradicted => (3, b"EXPIRED", 27),
            Self::Rejected => (8, b"REJECTD", 0),
            Self::Deleted => (4, b"DELETED", 0),
            _ => (2, b"DELIVRD", 0),
        }
    }

    /// Seconds from the carrier's answer to its receipt.
    pub(super) fn delay_s(self, random: &mut fastrand::Rng) -> f64 {
        let chance = random.f64();
        // Most in seconds, some in minutes: the reciprocal has that long tail.
        let quick = (0.8 / (1.02 - chance)).min(600.0);
        match self {
            Self::Late | Self::Contradicted => 600.0 + 40_000.0 * chance * chance,
            Self::Expired => 3_600.0 + 80_000.0 * chance,
            Self::Undelivered(27 | 40) => 60.0 + 20_000.0 * chance * chance * chance,
            _ => quick + 0.3,
        }
    }
}
