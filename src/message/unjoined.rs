//! Why a part of a long message from a handset was passed on by itself.
//!
//! The numbers are part of the durable format: add at the end, never renumber.

use super::disposition::words;

words! {
    /// What kept a part from being joined with the others.
    Unjoined {
        /// Its number or its total is 0, or its number is above the total: such a concatenation is to be
        /// ignored (3GPP TS 23.040 §9.2.3.24.1).
        Numbers = 0 "impossible_numbers",
        /// Its header cannot be read, or some of its SAR parameters are not there.
        Header = 1 "broken_header",
        /// The time for the others was over.
        Missing = 2 "parts_missing",
        /// It was the oldest, and there was no room for more.
        NoRoom = 3 "no_room",
        /// Another text came for a place that was taken: the reference is used for a new message.
        Reused = 4 "reference_reused",
        /// The parts have headers or codings that cannot be made into one.
        Unlike = 5 "unlike_parts",
        /// All of them together are longer than one PDU holds.
        TooLong = 6 "too_long",
        /// Its account takes parts as they come.
        Account = 7 "account_takes_parts",
        /// The application's bind takes no optional parameters, so that a long text goes in parts.
        Version = 8 "no_parameters",
    }
}

impl Unjoined {
    /// One clause for a support rep.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Numbers => "its part numbers are impossible",
            Self::Header => "its header cannot be read",
            Self::Missing => "the others did not come in time",
            Self::NoRoom => "too many messages waited for their parts",
            Self::Reused => "its reference was used for another message",
            Self::Unlike => "the parts cannot be made into one",
            Self::TooLong => "the parts together are too long for one",
            Self::Account => "the account takes parts as they come",
            Self::Version => "the application takes no long text in one",
        }
    }
}
