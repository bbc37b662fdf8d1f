//! Whether the holder of a number lets a sender write to it.
//!
//! The numbers are part of the durable format: add at the end, never renumber.

use super::disposition::words;

words! {
    /// A change of consent.
    Consent {
        /// The sender may not write any more.
        OptedOut = 0 "opted_out",
        /// It may again.
        OptedIn = 1 "opted_in",
    }
}

words! {
    /// Who changed it.
    ConsentBy {
        /// The handset, by a word that it sent.
        Keyword = 0 "keyword",
        /// Somebody with a key of the API or the operator's socket, who wrote down a proof.
        Operator = 1 "operator",
    }
}

/// Octets of a note: the word, or the proof.
pub const NOTE_BYTES_MAX: usize = 255;
