//! Vocabulary without a domain: time, identifiers.

pub mod clock;
