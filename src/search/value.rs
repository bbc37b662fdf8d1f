//! What stands behind a key: each key's own kind of value.

use super::expression::{Channel, Pattern, Wanted};
use super::key::Key;
use super::number_text::{self, ADDRESS_BYTES_MAX};
use super::syntax_error::QueryError;
use super::token::Token;
use super::when::{self, When};
use crate::base::id::PUBLIC_ID_LEN;
use crate::ledger::text::phrase::Words;
use crate::message::disposition::{Disposition, Status};
use crate::message::reason::Reason;
use crate::message::record::Direction;

/// Digits of a number's key.
const DIGITS_MAX: usize = 15;

/// What a term with a key looks for.
pub(super) fn of_key(key: Key, token: Token) -> Result<Wanted, QueryError> {
    let Token { value, value_at: at, quoted, .. } = token;
    let numbers = |value: &str| if quoted { address(value, at) } else { pattern(value, at) };
    let word = value.trim();
    Ok(match key {
        Key::To => Wanted::To(numbers(word)?),
        Key::From => Wanted::From(numbers(word)?),
        Key::Number => Wanted::Number(numbers(word)?),
        Key::Id => Wanted::Id(id(word, at)?),
        Key::CarrierId => Wanted::CarrierId(word.to_owned()),
        Key::Ref => Wanted::Ref(value),
        Key::Account => Wanted::Account(value),
        Key::Carrier => Wanted::Carrier(value),
        Key::Disposition => {
            let all = Disposition::ALL.iter().map(|one| (one.name(), *one));
            Wanted::Disposition(one_of("disposition", word, at, all)?)
        }
        Key::Status => {
            let all = Status::ALL.iter().map(|one| (one.name(), *one));
            Wanted::Status(one_of("status", word, at, all)?)
        }
        Key::Reason => {
            let all = Reason::ALL.iter().map(|one| (one.name(), *one));
            Wanted::Reason(one_of("reason", word, at, all)?)
        }
        Key::Direction => Wanted::Direction(direction(word, at)?),
        Key::Type => Wanted::Type(one_of("type", word, at, [(Channel::Sms.name(), Channel::Sms)])?),
        Key::Tag => Wanted::Tag(value),
        Key::Text => Wanted::Text(text(value, at)?),
        Key::Since => Wanted::Since(moment(word, at)?),
        Key::Until => Wanted::Until(moment(word, at)?),
    })
}

/// Numbers by a pattern with a `*` at one end, or an address.
pub(super) fn pattern(text: &str, at: usize) -> Result<Pattern, QueryError> {
    if !text.contains('*') {
        return address(text, at);
    }
    let wrong = || {
        let allowed = "`*0013` for the last digits, `+4479*` for the first, up to 15 of them";
        QueryError::new(at, text, "is no pattern of a number").allowing(allowed)
    };
    let (part, last) = match (text.strip_prefix('*'), text.strip_suffix('*')) {
        (Some(last), None) => (last, true),
        (None, Some(first)) => (first, false),
        _ => return Err(wrong()),
    };
    let number = number_text::read(part).ok_or_else(wrong)?;
    let digits = number.trim_start_matches('+').len();
    if digits > DIGITS_MAX || (last && number.starts_with('+')) {
        return Err(wrong());
    }
    Ok(if last { Pattern::Last(number) } else { Pattern::Prefix(number) })
}

/// A number or a sender's name.
fn address(text: &str, at: usize) -> Result<Pattern, QueryError> {
    let address = number_text::read(text).unwrap_or_else(|| text.to_owned());
    if address.len() > ADDRESS_BYTES_MAX {
        let problem = format!("is longer than the {ADDRESS_BYTES_MAX} octets that an address has");
        return Err(QueryError::new(at, text, problem));
    }
    Ok(Pattern::Exact(address))
}

/// Our id, in lower case with its prefix, if these characters can be one with theirs.
pub(super) fn message_id(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let characters = lower.strip_prefix("msg_")?;
    // Crockford's base 32 leaves out what is mistaken for digits.
    let known = |octet: u8| octet.is_ascii_alphanumeric() && !b"ilou".contains(&octet);
    (characters.len() == PUBLIC_ID_LEN && characters.bytes().all(known)).then_some(lower)
}

fn id(text: &str, at: usize) -> Result<String, QueryError> {
    message_id(text).or_else(|| message_id(&format!("msg_{text}"))).ok_or_else(|| {
        let allowed = format!("`msg_` and {PUBLIC_ID_LEN} characters");
        QueryError::new(at, text, "is not the id of a message").allowing(allowed)
    })
}

fn one_of<T: Copy>(
    what: &str,
    text: &str,
    at: usize,
    all: impl IntoIterator<Item = (&'static str, T)> + Clone,
) -> Result<T, QueryError> {
    let name = text.to_ascii_lowercase().replace('-', "_");
    let found = all.clone().into_iter().find(|(known, _)| *known == name);
    found.map(|(_, one)| one).ok_or_else(|| {
        let error = QueryError::new(at, text, format!("is no {what}"));
        error.among(all.into_iter().map(|(known, _)| known), &name)
    })
}

fn direction(text: &str, at: usize) -> Result<Direction, QueryError> {
    match &*text.to_ascii_lowercase() {
        "outbound" | "out" | "mt" => Ok(Direction::Outbound),
        "inbound" | "in" | "mo" => Ok(Direction::Inbound),
        _ => {
            let error = QueryError::new(at, text, "is no direction");
            Err(error.among(["outbound", "inbound", "mt", "mo"], text))
        }
    }
}

fn text(text: String, at: usize) -> Result<String, QueryError> {
    match Words::of(&text) {
        Some(_) => Ok(text),
        None => Err(QueryError::new(at, &text, "has no word in it")),
    }
}

fn moment(text: &str, at: usize) -> Result<When, QueryError> {
    When::read(text)
        .ok_or_else(|| QueryError::new(at, text, "is no moment").allowing(when::ALLOWED))
}
