//! A carrier's message id in the one form that ids are compared in.
//!
//! Carriers write the id of a submit's answer and that of its receipt in different ways: capitals or
//! not, padded with zeros or not. Both are brought to lower case without leading zeros here.
//! Not here: hexadecimal against decimal, which is the carrier's policy and yields several
//! candidates, each of them canonical.

use std::fmt;
use std::ops::Deref;

/// Octets kept of an id; SMPP §5.2.23 allows 64 and a NUL.
pub const CARRIER_ID_BYTES_MAX: usize = 65;

/// A canonical id, kept inline.
#[derive(Clone, Copy)]
pub struct CanonicalId {
    octets: [u8; CARRIER_ID_BYTES_MAX],
    length: u8,
}

/// The canonical form of an id: lower case, without blanks around it, without leading zeros (one is
/// left of nothing but zeros) and cut at 65 octets, as `wire` has it.
pub fn canonical_id(id: &[u8]) -> CanonicalId {
    let id = id.strip_suffix(&[0]).unwrap_or(id).trim_ascii();
    let zeros = id.iter().take_while(|&&octet| octet == b'0').count();
    let significant = &id[zeros.min(id.len().saturating_sub(1))..];
    let kept = &significant[..significant.len().min(CARRIER_ID_BYTES_MAX)];
    let mut octets = [0; CARRIER_ID_BYTES_MAX];
    for (to, from) in octets.iter_mut().zip(kept) {
        *to = from.to_ascii_lowercase();
    }
    CanonicalId { octets, length: kept.len() as u8 }
}

impl Deref for CanonicalId {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.octets[..usize::from(self.length)]
    }
}

impl AsRef<[u8]> for CanonicalId {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl PartialEq for CanonicalId {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for CanonicalId {}

impl fmt::Debug for CanonicalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CanonicalId({})", self.escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_leading_zeros_do_not_tell_ids_apart() {
        for (id, canonical) in [
            (&b"13006AC1"[..], &b"13006ac1"[..]),
            (b"000013006ac1", b"13006ac1"),
            (b"0", b"0"),
            (b"0000", b"0"),
            (b"", b""),
            (b"a0", b"a0"),
        ] {
            assert_eq!(&*canonical_id(id), canonical);
        }
        assert_eq!(canonical_id(&[b'7'; 200]).len(), CARRIER_ID_BYTES_MAX);
    }
}
