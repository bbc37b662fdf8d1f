//! Traffic that never was: days of it, written into a new data directory as the gateway would have.
//!
//! For tests and measurements of the ledger at sizes that nobody wants to wait for. Messages and events go
//! through the spool and the ledger that the gateway uses; only what they say is made up here, from a
//! seed. **Invariants**: the same seed, size and end give the same directory; memory does not grow with the
//! number of messages. Not here: peers that speak a protocol (see `sim`).

pub mod config;

pub mod fill;

pub mod summary;

mod accept;

mod agenda;

mod compose;

mod countries_table;

mod days;

mod fate;

mod flight;

mod inbound;

mod language_table;

mod raw_receipt;

mod steps;

mod store;

mod world;

#[cfg(test)]
mod tests;

#[cfg(test)]
mod verified;
