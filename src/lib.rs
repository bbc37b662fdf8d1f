//! Postrider: a carrier-grade messaging gateway.
//!
//! The modules below follow a message's journey from the bottom up.

pub mod base;

pub mod telemetry;

pub mod gsm;

pub mod message;

pub mod address;

pub mod wire;

pub mod net;

pub mod spool;

pub mod ledger;

pub mod search;

pub mod synth;

pub mod intake;

pub mod throttle;

pub mod route;

pub mod carrier;

pub mod deliver;

pub mod receipt;

pub mod pipeline;

pub mod feed;

pub mod peer;

pub mod config;

pub mod app;

pub mod sim;

pub mod load;

pub mod cli;
