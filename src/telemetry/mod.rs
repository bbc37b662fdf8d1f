//! What operators see: numbers and logs.
//!
//! `names` lists every metric; `registry` hands out handles and writes the page that is scraped;
//! `carrier`, `ingress`, `store`, `http` and `webhook` are the handles that the hot path holds, so that counting
//! is one atomic addition. `log` begins the log. All of it lies at the bottom of the crate: labels
//! come as words, never as types of the domain.

pub mod carrier;

pub mod family;

mod histogram;

pub mod http;

pub mod ingress;

mod kept;

pub mod limit;

mod line;

pub mod log;

pub mod memory;

pub mod names;

mod process;

pub mod registry;

pub mod reload;

pub mod store;

#[cfg(test)]
mod tests;

pub mod webhook;
