//! Any octets as a data directory: opening it explains or succeeds, reading it never panics.

use postrider::ledger::hostile::{open_chunk, open_damaged, open_log};

/// The first octet chooses: damage to any file, octets behind a valid log, or a chunk of any records.
pub fn run(data: &[u8]) {
    let Some((&choice, octets)) = data.split_first() else { return };
    match choice % 3 {
        0 => open_damaged(octets),
        1 => open_log(octets),
        _ => open_chunk(octets),
    }
}
