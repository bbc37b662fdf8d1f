//! News written to files: a line of JSON for each event, for whoever reads files.
//!
//! `config` is what an `[[export]]` says, `file` one file that is written, rotated and synced, `service`
//! the thread that writes all of them from the feed.

pub mod config;

pub mod file;

pub mod service;
