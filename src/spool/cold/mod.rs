//! Closed files of the log, compressed under the addresses they had.
//!
//! A file of the log that nobody has written to for a while is written anew as blocks of its octets, each
//! compressed by itself, with a table of where they are. Read as a [`DiskFile`](super::disk::DiskFile), a
//! `ColdFile` has the very octets of the file it was made of, so that whoever reads the log
//! knows nothing of it. Not here: when a file is old enough (see `ledger`).

pub mod hostile;

pub(super) mod block;

pub(super) mod blocks;

pub(super) mod check;

pub(crate) mod compress;

pub(super) mod file;

pub(super) mod layout;

mod mend;

pub(super) mod write;

#[cfg(test)]
pub(crate) mod tests;
