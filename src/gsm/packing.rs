//! Septets packed into octets (3GPP TS 23.038 §6.1.2.1), with fill bits after a header.
//!
//! Eight septets take seven octets, so octets alone do not tell 8n septets from 8n - 1: the count
//! travels beside them. All-zero octets are commercial ats, not the end of a string.

/// Bits between a header of so many octets and the first septet (TS 23.040 §9.2.3.24).
pub const fn fill_bits(header_octets: usize) -> usize {
    (7 - header_octets * 8 % 7) % 7
}

/// Septets that a header of so many octets takes the place of, with its fill bits.
pub const fn header_septets(header_octets: usize) -> usize {
    (header_octets * 8).div_ceil(7)
}

/// Packs septets after so many fill bits (0 to 6). Bits above the seventh are dropped.
pub fn pack(septets: &[u8], fill_bits: usize) -> Vec<u8> {
    let mut octets = vec![0; (fill_bits + septets.len() * 7).div_ceil(8)];
    for (place, &septet) in septets.iter().enumerate() {
        let bit = fill_bits + place * 7;
        let [low, high] = (u16::from(septet & 0x7f) << (bit % 8)).to_le_bytes();
        if let Some(octet) = octets.get_mut(bit / 8) {
            *octet |= low;
        }
        if let Some(octet) = octets.get_mut(bit / 8 + 1) {
            *octet |= high;
        }
    }
    octets
}

/// Unpacks septets after so many fill bits (0 to 6): `count` of them, or fewer if the octets end.
///
/// Without a count all whole septets are there, less a last one of zero or carriage return that fills
/// seven spare bits (§6.1.2.3.1): so a text of 8n septets that ends in `@` loses it.
pub fn unpack(octets: &[u8], fill_bits: usize, count: Option<usize>) -> Vec<u8> {
    let whole = (octets.len() * 8).saturating_sub(fill_bits) / 7;
    let septet = |place: usize| {
        let bit = fill_bits + place * 7;
        let octet = |at: usize| octets.get(at).copied().unwrap_or(0);
        let pair = u16::from_le_bytes([octet(bit / 8), octet(bit / 8 + 1)]);
        (pair >> (bit % 8)) as u8 & 0x7f
    };
    let mut septets: Vec<u8> = (0..whole.min(count.unwrap_or(whole))).map(septet).collect();
    let spare = (fill_bits + whole * 7) == octets.len() * 8 && whole > 0;
    if count.is_none() && spare && matches!(septets.last(), Some(0x00 | 0x0d)) {
        septets.pop();
    }
    septets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_septets_are_those_of_the_standard() {
        assert_eq!(pack(b"1234567", 0), [0x31, 0xd9, 0x8c, 0x56, 0xb3, 0xdd, 0x00]);
        assert_eq!(pack(b"hello", 0), [0xe8, 0x32, 0x9b, 0xfd, 0x06]);
        assert_eq!(pack(b"A", 1), [0x82], "one fill bit, as after six octets of header");
        assert_eq!(fill_bits(6), 1);
        assert_eq!(fill_bits(7), 0);
        assert_eq!(header_septets(6), 7);
    }

    #[test]
    fn every_length_reads_back_after_any_fill() {
        let septets: Vec<u8> = (0..160_u8).map(|at| at.wrapping_mul(37) & 0x7f).collect();
        for (length, fill) in (0..=septets.len()).flat_map(|at| (0..7).map(move |fill| (at, fill)))
        {
            let octets = pack(&septets[..length], fill);
            assert_eq!(unpack(&octets, fill, Some(length)), septets[..length], "{length} {fill}");
        }
    }

    #[test]
    fn ats_are_kept_by_their_count() {
        assert_eq!(pack(&[0; 8], 0), [0; 7]);
        assert_eq!(unpack(&[0; 7], 0, Some(8)), [0; 8]);
    }

    #[test]
    fn without_a_count_seven_spare_bits_are_no_character() {
        assert_eq!(unpack(&pack(b"1234567", 0), 0, None), b"1234567");
        assert_eq!(unpack(&pack(b"1234567\r", 0), 0, None), b"1234567");
        assert_eq!(unpack(&pack(b"12345678", 0), 0, None), b"12345678");
    }

    #[test]
    fn a_count_beyond_the_octets_ends_with_them() {
        assert_eq!(unpack(&[0xe8, 0x32], 0, Some(9999)).len(), 2);
        assert!(unpack(&[], 6, Some(5)).is_empty());
        assert!(unpack(&[], 0, None).is_empty());
    }
}
