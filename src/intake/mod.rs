//! Admitting a message or refusing it, and writing its text for its carrier, before anything is kept.

pub mod admit;

pub mod cut;

pub mod rewrite;
