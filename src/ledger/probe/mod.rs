//! Questions as people ask them, drawn from what a directory has, to measure how long answers take.
//!
//! Not here: clocks and tables (see the command line).

pub mod kind;

pub mod prober;

mod sample;
