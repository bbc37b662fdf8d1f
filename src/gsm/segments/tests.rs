//! Cutting of texts: what is never cut, what is chosen, where it ends.

use super::*;
use crate::gsm::udh::Udh;

const NARROW: Reference = Reference::Narrow(7);

fn cut(text: &str, reference: Reference) -> Vec<usize> {
    let segments = segment(text, &SegmentOptions::new(reference)).expect("it fits");
    segments.parts.iter().map(|part| part.units).collect()
}

fn any(languages: &[Language]) -> SegmentOptions<'_> {
    SegmentOptions { national: National::Any(languages), ..SegmentOptions::new(NARROW) }
}

#[test]
fn one_part_has_no_header_and_more_share_a_reference() {
    let one = segment(&"a".repeat(160), &SegmentOptions::new(NARROW)).expect("it fits");
    assert_eq!((one.parts.len(), one.parts[0].esm_class()), (1, 0));
    let two = segment(&"a".repeat(161), &SegmentOptions::new(NARROW)).expect("it fits");
    for (sequence, part) in (1..).zip(&two.parts) {
        assert_eq!(part.esm_class(), 0x40);
        assert_eq!(part.udh, [5, 0, 3, 7, 2, sequence]);
    }
}

#[test]
fn an_escape_and_a_surrogate_pair_stay_whole() {
    assert_eq!(cut(&format!("{}€{}", "a".repeat(152), "b".repeat(10)), NARROW), [152, 12]);
    assert_eq!(cut(&format!("{}😀{}", "ж".repeat(66), "ж".repeat(10)), NARROW), [66, 12]);
}

#[test]
fn an_emoji_of_many_stays_whole_if_there_is_room() {
    // Eleven units; plain cutting would leave seven of them in the first part.
    let family = "👩‍👩‍👧‍👦";
    assert_eq!(cut(&format!("{}{family}", "ж".repeat(60)), NARROW), [60, 11]);
    let full = format!("{}{family}{}", "ж".repeat(60), "ж".repeat(62));
    assert_eq!(cut(&full, NARROW).len(), 2, "a part more is not worth it: {full}");
}

#[test]
fn a_line_break_of_two_characters_may_be_cut() {
    assert_eq!(cut(&format!("{}\r\n{}", "a".repeat(152), "b".repeat(10)), NARROW), [153, 11]);
    assert_eq!(cut(&format!("{}\r\n{}", "ж".repeat(66), "ж".repeat(10)), NARROW), [67, 11]);
}

#[test]
fn national_tables_are_off_unless_asked_for() {
    let text = "şŞğĞıİ";
    assert_eq!(count(text, &SegmentOptions::new(NARROW)).alphabet, Alphabet::Ucs2);
    let counted = count(text, &any(&[Language::Turkish]));
    let single = Shifts { locking: None, single: Some(Language::Turkish) };
    assert_eq!((counted.alphabet, counted.shifts), (Alphabet::Gsm7, single));
    assert_eq!(counted.units_left, 155 - 12);
    assert_eq!(count(text, &any(&[Language::Urdu])).alphabet, Alphabet::Ucs2);
}

#[test]
fn the_tables_with_the_fewest_parts_win_and_the_simplest_of_those() {
    let plain = "a".repeat(160);
    assert_eq!(count(&plain, &any(&Language::ALL)).shifts, Shifts::DEFAULT);
    // Two septets each by the single shift table, one by the locking table.
    let locked = "ş".repeat(100);
    let locking = Shifts { locking: Some(Language::Turkish), single: None };
    assert_eq!(count(&locked, &any(&Language::ALL)).shifts, locking);
    let both = segment("नमस्ते A", &any(&[Language::Hindi])).expect("it fits");
    assert_eq!(both.shifts, Shifts::from_identifiers(6, 6));
    let (udh, _) = Udh::read(&both.parts[0].udh).expect("it is whole");
    assert_eq!(udh.shifts(), both.shifts);
}

#[test]
fn what_the_wished_tables_lack_is_ucs_2() {
    let national = National::Exactly(Shifts::from_identifiers(0, 1));
    let options = SegmentOptions { national, ..SegmentOptions::new(NARROW) };
    assert_eq!(count("ж", &options).alphabet, Alphabet::Ucs2);
}

#[test]
fn two_hundred_and_fifty_five_parts_are_the_end() {
    let longest = "a".repeat(255 * 153);
    let options = SegmentOptions::new(NARROW);
    assert_eq!(segment(&longest, &options).expect("it fits").parts.len(), 255);
    let error = segment(&(longest + "a"), &options);
    assert_eq!(error, Err(SegmentError::TooManyParts { parts: 256, max: 255 }));
    let few = SegmentOptions { parts_max: 2, ..options };
    let error = segment(&"ж".repeat(135), &few);
    assert_eq!(error, Err(SegmentError::TooManyParts { parts: 3, max: 2 }));
}

#[test]
fn no_text_is_one_empty_part() {
    let segments = segment("", &SegmentOptions::new(NARROW)).expect("it fits");
    assert_eq!((segments.parts.len(), segments.units), (1, 0));
    assert!(segments.parts[0].short_message().is_empty());
    assert_eq!(count("", &SegmentOptions::new(NARROW)).units_left, 160);
}
