//! What operators write in a body: few fields, each known, all of them optional.

use axum::body::to_bytes;
use axum::extract::Request;
use serde_json::{Map, Value};

use super::problem::Problem;
use super::problem_table as kinds;
use crate::base::clock::Timestamp;

/// Octets of a body.
const BYTES_MAX: usize = 16 << 10;

/// The longest time that can be asked for, in seconds: a year.
const FOR_S_MAX: u64 = 366 * 86_400;

/// The fields of a body.
#[derive(Debug)]
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// Reads a body that may be empty or null, with these fields and no others.
    pub(super) async fn of(request: Request, known: &[&str]) -> Result<Self, Problem> {
        let octets = to_bytes(request.into_body(), BYTES_MAX).await.map_err(|_| {
            let detail = format!("the body is larger than {BYTES_MAX} octets");
            Problem::new(kinds::PAYLOAD_TOO_LARGE, detail)
        })?;
        if octets.is_empty() {
            return Ok(Self(Map::new()));
        }
        let value = serde_json::from_slice(&octets).map_err(|error| {
            Problem::new(kinds::INVALID_JSON, format!("this is not JSON: {error}"))
        })?;
        Self::of_value(value, known)
    }

    /// The fields of a body that was read, these and no others.
    pub(super) fn of_value(value: Value, known: &[&str]) -> Result<Self, Problem> {
        let object = match value {
            Value::Null => Map::new(),
            Value::Object(object) => object,
            _ => {
                return Err(Problem::new(kinds::INVALID_JSON, "this is JSON, and not an object"));
            }
        };
        match object.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => {
                let detail = format!("no such field; there are: {}", known.join(", "));
                Err(wrong(key, detail))
            }
            None => Ok(Self(object)),
        }
    }

    /// A text that may be left out.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, Problem> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(wrong(name, "is not a text")),
        }
    }

    /// Yes or no; no unless it is there.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(wrong(name, "is neither true nor false")),
        }
    }

    /// A whole number from 1 that may be left out.
    pub(super) fn number(&self, name: &str, max: u64) -> Result<Option<u64>, Problem> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) if (1..=max).contains(&number) => Ok(Some(number)),
                _ => Err(wrong(name, format!("is not a whole number from 1 to {max}"))),
            },
        }
    }

    /// `for_s`: for how many seconds.
    pub(super) fn seconds(&self) -> Result<Option<u64>, Problem> {
        self.number("for_s", FOR_S_MAX)
    }

    /// The end of `for_s` from now; [`Timestamp::NEVER`] without one.
    pub(super) fn until(&self, now: Timestamp) -> Result<Timestamp, Problem> {
        let after = |seconds| now + std::time::Duration::from_secs(seconds);
        Ok(self.seconds()?.map_or(Timestamp::NEVER, after))
    }
}

/// A field that cannot be used.
pub(super) fn wrong(name: &str, detail: impl Into<String>) -> Problem {
    let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
    Problem::at(kinds::INVALID_REQUEST, &pointer, detail)
}
