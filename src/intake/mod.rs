//! Admitting a message or refusing it, and writing its text for its carrier, before anything is kept;
//! cutting it into parts, and joining those of a handset.

pub mod admit;

pub mod cut;

pub mod join;

pub mod part_of;

pub mod rewrite;
