//! The draw among rules of equal rank: by weight, and the same each time for the same message.

use super::question::Question;

/// A number from 0 to `total` without it, from account, sender and destination.
///
/// The number of the message would do for a draw as well, and would not do for a route: a message gets
/// it after its route, and the parts of a long text would go to different carriers, where no handset
/// could join them.
pub fn draw(question: &Question<'_>, total: u64) -> u64 {
    let account = question.account.0.to_le_bytes();
    let mut hash = 0xcbf2_9ce4_8422_2325;
    for field in [&account, question.source.addr, question.destination] {
        hash = fnv(hash, field);
        // So that no two pairs of fields run together into the same octets.
        hash = fnv(hash, &[0xff]);
    }
    mixed(hash) % total.max(1)
}

/// FNV-1a.
fn fnv(hash: u64, octets: &[u8]) -> u64 {
    octets
        .iter()
        .fold(hash, |hash, &octet| (hash ^ u64::from(octet)).wrapping_mul(0x0100_0000_01b3))
}

/// FNV leaves the last octets in the lower bits, which decide the remainder: spread them.
const fn mixed(mut hash: u64) -> u64 {
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}
