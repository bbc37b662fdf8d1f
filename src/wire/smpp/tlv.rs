//! Optional parameters: tag, length, value (SMPP v3.4 §3.2.4, §5.3).
//!
//! Its place: the end of most PDUs. **Invariants**: a [`Tlvs`] was walked once when it was read,
//! so walking it again cannot fail; order, repeats and unknown tags are kept; a value's length is
//! what the wire says, not what the standard wants of its tag.
//! **Not here**: which PDU should carry which parameter: none is refused for being unexpected.

use std::fmt;

use crate::wire::smpp::decode_error::DecodeErrorKind;
use crate::wire::smpp::limits::Limits;
use crate::wire::smpp::tlv_table::Tag;

/// Octets of a tag and a length.
const TLV_HEADER: usize = 4;

/// The optional parameters of a PDU, as they stand in its frame.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Tlvs<'a> {
    octets: &'a [u8],
}

/// One optional parameter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tlv<'a> {
    /// What it is.
    pub tag: Tag,
    /// Its octets, as many as its length says.
    pub value: &'a [u8],
}

/// A `network_error_code` (§5.3.2.31): where the error arose, and its number there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NetworkErrorCode {
    /// The kind of network: 1 ANSI-136, 2 IS-95, 3 GSM; `None` if the value was too short.
    pub network_type: Option<u8>,
    /// The network's own error.
    pub error_code: u16,
}

impl<'a> Tlvs<'a> {
    /// Optional parameters already in wire form; `None` if they are not well formed.
    pub fn new(octets: &'a [u8]) -> Option<Self> {
        (whole(octets).0 == octets.len()).then_some(Self { octets })
    }

    /// The parameters in wire form, for passing them on as they are.
    #[inline]
    pub fn as_octets(&self) -> &'a [u8] {
        self.octets
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.octets.is_empty()
    }

    /// Every parameter in the order of the wire.
    #[inline]
    pub fn iter(&self) -> TlvIter<'a> {
        TlvIter { rest: self.octets }
    }

    /// The value of the first parameter with this tag.
    #[inline]
    pub fn get(&self, tag: Tag) -> Option<&'a [u8]> {
        self.iter().find(|tlv| tlv.tag == tag).map(|tlv| tlv.value)
    }

    /// A number, whatever its length; `None` if absent, empty or beyond 32 bits.
    pub fn integer(&self, tag: Tag) -> Option<u32> {
        integer(self.get(tag)?)
    }

    /// A string without its closing NUL, which may be missing.
    #[inline]
    pub fn c_string(&self, tag: Tag) -> Option<&'a [u8]> {
        self.get(tag).map(|value| value.strip_suffix(&[0]).unwrap_or(value))
    }

    /// `message_payload`: the text where `short_message` is empty (§5.3.2.32).
    pub fn message_payload(&self) -> Option<&'a [u8]> {
        self.get(Tag::MESSAGE_PAYLOAD)
    }

    /// `receipted_message_id`: the message a receipt speaks of (§5.3.2.12).
    pub fn receipted_message_id(&self) -> Option<&'a [u8]> {
        self.c_string(Tag::RECEIPTED_MESSAGE_ID)
    }

    /// `message_state` as a number (§5.3.2.35).
    pub fn message_state(&self) -> Option<u32> {
        self.integer(Tag::MESSAGE_STATE)
    }

    /// `network_error_code`; the last two octets of three are the number, fewer are all number.
    pub fn network_error_code(&self) -> Option<NetworkErrorCode> {
        match *self.get(Tag::NETWORK_ERROR_CODE)? {
            [] => None,
            [low] => Some(NetworkErrorCode { network_type: None, error_code: u16::from(low) }),
            [high, low] => Some(NetworkErrorCode {
                network_type: None,
                error_code: u16::from_be_bytes([high, low]),
            }),
            [network_type, high, low, ..] => Some(NetworkErrorCode {
                network_type: Some(network_type),
                error_code: u16::from_be_bytes([high, low]),
            }),
        }
    }

    /// `sc_interface_version`: what the SMSC speaks (§5.3.2.25).
    pub fn sc_interface_version(&self) -> Option<u8> {
        self.get(Tag::SC_INTERFACE_VERSION)?.last().copied()
    }

    /// `congestion_state`: 0 idle to 99 congested (v5.0 §4.8.4.18).
    pub fn congestion_state(&self) -> Option<u32> {
        self.integer(Tag::CONGESTION_STATE)
    }

    /// Reads all of `rest`, or as much as is well formed where the limits allow.
    #[inline]
    pub(crate) fn read(rest: &mut &'a [u8], limits: &Limits) -> Result<Self, DecodeErrorKind> {
        let (length, fault) = whole(rest);
        let octets = rest.get(..length).unwrap_or_default();
        let left = rest.get(length..).unwrap_or_default();
        // A lone NUL closes a string that the peer had already counted.
        let stray_nul = left == [0] && limits.stray_nul;
        match fault {
            Some(fault) if !stray_nul && !limits.drop_bad_tlvs => {
                *rest = left;
                Err(fault)
            }
            _ => {
                *rest = &[];
                Ok(Self { octets })
            }
        }
    }
}

/// How many octets are whole parameters, and what is wrong with those after them.
#[inline]
fn whole(octets: &[u8]) -> (usize, Option<DecodeErrorKind>) {
    let mut rest = octets;
    while !rest.is_empty() {
        let at = octets.len() - rest.len();
        let Some((&[a, b, c, d], value)) = rest.split_first_chunk::<TLV_HEADER>() else {
            return (at, Some(DecodeErrorKind::TlvHeader));
        };
        let length = usize::from(u16::from_be_bytes([c, d]));
        let Some(after) = value.get(length..) else {
            let tag = Tag(u16::from_be_bytes([a, b]));
            return (at, Some(DecodeErrorKind::TlvLength(tag)));
        };
        rest = after;
    }
    (octets.len(), None)
}

/// A number of one to four octets, or more if the leading ones are zero.
fn integer(value: &[u8]) -> Option<u32> {
    if value.is_empty() {
        return None;
    }
    value.iter().try_fold(0_u32, |number, &octet| {
        let shifted = number.checked_mul(256)?;
        Some(shifted | u32::from(octet))
    })
}

impl fmt::Debug for Tlvs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a> IntoIterator for Tlvs<'a> {
    type Item = Tlv<'a>;
    type IntoIter = TlvIter<'a>;

    fn into_iter(self) -> TlvIter<'a> {
        self.iter()
    }
}

/// A walk over optional parameters.
#[derive(Clone, Debug)]
pub struct TlvIter<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for TlvIter<'a> {
    type Item = Tlv<'a>;

    #[inline]
    fn next(&mut self) -> Option<Tlv<'a>> {
        let (&[a, b, c, d], rest) = self.rest.split_first_chunk::<TLV_HEADER>()?;
        let length = usize::from(u16::from_be_bytes([c, d]));
        let (value, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        Some(Tlv { tag: Tag(u16::from_be_bytes([a, b])), value })
    }
}

/// Optional parameters in the making; keep one and [`clear`](TlvBuf::clear) it, and it allocates
/// only once.
#[derive(Clone, Debug, Default)]
pub struct TlvBuf {
    octets: Vec<u8>,
}

impl TlvBuf {
    /// Forgets what was written and keeps its room.
    pub fn clear(&mut self) -> &mut Self {
        self.octets.clear();
        self
    }

    /// Adds a parameter.
    pub fn push(&mut self, tag: Tag, value: &[u8]) -> &mut Self {
        write_tlv(&mut self.octets, tag, value);
        self
    }

    /// Adds a number of one octet.
    pub fn push_u8(&mut self, tag: Tag, value: u8) -> &mut Self {
        self.push(tag, &[value])
    }

    /// Adds a number of two octets.
    pub fn push_u16(&mut self, tag: Tag, value: u16) -> &mut Self {
        self.push(tag, &value.to_be_bytes())
    }

    /// Adds a string and its closing NUL.
    pub fn push_c_string(&mut self, tag: Tag, value: &[u8]) -> &mut Self {
        let value = value.get(..usize::from(u16::MAX) - 1).unwrap_or(value);
        let length = value.len() as u16 + 1;
        self.octets.extend_from_slice(&tag.0.to_be_bytes());
        self.octets.extend_from_slice(&length.to_be_bytes());
        self.octets.extend_from_slice(value);
        self.octets.push(0);
        self
    }

    /// What was written, to put into a PDU.
    pub fn as_tlvs(&self) -> Tlvs<'_> {
        Tlvs { octets: &self.octets }
    }
}

/// Writes one parameter; of a value beyond 65,535 octets only so many.
#[inline]
pub fn write_tlv(out: &mut Vec<u8>, tag: Tag, value: &[u8]) {
    let value = value.get(..usize::from(u16::MAX)).unwrap_or(value);
    let [a, b] = tag.0.to_be_bytes();
    let [c, d] = (value.len() as u16).to_be_bytes();
    out.extend_from_slice(&[a, b, c, d]);
    out.extend_from_slice(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_whatever_its_length() {
        let mut tlvs = TlvBuf::default();
        tlvs.push(Tag::MESSAGE_STATE, &[0, 2]).push(Tag::SAR_MSG_REF_NUM, &[7]);
        tlvs.push(Tag::USER_MESSAGE_REFERENCE, &[]).push(Tag::SOURCE_PORT, &[1, 0, 0, 0, 0]);
        let tlvs = tlvs.as_tlvs();
        assert_eq!(tlvs.message_state(), Some(2));
        assert_eq!(tlvs.integer(Tag::SAR_MSG_REF_NUM), Some(7));
        assert_eq!(tlvs.integer(Tag::USER_MESSAGE_REFERENCE), None);
        assert_eq!(tlvs.integer(Tag::SOURCE_PORT), None);
    }

    #[test]
    fn a_string_loses_one_closing_nul_and_does_not_need_it() {
        let mut tlvs = TlvBuf::default();
        tlvs.push(Tag::RECEIPTED_MESSAGE_ID, b"1a").push_c_string(Tag(0x1401), b"x");
        tlvs.push(Tag(0x1402), b"y\0\0");
        assert_eq!(tlvs.as_tlvs().receipted_message_id(), Some(&b"1a"[..]));
        assert_eq!(tlvs.as_tlvs().c_string(Tag(0x1401)), Some(&b"x"[..]));
        assert_eq!(tlvs.as_tlvs().c_string(Tag(0x1402)), Some(&b"y\0"[..]));
    }

    #[test]
    fn the_first_of_repeated_tags_counts_and_all_are_walked() {
        let mut tlvs = TlvBuf::default();
        tlvs.push_u8(Tag::MESSAGE_STATE, 2).push_u8(Tag::MESSAGE_STATE, 5);
        assert_eq!(tlvs.as_tlvs().message_state(), Some(2));
        assert_eq!(tlvs.as_tlvs().iter().count(), 2);
    }

    #[test]
    fn a_broken_tail_is_refused_or_dropped_as_the_limits_say() {
        let octets = [0x04, 0x27, 0, 1, 2, 0x00, 0x1E, 0, 9, b'x'];
        let fault = DecodeErrorKind::TlvLength(Tag::RECEIPTED_MESSAGE_ID);
        assert_eq!(Tlvs::read(&mut &octets[..], &Limits::STANDARD), Err(fault));
        let kept = Tlvs::read(&mut &octets[..], &Limits::LENIENT).unwrap();
        assert_eq!((kept.message_state(), kept.iter().count()), (Some(2), 1));
    }
}
