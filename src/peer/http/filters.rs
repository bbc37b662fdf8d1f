//! The parameters of `GET /v1/messages`.
//!
//! Everything wrong with a query is found in one pass. Numbers in a query end up in the logs of
//! proxies: ours never log a query.

use super::problem::{At, FieldError, Problem};
use super::problem_table as kinds;
use super::when;
use crate::base::clock::Timestamp;
use crate::message::disposition::Disposition;

/// What is looked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Filters {
    pub(super) to: Option<String>,
    pub(super) from: Option<String>,
    pub(super) account: Option<String>,
    pub(super) carrier: Option<String>,
    pub(super) disposition: Option<Disposition>,
    pub(super) since: Option<Timestamp>,
    pub(super) until: Option<Timestamp>,
    pub(super) carrier_message_id: Option<String>,
    pub(super) limit: usize,
    /// The public id of the last message of the page before.
    pub(super) after: Option<String>,
}

/// Messages of a page unless the query says otherwise.
const LIMIT: usize = 50;

/// Messages of a page at most.
pub(super) const LIMIT_MAX: usize = 200;

/// Parameters of the query; the document of the API has the same.
pub(super) const PARAMETERS: [&str; 10] = [
    "to",
    "from",
    "account",
    "carrier",
    "disposition",
    "since",
    "until",
    "carrier_message_id",
    "limit",
    "after",
];

impl Filters {
    /// Everything, a page of it.
    pub(super) const fn none() -> Self {
        Self {
            to: None,
            from: None,
            account: None,
            carrier: None,
            disposition: None,
            since: None,
            until: None,
            carrier_message_id: None,
            limit: LIMIT,
            after: None,
        }
    }

    /// Reads the parameters of a query.
    pub(super) fn read(pairs: Vec<(String, String)>) -> Result<Self, Problem> {
        let mut filters = Self::none();
        let mut errors = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        for (parameter, value) in pairs {
            let outcome = if seen.contains(&parameter) {
                Err("is there twice".to_owned())
            } else {
                filters.set(&parameter, value)
            };
            if let Err(detail) = outcome {
                let at = At::Parameter(parameter.clone());
                errors.push(FieldError { at, code: "invalid_parameter", detail });
            }
            seen.push(parameter);
        }
        match errors.first() {
            None => Ok(filters),
            Some(FieldError { at: At::Pointer(name) | At::Parameter(name), detail, .. }) => {
                let detail = format!("{name} {detail}");
                Err(Problem { errors, ..Problem::new(kinds::INVALID_QUERY, detail) })
            }
        }
    }

    fn set(&mut self, parameter: &str, value: String) -> Result<(), String> {
        match parameter {
            "to" => self.to = Some(number(&value)?),
            "from" => self.from = Some(number(&value)?),
            "account" => self.account = Some(value),
            "carrier" => self.carrier = Some(value),
            "carrier_message_id" => self.carrier_message_id = Some(value),
            "after" => self.after = Some(value),
            "disposition" => self.disposition = Some(disposition(&value)?),
            "since" => self.since = Some(moment(&value)?),
            "until" => self.until = Some(moment(&value)?),
            "limit" => {
                let limit = value.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
                self.limit =
                    limit.ok_or(format!("has to be a whole number from 1 to {LIMIT_MAX}"))?;
            }
            _ => return Err(format!("is not one of {}", PARAMETERS.join(", "))),
        }
        Ok(())
    }
}

/// A number or a sender's name. A `+` that nobody encoded has become a space.
fn number(value: &str) -> Result<String, String> {
    let value = match value.strip_prefix(' ') {
        Some(rest) => format!("+{rest}"),
        None => value.to_owned(),
    };
    if value.is_empty() || value.len() > 21 {
        return Err("has to be a number or a sender's name".to_owned());
    }
    Ok(value)
}

fn disposition(value: &str) -> Result<Disposition, String> {
    Disposition::from_name(value).ok_or_else(|| {
        let names: Vec<&str> = Disposition::ALL.iter().map(|known| known.name()).collect();
        format!("has to be one of {}", names.join(", "))
    })
}

/// RFC 3339. A `+` of an offset that nobody encoded has become a space.
fn moment(value: &str) -> Result<Timestamp, String> {
    when::parse(&value.replace(' ', "+"))
        .ok_or_else(|| "has to be RFC 3339, such as 2025-10-21T13:03:07Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Filters, Problem> {
        Filters::read(pairs.iter().map(|&(k, v)| (k.to_owned(), v.to_owned())).collect())
    }

    #[test]
    fn a_query_is_read() {
        let filters = read(&[
            ("to", " 447700900123"),
            ("disposition", "bounced"),
            ("since", "2025-10-21T13:03:07 02:00"),
            ("limit", "200"),
        ])
        .expect("it is right");
        assert_eq!(filters.to.as_deref(), Some("+447700900123"));
        assert_eq!(filters.disposition, Some(Disposition::Bounced));
        assert_eq!((filters.limit, filters.since.is_some()), (200, true));
        assert_eq!(read(&[]).expect("all").limit, LIMIT);
    }

    #[test]
    fn every_wrong_parameter_is_named() {
        let wrong = [("limit", "201"), ("since", "today"), ("too", "1"), ("disposition", "lost")];
        let problem = read(&wrong).expect_err("all of them");
        assert_eq!(problem.errors.len(), 4, "{problem:?}");
        assert!(problem.detail.starts_with("limit has to be a whole number from 1 to 200"));
        assert_eq!(read(&[("to", "1"), ("to", "2")]).expect_err("twice").errors.len(), 1);
    }
}
