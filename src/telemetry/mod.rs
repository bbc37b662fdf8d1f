//! What operators see: logs here, numbers beside them.
//!
//! Names and formats live at the bottom of the crate so that every part can speak them.

mod line;

pub mod log;
