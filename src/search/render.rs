//! Writing a query down, so that it reads back the same.

use std::fmt;

use super::expression::{Expression, Pattern, Term, Wanted, direction_name};
use super::key::Key;

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, term) in self.terms.iter().enumerate() {
            let blank = if place == 0 { "" } else { " " };
            write!(f, "{blank}{term}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minus = if self.negated { "-" } else { "" };
        match self.wanted.key() {
            None => write!(f, "{minus}{}", self.wanted.value()),
            Some(key) => write!(f, "{minus}{}:{}", key.name(), self.wanted.value()),
        }
    }
}

impl Wanted {
    /// The key it is written with; `None` for a bare word.
    pub const fn key(&self) -> Option<Key> {
        Some(match self {
            Self::Word(_) => return None,
            Self::To(_) => Key::To,
            Self::From(_) => Key::From,
            Self::Number(_) => Key::Number,
            Self::Id(_) => Key::Id,
            Self::CarrierId(_) => Key::CarrierId,
            Self::Ref(_) => Key::Ref,
            Self::Account(_) => Key::Account,
            Self::Carrier(_) => Key::Carrier,
            Self::Disposition(_) => Key::Disposition,
            Self::Status(_) => Key::Status,
            Self::Reason(_) => Key::Reason,
            Self::Direction(_) => Key::Direction,
            Self::Type(_) => Key::Type,
            Self::Tag(_) => Key::Tag,
            Self::Text(_) => Key::Text,
            Self::Since(_) => Key::Since,
            Self::Until(_) => Key::Until,
        })
    }

    /// What is written behind the key.
    pub fn value(&self) -> String {
        match self {
            // A bare word has nothing in it that quotes would be wanted for.
            Self::Word(word) => word.clone(),
            Self::To(pattern) | Self::From(pattern) | Self::Number(pattern) => pattern.to_string(),
            Self::Id(text)
            | Self::CarrierId(text)
            | Self::Ref(text)
            | Self::Account(text)
            | Self::Carrier(text)
            | Self::Tag(text)
            | Self::Text(text) => quoted(text, &[]),
            Self::Disposition(one) => one.name().to_owned(),
            Self::Status(one) => one.name().to_owned(),
            Self::Reason(one) => one.name().to_owned(),
            Self::Direction(one) => direction_name(*one).to_owned(),
            Self::Type(one) => one.name().to_owned(),
            Self::Since(when) | Self::Until(when) => when.to_string(),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(text) => f.write_str(&quoted(text, &['*'])),
            Self::Prefix(digits) => write!(f, "{digits}*"),
            Self::Last(digits) => write!(f, "*{digits}"),
        }
    }
}

/// A value in quotes, if it would be read as something else without them.
fn quoted(text: &str, special: &[char]) -> String {
    let plain = |letter: char| {
        letter != '"' && !letter.is_whitespace() && !special.contains(&letter)
            // Marks that are not seen are taken out of bare words.
            && (letter.is_ascii_graphic() || letter.is_alphanumeric())
    };
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
