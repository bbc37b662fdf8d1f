//! Any octets as a compressed file of the log.

use postrider::spool::cold::hostile::{read_changed, read_octets, read_sealed};

/// The first octet chooses: a file of these octets, one with right checksums, or a right file with changes.
pub fn run(data: &[u8]) {
    let Some((&choice, octets)) = data.split_first() else { return };
    match choice % 3 {
        0 => read_octets(octets),
        1 => read_sealed(octets),
        _ => read_changed(octets),
    }
}
