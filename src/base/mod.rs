//! Vocabulary without a domain: time and identifiers.

pub mod clock;

pub mod hash;
pub mod id;

pub mod secret;
