//! Look-alikes: what makes a text UCS-2 for a mark that nobody would miss.
//!
//! Off unless asked for, since it changes what was written; every change is told. A text that would be
//! UCS-2 all the same stays as it is.

use std::borrow::Cow;

use super::language::Shifts;
use super::septets::septet;
use super::transliterate_table::{ACCENTS, LOOK_ALIKES};

/// How far a text may be changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// Quotation marks, dashes, dots, spaces and letters that look the same.
    LookAlikes,
    /// Also letters without their accents, if the default alphabet has not the accented one.
    Accents,
}

/// One change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// Where, in characters from the start of the text as it was.
    pub at: usize,
    /// What was there.
    pub from: char,
    /// What is there now; nothing if the character was invisible.
    pub to: &'static str,
}

/// A text that is in the default alphabet if this could bring it there, and what was changed.
pub fn transliterate(text: &str, level: Level) -> (Cow<'_, str>, Vec<Change>) {
    let (mut out, mut changes) = (String::with_capacity(text.len()), Vec::new());
    for (at, from) in text.chars().enumerate() {
        if septet(from, Shifts::DEFAULT).is_some() {
            out.push(from);
            continue;
        }
        // One that has no look-alike costs the whole text, so nothing is gained by the others.
        let Some(to) = look_alike(from, level) else { return (Cow::Borrowed(text), Vec::new()) };
        out.push_str(to);
        changes.push(Change { at, from, to });
    }
    if changes.is_empty() { (Cow::Borrowed(text), changes) } else { (Cow::Owned(out), changes) }
}

fn look_alike(from: char, level: Level) -> Option<&'static str> {
    let find = |table: &[(&str, &'static str)]| {
        table.iter().find(|(letters, _)| letters.contains(from)).map(|(_, to)| *to)
    };
    let accents = if level == Level::Accents { ACCENTS } else { &[] };
    find(LOOK_ALIKES).or_else(|| find(accents))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gsm::alphabet::{Alphabet, encode};

    #[test]
    fn quotation_marks_dashes_and_spaces_are_changed_and_told() {
        let (text, changes) = transliterate("it’s “so”\u{a0}–\u{200b} now…", Level::LookAlikes);
        assert_eq!(text, "it's \"so\" - now...");
        assert_eq!(changes[0], Change { at: 2, from: '’', to: "'" });
        assert_eq!(
            changes.iter().map(|change| change.at).collect::<Vec<_>>(),
            [2, 5, 8, 9, 10, 11, 16]
        );
        assert_eq!(encode(&text).alphabet, Alphabet::Gsm7);
    }

    #[test]
    fn a_text_that_stays_ucs_2_is_not_touched() {
        for text in ["“привет”", "😀…", "père", "garçon’s"] {
            let (out, changes) = transliterate(text, Level::LookAlikes);
            let gained = encode(&out).alphabet == Alphabet::Gsm7;
            assert!(gained || (out == text && changes.is_empty()), "{text}");
            assert!(matches!(out, Cow::Borrowed(_)));
        }
    }

    #[test]
    fn accents_are_taken_only_if_asked_for_and_only_where_they_must() {
        let text = "garçon à Málaga";
        assert_eq!(transliterate(text, Level::LookAlikes).0, text);
        let (out, changes) = transliterate(text, Level::Accents);
        assert_eq!(out, "garcon à Malaga", "à is in the alphabet");
        assert_eq!(changes.len(), 2);
    }

    #[test]
    fn every_look_alike_is_in_the_default_alphabet_and_stands_for_what_is_not() {
        for (letters, to) in LOOK_ALIKES.iter().chain(ACCENTS) {
            assert!(to.chars().all(|letter| septet(letter, Shifts::DEFAULT).is_some()), "{to}");
            for letter in letters.chars() {
                assert_eq!(septet(letter, Shifts::DEFAULT), None, "{letter}");
            }
        }
    }
}
