//! What a carrier's refusal means: try again or give up, and the reason people read.
//!
//! The numbers are SMPP `command_status` (3.4 §5.1.3, 5.0 §4.7.6). A carrier's own profile may differ;
//! these are the defaults.

use crate::message::reason::Reason;

/// What to do about a refusal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Retry {
    /// We are too fast: soon again, and it does not count as a failure of the message.
    Slower,
    /// Later, with back-off.
    Later,
    /// Not at all.
    Never,
}

/// Reads a `command_status` other than 0 in the answer to a submit.
pub const fn refusal(command_status: u32) -> (Retry, Reason) {
    match command_status {
        0x58 => (Retry::Slower, Reason::Throttled),
        0x14 => (Retry::Later, Reason::QueueFull),
        // RINVBNDSTS, RALYBND, RSYSERR, RBINDFAIL, RSUBMITFAIL, RX_T_APPN, RUNKNOWNERR,
        // RSERTYPUNAVAIL: the carrier's trouble, not the message's.
        0x04 | 0x05 | 0x08 | 0x0D | 0x45 | 0x64 | 0xFF | 0x102 => {
            (Retry::Later, Reason::CarrierError)
        }
        0x0A | 0x48 | 0x49 | 0x105 => (Retry::Never, Reason::SenderNotAllowed),
        0x0B | 0x50 | 0x51 | 0x106 => (Retry::Never, Reason::InvalidDestination),
        0x66 | 0x100 | 0x101 | 0x103 => (Retry::Never, Reason::CarrierFiltered),
        0x65 | 0xFE => (Retry::Never, Reason::NetworkError),
        0x62 => (Retry::Never, Reason::ValidityOver),
        0x01..=0x03
        | 0x06
        | 0x07
        | 0x15
        | 0x33..=0x44
        | 0x53..=0x55
        | 0x61
        | 0x63
        | 0xC0..=0xC4
        | 0x104 => (Retry::Never, Reason::InvalidRequest),
        _ => (Retry::Never, Reason::VendorOther),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throttling_and_trouble_of_the_carrier_are_tried_again() {
        for status in [0x58, 0x14, 0x08, 0x45, 0x64] {
            assert_ne!(refusal(status).0, Retry::Never, "{status:#x}");
        }
    }

    #[test]
    fn a_vendors_own_status_is_permanent_and_named_so() {
        assert_eq!(refusal(0x0400), (Retry::Never, Reason::VendorOther));
        assert_eq!(refusal(0x22), (Retry::Never, Reason::VendorOther));
    }
}
