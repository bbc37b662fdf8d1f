//! Making one message of the parts a handset cut (3GPP TS 23.040 §9.2.3.24.1).
//!
//! Octets are joined as they came where all parts have one coding and one header beside the
//! concatenation. Texts in several alphabets, or with tables of several languages, become one in UCS-2.
//! What is neither is not joined: its parts say more than one message could.

use crate::gsm::alphabet::Alphabet;
use crate::gsm::coding::{Coding, DefaultAlphabet};
use crate::gsm::packing::{fill_bits, pack, unpack};
use crate::gsm::part::UDHI;
use crate::gsm::text::{UserData, decode_parts};
use crate::gsm::ucs2;
use crate::gsm::udh::{Element, Udh};
use crate::gsm::udh_table::iei;
use crate::gsm::udh_write::UdhBuf;
use crate::message::record::Message;
use crate::message::unjoined::Unjoined;
use crate::wire::smpp::tlv::{TlvBuf, Tlvs};
use crate::wire::smpp::tlv_table::Tag;

/// User data of a joined message at most: what a `message_payload` holds, with room in the PDU of
/// 65,536 octets for the rest.
pub const JOINED_OCTETS_MAX: usize = 60_000;

/// `data_coding` of UCS-2 (SMPP §5.2.19).
const UCS2: u8 = 8;

/// A whole message, where it differs from its first part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Whole {
    /// SMPP §5.2.12.
    pub esm_class: u8,
    /// SMPP §5.2.19.
    pub data_coding: u8,
    /// The user data, with what of the parts' header is not the concatenation.
    pub body: Vec<u8>,
    /// The first part's parameters without those of its place.
    pub tlvs: Vec<u8>,
}

/// Joins the parts of one message, in the order of their places. `default` is what `data_coding` 0 means
/// to their carrier.
///
/// # Errors
/// Why they stay parts: [`Unjoined::Unlike`] or [`Unjoined::TooLong`].
pub fn join(parts: &[Message<'_>], default: DefaultAlphabet) -> Result<Whole, Unjoined> {
    let first = parts.first().ok_or(Unjoined::Unlike)?;
    let opened =
        parts.iter().map(Opened::of).collect::<Option<Vec<_>>>().ok_or(Unjoined::Unlike)?;
    let alike = parts.iter().all(|part| part.data_coding == first.data_coding)
        && opened.iter().all(|part| Some(&part.others) == opened.first().map(|it| &it.others));
    let (data_coding, header, text) = if alike {
        let header = opened.first().map(|part| part.others.octets()).unwrap_or_default();
        (first.data_coding, header.clone(), octets(first, &opened, header.len(), default))
    } else {
        (UCS2, Vec::new(), recoded(parts, &opened, default).ok_or(Unjoined::Unlike)?)
    };
    if header.len() + text.len() > JOINED_OCTETS_MAX {
        return Err(Unjoined::TooLong);
    }
    let udhi = if header.is_empty() { 0 } else { UDHI };
    let esm_class = first.esm_class & !UDHI | udhi;
    Ok(Whole { esm_class, data_coding, body: [header, text].concat(), tlvs: carried(first) })
}

/// A part without its concatenation.
struct Opened<'a> {
    others: UdhBuf,
    /// Octets of the header as it came.
    header_octets: usize,
    body: &'a [u8],
}

impl<'a> Opened<'a> {
    fn of(part: &Message<'a>) -> Option<Self> {
        if part.esm_class & UDHI == 0 {
            return Some(Self { others: UdhBuf::default(), header_octets: 0, body: part.body });
        }
        let (udh, body) = Udh::read(part.body).ok()?;
        let mut others = UdhBuf::default();
        let place = |element: &Element<'_>| {
            matches!(element.iei, iei::CONCATENATION_8 | iei::CONCATENATION_16)
        };
        for element in udh.elements().filter(|element| !place(element)) {
            others.push(element).ok()?;
        }
        Some(Self { others, header_octets: udh.octets_len(), body })
    }

    /// Whether nothing but tables of languages would be lost with the header.
    fn is_plain(&self) -> bool {
        let octets = self.others.octets();
        let elements = Udh::read(&octets).map(|(udh, _)| udh).unwrap_or(Udh::EMPTY);
        elements.elements().all(|it| matches!(it.iei, iei::SINGLE_SHIFT | iei::LOCKING_SHIFT))
    }
}

fn octets(
    first: &Message<'_>,
    parts: &[Opened<'_>],
    header_octets: usize,
    default: DefaultAlphabet,
) -> Vec<u8> {
    let coding = Coding::from_data_coding(first.data_coding, default);
    let septets = coding.alphabet == Alphabet::Gsm7 && !coding.compressed;
    if !septets || default != DefaultAlphabet::Gsm7Packed {
        return parts.iter().flat_map(|part| part.body).copied().collect();
    }
    // Each part begins at a septet of its own, behind fill bits.
    let unpacked = parts.iter().flat_map(|it| unpack(it.body, fill_bits(it.header_octets), None));
    pack(&unpacked.collect::<Vec<_>>(), fill_bits(header_octets))
}

/// The text of parts that are not alike, in UCS-2; `None` if one is no text.
fn recoded(
    parts: &[Message<'_>],
    opened: &[Opened<'_>],
    default: DefaultAlphabet,
) -> Option<Vec<u8>> {
    if !opened.iter().all(Opened::is_plain) {
        return None;
    }
    let data = parts.iter().map(|part| UserData {
        data_coding: part.data_coding,
        udhi: part.esm_class & UDHI != 0,
        octets: part.body,
    });
    Some(ucs2::encode(&decode_parts(data, default)?))
}

fn carried(first: &Message<'_>) -> Vec<u8> {
    const PLACE: [Tag; 4] = [
        Tag::SAR_MSG_REF_NUM,
        Tag::SAR_TOTAL_SEGMENTS,
        Tag::SAR_SEGMENT_SEQNUM,
        Tag::MORE_MESSAGES_TO_SEND,
    ];
    let mut kept = TlvBuf::default();
    let tlvs = Tlvs::new(first.tlvs).unwrap_or_default();
    for tlv in tlvs.iter().filter(|tlv| !PLACE.contains(&tlv.tag)) {
        kept.push(tlv.tag, tlv.value);
    }
    kept.as_tlvs().as_octets().to_vec()
}

#[cfg(test)]
mod tests;
