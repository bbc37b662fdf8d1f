//! Choosing a carrier for a message, and saying why.

pub mod table;
