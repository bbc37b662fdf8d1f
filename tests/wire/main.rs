//! The wire protocols against recorded and made-up octets, one binary for all of them.
//!
//! Vectors of others are read from `POSTRIDER_VECTORS`, or from `../shared/vectors` beside this
//! repository, where they are; without them those tests say so and pass.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    unreachable_pub,
    missing_docs,
    reason = "a test that cannot go on should stop and say why"
)]

mod carrier_codes;
mod carrier_receipts;
mod fuzz_corpora;
mod gsm_segments;
mod gsm_tables;
mod smpp_harness;
mod smpp_message_ids;
mod smpp_mutations;
mod smpp_pdus;
mod smpp_receipts;
mod smpp_round_trip;
mod smpp_session;
mod smpp_timers;
mod vectors;
