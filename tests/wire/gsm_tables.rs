//! The alphabets, data codings and header elements against recorded tables of the standard.

use postrider::gsm::coding::{Class, WaitingKind};
use postrider::gsm::{Alphabet, Coding, DefaultAlphabet, Shifts, septets, udh_table};
use serde_json::Value;

use crate::vectors::shared;

/// The septets that decode to one character as the table says, `None` where it has none.
fn code_points(table: &Value) -> Vec<Option<char>> {
    let cells = table["codepoints"].as_array().unwrap();
    assert_eq!(cells.len(), 128);
    let letter = |cell: &Value| {
        let digits = cell.as_str().filter(|cell| *cell != "ESC")?;
        char::from_u32(u32::from_str_radix(digits, 16).unwrap())
    };
    cells.iter().map(letter).collect()
}

fn tables(kind: &str) -> Option<Vec<(u8, Vec<Option<char>>)>> {
    let tables: Value = serde_json::from_str(&shared("gsm0338-tables.json")?).unwrap();
    let rows = tables[kind].as_array().unwrap().iter();
    Some(rows.map(|row| (row["nli"].as_u64().unwrap() as u8, code_points(row))).collect())
}

#[test]
fn every_locking_table_is_that_of_the_standard() {
    let Some(tables) = tables("locking") else { return };
    assert_eq!(tables.len(), 13);
    for (language, letters) in tables {
        let shifts = Shifts::from_identifiers(language, 0);
        for (septet, letter) in (0_u8..).zip(letters).filter(|(septet, _)| *septet != 0x1b) {
            let text = septets::decode(&[septet], shifts);
            let expected = letter.unwrap_or('\u{fffd}').to_string();
            assert_eq!(text, expected, "language {language}, septet {septet:02x}");
            if letter.is_some() {
                assert_eq!(septets::encode(&text, shifts), Some(vec![septet]), "{text}");
            }
        }
    }
}

#[test]
fn every_single_shift_table_is_that_of_the_standard_and_falls_back() {
    let Some(tables) = tables("single") else { return };
    assert_eq!(tables.len(), 14);
    for (language, letters) in tables {
        let shifts = Shifts::from_identifiers(0, language);
        for (septet, letter) in (0_u8..).zip(letters).filter(|(septet, _)| *septet != 0x1b) {
            let text = septets::decode(&[0x1b, septet], shifts);
            let fallback = || septets::decode(&[septet], shifts);
            let expected = letter.map_or_else(fallback, String::from);
            assert_eq!(text, expected, "language {language}, septet {septet:02x}");
        }
    }
}

#[test]
fn every_recorded_data_coding_is_read_as_told() {
    let Some(text) = shared("gsm-dcs.csv") else { return };
    for line in text.lines().skip(1).filter(|line| !line.is_empty()) {
        let mut columns = line.splitn(4, ',');
        let octet = u8::from_str_radix(columns.next().unwrap(), 16).unwrap();
        let (alphabet, class) = (columns.next().unwrap(), columns.next().unwrap());
        let meaning = columns.next().unwrap();
        let smpp = Coding::from_data_coding(octet, DefaultAlphabet::Gsm7);
        // Some of the low values are told in terms of the DCS and some in SMPP's.
        let coding = if octet == 1 { Coding::from_dcs(octet) } else { smpp };
        match alphabet {
            "gsm7" | "gsm7 in TP-DCS terms" => {
                assert_eq!(coding.alphabet, Alphabet::Gsm7, "{line}")
            }
            "gsm7 compressed" => assert!(coding.compressed, "{line}"),
            "8bit" => assert_eq!(coding.alphabet, Alphabet::Octets, "{line}"),
            "ucs2" => assert_eq!(coding.alphabet, Alphabet::Ucs2, "{line}"),
            "-" => assert!(coding.alphabet.data_coding() == octet, "{line}"),
            other => panic!("{other}: {line}"),
        }
        let number = coding.class.map(Class::number);
        assert_eq!(number.map_or("-".to_owned(), |class| class.to_string()), class, "{line}");
        waits(coding, meaning);
        assert_eq!(coding.deletion, meaning.contains("automatic deletion"), "{line}");
    }
}

fn waits(coding: Coding, meaning: &str) {
    let Some(waiting) = coding.waiting else {
        assert!(!meaning.contains("MWI"), "{meaning}");
        return;
    };
    let kind = match waiting.kind {
        WaitingKind::Voicemail => "voicemail",
        WaitingKind::Fax => "fax",
        WaitingKind::Email => "e-mail",
        WaitingKind::Other => "other",
    };
    // One row leaves the kind out.
    assert!(meaning.contains(kind) || meaning.contains("UCS-2, inactive"), "{meaning}");
    assert_eq!(waiting.store, meaning.contains("store"), "{meaning}");
    assert_eq!(waiting.active, !meaning.contains("inactive"), "{meaning}");
}

#[test]
fn every_recorded_element_is_known_with_its_length() {
    let Some(text) = shared("gsm-udh-ie.csv") else { return };
    for line in text.lines().skip(1).filter(|line| !line.is_empty()) {
        let mut columns = line.split(',');
        let (ieis, length) = (columns.next().unwrap(), columns.next().unwrap());
        let ends = ieis.split('-').map(|iei| u8::from_str_radix(&iei[2..], 16).unwrap());
        for iei in ends {
            assert!(udh_table::name(iei).is_some(), "{line}");
            let fixed = udh_table::fixed_octets(iei).map(|octets| octets.to_string());
            assert_eq!(fixed.is_some(), length.parse::<u8>().is_ok(), "{line}");
            assert!(fixed.is_none_or(|fixed| fixed == length), "{line}");
        }
    }
}
