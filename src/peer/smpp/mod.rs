//! SMPP peers: ESMEs that bind to us, SMSCs that we bind to.
//!
//! [`exchange`] holds a shard's links and its engine, without a socket or a clock: octets and facts go
//! in, octets and [`Action`](exchange::Action)s come out. [`esme`] and [`smsc`] say what each side's
//! PDUs mean, [`translate`] turns messages into PDUs and back, [`verdict`] turns our words into
//! `command_status`. [`switchboard`] puts shards on threads and sockets; the simulation does without.
//! `door` lets connections in and `dial` makes them, in TLS or in clear: a link has a `stream` and does
//! not know which.

mod adopted;

mod apply;

mod asker;

mod change;

mod dial;

mod door;

#[cfg(test)]
mod engine_tests;

mod delivery;

pub mod esme;

pub mod exchange;

mod foresight;

mod greeting;

mod leave;

pub mod link;

pub mod multi;

pub mod operator;

pub mod reshare;

mod outbind;

mod outbind_call;

pub mod pulse;

mod secure;

mod shard;

pub mod smsc;

mod socket;

pub mod stop;

mod stream;

pub mod switchboard;

pub mod translate;

pub mod verdict;
