//! One record: a message or an event, behind its length.
//!
//! Layout: `length u16`, or, when its top bit is set, `length & 0x7fff, high u16` for the 32 KiB
//! and more of a message with a long payload; then the octets. The first octet of a message's record
//! is [`MESSAGE_TAG`] and its octets follow; an event begins with its own kind, which is never 1.

/// First octet of the record of a message.
pub const MESSAGE_TAG: u8 = 1;

/// Octets of the short length.
pub const SHORT_LENGTH_BYTES: usize = 2;

const LONG: u16 = 0x8000;

/// Appends a record whose octets `encode` writes.
pub fn put(out: &mut Vec<u8>, encode: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.extend_from_slice(&[0; SHORT_LENGTH_BYTES]);
    encode(out);
    let length = out.len() - at - SHORT_LENGTH_BYTES;
    let low = length as u16 & (LONG - 1);
    if length < usize::from(LONG) {
        out[at..at + 2].copy_from_slice(&low.to_le_bytes());
        return;
    }
    let high = ((length >> 15) as u16).to_le_bytes();
    let [first, second] = (low | LONG).to_le_bytes();
    out.splice(at..at + 2, [first, second, high[0], high[1]]);
}

/// The octets of the record a slice begins with, and how many octets it takes with its length;
/// `None` if the slice ends before it.
pub fn split(octets: &[u8]) -> Option<(&[u8], usize)> {
    let (length, head) = length(octets)?;
    let record = octets.get(head..head.checked_add(length)?)?;
    Some((record, head + length))
}

/// Length of the record a slice begins with, and of the length itself.
pub fn length(octets: &[u8]) -> Option<(usize, usize)> {
    let (low, rest) = octets.split_first_chunk::<2>()?;
    let low = u16::from_le_bytes(*low);
    if low & LONG == 0 {
        return Some((usize::from(low), 2));
    }
    let high = u16::from_le_bytes(*rest.first_chunk::<2>()?);
    Some((usize::from(high) << 15 | usize::from(low & (LONG - 1)), 4))
}

/// What `Message::decode` takes of a record, if it is a message's.
pub fn message(record: &[u8]) -> Option<&[u8]> {
    match record.split_first() {
        Some((&MESSAGE_TAG, octets)) => Some(octets),
        _ => None,
    }
}

/// The record without the tag of a message: what `Message::decode` or `Event::decode` takes.
pub fn payload(record: &[u8]) -> &[u8] {
    message(record).unwrap_or(record)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_any_length_read_back() {
        for length in [0, 1, 200, 0x7fff, 0x8000, 0x8001, 140_000] {
            let mut out = vec![9];
            put(&mut out, |out| out.resize(out.len() + length, 7));
            let (record, taken) = split(&out[1..]).expect("whole");
            assert_eq!((record.len(), taken), (length, out.len() - 1));
            assert!(record.iter().all(|&octet| octet == 7));
            assert_eq!(split(&out[1..out.len() - 1]), None);
        }
    }
}
