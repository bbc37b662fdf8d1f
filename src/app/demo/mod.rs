//! `demo`: a gateway, three simulated carriers and some traffic in one process, and what to try.
//!
//! It is the gateway that `serve` runs. **Invariant**: nothing leaves this machine, and nothing stays
//! on it but a data directory that was asked for. **Not here**: anything a gateway needs.

mod run;
pub use run::{Options, run};

mod world;

mod place;

mod guide;

mod texts;

mod traffic;

mod shop;
