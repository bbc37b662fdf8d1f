//! Vocabulary without a domain: time and identifiers.

pub mod clock;

pub mod csv;

pub mod foreign_id;

pub mod hash;

pub mod hex;

pub mod id;

pub mod percent;

pub mod processor_time;

pub mod secret;

pub mod stand_back;
