//! Postrider: a carrier-grade messaging gateway.
#![doc = "The modules, in the order of a message's journey:"]

pub mod base;

pub mod message;

pub mod wire;
