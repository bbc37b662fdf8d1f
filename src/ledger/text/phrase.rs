//! Words one after another, as somebody asks for them.

use super::body;
use super::tokens::{Atom, Scratch, atoms};
use crate::message::record::Message;

/// Words that are searched for together, one after another: what is beyond does not count.
pub const WORDS_MAX: usize = 32;

/// Words in their order, at least one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Words {
    atoms: Vec<Piece>,
    terms: Vec<Box<[u8]>>,
}

/// One of them.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Piece {
    octets: Box<[u8]>,
    is_word: bool,
    /// Of a script without spaces, and directly behind another one.
    joined: bool,
}

impl From<Atom<'_>> for Piece {
    fn from(atom: Atom<'_>) -> Self {
        match atom {
            Atom::Word(octets) => Self { octets: octets.into(), is_word: true, joined: false },
            Atom::Letter(octets, joined) => Self { octets: octets.into(), is_word: false, joined },
        }
    }
}

impl Words {
    /// The words of a phrase, of which the first [`WORDS_MAX`] count; `None` if it has none.
    pub fn of(phrase: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        atoms(phrase, &mut Scratch::default(), |atom| {
            if pieces.len() < WORDS_MAX {
                pieces.push(Piece::from(atom));
            }
        });
        let mut terms: Vec<Box<[u8]>> = Vec::new();
        for (at, piece) in pieces.iter().enumerate() {
            let term = match &pieces[..at] {
                _ if piece.is_word => piece.octets.clone(),
                [.., before] if piece.joined => [&*before.octets, &piece.octets].concat().into(),
                _ => continue,
            };
            if !terms.contains(&term) {
                terms.push(term);
            }
        }
        (!pieces.is_empty()).then_some(Self { atoms: pieces, terms })
    }

    /// What an index has of a text in which these words follow each other, each once; none if all are
    /// single characters of scripts without spaces.
    pub fn terms(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.terms.iter().map(|term| &**term)
    }

    /// Whether they follow each other in a text.
    pub fn follow_in(&self, text: &str) -> bool {
        let mut have = Vec::new();
        atoms(text, &mut Scratch::default(), |atom| have.push(Piece::from(atom)));
        have.windows(self.atoms.len()).any(|some| {
            let pairs = some.iter().zip(&self.atoms).enumerate();
            let fits = |(at, (have, want)): (usize, (&Piece, &Piece))| {
                have.octets == want.octets && (at == 0 || have.joined || !want.joined)
            };
            pairs.into_iter().all(fits)
        })
    }

    /// Whether they follow each other in a message, or in the part of one that this is.
    pub(in crate::ledger) fn are_in(&self, message: &Message<'_>) -> bool {
        body::text(message).is_some_and(|text| self.follow_in(&text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::text::tokens::terms;

    fn found(phrase: &str, text: &str) -> bool {
        let words = Words::of(phrase).expect("words");
        let mut have = Vec::<Vec<u8>>::new();
        terms(text, &mut Scratch::default(), |term| have.push(term.to_vec()));
        let found = words.follow_in(text);
        assert!(!found || words.terms().all(|term| have.iter().any(|known| known == term)));
        found
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
        assert!(found("码", "您的验证码是1234"));
        assert!(found("1234", "您的验证码是 1234"));
        assert!(found("码是1234", "您的验证码是 1234"));
        assert!(!found("码验", "您的验证码是1234"));
        assert!(!found("验证", "验 证"), "they are apart");
        assert!(found("验 证", "验证"), "whether they are apart was not asked");
        assert!(found("ガイド", "ご利用ｶﾞｲﾄﾞです"));
        assert!(found("ÉCOLE", "l'heure: école fermée"));
        assert!(found("код", "Ваш КОД 12"));
    }

    #[test]
    fn marks_alone_are_no_words() {
        assert_eq!(Words::of(" -- … !"), None);
        assert_eq!(Words::of(""), None);
    }

    #[test]
    fn a_phrase_without_end_is_cut() {
        let words = Words::of(&"你好a ".repeat(1000)).expect("words");
        assert!(words.follow_in(&"你好a ".repeat(11)));
        assert!(words.terms().len() <= WORDS_MAX);
        let late = Words::of(&format!("{}b", "a ".repeat(50))).expect("words");
        assert!(late.follow_in(&"a ".repeat(40)) && late.terms().eq([b"a"]));
        assert!(found(&"你好 a ".repeat(1000), &"你好 a ".repeat(2000)));
    }
}
