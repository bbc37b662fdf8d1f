//! Numbers of one to five octets, seven bits each, the lowest first.

/// Appends a number.
pub(super) fn put(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Takes a number off the front; `None` if there is none.
pub(super) fn take(octets: &mut &[u8]) -> Option<u32> {
    let mut value = 0_u64;
    for (at, octet) in octets.iter().take(5).enumerate() {
        value |= u64::from(octet & 0x7f) << (7 * at);
        if octet & 0x80 == 0 {
            *octets = &octets[at + 1..];
            return u32::try_from(value).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_back_and_cut_ones_are_none() {
        for value in [0, 1, 127, 128, 16_383, 16_384, 1 << 28, u32::MAX] {
            let mut out = Vec::new();
            put(&mut out, value);
            let mut rest = &out[..];
            assert_eq!((take(&mut rest), rest.len()), (Some(value), 0));
            assert_eq!(take(&mut &out[..out.len() - 1]), None);
        }
        assert_eq!(take(&mut &[0xff, 0xff, 0xff, 0xff, 0x7f][..]), None, "too large");
        assert_eq!(take(&mut &[0x80; 9][..]), None);
    }
}
