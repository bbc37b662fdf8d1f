//! Texts as carriers of all kinds are given them.

use super::*;
use crate::gsm::alphabet::encode;
use crate::gsm::text::{UserData, decode_parts};

const GSM: DefaultAlphabet = DefaultAlphabet::Gsm7;

const LATIN: DefaultAlphabet = DefaultAlphabet::Latin1;
const IA5: DefaultAlphabet = DefaultAlphabet::Ia5;
const PACKED: DefaultAlphabet = DefaultAlphabet::Gsm7Packed;

fn plain(default: DefaultAlphabet) -> Pen<'static> {
    let defaults: &[DefaultAlphabet] = match default {
        GSM => &[GSM],
        PACKED => &[PACKED],
        LATIN => &[LATIN],
        IA5 => &[IA5],
    };
    Pen { is_plain_text: true, defaults, national: &[], transliterate: None }
}

/// A text as the API hands it on.
fn given(text: &str, pen: &Pen<'_>) -> Option<Rewritten> {
    let encoded = encode(text);
    let data_coding = encoded.alphabet.data_coding();
    rewrite(&Message { data_coding, body: &encoded.octets, ..Message::default() }, pen, 7)
}

/// What the carrier's network makes of it.
fn shown(rewritten: &Rewritten, default: DefaultAlphabet) -> String {
    let message = rewritten.apply(&Message::default());
    let (data_coding, one) = (rewritten.data_coding, message.body.to_vec());
    let parts: Vec<(bool, Vec<u8>)> = match &rewritten.parts {
        None => vec![(message.esm_class & UDHI != 0, one)],
        Some(parts) => parts.iter().map(|part| (true, octets(part, default))).collect(),
    };
    let parts = parts.iter().map(|(udhi, octets)| UserData { data_coding, udhi: *udhi, octets });
    decode_parts(parts, default).expect("a text")
}

#[test]
fn a_text_that_a_carrier_of_the_field_takes_goes_as_it_is() {
    assert_eq!(given("Bring €5 @ 8", &plain(GSM)), None);
    assert_eq!(given("“Привет”", &plain(GSM)), None, "nobody asked for a change");
}

#[test]
fn a_text_is_written_in_what_data_coding_0_means_to_the_carrier() {
    for default in [DefaultAlphabet::Latin1, DefaultAlphabet::Ia5, DefaultAlphabet::Gsm7Packed] {
        let written = given("mail@example.net_1", &plain(default)).expect("written anew");
        assert_eq!((written.data_coding, written.changed), (0, 0));
        assert_eq!(shown(&written, default), "mail@example.net_1");
    }
    let latin = given("é@", &plain(DefaultAlphabet::Latin1)).expect("written anew");
    assert_eq!(latin.apply(&Message::default()).body, [0xe9, 0x40]);
}

#[test]
fn nothing_is_added_to_a_packed_text_that_anybody_sees() {
    let default = DefaultAlphabet::Gsm7Packed;
    for length in 1..=20 {
        let text = "x".repeat(length);
        assert_eq!(shown(&given(&text, &plain(default)).expect("anew"), default).trim_end(), text);
    }
}

#[test]
fn a_letter_that_the_carriers_alphabet_lacks_makes_the_text_ucs_2() {
    for (text, default) in [
        ("5 €", DefaultAlphabet::Latin1),
        ("Δx", DefaultAlphabet::Latin1),
        ("é", DefaultAlphabet::Ia5),
    ] {
        let written = given(text, &plain(default)).expect("written anew");
        assert_eq!(written.data_coding, 8, "{text}");
        assert_eq!(shown(&written, default), text);
    }
}

#[test]
fn look_alikes_are_changed_only_if_asked_for_and_only_if_that_is_enough() {
    let pen = Pen { transliterate: Some(Level::LookAlikes), ..plain(GSM) };
    let written = given("“it’s” – 5 €…", &pen).expect("written anew");
    assert_eq!((written.data_coding, written.changed), (0, 5));
    assert_eq!(shown(&written, GSM), "\"it's\" - 5 €...");
    assert_eq!(given("“привет”", &pen), None);
    assert_eq!(given("garçon’s", &pen), None, "letters are not look-alikes");
    let pen = Pen { transliterate: Some(Level::Accents), ..pen };
    assert_eq!(shown(&given("garçon’s", &pen).expect("written anew"), GSM), "garcon's");
    let pen = Pen { defaults: &[LATIN], ..pen };
    assert_eq!(given("5 € …", &pen), None, "€ is in no Latin-1");
}

#[test]
fn a_text_by_smpp_is_its_senders_until_the_account_says_otherwise() {
    let body = ucs2::encode("“Hello”");
    let message = Message { data_coding: 8, body: &body, ..Message::default() };
    let own = Pen { is_plain_text: false, national: &Language::ALL, ..plain(GSM) };
    assert_eq!(rewrite(&message, &own, 7), None);
    let pen = Pen { transliterate: Some(Level::LookAlikes), ..own };
    let written = rewrite(&message, &pen, 7).expect("written anew");
    assert_eq!((shown(&written, GSM).as_str(), written.changed), ("\"Hello\"", 2));
    for coding in [0, 1, 3, 4, 0xf0, 0x18] {
        assert_eq!(rewrite(&Message { data_coding: coding, ..message }, &pen, 7), None, "{coding}");
    }
    assert_eq!(rewrite(&Message { esm_class: UDHI, ..message }, &pen, 7), None, "headed");
    let tlvs = &[0x02, 0x0C, 0, 2, 0, 1];
    assert_eq!(rewrite(&Message { tlvs, ..message }, &pen, 7), None, "a part");
}

#[test]
fn octets_that_are_no_text_are_left_alone() {
    let pen = Pen { transliterate: Some(Level::Accents), is_plain_text: false, ..plain(GSM) };
    for body in [&[0xd8, 0x3d][..], &[0x00, 0x41, 0x20], &[0xdc, 0x00, 0x20, 0x19]] {
        assert_eq!(rewrite(&Message { data_coding: 8, body, ..Message::default() }, &pen, 7), None);
    }
}

#[test]
fn national_tables_that_the_carrier_takes_are_named_in_a_header() {
    let turkish = Pen { national: &[Language::Turkish], ..plain(GSM) };
    let written = given("Işık şimdi açık", &turkish).expect("written anew");
    assert_eq!((written.data_coding, written.changed), (0, 0));
    let message = written.apply(&Message::default());
    assert_eq!(message.esm_class, UDHI);
    assert!(
        message.body.starts_with(&[3, 0x24, 1, 1]) || message.body.starts_with(&[3, 0x25, 1, 1])
    );
    assert_eq!(shown(&written, GSM), "Işık şimdi açık");
    let packed = Pen { defaults: &[PACKED], ..turkish };
    let written = given("Işık şimdi açık", &packed).expect("written anew");
    assert_eq!(shown(&written, DefaultAlphabet::Gsm7Packed), "Işık şimdi açık");
    assert_eq!(given("Işık", &Pen { defaults: &[LATIN], ..turkish }), None);
    assert_eq!(given("привет", &turkish), None, "in no table of these");
    assert_eq!(given("Işık", &Pen { defaults: &[GSM, PACKED], ..turkish }), None);
}

#[test]
fn a_long_text_in_national_tables_is_cut_beside_its_headers() {
    let turkish = Pen { national: &[Language::Turkish], ..plain(GSM) };
    // 160 of the single shift's at two septets would be three parts, the locking table's are two.
    let text = "ı".repeat(160);
    let parts = given(&text, &turkish).expect("written anew").parts.expect("several");
    assert_eq!(parts.len(), 2);
    assert_eq!(parts[0].udh[..5], [8, 0, 3, 7, 2]);
    assert_eq!((parts[0].units, parts[1].units), (149, 11));
    assert!(parts.iter().all(|part| part.udh.len() == 9));
}

#[test]
fn what_tables_can_say_is_not_changed_though_it_might_be() {
    let pen =
        Pen { national: &[Language::Turkish], transliterate: Some(Level::Accents), ..plain(GSM) };
    let written = given("ışık", &pen).expect("written anew");
    assert_eq!((shown(&written, GSM).as_str(), written.changed), ("ışık", 0));
}

#[test]
fn what_may_go_to_several_carriers_is_written_so_that_all_read_it() {
    let pen = Pen { defaults: &[LATIN, GSM, IA5], ..plain(GSM) };
    let hello = given("Hello, 5 for 7", &pen).expect("written anew");
    assert_eq!((hello.data_coding, shown(&hello, GSM).as_str()), (0, "Hello, 5 for 7"));
    let at = given("a@b", &pen).expect("written anew");
    assert_eq!((at.data_coding, shown(&at, GSM).as_str()), (8, "a@b"), "another octet to each");
    let pen = Pen { transliterate: Some(Level::LookAlikes), ..pen };
    assert_eq!(given("“it_s”", &pen), None, "it would read otherwise");
    assert_eq!(given("it’s", &pen).expect("written anew").changed, 1);
}
