//! Vocabulary without a domain: time and identifiers.

pub mod clock;

pub mod id;

pub mod secret;
