//! The state of a message as the standard numbers it, and the words of receipts for it (SMPP v3.4
//! §5.2.28, Appendix B; v5.0 §4.7.15).
//!
//! Its place: what a receipt or a query says. **Invariants**: a word that is not known is `None`,
//! never a guess. **Not here**: what a state means for a message of ours (retry, bill, end).

/// The state of a message at an SMSC.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub enum MessageState {
    /// Waits for its time (v5.0).
    Scheduled = 0,
    /// On its way.
    Enroute = 1,
    /// Reached the handset.
    Delivered = 2,
    /// Its validity ended first.
    Expired = 3,
    /// Cancelled or deleted.
    Deleted = 4,
    /// Cannot be delivered.
    Undeliverable = 5,
    /// Accepted on the subscriber's behalf.
    Accepted = 6,
    /// Not known to the SMSC.
    Unknown = 7,
    /// Refused.
    Rejected = 8,
    /// Passed over (v5.0).
    Skipped = 9,
}

/// The words seen in receipts: the standard's seven letters, whole words, vendors' own.
const WORDS: &[(&[u8], MessageState)] = &[
    (b"DELIVRD", MessageState::Delivered),
    (b"DELIVERED", MessageState::Delivered),
    (b"DELIVERD", MessageState::Delivered),
    (b"DELIVRED", MessageState::Delivered),
    (b"DELIVERY_SUCCESS", MessageState::Delivered),
    (b"UNDELIV", MessageState::Undeliverable),
    (b"UNDELIVERABLE", MessageState::Undeliverable),
    (b"UNDELIVERED", MessageState::Undeliverable),
    (b"UNDELIVRD", MessageState::Undeliverable),
    (b"UNDELVD", MessageState::Undeliverable),
    (b"UNDLVRD", MessageState::Undeliverable),
    (b"FAILED", MessageState::Undeliverable),
    (b"EXPIRED", MessageState::Expired),
    (b"ENROUTE", MessageState::Enroute),
    (b"EN_ROUTE", MessageState::Enroute),
    (b"BUFFRED", MessageState::Enroute),
    (b"BUFFERED", MessageState::Enroute),
    (b"BUFFERD", MessageState::Enroute),
    (b"ACCEPTD", MessageState::Accepted),
    (b"ACCEPTED", MessageState::Accepted),
    (b"ACKED", MessageState::Accepted),
    (b"REJECTD", MessageState::Rejected),
    (b"REJECTED", MessageState::Rejected),
    (b"DND_REJECTED", MessageState::Rejected),
    (b"DELETED", MessageState::Deleted),
    (b"UNKNOWN", MessageState::Unknown),
    (b"UNKNOWND", MessageState::Unknown),
    (b"SKIPPED", MessageState::Skipped),
    (b"SCHEDULED", MessageState::Scheduled),
    (b"SCHEDLD", MessageState::Scheduled),
];

impl MessageState {
    /// The state of this number.
    pub const fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            0 => Self::Scheduled,
            1 => Self::Enroute,
            2 => Self::Delivered,
            3 => Self::Expired,
            4 => Self::Deleted,
            5 => Self::Undeliverable,
            6 => Self::Accepted,
            7 => Self::Unknown,
            8 => Self::Rejected,
            9 => Self::Skipped,
            _ => return None,
        })
    }

    /// The state's number.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The state a receipt's `stat` means, in any case.
    pub fn from_stat(stat: &[u8]) -> Option<Self> {
        let word = stat.trim_ascii();
        WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|&(_, state)| state)
    }

    /// The seven letters of a receipt (Appendix B).
    pub const fn stat(self) -> &'static str {
        match self {
            Self::Scheduled => "SCHEDLD",
            Self::Enroute => "ENROUTE",
            Self::Delivered => "DELIVRD",
            Self::Expired => "EXPIRED",
            Self::Deleted => "DELETED",
            Self::Undeliverable => "UNDELIV",
            Self::Accepted => "ACCEPTD",
            Self::Unknown => "UNKNOWN",
            Self::Rejected => "REJECTD",
            Self::Skipped => "SKIPPED",
        }
    }

    /// Whether nothing more will happen to the message. ACCEPTED is not final in the field, for
    /// SMSCs send it before the handset's receipt.
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Scheduled | Self::Enroute | Self::Accepted | Self::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_reads_its_own_number_and_word() {
        for number in 0..=9 {
            let state = MessageState::from_number(number).unwrap();
            assert_eq!(u32::from(state.number()), number);
            assert_eq!(state.stat().len(), 7);
            assert_eq!(MessageState::from_stat(state.stat().as_bytes()), Some(state));
        }
        assert_eq!(MessageState::from_number(10), None);
    }

    #[test]
    fn a_word_is_known_in_any_case_and_padding_and_never_guessed() {
        assert_eq!(MessageState::from_stat(b" Delivrd "), Some(MessageState::Delivered));
        assert_eq!(MessageState::from_stat(b"BADSTAT"), None);
        assert_eq!(MessageState::from_stat(b""), None);
    }
}
