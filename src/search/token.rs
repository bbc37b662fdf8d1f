//! Cutting a query into terms: at blanks, but for those in quotes.

use super::syntax_error::QueryError;

/// One term as it was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Token {
    /// The character it begins with, counted from 1.
    pub(super) at: usize,
    pub(super) negated: bool,
    /// The word before the colon.
    pub(super) key: Option<String>,
    /// What is behind it, without quotes.
    pub(super) value: String,
    /// The character the value begins with.
    pub(super) value_at: usize,
    /// Whether the value was in quotes.
    pub(super) quoted: bool,
}

/// Reads the characters of a query one after another.
pub(super) struct Cutter<'a> {
    rest: &'a str,
    /// Characters read so far.
    read: usize,
}

impl<'a> Cutter<'a> {
    pub(super) const fn new(query: &'a str) -> Self {
        Self { rest: query, read: 0 }
    }

    /// The next term; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Token>, QueryError> {
        self.while_all(|letter| letter.is_whitespace() || is_invisible(letter));
        if self.rest.is_empty() {
            return Ok(None);
        }
        let (at, from) = (self.read + 1, self.rest);
        let negated = self.take('-');
        if negated && self.rest.chars().next().is_none_or(char::is_whitespace) {
            return Err(QueryError::new(at, "-", "has to stand before what must not hold"));
        }
        self.while_all(is_invisible);
        let key = self.key();
        let value_at = self.read + 1;
        let quoted = self.take('"');
        let value = if quoted { self.quoted(value_at)? } else { self.bare(value_at)? };
        if value.trim().is_empty() {
            let written = &from[..from.len() - self.rest.len()];
            let problem =
                if quoted { "has nothing in its quotes" } else { "has nothing behind it" };
            return Err(QueryError::new(at, written, problem));
        }
        Ok(Some(Token { at, negated, key, value, value_at, quoted }))
    }

    /// Letters and underscores before a colon. Anything else before one is no key: `12:30` is a word.
    fn key(&mut self) -> Option<String> {
        let (key, _) = self.rest.split_once(':')?;
        let wordy = |letter: char| letter.is_ascii_alphabetic() || letter == '_';
        if key.is_empty() || !key.chars().all(wordy) {
            return None;
        }
        let key = key.to_owned();
        self.skip(key.len() + 1);
        Some(key)
    }

    /// What is left of a quoted text, whose first quote was read; `\` takes the meaning of a quote or of
    /// another `\` behind it.
    fn quoted(&mut self, at: usize) -> Result<String, QueryError> {
        let mut text = String::new();
        while let Some(letter) = self.rest.chars().next() {
            self.skip(letter.len_utf8());
            match letter {
                '"' if self.rest.chars().next().is_none_or(char::is_whitespace) => return Ok(text),
                '"' => {
                    let problem = "has to be followed by a blank, or written \\\" within a text";
                    return Err(QueryError::new(self.read, "\"", problem));
                }
                '\\' if self.take('"') => text.push('"'),
                '\\' if self.take('\\') => text.push('\\'),
                letter => text.push(self.allowed(letter)?),
            }
        }
        Err(QueryError::new(at, "\"", "begins a text that does not end: another \" is missing"))
    }

    fn bare(&mut self, at: usize) -> Result<String, QueryError> {
        let mut text = String::new();
        while let Some(letter) = self.rest.chars().next().filter(|letter| !letter.is_whitespace()) {
            self.skip(letter.len_utf8());
            if letter == '"' {
                let problem = "has a quote in it: quotes stand around the whole";
                return Err(QueryError::new(at, &format!("{text}\""), problem));
            }
            text.push(self.allowed(letter)?);
        }
        // Pasted numbers bring marks of writing direction with them.
        Ok(text.trim_matches(is_invisible).to_owned())
    }

    fn allowed(&self, letter: char) -> Result<char, QueryError> {
        if letter.is_control() && !letter.is_whitespace() {
            let read = letter.escape_unicode().to_string();
            return Err(QueryError::new(self.read, &read, "is no character to search for"));
        }
        Ok(letter)
    }

    /// Groups of digits that follow, as numbers are written in groups, up to a number of digits.
    pub(super) fn digit_groups(&mut self, mut room: usize) -> String {
        let mut digits = String::new();
        loop {
            let blank = |letter: char| letter.is_whitespace() || is_invisible(letter);
            let ahead = self.rest.trim_start_matches(blank);
            let group = ahead.split(char::is_whitespace).next().unwrap_or_default();
            // As in `+44 (0)7700`: the zero is for those within the country.
            let meant = group.strip_prefix("(0)").unwrap_or(group);
            let count = meant.bytes().filter(u8::is_ascii_digit).count();
            let known = |letter: char| letter.is_ascii_digit() || "-.()/".contains(letter);
            let only = group.chars().all(|letter| known(letter) || is_invisible(letter));
            if count == 0 || count > room || !only || group.starts_with('-') {
                return digits;
            }
            digits.extend(meant.chars().filter(char::is_ascii_digit));
            room -= count;
            self.skip(self.rest.len() - ahead.len() + group.len());
        }
    }

    fn take(&mut self, letter: char) -> bool {
        let there = self.rest.starts_with(letter);
        if there {
            self.skip(letter.len_utf8());
        }
        there
    }

    fn while_all(&mut self, wanted: impl Fn(char) -> bool) {
        let length = self.rest.find(|letter| !wanted(letter)).unwrap_or(self.rest.len());
        self.skip(length);
    }

    /// Goes on by octets that end with a whole character.
    fn skip(&mut self, octets: usize) {
        let (before, rest) = self.rest.split_at_checked(octets).unwrap_or((self.rest, ""));
        self.read += before.chars().count();
        self.rest = rest;
    }
}

/// Marks that are not seen: of direction, of joining, of the beginning of a file.
const fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
}
