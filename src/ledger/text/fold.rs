//! One form for all the ways to write a word: lower case, NFKC (UAX #15), no vowel points.
//!
//! Folding is upper case and then lower case of each character, which makes `ß` and `SS`, `ς` and `Σ`,
//! `ı` and `I` the same without a table. Decimal digits of any script become those of ASCII: a code is
//! asked for as it is read out. **Invariant**: what this makes of a text is kept in files of the index,
//! so a change of it is a change of their layout.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Puts the folded form of a text into `out`. What is between words stays as it is.
pub(super) fn fold(text: &str, out: &mut String) {
    out.clear();
    match is_nfkc_quick(text.chars()) {
        IsNormalized::Yes => fold_each(text.chars(), out),
        _ => fold_each(text.nfkc(), out),
    }
}

fn fold_each(letters: impl Iterator<Item = char>, out: &mut String) {
    for letter in letters {
        if letter.is_ascii() {
            out.push(letter.to_ascii_lowercase());
        } else if let Some(digit) = digit(letter) {
            out.push(digit);
        } else if !is_ignored(letter) {
            // The dot that the lower case of `İ` brings along would tell it from `i`.
            let folded = letter.to_uppercase().flat_map(char::to_lowercase);
            out.extend(folded.filter(|folded| *folded != '\u{307}' || letter == *folded));
        }
    }
}

/// The zeros of the decimal digits (Nd) of scripts in use; nine more follow each.
const ZEROS: [u32; 20] = [
    0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66,
    0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810,
];

fn digit(letter: char) -> Option<char> {
    let code = u32::from(letter);
    if !(ZEROS[0]..ZEROS[ZEROS.len() - 1] + 10).contains(&code) {
        return None;
    }
    let before = ZEROS.partition_point(|zero| *zero <= code);
    let value = code - ZEROS[before - 1];
    if value < 10 { char::from_digit(value, 10) } else { None }
}

/// Whether a character is not seen or may be left out: joiners, marks of direction, variation selectors,
/// soft hyphens, the tatweel, and the vowel points of Arabic and Hebrew.
const fn is_ignored(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}'
        | '\u{5c5}' | '\u{5c7}' | '\u{61c}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}'
        | '\u{6d6}'..='\u{6dc}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut out = String::new();
        fold(text, &mut out);
        out
    }

    #[test]
    fn the_ways_to_write_a_word_are_one() {
        for (one, other) in [
            ("STRASSE", "straße"),
            ("ΟΔΟΣ", "οδος"),
            ("İZMİR", "izmir"),
            ("KAPI", "kapı"),
            ("ÉCOLE", "e\u{301}cole"),
            ("ＡＢＣ１２３", "abc123"),
            ("ｶﾞｲﾄﾞ", "ガイド"),
            ("ﬁn", "fin"),
            ("مـحـمد", "محمد"),
            ("كِتَاب", "كتاب"),
            ("٤٧١١", "4711"),
            ("४७११", "4711"),
            ("ﻣﺤﻤﺪ", "محمد"),
            ("so\u{ad}ft", "soft"),
            ("می\u{200c}خواهم", "میخواهم"),
        ] {
            assert_eq!(folded(one), folded(other), "{one} {other}");
        }
    }

    #[test]
    fn what_is_folded_stays_as_it_is() {
        for text in ["Ünïcödé ŉ ǰ ΐ և", "नमस्ते दुनिया", "ﷺ ㎏ ½ ²", "İstanbul’da", "Ꭰꭰ ა Ა"]
        {
            assert_eq!(folded(&folded(text)), folded(text), "{text}");
        }
    }
}
