//! The numbers of the disk.

use metrics::{Gauge, Histogram};

use super::names;
use super::registry::Registry;

/// The handles of whoever writes the log and the ledger.
#[derive(Clone, Debug)]
pub struct StoreMetrics {
    /// Seconds of a write until it was on disk.
    pub write_duration: Histogram,
    /// Size of the data directory.
    pub bytes: Gauge,
    /// Free space beside it.
    pub free_bytes: Gauge,
    /// Log files that are compressed.
    pub log_files_compressed: Gauge,
    /// Octets that these do not take.
    pub log_saved_bytes: Gauge,
    /// Seconds the indexes are behind the log.
    pub index_lag: Gauge,
}

impl StoreMetrics {
    /// Registers them.
    pub fn new(registry: &Registry) -> Self {
        Self {
            write_duration: registry.histogram(&names::STORE_WRITE, &[]),
            bytes: registry.gauge(&names::STORE_BYTES, &[]),
            free_bytes: registry.gauge(&names::STORE_FREE, &[]),
            log_files_compressed: registry.gauge(&names::STORE_LOG_COMPRESSED, &[]),
            log_saved_bytes: registry.gauge(&names::STORE_LOG_SAVED, &[]),
            index_lag: registry.gauge(&names::INDEX_LAG, &[]),
        }
    }
}
