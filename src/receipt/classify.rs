//! What a receipt's state and error mean: the reason people read.
//!
//! The table is the common MAP-derived list (3GPP TS 29.002, TS 23.040 §9.2.3.22); numbers mean other
//! things at some carriers, whose profile then says so.

use crate::message::reason::Reason;

/// Reads `message_state` (SMPP §5.2.28) and the error beside it.
pub fn classify(message_state: u8, err: &[u8]) -> Reason {
    match message_state {
        2 => Reason::None,
        3 => Reason::ValidityOver,
        4 => Reason::OperatorCancelled,
        5 => number(err).map_or(Reason::VendorOther, |code| by_error(code, Reason::NetworkError)),
        8 => number(err)
            .map_or(Reason::CarrierFiltered, |code| by_error(code, Reason::CarrierFiltered)),
        _ => Reason::Enroute,
    }
}

/// `err` is text: digits with leading zeros as a rule. No text at all is error 0.
fn number(err: &[u8]) -> Option<u32> {
    if err.is_empty() {
        return Some(0);
    }
    std::str::from_utf8(err).ok()?.trim().parse().ok()
}

/// `otherwise` stands for 0, which says that the state alone decides.
const fn by_error(code: u32, otherwise: Reason) -> Reason {
    match code {
        0 => otherwise,
        1 | 2 | 5 => Reason::UnknownSubscriber,
        6 | 27 | 60..=62 | 64 | 65 => Reason::AbsentSubscriber,
        10 | 11 | 21 | 22 | 42 => Reason::LandlineOrUnsupported,
        9 | 12 | 13 | 15 | 63 => Reason::CallBarred,
        33 | 40 | 49 | 50 | 52 | 20 => Reason::MemoryFull,
        31 | 32 | 41 | 43..=48 | 51 | 53..=55 => Reason::HandsetRefused,
        34..=36 => Reason::NetworkError,
        _ => Reason::VendorOther,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_refines_the_state() {
        assert_eq!(classify(2, b"000"), Reason::None);
        assert_eq!(classify(5, b"001"), Reason::UnknownSubscriber);
        assert_eq!(classify(5, b"27"), Reason::AbsentSubscriber);
        assert_eq!(classify(5, b"0040"), Reason::MemoryFull);
        assert_eq!(classify(5, b""), Reason::NetworkError);
        assert_eq!(classify(8, b"000"), Reason::CarrierFiltered);
    }

    #[test]
    fn a_code_of_the_vendors_own_is_named_so() {
        assert_eq!(classify(5, b"DB52"), Reason::VendorOther);
        assert_eq!(classify(5, b"4711"), Reason::VendorOther);
    }

    #[test]
    fn a_state_that_is_not_final_is_on_its_way() {
        for state in [0, 1, 6, 7, 9, 200] {
            assert_eq!(classify(state, b"001"), Reason::Enroute);
        }
    }
}
