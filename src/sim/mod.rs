//! Simulated peers: the far side of the gateway, for load tests, demos and tests in process.
//!
//! [`smsc`] is an SMSC that takes binds and submits and sends receipts; [`hostile`] is one that does
//! so as the worst of the field do, and keeps the truth of it. Beside them stand the parts that every
//! peer here is made of: `link` moves octets, `slots` pairs responses with requests.
//!
//! **Invariants**: one thread a peer, no task and no allocation per message; everything that waits
//! is bounded. **Not here**: simulation of the gateway itself in virtual time.

pub mod args;

pub mod smsc;

pub mod hostile;

pub mod config;

pub mod stats;

mod account;

mod session;

mod state;

pub mod outcome;

pub mod ids;

mod receipt;

mod wheel;

mod throttle;

pub(crate) mod record;

pub(crate) mod link;

pub(crate) mod slots;

pub(crate) mod answer;

#[cfg(test)]
mod tests;
