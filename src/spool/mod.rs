//! The append log: what was acknowledged is in here, on disk, before the acknowledgement.
//!
//! A shard fills a [`Chunk`](chunk::Chunk) during its turn and appends it to the
//! [`Journal`](journal::Journal) under one short lock. The [`Flusher`](flusher::Flusher) writes
//! everything staged as one frame with one write and one sync, and publishes the LSN up to which
//! all is durable. After a restart [`recovery`] finds the valid end again.
//! All files are reached through a [`Disk`](disk::Disk), so that the simulation can tear, fail and
//! lose writes. Files that nobody writes to any more are compressed under the addresses they had ([`cold`]).
//! Not here: what the records mean (see `ledger`).

pub mod chunk;

pub mod cold;

pub mod disk;

pub mod error;

pub mod flusher;

pub mod frame;

pub mod journal;

pub mod log;

pub mod lsn;

pub mod read_disk;

pub mod real_disk;

mod recent;

pub mod record;

pub mod recovery;

pub mod sim_disk;

pub(crate) mod rewrite;

pub mod stamp;

pub mod tape;

pub mod walk;

pub(crate) mod unpoisoned;

#[cfg(test)]
mod tests;
