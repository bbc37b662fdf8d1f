//! Choosing the account of a message from a handset, and saying why.
//!
//! Rules are asked in the order of the configuration, and the first that holds takes the message. A
//! condition without values always holds, one with several holds if one of them does.
//! **Invariant**: what is explained and what is chosen come of one walk.

use super::keyword::first_word;
use crate::base::id::{AccountId, CarrierId};

/// Under which conditions an account gets a message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MoRule {
    /// How people call it.
    pub name: String,
    /// Whole destinations, without `+`.
    pub destinations: Vec<Vec<u8>>,
    /// Leading digits of the destination, without `+`.
    pub prefixes: Vec<Vec<u8>>,
    /// Who brought it.
    pub carriers: Vec<CarrierId>,
    /// Whole senders, without `+`.
    pub senders: Vec<Vec<u8>>,
    /// Beginnings of senders, without `+`.
    pub sender_prefixes: Vec<Vec<u8>>,
    /// First words of the text, as [`first_word`] gives them.
    pub keywords: Vec<String>,
    /// Who gets it.
    pub account: AccountId,
}

/// A message as rules see it.
#[derive(Clone, Copy, Debug)]
pub struct MoQuestion<'a> {
    /// `source_addr`: the handset.
    pub source: &'a [u8],
    /// `destination_addr`: the number it was sent to.
    pub destination: &'a [u8],
    /// Who brought it.
    pub carrier: CarrierId,
    /// Its text, as far as it is one.
    pub text: Words<'a>,
}

/// What is known of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Words<'a> {
    /// All of it.
    Text(&'a str),
    /// It is no text: no keyword is its first word.
    None,
    /// Its beginning may still come.
    NotYet,
}

/// Which condition does not hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MoMismatch {
    /// The destination is none of those.
    Destination,
    /// The destination begins with none of those.
    Prefix,
    /// Another carrier brought it.
    Carrier,
    /// The sender is none of those.
    Sender,
    /// The sender begins with none of those.
    SenderPrefix,
    /// The first word is none of those.
    Keyword,
}

/// Who gets a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MoChoice<'t> {
    /// The first rule that holds.
    Rule(&'t MoRule),
    /// None does.
    Nobody,
    /// It depends on the first word, which is not there yet.
    NotYet,
}

/// All rules, in their order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MoTable {
    rules: Vec<MoRule>,
}

impl MoTable {
    /// The rules, first things first.
    pub const fn new(rules: Vec<MoRule>) -> Self {
        Self { rules }
    }

    /// The rules in their order.
    pub fn rules(&self) -> &[MoRule] {
        &self.rules
    }

    /// The first rule that holds.
    pub fn choose(&self, question: &MoQuestion<'_>) -> MoChoice<'_> {
        let word = question.text.first();
        for rule in &self.rules {
            match rule.holds(question, word.as_deref()) {
                Ok(()) => return MoChoice::Rule(rule),
                Err(MoMismatch::Keyword) if question.text == Words::NotYet => {
                    return MoChoice::NotYet;
                }
                Err(_) => {}
            }
        }
        MoChoice::Nobody
    }

    /// What each rule makes of a message. The first without a mismatch is the one chosen.
    pub fn explain<'t>(
        &'t self,
        question: &MoQuestion<'_>,
    ) -> impl Iterator<Item = (&'t MoRule, Option<MoMismatch>)> {
        let (question, word) = (*question, question.text.first());
        self.rules.iter().map(move |rule| (rule, rule.holds(&question, word.as_deref()).err()))
    }
}

impl Words<'_> {
    /// The first word, folded.
    fn first(self) -> Option<String> {
        match self {
            Self::Text(text) => first_word(text),
            Self::None | Self::NotYet => None,
        }
    }
}

impl MoRule {
    /// The keyword is asked last: whoever does not know the text yet learns whether it matters.
    fn holds(&self, question: &MoQuestion<'_>, word: Option<&str>) -> Result<(), MoMismatch> {
        let destination = plain(question.destination);
        let source = plain(question.source);
        let is = |values: &[Vec<u8>], it: &[u8]| {
            values.is_empty() || values.iter().any(|value| value == it)
        };
        let begins = |values: &[Vec<u8>], it: &[u8]| {
            values.is_empty() || values.iter().any(|value| it.starts_with(value))
        };
        let carrier = self.carriers.is_empty() || self.carriers.contains(&question.carrier);
        let keyword = self.keywords.is_empty()
            || word.is_some_and(|word| self.keywords.iter().any(|keyword| keyword == word));
        for (holds, mismatch) in [
            (is(&self.destinations, destination), MoMismatch::Destination),
            (begins(&self.prefixes, destination), MoMismatch::Prefix),
            (carrier, MoMismatch::Carrier),
            (is(&self.senders, source), MoMismatch::Sender),
            (begins(&self.sender_prefixes, source), MoMismatch::SenderPrefix),
            (keyword, MoMismatch::Keyword),
        ] {
            if !holds {
                return Err(mismatch);
            }
        }
        Ok(())
    }
}

/// An address without the sign of an international number.
fn plain(addr: &[u8]) -> &[u8] {
    addr.strip_prefix(b"+").unwrap_or(addr)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(name: &str, account: u16) -> MoRule {
        MoRule {
            name: name.to_owned(),
            destinations: vec![],
            prefixes: vec![],
            carriers: vec![],
            senders: vec![],
            sender_prefixes: vec![],
            keywords: vec![],
            account: AccountId(account),
        }
    }

    fn table() -> MoTable {
        let octets = |text: &str| vec![text.as_bytes().to_vec()];
        MoTable::new(vec![
            MoRule {
                destinations: octets("60777"),
                keywords: vec!["stop".into()],
                ..rule("stop", 1)
            },
            MoRule { destinations: octets("60777"), ..rule("code", 2) },
            MoRule { prefixes: octets("447"), carriers: vec![CarrierId(3)], ..rule("long", 3) },
            MoRule { sender_prefixes: octets("33"), ..rule("france", 4) },
            MoRule { senders: octets("4477"), ..rule("one", 5) },
        ])
    }

    fn asked<'a>(source: &'a str, destination: &'a str, text: Words<'a>) -> MoQuestion<'a> {
        let (source, destination) = (source.as_bytes(), destination.as_bytes());
        MoQuestion { source, destination, carrier: CarrierId(0), text }
    }

    fn chosen(question: &MoQuestion<'_>) -> Option<String> {
        match table().choose(question) {
            MoChoice::Rule(rule) => Some(rule.name.clone()),
            MoChoice::Nobody => None,
            MoChoice::NotYet => Some("not yet".to_owned()),
        }
    }

    #[test]
    fn the_first_rule_that_holds_takes_it() {
        let text = Words::Text("Stop it");
        assert_eq!(chosen(&asked("44", "60777", text)).as_deref(), Some("stop"));
        assert_eq!(chosen(&asked("44", "60777", Words::Text("go"))).as_deref(), Some("code"));
        assert_eq!(chosen(&asked("44", "60777", Words::None)).as_deref(), Some("code"));
        let from_three = MoQuestion { carrier: CarrierId(3), ..asked("44", "+447700900123", text) };
        assert_eq!(chosen(&from_three).as_deref(), Some("long"));
        assert_eq!(chosen(&asked("+336", "1", text)).as_deref(), Some("france"));
        assert_eq!(chosen(&asked("4477", "1", text)).as_deref(), Some("one"));
        assert_eq!(chosen(&asked("44770", "447700900123", text)), None);
    }

    #[test]
    fn a_text_that_is_not_there_yet_is_waited_for_only_where_it_matters() {
        assert_eq!(chosen(&asked("44", "60777", Words::NotYet)).as_deref(), Some("not yet"));
        assert_eq!(chosen(&asked("33", "1", Words::NotYet)).as_deref(), Some("france"));
        assert_eq!(chosen(&asked("1", "1", Words::NotYet)), None);
    }

    #[test]
    fn each_rule_says_what_does_not_hold() {
        let table = table();
        let question = asked("44", "447700900123", Words::Text("stop"));
        let why: Vec<_> = table.explain(&question).map(|(_, mismatch)| mismatch).collect();
        assert_eq!(
            why,
            [
                Some(MoMismatch::Destination),
                Some(MoMismatch::Destination),
                Some(MoMismatch::Carrier),
                Some(MoMismatch::SenderPrefix),
                Some(MoMismatch::Sender),
            ]
        );
    }
}
