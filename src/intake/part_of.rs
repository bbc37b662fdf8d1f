//! Which part of a longer message a message from a handset is.

use crate::gsm::concatenation::Concatenation;
use crate::gsm::part::UDHI;
use crate::gsm::udh::Udh;
use crate::gsm::udh_table::iei;
use crate::message::record::Message;
use crate::message::unjoined::Unjoined;
use crate::wire::smpp::tlv::Tlvs;
use crate::wire::smpp::tlv_table::Tag;

/// What a message says of its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PartOf {
    /// It is whole: it says nothing of parts, or that it is the only one.
    Whole,
    /// It waits for others.
    Part(Concatenation),
    /// It says something that cannot be, and goes on by itself.
    Broken(Unjoined),
}

/// Reads the user data header (3GPP TS 23.040 §9.2.3.24.1 and .8), or the SAR parameters where there is
/// no such element (SMPP §5.3.2.22 to .24).
pub fn part_of(message: &Message<'_>) -> PartOf {
    if message.esm_class & UDHI != 0 {
        match Udh::read(message.body) {
            Err(_) => return PartOf::Broken(Unjoined::Header),
            Ok((udh, _)) => {
                if let Some(part) = udh.concatenation() {
                    return several(part);
                }
                let is_one = |iei| matches!(iei, iei::CONCATENATION_8 | iei::CONCATENATION_16);
                if udh.elements().any(|element| is_one(element.iei)) {
                    return PartOf::Broken(Unjoined::Numbers);
                }
            }
        }
    }
    let tlvs = Tlvs::new(message.tlvs).unwrap_or_default();
    let sar = [Tag::SAR_MSG_REF_NUM, Tag::SAR_TOTAL_SEGMENTS, Tag::SAR_SEGMENT_SEQNUM];
    match sar.map(|tag| tlvs.get(tag)) {
        [None, None, None] => PartOf::Whole,
        [Some(reference), Some(total), Some(sequence)] => {
            Concatenation::from_sar(reference, total, sequence)
                .map_or(PartOf::Broken(Unjoined::Numbers), several)
        }
        _ => PartOf::Broken(Unjoined::Header),
    }
}

/// One part of one goes as it came.
const fn several(part: Concatenation) -> PartOf {
    if part.total == 1 { PartOf::Whole } else { PartOf::Part(part) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gsm::concatenation::Reference;
    use crate::wire::smpp::tlv::TlvBuf;

    fn headed(body: &[u8]) -> PartOf {
        part_of(&Message { esm_class: UDHI, body, ..Message::default() })
    }

    fn sar(values: [Option<u8>; 3]) -> PartOf {
        let mut tlvs = TlvBuf::default();
        let tags = [Tag::SAR_MSG_REF_NUM, Tag::SAR_TOTAL_SEGMENTS, Tag::SAR_SEGMENT_SEQNUM];
        for (tag, value) in tags.into_iter().zip(values) {
            if let Some(value) = value {
                tlvs.push_u8(tag, value);
            }
        }
        part_of(&Message { tlvs: tlvs.as_tlvs().as_octets(), ..Message::default() })
    }

    #[test]
    fn a_part_is_known_by_either_header_and_by_sar_parameters() {
        let narrow = Reference::Narrow(9).part(3, 2);
        assert_eq!(headed(&[5, 0, 3, 9, 3, 2, b'x']), PartOf::Part(narrow));
        let wide = Reference::Wide(0x0109).part(255, 255);
        assert_eq!(headed(&[6, 8, 4, 1, 9, 255, 255, b'x']), PartOf::Part(wide));
        assert_eq!(sar([Some(9), Some(3), Some(2)]), PartOf::Part(narrow));
    }

    #[test]
    fn a_text_without_parts_and_the_only_part_of_one_are_whole() {
        assert_eq!(
            part_of(&Message { body: b"\x05\x00\x03", ..Message::default() }),
            PartOf::Whole
        );
        assert_eq!(headed(&[6, 5, 4, 0x0b, 0x84, 0x23, 0xf0, 1]), PartOf::Whole, "ports alone");
        assert_eq!(headed(&[5, 0, 3, 9, 1, 1, b'x']), PartOf::Whole);
        assert_eq!(sar([Some(9), Some(1), Some(1)]), PartOf::Whole);
    }

    #[test]
    fn numbers_that_cannot_be_and_broken_headers_are_said_to_be_so() {
        for (total, sequence) in [(0, 0), (0, 1), (2, 0), (2, 3)] {
            let expected = PartOf::Broken(Unjoined::Numbers);
            assert_eq!(headed(&[5, 0, 3, 9, total, sequence, b'x']), expected);
            assert_eq!(sar([Some(9), Some(total), Some(sequence)]), expected);
        }
        for body in [&[][..], &[9, 0, 3], &[5, 0, 9, 1, 2, 1]] {
            assert_eq!(headed(body), PartOf::Broken(Unjoined::Header), "{body:?}");
        }
        assert_eq!(sar([Some(9), None, Some(1)]), PartOf::Broken(Unjoined::Header));
    }
}
