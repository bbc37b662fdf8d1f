//! What a query looks like, in words, beside the box that it was typed in.

use crate::address::plan::{Use, parse};
use crate::search::expression::{Expression, Pattern, Wanted};
use crate::search::number_text;
use crate::search::reading::Reading;

/// The words; empty for nothing.
pub(super) fn looks_like(expression: &Expression) -> String {
    let mut words: Vec<String> = expression.terms.iter().take(3).map(|it| of(&it.wanted)).collect();
    if expression.terms.len() > 3 {
        words.push("…".to_owned());
    }
    words.join(" and ")
}

/// The one number that is looked for, if it is a number and nothing else.
pub(super) fn only_number(expression: &Expression) -> Option<String> {
    let [term] = &expression.terms[..] else { return None };
    match &term.wanted {
        _ if term.negated => None,
        Wanted::Number(Pattern::Exact(number)) => Some(number.clone()),
        Wanted::Word(word) if word.len() >= 7 => {
            let is_number = Reading::all_of(word).contains(&Reading::Number);
            is_number.then(|| number_text::read(word)).flatten()
        }
        _ => None,
    }
}

fn of(wanted: &Wanted) -> String {
    match wanted {
        Wanted::Number(pattern) | Wanted::To(pattern) | Wanted::From(pattern) => number(pattern),
        Wanted::Id(_) => "the id of a message".to_owned(),
        Wanted::CarrierId(_) => "a carrier's id".to_owned(),
        Wanted::Text(_) => "words of a text".to_owned(),
        Wanted::Word(word) => readings(word),
        other => other.key().map_or(String::new(), |key| format!("a filter by {}", key.name())),
    }
}

fn number(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Exact(text) if text.starts_with('+') => match parse(text, None) {
            Ok(number) => {
                let country = number.country.map(|it| it.code().to_owned()).unwrap_or_default();
                let used = match number.used_for {
                    Use::Unknown => String::new(),
                    used => used.name().to_lowercase().replace('_', " "),
                };
                let known: Vec<&str> =
                    [&*country, &*used].into_iter().filter(|it| !it.is_empty()).collect();
                match known.is_empty() {
                    true => "a phone number".to_owned(),
                    false => format!("a phone number ({})", known.join(", ")),
                }
            }
            Err(_) => "a number".to_owned(),
        },
        Pattern::Exact(_) => "a number or a sender".to_owned(),
        Pattern::Prefix(_) => "the first digits of a number".to_owned(),
        Pattern::Last(_) => "the last digits of a number".to_owned(),
    }
}

fn readings(word: &str) -> String {
    let words = Reading::all_of(word).into_iter().map(|reading| match reading {
        Reading::MessageId => "an id",
        Reading::Number => "a phone number",
        Reading::CarrierId => "a carrier's id",
        Reading::Sender => "a sender",
        Reading::Reference => "a reference",
        Reading::Text => "a word of a text",
    });
    words.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::parse::parse as query;

    #[test]
    fn what_was_pasted_is_told_in_words() {
        for (text, expected) in [
            ("+447400123456", "a phone number (GB, mobile)"),
            ("*0013", "the last digits of a number"),
            ("order-881", "a carrier's id, a sender, a reference, a word of a text"),
            ("disposition:bounced", "a filter by disposition"),
            ("", ""),
        ] {
            assert_eq!(looks_like(&query(text).expect(text)), expected, "{text}");
        }
    }

    #[test]
    fn a_number_alone_is_one_however_it_is_written() {
        let only = |text: &str| only_number(&query(text).expect(text));
        assert_eq!(only("+44 7700 900123").as_deref(), Some("+447700900123"));
        assert_eq!(only("447700900123").as_deref(), Some("447700900123"));
        assert_eq!(only("07700 900123").as_deref(), Some("07700900123"));
        for other in ["ACME", "+447700900123 disposition:bounced", "-+447700900123", "*0013"] {
            assert_eq!(only(other), None, "{other}");
        }
    }
}
