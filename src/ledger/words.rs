//! The words of a text, as a search compares them: in lower case, borders as Unicode has them (UAX #29).
//!
//! In scripts without spaces each ideograph is a word, so that any run of them is found. What an index
//! of texts would hold are these words; until there is one, they are looked for in the records.

use unicode_segmentation::UnicodeSegmentation;

use crate::gsm::coding::DefaultAlphabet;
use crate::gsm::part::UDHI;
use crate::gsm::text::decode;
use crate::message::record::Message;

/// Words that are searched for together, one after another.
pub const WORDS_MAX: usize = 32;

/// Words in their order, at least one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Words(Vec<String>);

impl Words {
    /// The words of a phrase, of which the first [`WORDS_MAX`] count; `None` if it has none.
    pub fn of(phrase: &str) -> Option<Self> {
        let words: Vec<String> = phrase.unicode_words().take(WORDS_MAX).map(lower).collect();
        (!words.is_empty()).then_some(Self(words))
    }

    /// Whether they follow each other in a text.
    pub fn follow_in(&self, text: &str) -> bool {
        let mut recent: Vec<String> = Vec::with_capacity(self.0.len());
        for word in text.unicode_words() {
            if recent.len() == self.0.len() {
                recent.remove(0);
            }
            recent.push(lower(word));
            if recent == self.0 {
                return true;
            }
        }
        false
    }

    /// Whether they follow each other in a message, or in the part of one that this is.
    pub(super) fn are_in(&self, message: &Message<'_>) -> bool {
        let udhi = message.esm_class & UDHI != 0;
        let read = decode(message.data_coding, DefaultAlphabet::Gsm7, udhi, message.body);
        read.text.is_some_and(|text| self.follow_in(&text))
    }
}

fn lower(word: &str) -> String {
    word.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(phrase: &str, text: &str) -> bool {
        Words::of(phrase).expect("words").follow_in(text)
    }

    #[test]
    fn words_are_found_whole_in_any_case_and_in_their_order() {
        let text = "Your Code is 4711, valid for 5 minutes. Don't share it.";
        for phrase in ["code", "YOUR code", "code is 4711", "4711 valid", "don't"] {
            assert!(found(phrase, text), "{phrase}");
        }
        for phrase in ["cod", "471", "code 4711", "is code", "share it now"] {
            assert!(!found(phrase, text), "{phrase}");
        }
        assert!(found("a a b", "a a a b"), "a beginning that repeats itself");
    }

    #[test]
    fn scripts_without_spaces_are_found_by_any_run_of_characters() {
        assert!(found("验证码", "您的验证码是1234"));
        assert!(found("1234", "您的验证码是 1234"));
        assert!(!found("码验", "您的验证码是1234"));
        assert!(found("ÉCOLE", "l'heure: école fermée"));
        assert!(found("код", "Ваш КОД 12"));
    }

    #[test]
    fn marks_alone_are_no_words() {
        assert_eq!(Words::of(" -- … !"), None);
        assert_eq!(Words::of(""), None);
    }
}
