//! The wire: every protocol as bytes and states, without a socket.
//!
//! One folder per protocol. Each has a codec (octets to values and back) and state machines that
//! are told the time and given octets, and give back events and octets. Sockets, credentials and
//! the meaning of a message live above, in `peer`.
//!
//! **Invariants**: nothing here reads a clock, waits, locks or draws random numbers; no input
//! panics; protocols do not know each other.

pub mod smpp;
