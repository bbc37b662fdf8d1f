//! The whole gateway in virtual time: seeds make worlds, checkers judge them.
//!
//! A seed decides everything: the configuration, the traffic, how links, disks and peers misbehave.
//! The gateway's own code runs unchanged (exchanges, engine, ledger); only its shell is the world's.
//! What holds is judged by what the peers saw, and by the ledger that is left in the end.
//!
//! `cargo test --test sim` runs a few dozen seeds. More: `POSTRIDER_SEEDS=1000 cargo test --release
//! --test sim -- --ignored many`. One again: `POSTRIDER_SEED=7 cargo test --test sim one_seed`, with
//! `POSTRIDER_TRACE=1` to see what happened.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    unreachable_pub,
    missing_docs,
    missing_debug_implementations,
    reason = "a test that cannot go on should stop and say why"
)]

mod agenda;
mod book;
mod catalogue;
mod centre;
mod centre_reports;
mod checks;
mod client;
mod client_acts;
mod context;
mod disk;
mod faults;
mod gateway;
mod net;
mod plan;
mod proofs;
mod seeds;
mod shard;
mod trace;
mod withdrawals;
mod world;
