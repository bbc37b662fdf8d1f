//! Cutting a text into words, the same for what is indexed and for what is asked.
//!
//! A word is a run of letters, marks and digits: an address of the web falls into its parts, and a code of
//! digits stays whole. Scripts written without spaces have no such runs: there each character stands for
//! itself, and the index holds every two neighbours (bigrams), so that any two or more characters in a
//! row are found. **Invariants**: no heap for a word; whoever finds a phrase in a text finds each of the
//! phrase's terms among the terms of the text.

use std::sync::LazyLock;

use unicode_normalization::char::is_combining_mark;

use super::fold::{fold, is_plain_letter};

/// Octets of a word that count, in UTF-8; more of it is not looked at.
pub const TERM_BYTES_MAX: usize = 64;

/// What a text is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Atom<'a> {
    /// A word, folded.
    Word(&'a [u8]),
    /// A character of a script without spaces, folded, and whether it follows another one directly.
    Letter(&'a [u8], bool),
}

/// Memory for the folded form of a text, used again for the next.
#[derive(Clone, Debug, Default)]
pub struct Scratch {
    ascii: Vec<u8>,
    folded: String,
}

/// Calls a function with the atoms of a text in their order.
pub fn atoms(text: &str, scratch: &mut Scratch, mut each: impl FnMut(Atom<'_>)) {
    if text.is_ascii() {
        ascii_words(text.as_bytes(), &mut scratch.ascii, |word| each(Atom::Word(word)));
        return;
    }
    fold(text, &mut scratch.folded);
    pieces(&scratch.folded, |piece, kind, joined| match kind {
        Kind::Letter => each(Atom::Letter(piece.as_bytes(), joined)),
        _ => each(Atom::Word(cut(piece))),
    });
}

/// Calls a function with what the index holds of a text, in its order, repetitions too.
pub fn terms(text: &str, scratch: &mut Scratch, mut each: impl FnMut(&[u8])) {
    if text.is_ascii() {
        ascii_terms(text.as_bytes(), scratch, each);
        return;
    }
    fold(text, &mut scratch.folded);
    let folded = scratch.folded.as_bytes();
    let mut last = 0..0;
    let start = folded.as_ptr() as usize;
    pieces(&scratch.folded, |piece, kind, joined| match kind {
        Kind::Letter => {
            let at = piece.as_ptr() as usize - start;
            if joined {
                each(&folded[last.start..at + piece.len()]);
            }
            last = at..at + piece.len();
        }
        _ => each(cut(piece)),
    });
}

/// The same for octets that are known to be ASCII.
pub(super) fn ascii_terms(text: &[u8], scratch: &mut Scratch, each: impl FnMut(&[u8])) {
    ascii_words(text, &mut scratch.ascii, each);
}

fn ascii_words(text: &[u8], lower: &mut Vec<u8>, mut each: impl FnMut(&[u8])) {
    lower.clear();
    lower.extend_from_slice(text);
    lower.make_ascii_lowercase();
    let mut start = 0;
    for (at, octet) in lower.iter().enumerate() {
        if !octet.is_ascii_alphanumeric() {
            if start < at {
                each(&lower[start..at.min(start + TERM_BYTES_MAX)]);
            }
            start = at + 1;
        }
    }
    if start < lower.len() {
        each(&lower[start..lower.len().min(start + TERM_BYTES_MAX)]);
    }
}

/// The octets of a word that count.
fn cut(word: &str) -> &[u8] {
    &word.as_bytes()[..word.floor_char_boundary(TERM_BYTES_MAX)]
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// Part of a word.
    Word,
    /// A word by itself.
    Letter,
    /// Belongs to what it follows.
    Mark,
    Between,
}

/// Cuts what is folded: each word, each letter of a script without spaces and whether it follows one.
fn pieces<'a>(folded: &'a str, mut each: impl FnMut(&'a str, Kind, bool)) {
    let (mut start, mut before) = (0, Kind::Between);
    let kinds = KINDS.as_slice();
    for (at, letter) in folded.char_indices() {
        let kind = match kind(kinds, letter) {
            Kind::Mark if before == Kind::Word => Kind::Word,
            Kind::Mark => Kind::Between,
            kind => kind,
        };
        if before == Kind::Word && kind != Kind::Word {
            each(&folded[start..at], Kind::Word, false);
        }
        if kind == Kind::Letter {
            each(&folded[at..at + letter.len_utf8()], kind, before == Kind::Letter);
        }
        if before != Kind::Word {
            start = at;
        }
        before = kind;
    }
    if before == Kind::Word {
        each(&folded[start..], Kind::Word, false);
    }
}

/// What each character of the scripts with few letters is.
static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    (0..KINDS_END).map(|code| char::from_u32(code).map_or(Kind::Between, look_up)).collect()
});

const KINDS_END: u32 = 0x3000;

fn kind(kinds: &[Kind], letter: char) -> Kind {
    match kinds.get(letter as usize) {
        Some(kind) => *kind,
        None if is_plain_letter(letter) => Kind::Letter,
        None => look_up(letter),
    }
}

fn look_up(letter: char) -> Kind {
    match letter {
        _ if is_spaceless(letter) && (letter.is_alphanumeric() || is_combining_mark(letter)) => {
            Kind::Letter
        }
        _ if letter.is_alphanumeric() => Kind::Word,
        _ if is_combining_mark(letter) => Kind::Mark,
        _ => Kind::Between,
    }
}

/// Thai, Lao, Myanmar, Khmer, kana, Han, and Hangul, whose words carry their particles.
const fn is_spaceless(letter: char) -> bool {
    matches!(letter,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1100}'..='\u{11ff}'
        | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}'
        | '\u{3130}'..='\u{318f}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{a960}'..='\u{a97f}' | '\u{a9e0}'..='\u{a9ff}'
        | '\u{aa60}'..='\u{aa7f}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        terms(text, &mut Scratch::default(), |term| {
            found.push(String::from_utf8(term.to_vec()).expect("whole characters"));
        });
        found
    }

    #[test]
    fn words_are_runs_of_letters_and_digits_in_lower_case() {
        let text = "Your OTP is 048231. Don't share: https://Bank.example/a?b=C-7_x +447700900123";
        let expected = "your otp is 048231 don t share https bank example a b c 7 x 447700900123";
        assert_eq!(list(text), expected.split(' ').collect::<Vec<_>>());
        assert_eq!(list(&format!("{text} é"))[..16], list(text));
        assert_eq!(list(" ,;! \r\n"), [""; 0]);
    }

    #[test]
    fn scripts_with_marks_keep_their_words_whole() {
        assert_eq!(list("नमस्ते, दुनिया"), ["नमस्ते", "दुनिया"]);
        assert_eq!(list("كِتَاب ٤٧١١"), ["كتاب", "4711"]);
        assert_eq!(list("Ваш КОД: 12"), ["ваш", "код", "12"]);
        assert_eq!(list("தமிழ் வணக்கம்"), ["தமிழ்", "வணக்கம்"]);
    }

    #[test]
    fn scripts_without_spaces_are_pairs_of_neighbours() {
        assert_eq!(list("您的验证码1234"), ["您的", "的验", "验证", "证码", "1234"]);
        assert_eq!(list("ご利用ガイド"), ["ご利", "利用", "用ガ", "ガイ", "イド"]);
        assert_eq!(list("รหัส OTP ๔๗"), ["รห", "หั", "ัส", "otp", "47"]);
        assert_eq!(list("인증 번호"), ["인증", "번호"]);
        assert_eq!(list("码 a码b"), ["a", "b"], "alone it has no neighbour");
    }

    #[test]
    fn a_word_without_end_is_cut_at_a_character() {
        assert_eq!(list(&"a".repeat(200)), ["a".repeat(64)]);
        assert_eq!(list(&"ж".repeat(200)), ["ж".repeat(32)]);
        assert_eq!(list(&format!("aж{}", "ж".repeat(99))), [format!("a{}", "ж".repeat(31))]);
    }
}
