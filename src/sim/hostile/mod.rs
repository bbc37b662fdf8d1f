//! An SMSC that misbehaves as real ones do, by a named profile and a seed, and keeps the truth.
//!
//! `centre` is the machine: octets and time in, octets and line commands out. A submit becomes a
//! decision there (`submit`), what follows from it waits in the `agenda`, receipts are worded in a
//! `dialect` and owed until they are confirmed (`owed`). [`truth`] has what each message's fate really
//! was and what was said of it; [`smsc`] puts sockets around all this.
//!
//! **Invariants**: what is drawn for a message depends on the seed, the message and how often it was
//! submitted, never on which bind was faster; everything that waits is bounded. **Not here**: speed,
//! which is [`crate::sim::smsc`]'s.

pub mod profile;

pub mod profiles;

pub mod config;

pub mod smsc;

pub(crate) mod run;

pub mod truth;

pub mod told;

mod dice;

mod agenda;

mod line;

mod owed;

mod dialect;

mod centre;

mod bind;

mod submit;

mod decision;

mod receipts;

mod trouble;

mod noise;

mod inbound;

#[cfg(test)]
mod tests;
