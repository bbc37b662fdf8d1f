//! The parameters of `GET /v1/messages`: each becomes a term of a query.
//!
//! Everything wrong with a query is found in one pass. Numbers in a query end up in the logs of
//! proxies: ours never log a query, and `q`, which is new, takes nothing that may be personal.

use super::problem::{At, FieldError, Problem};
use super::problem_table as kinds;
use super::searching::{LIMIT, LIMIT_MAX};
use super::when;
use crate::base::clock::Timestamp;
use crate::message::disposition::Disposition;
use crate::search::expression::{Expression, Pattern, Term, Wanted};
use crate::search::number_text;
use crate::search::parse::parse;
use crate::search::when::When;

/// What is looked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Filters {
    pub(super) expression: Expression,
    pub(super) limit: usize,
    /// The public id of the last message of the page before.
    pub(super) after: Option<String>,
}

/// Parameters of the query; the document of the API has the same.
pub(super) const PARAMETERS: [&str; 11] = [
    "q",
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
    pub(super) fn none() -> Self {
        Self { expression: Expression::default(), limit: LIMIT, after: None }
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

    /// Adds what a parameter says.
    pub(super) fn set(&mut self, parameter: &str, value: String) -> Result<(), String> {
        let wanted = match parameter {
            "q" => return self.add(&value),
            "limit" => {
                let limit = value.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
                self.limit =
                    limit.ok_or(format!("has to be a whole number from 1 to {LIMIT_MAX}"))?;
                return Ok(());
            }
            "after" => {
                self.after = Some(value);
                return Ok(());
            }
            "to" => Wanted::To(number(&value)?),
            "from" => Wanted::From(number(&value)?),
            "account" => Wanted::Account(value),
            "carrier" => Wanted::Carrier(value),
            "carrier_message_id" => Wanted::CarrierId(value),
            "disposition" => Wanted::Disposition(disposition(&value)?),
            "since" => Wanted::Since(When::At(moment(&value)?)),
            "until" => Wanted::Until(When::At(moment(&value)?)),
            _ => return Err(format!("is not one of {}", PARAMETERS.join(", "))),
        };
        self.and(wanted);
        Ok(())
    }

    /// Adds a term.
    pub(super) fn and(&mut self, wanted: Wanted) {
        self.expression.terms.push(Term { negated: false, wanted, at: 0 });
    }

    /// Adds the terms of a query, of which none may be personal.
    fn add(&mut self, query: &str) -> Result<(), String> {
        let terms = parse(query).map_err(|error| error.to_string())?.terms;
        // A word may be somebody's number.
        let personal = |term: &&Term| term.wanted.key().is_none_or(|key| key.is_personal());
        if let Some(term) = terms.iter().find(personal) {
            let what = term.wanted.key().map_or("a word", |key| key.name());
            return Err(format!(
                "at character {}: {what} may be personal, and addresses of requests end up in logs; \
                 POST the query to /v1/messages/search",
                term.at
            ));
        }
        self.expression.terms.extend(terms);
        Ok(())
    }
}

/// A number or a sender's name. A `+` that nobody encoded has become a space.
fn number(value: &str) -> Result<Pattern, String> {
    let value = match value.strip_prefix(' ') {
        Some(rest) => format!("+{rest}"),
        None => value.to_owned(),
    };
    if value.is_empty() || value.len() > 21 {
        return Err("has to be a number or a sender's name".to_owned());
    }
    Ok(Pattern::Exact(number_text::read(&value).unwrap_or(value)))
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
        assert_eq!(
            filters.expression.to_string(),
            "to:+447700900123 disposition:bounced since:2025-10-21T11:03:07Z"
        );
        assert_eq!(filters.limit, 200);
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

    #[test]
    fn the_address_of_a_request_takes_no_query_that_may_be_personal() {
        let filters = read(&[("q", "-disposition:delivered since:2h"), ("carrier", "north")]);
        let written = filters.expect("nobody's").expression.to_string();
        assert_eq!(written, "-disposition:delivered since:2h carrier:north");
        for query in
            ["447700900123", "*0013", "to:1", "ref:a", "\"a b\"", "from:x", "account:a ACME"]
        {
            let problem = read(&[("q", query)]).expect_err(query);
            assert!(problem.detail.contains("/v1/messages/search"), "{query} {problem:?}");
            assert!(!problem.detail.contains("7700900"), "{problem:?}");
        }
        let problem = read(&[("q", "disposition:bouncd")]).expect_err("no such");
        assert!(problem.detail.contains("did you mean `bounced`"), "{problem:?}");
    }
}
