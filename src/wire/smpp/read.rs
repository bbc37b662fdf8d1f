//! A cursor over one frame.
//!
//! Its place: what every decoder in [`super::pdu`] reads with. **Invariants**: it never looks
//! beyond the frame, so a missing NUL ends in an error and not in the next PDU.

use crate::wire::smpp::decode_error::{DecodeErrorKind, Field};
use crate::wire::smpp::header::HEADER_OCTETS;
use crate::wire::smpp::limits::Limits;
use crate::wire::smpp::tlv::Tlvs;

/// The result of reading one field.
pub(crate) type Read<V> = Result<V, DecodeErrorKind>;

/// What is left of a frame.
#[derive(Debug)]
pub(crate) struct Reader<'a, 'l> {
    rest: &'a [u8],
    frame_octets: usize,
    limits: &'l Limits,
}

impl<'a, 'l> Reader<'a, 'l> {
    /// Begins after the header of `frame`.
    #[inline]
    pub(crate) fn body(frame: &'a [u8], limits: &'l Limits) -> Self {
        let rest = frame.get(HEADER_OCTETS..).unwrap_or_default();
        Self { rest, frame_octets: frame.len(), limits }
    }

    /// Where in the frame the next octet is.
    pub(crate) fn offset(&self) -> usize {
        self.frame_octets - self.rest.len()
    }

    /// The octets not read yet.
    #[inline]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// One octet.
    #[inline]
    pub(crate) fn u8(&mut self) -> Read<u8> {
        let (&octet, rest) =
            self.rest.split_first().ok_or(DecodeErrorKind::Truncated(Field::Octet))?;
        self.rest = rest;
        Ok(octet)
    }

    /// `N` octets at once.
    #[inline]
    pub(crate) fn octets<const N: usize>(&mut self) -> Read<[u8; N]> {
        let (&octets, rest) =
            self.rest.split_first_chunk().ok_or(DecodeErrorKind::Truncated(Field::Octet))?;
        self.rest = rest;
        Ok(octets)
    }

    /// `length` octets, `None` if there are fewer.
    #[inline]
    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    /// A C-octet string, without its NUL (§3.1).
    #[inline]
    pub(crate) fn c_string(&mut self, field: Field) -> Read<&'a [u8]> {
        let Some(length) = find_nul(self.rest) else {
            return Err(self.no_nul(field));
        };
        if length >= self.limits.octets_max(field) {
            return Err(DecodeErrorKind::TooLong(field));
        }
        let (value, rest) = self.rest.split_at(length);
        self.rest = rest.get(1..).unwrap_or_default();
        Ok(value)
    }

    #[cold]
    fn no_nul(&self, field: Field) -> DecodeErrorKind {
        if self.rest.is_empty() {
            DecodeErrorKind::Truncated(field)
        } else {
            DecodeErrorKind::Unterminated(field)
        }
    }

    /// `sm_length` and that many octets of `short_message` (§5.2.21, §5.2.22).
    #[inline]
    pub(crate) fn short_message(&mut self) -> Read<&'a [u8]> {
        let sm_length = self.u8()?;
        let left = self.rest.len();
        self.take(usize::from(sm_length))
            .ok_or(DecodeErrorKind::ShortMessageLength { sm_length, left })
    }

    /// Everything left, as optional parameters (§3.2.4).
    #[inline]
    pub(crate) fn tlvs(&mut self) -> Read<Tlvs<'a>> {
        if self.rest.is_empty() {
            return Ok(Tlvs::default());
        }
        Tlvs::read(&mut self.rest, self.limits)
    }

    /// Everything left, for a PDU without a body: what are no parameters is surplus, overlooked.
    #[inline]
    pub(crate) fn surplus(&mut self) -> Tlvs<'a> {
        let lenient = Limits { drop_bad_tlvs: true, ..*self.limits };
        Tlvs::read(&mut self.rest, &lenient).unwrap_or_default()
    }
}

/// Where the first NUL is. A word at a time: most strings of a PDU end within one or two words,
/// where the start-up of a vector search costs more than the search.
#[inline]
pub(crate) fn find_nul(octets: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const TOPS: u64 = u64::from_ne_bytes([0x80; 8]);
    let mut at = 0;
    let mut rest = octets;
    while let Some((word, tail)) = rest.split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*word);
        // The lowest top bit that stands marks the first zero octet.
        let zeros = word.wrapping_sub(ONES) & !word & TOPS;
        if zeros != 0 {
            return Some(at + (zeros.trailing_zeros() / 8) as usize);
        }
        at += 8;
        rest = tail;
        if at == 24 {
            return memchr::memchr(0, rest).map(|position| at + position);
        }
    }
    rest.iter().position(|&octet| octet == 0).map(|position| at + position)
}

#[cfg(test)]
mod tests {
    use super::find_nul;

    #[test]
    fn the_first_nul_is_found_wherever_it_is() {
        for length in 0..80 {
            for filler in [1_u8, 0x7F, 0x80, 0xFF] {
                let mut octets = vec![filler; length];
                assert_eq!(find_nul(&octets), None);
                octets.push(0);
                octets.extend([0, 1, 0]);
                assert_eq!(find_nul(&octets), Some(length));
            }
        }
    }
}
