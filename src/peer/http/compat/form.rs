//! Forms whose values are octets: of a query, and of a body in the same notation.
//!
//! A text may come in any charset, so that what `%xx` stands for is not yet text.
//! **Invariant**: what was given is what is read; an escape that is none makes the whole form unusable.

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;

use crate::peer::http::problem::Problem;
use crate::peer::http::problem_table as kinds;

/// Fields of one form.
const FIELDS_MAX: usize = 100;

/// Names and values in their order, decoded.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(in crate::peer::http) struct Form(Vec<(String, Vec<u8>)>);

/// Why octets are no form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::peer::http) enum BadForm {
    /// A `%` without two hexadecimal digits, in the value of this field.
    Escape(String),
    /// A name that is no text.
    Name,
    /// More than a hundred fields.
    TooMany,
}

impl Form {
    /// Reads `name=value` pairs with `&` between them.
    pub(in crate::peer::http) fn read(octets: &[u8]) -> Result<Self, BadForm> {
        let mut form = Self::default();
        form.add(octets)?;
        Ok(form)
    }

    /// Adds more pairs.
    pub(in crate::peer::http) fn add(&mut self, octets: &[u8]) -> Result<(), BadForm> {
        for pair in octets.split(|&octet| octet == b'&').filter(|pair| !pair.is_empty()) {
            if self.0.len() >= FIELDS_MAX {
                return Err(BadForm::TooMany);
            }
            let end = pair.iter().position(|&octet| octet == b'=');
            let (name, value) = pair.split_at(end.unwrap_or(pair.len()));
            let name = decoded(name).and_then(|name| String::from_utf8(name).ok());
            let name = name.ok_or(BadForm::Name)?;
            match decoded(value.strip_prefix(b"=").unwrap_or(value)) {
                Some(value) => self.0.push((name, value)),
                None => return Err(BadForm::Escape(name)),
            }
        }
        Ok(())
    }

    /// Adds one pair as it is.
    pub(in crate::peer::http) fn push(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// The first value of a field.
    pub(in crate::peer::http) fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }

    /// The same as text, lossy.
    pub(in crate::peer::http) fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(|value| String::from_utf8_lossy(value).into_owned())
    }

    /// Names in their order.
    pub(in crate::peer::http) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// `application/x-www-form-urlencoded` in octets; `None` when an escape is none.
fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [octet, after @ ..] = rest {
        rest = after;
        octets.push(match octet {
            b'+' => b' ',
            b'%' => {
                let [high, low, after @ ..] = rest else { return None };
                rest = after;
                digit(*high)? << 4 | digit(*low)?
            }
            other => *other,
        });
    }
    Some(octets)
}

fn digit(octet: u8) -> Option<u8> {
    char::from(octet).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// The octets that hexadecimal digits stand for.
pub(in crate::peer::http) fn unhex(digits: &[u8]) -> Option<Vec<u8>> {
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits.chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// The kind of a body, without its parameters, in lower case; empty if nothing says it.
pub(in crate::peer::http) fn content_type(parts: &Parts) -> String {
    let value = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = value.unwrap_or_default().split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

/// A body, if it is not too large.
pub(in crate::peer::http) async fn octets(
    parts: &Parts,
    body: Body,
    bytes_max: usize,
) -> Result<Bytes, Problem> {
    let too_large = || {
        let detail = format!("the body is larger than {bytes_max} octets");
        Problem::new(kinds::PAYLOAD_TOO_LARGE, detail)
    };
    let length = parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if length.and_then(|it| it.parse().ok()).is_some_and(|it: usize| it > bytes_max) {
        return Err(too_large());
    }
    to_bytes(body, bytes_max).await.map_err(|_| too_large())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_octets_in_their_order() {
        let form = Form::read(b"to=%2B44+7&text=%e4%00&&empty&to=2&a%2Db=1").expect("a form");
        assert_eq!(form.get("to"), Some(&b"+44 7"[..]), "the first");
        assert_eq!(form.get("text"), Some(&b"\xe4\0"[..]));
        assert_eq!((form.get("empty"), form.get("absent")), (Some(&b""[..]), None));
        assert_eq!(form.names().collect::<Vec<_>>(), ["to", "text", "empty", "to", "a-b"]);
    }

    #[test]
    fn what_is_no_form_is_named() {
        for (octets, bad) in [
            (&b"text=50%"[..], BadForm::Escape("text".into())),
            (b"text=%4", BadForm::Escape("text".into())),
            (b"text=%zz", BadForm::Escape("text".into())),
            (b"te%zzt=1", BadForm::Name),
            (b"%ff=1", BadForm::Name),
        ] {
            assert_eq!(Form::read(octets), Err(bad));
        }
        assert_eq!(Form::read("a=1&".repeat(101).as_bytes()), Err(BadForm::TooMany));
    }

    #[test]
    fn digits_are_octets_by_two() {
        assert_eq!(unhex(b"0aFF"), Some(vec![0x0a, 0xff]));
        for none in [&b"0"[..], b"zz", b"+1"] {
            assert_eq!(unhex(none), None);
        }
    }
}
