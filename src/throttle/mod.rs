//! Holding a message to its rates, counted in parts: fixed ones per account, per carrier, per route
//! and per prefix by GCRA, and the one that a carrier's answers teach.

pub mod adaptive;

#[cfg(test)]
mod adaptive_tests;

pub mod bucket;

pub mod faults;

pub mod limiter;

pub mod meter;
