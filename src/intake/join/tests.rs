//! Joined as a handset meant it, or left alone.

use super::*;
use crate::gsm::text::decode;

const GSM: DefaultAlphabet = DefaultAlphabet::Gsm7;

fn part(data_coding: u8, body: &[u8]) -> Message<'_> {
    Message { esm_class: UDHI, data_coding, body, ..Message::default() }
}

fn text(whole: &Whole, default: DefaultAlphabet) -> Option<String> {
    decode(whole.data_coding, default, whole.esm_class & UDHI != 0, &whole.body).text
}

#[test]
fn parts_of_one_coding_are_joined_as_octets_and_lose_their_headers() {
    let whole = join(
        &[part(8, &[5, 0, 3, 1, 2, 1, 0xd8, 0x3d, 0xde]), part(8, &[5, 0, 3, 1, 2, 2, 0, 0, 0x41])],
        GSM,
    )
    .expect("joined");
    assert_eq!((whole.esm_class, whole.data_coding), (0, 8));
    assert_eq!(text(&whole, GSM).as_deref(), Some("😀A"), "a pair cut by its sender is one again");
}

#[test]
fn what_else_the_header_says_stays() {
    let ports = [5, 4, 0x0b, 0x84, 0x23, 0xf0];
    let body = |number: u8| [&[11, 0, 3, 1, 2, number][..], &ports, &[number]].concat();
    let (one, two) = (body(1), body(2));
    let whole = join(&[part(4, &one), part(4, &two)], GSM).expect("joined");
    assert_eq!(whole.esm_class, UDHI);
    assert_eq!(whole.body, [&[6][..], &ports, &[1, 2]].concat());
}

#[test]
fn texts_in_two_alphabets_become_one_in_ucs2() {
    let parts = [part(0, &[5, 0, 3, 1, 2, 1, 0x00]), part(8, &[5, 0, 3, 1, 2, 2, 0x04, 0x36])];
    let whole = join(&parts, GSM).expect("joined");
    assert_eq!((whole.data_coding, whole.esm_class), (8, 0));
    assert_eq!(text(&whole, GSM).as_deref(), Some("@ж"));
    let turkish =
        [part(0, &[8, 0, 3, 1, 2, 1, 0x25, 1, 1, 0x07]), part(0, &[5, 0, 3, 1, 2, 2, b'a'])];
    assert_eq!(text(&join(&turkish, GSM).expect("joined"), GSM).as_deref(), Some("ıa"));
}

#[test]
fn what_would_lose_something_is_not_joined() {
    let binary = [part(4, &[5, 0, 3, 1, 2, 1, 9]), part(8, &[5, 0, 3, 1, 2, 2, 0, 0x41])];
    assert_eq!(join(&binary, GSM), Err(Unjoined::Unlike));
    let ported =
        [part(0, &[11, 0, 3, 1, 2, 1, 5, 4, 1, 2, 3, 4, b'a']), part(0, &[5, 0, 3, 1, 2, 2, b'b'])];
    assert_eq!(join(&ported, GSM), Err(Unjoined::Unlike));
    assert_eq!(join(&[part(0, &[9, 1])], GSM), Err(Unjoined::Unlike), "no header to read");
    assert_eq!(join(&[], GSM), Err(Unjoined::Unlike));
    let long = [&[5, 0, 3, 1, 255, 1][..], &[b'x'; 254]].concat();
    let many = vec![part(0, &long); 255];
    assert_eq!(join(&many, GSM), Err(Unjoined::TooLong));
}

#[test]
fn the_longest_that_handsets_send_is_joined() {
    let full = [&[5, 0, 3, 1, 255, 1][..], &[b'x'; 153]].concat();
    let whole = join(&vec![part(0, &full); 255], GSM).expect("joined");
    assert_eq!(whole.body.len(), 255 * 153);
}

#[test]
fn packed_septets_are_packed_anew() {
    let packed = DefaultAlphabet::Gsm7Packed;
    let body = |number: u8, text: &[u8]| {
        [&[5, 0, 3, 1, 2, number][..], &pack(text, fill_bits(6))].concat()
    };
    let (one, two) = (body(1, b"hello "), body(2, b"world"));
    let whole = join(&[part(0, &one), part(0, &two)], packed).expect("joined");
    assert_eq!(text(&whole, packed).as_deref(), Some("hello world"));
}

#[test]
fn sar_parameters_are_taken_off_and_the_others_of_the_first_part_stay() {
    let mut tlvs = TlvBuf::default();
    tlvs.push_u16(Tag::SAR_MSG_REF_NUM, 7);
    tlvs.push_u8(Tag::SAR_TOTAL_SEGMENTS, 2);
    tlvs.push_u8(Tag::SAR_SEGMENT_SEQNUM, 1);
    tlvs.push_u16(Tag::USER_MESSAGE_REFERENCE, 9);
    let tlvs = tlvs.as_tlvs().as_octets();
    let sar = |body| Message { tlvs, body, ..Message::default() };
    let whole = join(&[sar(b"one "), sar(b"two")], GSM).expect("joined");
    assert_eq!((whole.esm_class, &whole.body[..]), (0, &b"one two"[..]));
    let kept = Tlvs::new(&whole.tlvs).expect("well formed");
    assert_eq!(kept.iter().count(), 1);
    assert_eq!(kept.integer(Tag::USER_MESSAGE_REFERENCE), Some(9));
}
