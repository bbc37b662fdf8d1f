//! Why a data directory could not be opened, and what to do about it.

use std::io;

use super::lsn::Lsn;

/// An error of opening; its text is for the person who starts the gateway.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The disk refused an operation.
    #[error("{file}: {source}")]
    Io {
        /// Which file, or the directory.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has the directory open.
    #[error("{place} is in use by another process; stop that one or choose another directory")]
    InUse {
        /// The directory.
        place: String,
    },
    /// The file is of another version of the format.
    #[error(
        "{file} has format version {found}, this program knows {known}; use a matching version"
    )]
    Version {
        /// Which file.
        file: String,
        /// Version in it.
        found: u32,
        /// Version of this program.
        known: u32,
    },
    /// A file outside the log is damaged.
    #[error("{file} is damaged: {what}; restore the directory from a copy")]
    Damaged {
        /// Which file.
        file: String,
        /// What is wrong with it.
        what: String,
    },
    /// The log is damaged before its end: acknowledged records are lost.
    #[error(
        "{file} is damaged at octet {offset} (LSN {lsn}) and goes on at LSN {next}: {lost_bytes} \
         octets of acknowledged records cannot be read; restore the file from a copy, or start \
         once with --accept-corruption to go on without them"
    )]
    Corrupt {
        /// Which log file.
        file: String,
        /// Where in the file.
        offset: u64,
        /// Where in the log.
        lsn: Lsn,
        /// Where the log is valid again.
        next: Lsn,
        /// Octets between the two.
        lost_bytes: u64,
    },
    /// The directory belongs to another node.
    #[error("the data directory belongs to node {found}, the configuration says node {configured}")]
    OtherNode {
        /// Node in `identity`.
        found: u16,
        /// Node of the configuration.
        configured: u16,
    },
}

impl OpenError {
    /// A refusal of the disk.
    pub fn io(file: &str, source: io::Error) -> Self {
        Self::Io { file: file.to_owned(), source }
    }

    /// Damage outside the log.
    pub fn damaged(file: &str, what: &str) -> Self {
        Self::Damaged { file: file.to_owned(), what: what.to_owned() }
    }
}
