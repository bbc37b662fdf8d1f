//! Cutting a message that is too long for one part (3GPP TS 23.040 §9.2.3.24.1).

use super::admit::Inadmissible;
use crate::gsm::coding::DefaultAlphabet;
use crate::gsm::concatenation::Reference;
use crate::gsm::octet_segments::segment_octets;
use crate::gsm::part::{Segment, SegmentError, UDHI};
use crate::gsm::text::UserData;
use crate::message::record::Message;
use crate::wire::smpp::tlv::Tlvs;
use crate::wire::smpp::tlv_table::Tag;

/// User data up to this many octets is one part in any coding.
const ONE_PART_OCTETS: usize = 140;

/// The parts of a message that needs several; `None` when it goes as it is: it fits into one, or is a
/// part already, as its sender cut it. All parts share the reference. `default` is what `data_coding` 0
/// means to the carrier.
///
/// # Errors
/// [`Inadmissible::TooLong`] when no number of parts holds it.
pub fn cut(
    message: &Message<'_>,
    reference: u8,
    default: DefaultAlphabet,
) -> Result<Option<Vec<Segment>>, Inadmissible> {
    if message.body.len() <= ONE_PART_OCTETS {
        return Ok(None);
    }
    // SMPP §5.3.2.22: a message that has this is a part already.
    let tlvs = Tlvs::new(message.tlvs).unwrap_or_default();
    if tlvs.get(Tag::SAR_MSG_REF_NUM).is_some() {
        return Ok(None);
    }
    let data = UserData {
        data_coding: message.data_coding,
        udhi: message.esm_class & UDHI != 0,
        octets: message.body,
    };
    match segment_octets(data, default, Reference::Narrow(reference)) {
        Ok(segments) if segments.parts.len() > 1 => Ok(Some(segments.parts)),
        // What its sender cut, or headed in a way that nobody reads, is the sender's.
        Ok(_) | Err(SegmentError::AlreadyPart | SegmentError::Header(_)) => Ok(None),
        Err(SegmentError::TooManyParts { .. } | SegmentError::HeaderTooLong { .. }) => {
            Err(Inadmissible::TooLong)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(message: &Message<'_>) -> usize {
        cut(message, 7, DefaultAlphabet::Gsm7).expect("can be cut").map_or(1, |parts| parts.len())
    }

    #[test]
    fn septets_are_cut_after_160_and_ucs2_after_70_units() {
        let septets = |length| parts(&Message { body: &vec![b'a'; length], ..Message::default() });
        assert_eq!([160, 161, 306, 307].map(septets), [1, 2, 2, 3]);
        let units = |length: usize| {
            parts(&Message { body: &vec![0x4e; 2 * length], data_coding: 8, ..Message::default() })
        };
        assert_eq!([70, 71, 134, 135].map(units), [1, 2, 2, 3]);
    }

    #[test]
    fn the_parts_share_the_reference_and_join_to_the_text() {
        let body = vec![b'x'; 400];
        let parts = cut(&Message { body: &body, ..Message::default() }, 9, DefaultAlphabet::Gsm7)
            .expect("cut");
        let parts = parts.expect("several");
        let joined: Vec<u8> = parts.iter().flat_map(|part| part.data.clone()).collect();
        assert_eq!(joined, body);
        for (number, part) in (1..).zip(&parts) {
            assert_eq!(part.udh, [5, 0, 3, 9, 3, number]);
        }
    }

    #[test]
    fn what_its_sender_cut_goes_as_it_is() {
        let mut body = vec![5, 0, 3, 1, 2, 1];
        body.extend([b'x'; 200]);
        assert_eq!(parts(&Message { body: &body, esm_class: UDHI, ..Message::default() }), 1);
        let tlvs = &[0x02, 0x04, 0, 2, 0, 7, 0x02, 0x0C, 0, 2, 0, 1];
        assert_eq!(parts(&Message { body: &[b'x'; 200], tlvs, ..Message::default() }), 1);
    }

    #[test]
    fn what_needs_more_than_255_parts_is_too_long() {
        let body = vec![b'x'; 60_000];
        let cut = cut(&Message { body: &body, ..Message::default() }, 9, DefaultAlphabet::Gsm7);
        assert_eq!(cut, Err(Inadmissible::TooLong));
    }
}
