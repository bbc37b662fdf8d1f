//! The first word of a text, in a form in which two spellings of it are the same.

/// The first word of a text: up to white space, without punctuation around it, in one case. A word that
/// is nothing but signs is kept whole. `None` for a text without a word.
///
/// Case is folded letter by letter, through upper case and back, so that `ΟΔΟΣ` is `οδος`, `STRASSE` is
/// `Straße`, and `İPTAL`, `IPTAL` and `iptal` are one, whatever the language of the phone. Scripts that
/// do not part words have one up to the first space.
pub fn first_word(text: &str) -> Option<String> {
    let is_mark =
        |letter: char| matches!(letter, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}');
    let word = text
        .split(|letter: char| letter.is_whitespace() || letter.is_control())
        .map(|word| word.trim_matches(is_mark))
        .find(|word| !word.is_empty())?;
    let bare = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    let word = if bare.is_empty() { word } else { bare };
    let folded = word.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    // The dot that lower case leaves over a Turkish I.
    Some(folded.filter(|letter| *letter != '\u{307}').take(WORD_LETTERS_MAX).collect())
}

/// Letters of a word that are compared.
pub const WORD_LETTERS_MAX: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Option<String> {
        first_word(text)
    }

    #[test]
    fn case_white_space_and_punctuation_make_no_difference() {
        for text in [
            "STOP",
            "stop",
            " Stop. ",
            "\r\n\"StOp\" now",
            "(stop)",
            "stop!!! please",
            "\u{feff}stop",
        ] {
            assert_eq!(word(text).as_deref(), Some("stop"), "{text:?}");
        }
        assert_ne!(word("stop-it"), word("stop"));
        assert_ne!(word("stopped"), word("stop"));
    }

    #[test]
    fn every_script_has_words() {
        for (one, other) in [
            ("СТОП, спасибо", "стоп"),
            ("ΟΔΟΣ", "οδος"),
            ("STRASSE", "straße"),
            ("İPTAL et", "iptal"),
            ("IPTAL", "iptal"),
            ("التوقف الآن", "التوقف"),
            ("停止　请", "停止"),
            ("รายการ ok", "รายการ"),
            ("बंद करो", "बंद"),
        ] {
            assert_eq!(word(one), word(other), "{one}");
            assert!(word(one).is_some());
        }
    }

    #[test]
    fn signs_alone_are_a_word_and_nothing_is_none() {
        assert_eq!(word("👍 great").as_deref(), Some("👍"));
        assert_eq!(word("? "), word("?"));
        for text in ["", "  \r\n\t", "\u{feff}", "\0"] {
            assert_eq!(word(text), None, "{text:?}");
        }
        let long = word(&"x".repeat(100_000));
        assert_eq!(long.map(|word| word.len()), Some(WORD_LETTERS_MAX));
    }
}
