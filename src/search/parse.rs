//! Reading a query.
//!
//! A query is terms with blanks between them, all of which have to hold. A term is a word
//! (`+447700900123`, `*0013`, `msg_8fmwvqwy3ewcz`, `ACME`), a text in quotes (`"two words"`), or a key and
//! what it has to be (`to:+4479*`, `disposition:bounced`, `since:2h`); a `-` before it turns it round.

use super::expression::{Expression, Pattern, Term, Wanted};
use super::key::Key;
use super::number_text::{self, ADDRESS_BYTES_MAX};
use super::syntax_error::QueryError;
use super::token::{Cutter, Token};
use super::value;

/// Octets of a query at most.
pub const QUERY_BYTES_MAX: usize = 1024;

/// Terms of a query at most.
pub const TERMS_MAX: usize = 16;

/// Characters of a value at most.
pub const VALUE_CHARS_MAX: usize = 255;

/// Digits that are a country code, or the beginning of a national number: others follow in groups.
const FIRST_GROUP_MAX: usize = 5;

/// Digits of the longest number (E.164 §6).
const NUMBER_DIGITS_MAX: usize = 15;

/// Reads a query.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn parse(query: &str) -> Result<Expression, QueryError> {
    if query.len() > QUERY_BYTES_MAX {
        let problem = format!("is longer than the {QUERY_BYTES_MAX} octets that a query may have");
        return Err(QueryError::new(1, query, problem));
    }
    let mut cutter = Cutter::new(query);
    let mut expression = Expression::default();
    while let Some(token) = cutter.next()? {
        if expression.terms.len() >= TERMS_MAX {
            let problem = format!("is one term more than the {TERMS_MAX} that a query may have");
            return Err(QueryError::new(token.at, &token.value, problem));
        }
        if token.value.chars().count() > VALUE_CHARS_MAX {
            let problem = format!("is longer than {VALUE_CHARS_MAX} characters");
            return Err(QueryError::new(token.value_at, &token.value, problem));
        }
        let (negated, at) = (token.negated, token.at);
        expression.terms.push(Term { negated, wanted: wanted(token, &mut cutter)?, at });
    }
    Ok(expression)
}

fn wanted(token: Token, cutter: &mut Cutter<'_>) -> Result<Wanted, QueryError> {
    match &token.key {
        None if token.quoted => value::of_key(Key::Text, token),
        None => word(token, cutter),
        Some(name) => match Key::from_name(name) {
            Some(key) => value::of_key(key, token),
            None => Err(unknown_key(&token, name)),
        },
    }
}

/// A word that can be but one thing is that; see [`reading`](super::reading) for the others.
fn word(token: Token, cutter: &mut Cutter<'_>) -> Result<Wanted, QueryError> {
    let word = token.value;
    if word.contains('*') {
        return value::pattern(&word, token.value_at).map(Wanted::Number);
    }
    if let Some(id) = value::message_id(&word) {
        return Ok(Wanted::Id(id));
    }
    let number = number_text::read(&word).filter(|it| it.len() <= ADDRESS_BYTES_MAX);
    let Some(number) = number else { return Ok(Wanted::Word(word)) };
    let begins = number.starts_with(['+', '0']) && number.len() <= FIRST_GROUP_MAX;
    let digits = number.trim_start_matches('+').len();
    let room = if begins { NUMBER_DIGITS_MAX.saturating_sub(digits) } else { 0 };
    let groups = cutter.digit_groups(room);
    Ok(match (number.starts_with('+'), groups.is_empty()) {
        (true, _) => Wanted::Number(Pattern::Exact(number + &groups)),
        (false, false) => Wanted::Word(number + &groups),
        // It can be a reference just as well: as it was written.
        (false, true) => Wanted::Word(word),
    })
}

fn unknown_key(token: &Token, name: &str) -> QueryError {
    let all: Vec<&str> = Key::ALL.iter().map(|key| key.name()).collect();
    let allowed = format!("{}; or quotes around it, to look for it in texts", all.join(", "));
    let at = token.at + usize::from(token.negated);
    let error = QueryError::new(at, name, "is no key").allowing(allowed);
    QueryError { meant: Key::like(name).map(str::to_owned), ..error }
}
