//! `Idempotency-Key`: which request is the same as which (draft-ietf-httpapi-idempotency-key-header-07).
//!
//! A key stands for a request of its account, or of the operator, for 24 hours. The same request is the
//! same JSON, however it is laid out and whatever the order of its members, to the same path. Not here:
//! what is remembered; that is in the ledger, in the chunk of each message.

use axum::http::HeaderMap;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::auth::Caller;
use super::problem::Problem;
use super::problem_table as kinds;
use crate::base::clock::Timestamp;
use crate::pipeline::port::Keyed;

/// Longest key, in octets without its quotes.
const KEY_OCTETS_MAX: usize = 255;

/// Messages of a batch that are kept under one digest: the ledger gives back 64 of a digest, which are
/// two days of the same key.
const GROUP: u16 = 32;

/// A request with an idempotency key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Idempotency {
    /// Digest of the key and of whose it is.
    whose: [u8; 32],
    fingerprint: [u8; 32],
}

impl Idempotency {
    /// What the header of a request says, if it has one.
    pub(super) fn of(
        headers: &HeaderMap,
        caller: &Caller,
        path: &str,
        body: &Value,
    ) -> Result<Option<Self>, Problem> {
        let Some(key) = key(headers)? else { return Ok(None) };
        let mut whose = Sha256::new();
        // An account's name has no NUL in it.
        whose
            .update(caller.account().map_or("operator\0\0".to_owned(), |name| format!("{name}\0")));
        whose.update(key);
        let mut request = Sha256::new();
        request.update(path);
        canonical(body, &mut |piece| request.update(piece));
        Ok(Some(Self { whose: whose.finalize().into(), fingerprint: request.finalize().into() }))
    }

    /// What no second request may hold while this one runs.
    pub(super) const fn lock(&self) -> [u8; 32] {
        self.whose
    }

    /// Whether a kept fingerprint is that of this request.
    pub(super) fn is_of(&self, fingerprint: &[u8]) -> bool {
        self.fingerprint == *fingerprint
    }

    /// The digests that messages of a request of so many are kept under.
    pub(super) fn digests(&self, messages: u16) -> Vec<[u8; 32]> {
        (0..messages.div_ceil(GROUP)).map(|group| self.digest(group)).collect()
    }

    /// What is kept with a message.
    pub(super) fn keyed(&self, number: u16, told: Timestamp) -> Keyed {
        let key = self.digest(number / GROUP);
        Keyed { key, fingerprint: self.fingerprint, number, told }
    }

    fn digest(&self, group: u16) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(self.whose);
        digest.update(group.to_le_bytes());
        digest.finalize().into()
    }
}

/// The key of the header: a string of structured fields (RFC 8941 §3.3.3), or bare, as many send it.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let wrong = |detail: &str| Err(Problem::new(kinds::INVALID_IDEMPOTENCY_KEY, detail));
    let mut values = headers.get_all("idempotency-key").iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return wrong("there is more than one Idempotency-Key");
    }
    let Some(key) = value.to_str().ok().map(str::trim).and_then(unquoted) else {
        return wrong("the Idempotency-Key is neither a string in quotes nor printable ASCII");
    };
    if key.is_empty() || key.len() > KEY_OCTETS_MAX {
        return wrong("the Idempotency-Key has to have 1 to 255 octets");
    }
    Ok(Some(key))
}

fn unquoted(text: &str) -> Option<String> {
    let printable = |text: &str| text.bytes().all(|octet| (0x20..0x7f).contains(&octet));
    let Some(rest) = text.strip_prefix('"') else {
        let bare = printable(text) && !text.contains([' ', '"', ',']);
        return bare.then(|| text.to_owned());
    };
    let mut key = String::new();
    let mut letters = rest.chars();
    loop {
        match letters.next()? {
            '"' => break,
            '\\' => key.push(letters.next().filter(|letter| ['"', '\\'].contains(letter))?),
            letter => key.push(letter),
        }
    }
    // Parameters say nothing that we know.
    let rest = letters.as_str().trim_start();
    (printable(&key) && (rest.is_empty() || rest.starts_with(';'))).then_some(key)
}

/// The JSON in one form: members by their names, no space.
fn canonical(value: &Value, write: &mut impl FnMut(&[u8])) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_unstable();
            write(b"{");
            for name in names {
                canonical(&Value::from(name.as_str()), write);
                write(b":");
                canonical(&members[name], write);
                write(b",");
            }
            write(b"}");
        }
        Value::Array(items) => {
            write(b"[");
            for item in items {
                canonical(item, write);
                write(b",");
            }
            write(b"]");
        }
        plain => write(plain.to_string().as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            let value = axum::http::HeaderValue::from_bytes(value.as_bytes()).expect("a value");
            headers.append("idempotency-key", value);
        }
        headers
    }

    #[test]
    fn a_key_is_read_in_quotes_and_without() {
        let read = |text: &str| key(&headers(&[text])).map(Option::unwrap_or_default);
        for (text, expected) in [
            ("\"8e03978e-40d5\"", "8e03978e-40d5"),
            ("8e03978e-40d5", "8e03978e-40d5"),
            (r#""a \" and \\ b";v=1"#, r#"a " and \ b"#),
            (" \"a,b\" ", "a,b"),
        ] {
            assert_eq!(read(text).expect(text), expected);
        }
        let long = "k".repeat(255);
        assert_eq!(read(&long).expect("as long as may be"), long);
        for wrong in ["", "\"\"", "\"a", "a b", "a,b", "\"a\"b", "\"\\x\"", "é", &"k".repeat(256)]
        {
            let problem = read(wrong).expect_err(wrong);
            assert_eq!(problem.kind, kinds::INVALID_IDEMPOTENCY_KEY, "{wrong}");
        }
        assert!(key(&headers(&["a", "b"])).is_err());
        assert_eq!(key(&headers(&[])), Ok(None));
    }

    #[test]
    fn the_same_json_is_the_same_however_it_is_laid_out() {
        let form = |text: &str| {
            let mut octets = Vec::new();
            let value = serde_json::from_str(text).expect("JSON");
            canonical(&value, &mut |piece: &[u8]| octets.extend_from_slice(piece));
            octets
        };
        let one = form(r#"{"to":"1","text":"Hi","more":[1,{"b":2,"a":null}]}"#);
        assert_eq!(
            one,
            form("{ \"more\": [1, {\"a\":null,\"b\":2}], \"text\":\"H\\u0069\",\"to\":\"1\"}")
        );
        for other in [
            r#"{"to":"1","text":"Ho","more":[1,{"b":2,"a":null}]}"#,
            r#"{"to":"1","text":"Hi","more":[1,{"b":2}]}"#,
            r#"{"to":"1","text":"Hi"}"#,
        ] {
            assert_ne!(one, form(other));
        }
        assert_ne!(form(r#"["a","b"]"#), form(r#"["a,b"]"#));
        assert_ne!(form(r#"{"a":{},"b":1}"#), form(r#"{"a":{"b":1}}"#));
    }
}
