//! Any user data is shown, any octets are cut into parts that say the same, and any text reads back.

use postrider::gsm::concatenation::PARTS_MAX;
use postrider::gsm::transliterate::Level;
use postrider::gsm::{
    Alphabet, DefaultAlphabet, Language, National, Reference, Segment, SegmentOptions, Segments,
    UserData, count, decode, decode_parts, segment, segment_octets, transliterate,
};

/// Languages whose tables a text may be cut with, one of them or none at a time.
const LANGUAGES: [Language; 3] = [Language::Turkish, Language::Spanish, Language::Hindi];

/// The first octet is the `data_coding`, the second chooses how it is read and what is done with it, the
/// rest is the data. One thing is done in a run: each is dear, and the others have inputs of their own.
pub fn run(data: &[u8]) {
    let Some((&[data_coding, choice], octets)) = data.split_first_chunk() else { return };
    let default = match choice & 0b11 {
        0 => DefaultAlphabet::Gsm7,
        1 => DefaultAlphabet::Gsm7Packed,
        2 => DefaultAlphabet::Latin1,
        _ => DefaultAlphabet::Ia5,
    };
    let reference = if choice & 0b100 == 0 { Reference::Narrow(7) } else { Reference::Wide(7) };
    let data = UserData { data_coding, udhi: choice & 0b1000 != 0, octets };
    let text = std::str::from_utf8(octets);
    match (choice >> 4, text) {
        (0..=3, _) => shown(data, default),
        (4..=7, _) => cut_octets(data, default, reference),
        (_, Err(_)) => {}
        (8, Ok(text)) => {
            let (other, changes) = transliterate(text, Level::Accents);
            assert!(!changes.is_empty() || other == text);
        }
        (9..=11, Ok(text)) => cut_text(text, &SegmentOptions::new(reference)),
        (language, Ok(text)) => {
            let language = usize::from(language) % LANGUAGES.len();
            let national = National::Any(&LANGUAGES[language..=language]);
            cut_text(text, &SegmentOptions { national, ..SegmentOptions::new(reference) });
        }
    }
}

fn shown(data: UserData<'_>, default: DefaultAlphabet) {
    let text = decode(data.data_coding, default, data.udhi, data.octets);
    assert_eq!(text.text.is_some(), text.coding.is_text());
    assert!(text.replaced() <= data.octets.len() * 8 / 7);
    assert!(text.header.is_none() || text.header_error.is_none());
    let header = text.header.map_or(0, |header| header.octets_len());
    assert!(text.body.len() + header <= data.octets.len());
    assert_eq!(decode_parts([data], default), text.text);
}

fn cut_octets(data: UserData<'_>, default: DefaultAlphabet, reference: Reference) {
    let Ok(cut) = segment_octets(data, default, reference) else { return };
    bounded(&cut, default != DefaultAlphabet::Gsm7Packed);
    let before = decode(data.data_coding, default, data.udhi, data.octets);
    let joined: Vec<u8> = cut.parts.iter().flat_map(|part| part.data.clone()).collect();
    if default != DefaultAlphabet::Gsm7Packed {
        assert_eq!(joined, before.body);
        assert_eq!(again(&cut, data.udhi, default), before.text);
    }
}

fn cut_text(text: &str, options: &SegmentOptions<'_>) {
    // No character (Unicode §23.7): at the start of UCS-2 it says that the octets are the other way round.
    if text.starts_with('\u{fffe}') {
        return;
    }
    let counted = count(text, options);
    let Ok(cut) = segment(text, options) else {
        assert!(counted.parts > PARTS_MAX);
        return;
    };
    bounded(&cut, true);
    assert_eq!((counted.parts, counted.units), (cut.parts.len(), cut.units));
    assert_eq!(again(&cut, false, DefaultAlphabet::Gsm7).as_deref(), Some(without_mark(text)));
}

/// A byte order mark at the start of UCS-2 is not shown.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn bounded(cut: &Segments, is_septets: bool) {
    assert!((1..=PARTS_MAX).contains(&cut.parts.len()));
    assert_eq!(cut.units, cut.parts.iter().map(|part| part.units).sum::<usize>());
    for part in &cut.parts {
        let max = if part.alphabet == Alphabet::Gsm7 { 160 } else { 140 };
        assert!(part.tp_udl() <= max || carried_in_septets(part), "{part:?}");
        assert!(!is_septets || part.packed().len() <= 140 || carried_in_septets(part), "{part:?}");
    }
}

/// One octet here is one septet on the air.
fn carried_in_septets(part: &Segment) -> bool {
    matches!(part.alphabet, Alphabet::Ia5 | Alphabet::Latin1) && part.short_message().len() <= 160
}

fn again(cut: &Segments, udhi: bool, default: DefaultAlphabet) -> Option<String> {
    let octets: Vec<Vec<u8>> = cut.parts.iter().map(Segment::short_message).collect();
    let parts = octets.iter().zip(&cut.parts).map(|(octets, part)| UserData {
        data_coding: cut.data_coding,
        udhi: udhi || part.esm_class() != 0,
        octets,
    });
    decode_parts(parts, default)
}
