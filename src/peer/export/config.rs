//! What an `[[export]]` says.

use std::path::PathBuf;
use std::time::Duration;

use crate::feed::kind::Kinds;

/// Exports of a configuration.
pub const EXPORTS_MAX: usize = 16;

/// One export.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExportConfig {
    /// Its name, which its files and its cursor have.
    pub name: String,
    /// Where its files are.
    pub directory: PathBuf,
    /// What it has. Default all.
    pub kinds: Kinds,
    /// Whose messages; `None` for all.
    pub account: Option<String>,
    /// Whether it has numbers in full, and texts from handsets. Default no.
    pub in_full: bool,
    /// Octets after which a file is closed and the next one begun. Default 256 MiB.
    pub rotate_bytes: u64,
    /// Time after which it is, if anything is in it. Default a day.
    pub rotate: Duration,
}

impl Default for ExportConfig {
    fn default() -> Self {
        Self {
            name: String::new(),
            directory: PathBuf::new(),
            kinds: Kinds::ALL,
            account: None,
            in_full: false,
            rotate_bytes: 256 << 20,
            rotate: Duration::from_secs(24 * 3600),
        }
    }
}
