//! One form for all the ways to write a word: lower case, NFKC (UAX #15), no vowel points.
//!
//! Folding is upper case and then lower case of each character, which makes `ß` and `SS`, `ς` and `Σ`,
//! `ı` and `I` the same without a table. Decimal digits of any script become those of ASCII: a code is
//! asked for as it is read out. **Invariant**: what this makes of a text is kept in files of the index,
//! so a change of it is a change of their layout.

use std::sync::LazyLock;

use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Puts the folded form of a text into `out`. What is between words stays as it is, or is as little of a word.
pub(super) fn fold(text: &str, out: &mut String) {
    out.clear();
    let plain = PLAIN.as_slice();
    for letter in text.chars() {
        let Some(folded) = plain_fold(plain, letter) else { return fold_whole(text, out) };
        out.push(folded);
    }
}

/// The same for letters that may change with their neighbours.
fn fold_whole(text: &str, out: &mut String) {
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

/// What each character below has become, if that is one character whatever stands beside it; else 0.
static PLAIN: LazyLock<Vec<char>> = LazyLock::new(|| {
    let mut out = String::new();
    (0..PLAIN_END)
        .map(|code| char::from_u32(code).map_or('\0', |it| look_up(it, &mut out)))
        .collect()
});

/// Behind the scripts with few letters.
const PLAIN_END: u32 = 0x3000;

fn look_up(letter: char, out: &mut String) -> char {
    let changes = canonical_combining_class(letter) != 0
        || is_nfkc_quick(std::iter::once(letter)) == IsNormalized::Maybe;
    if changes {
        return '\0';
    }
    fold_whole(letter.encode_utf8(&mut [0; 4]), out);
    let mut folded = out.chars();
    match (folded.next(), folded.next()) {
        (Some(first), None) => first,
        // Three dots are no more of a word than one.
        (Some(first), Some(_)) if first.is_ascii_punctuation() && out.is_ascii() => {
            if out.bytes().any(|octet| octet.is_ascii_alphanumeric()) { '\0' } else { first }
        }
        _ => '\0',
    }
}

/// The folded form of a character that no neighbour changes; `None` if that is not known here.
fn plain_fold(plain: &[char], letter: char) -> Option<char> {
    match plain.get(letter as usize) {
        Some('\0') => None,
        Some(folded) => Some(*folded),
        None => match letter {
            '\u{3000}' => Some(' '),
            '\u{3001}' | '\u{3002}' | '\u{3008}'..='\u{3011}' => Some(letter),
            // Fullwidth ASCII stands 0xfee0 behind it.
            '\u{ff01}'..='\u{ff5e}' => {
                char::from_u32(letter as u32 - 0xfee0).map(|it| it.to_ascii_lowercase())
            }
            _ => is_plain_letter(letter).then_some(letter),
        },
    }
}

/// Letters of kana, Han and Hangul, which have no case and are their own NFKC.
pub(super) const fn is_plain_letter(letter: char) -> bool {
    matches!(letter,
        '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
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
    fn the_short_way_to_fold_is_the_long_one() {
        let words = |text: &str| {
            text.replace(|letter: char| !letter.is_alphanumeric() && letter.is_ascii(), " ")
        };
        let (mut short, mut long) = (String::new(), String::new());
        let mut random = fastrand::Rng::with_seed(1);
        let all = (0..0x30000).filter_map(char::from_u32);
        let alone = all.map(|letter| format!("a{letter}b"));
        let pairs = (0..100_000).map(|_| {
            let letters =
                (0..3).filter_map(|_| char::from_u32(random.u32(..0xd800) >> random.u8(..9)));
            letters.collect::<String>()
        });
        for text in alone.chain(pairs.collect::<Vec<_>>()) {
            fold(&text, &mut short);
            fold_whole(&text, &mut long);
            let dots = |text: &str| words(text).split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(dots(&short), dots(&long), "{text:?}");
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
