//! Admitting a message or refusing it, before anything is written.

pub mod admit;

pub mod cut;
