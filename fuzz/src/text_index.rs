//! Any octets as a file of the index of words, or as a text that is cut into them.

use postrider::ledger::text::hostile::{cut_text, read_changed, read_pages};

/// The first octet chooses: a file of these pages, a right file with changes, or a text.
pub fn run(data: &[u8]) {
    let Some((&choice, octets)) = data.split_first() else { return };
    match choice % 3 {
        0 => read_pages(octets),
        1 => read_changed(octets),
        _ => cut_text(octets),
    }
}
