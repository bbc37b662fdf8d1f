//! Holding a message to its rates: GCRA buckets per account and per carrier, counted in parts.

pub mod faults;

pub mod limiter;
