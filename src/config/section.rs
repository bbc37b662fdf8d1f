//! Reading the keys of one table: each with its type, its bounds and its default.
//!
//! **Invariants**: every reading returns a value, so that one error does not hide the next; what was
//! wrong is in the reader's findings. A variable of the environment wins over the file.
//! Not here: what keys there are.

use std::cell::RefCell;
use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use toml::de::{DeTable, DeValue};

use super::finding::{Finding, Place, Severity};
use super::place::Source;
use super::words::{did_you_mean, wrong_type};

/// What one pass over a configuration collects.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    /// What is read.
    pub(super) source: &'a Source<'a>,
    /// What was wrong.
    pub(super) findings: RefCell<Vec<Finding>>,
    /// Keys that exist, as `kind of section` and `key`.
    pub(super) known: RefCell<Vec<(&'static str, &'static str)>>,
    /// Keys that were looked for, with their sections' names.
    pub(super) asked: RefCell<Vec<String>>,
}

impl<'a> Reader<'a> {
    /// Nothing found yet.
    pub(super) const fn new(source: &'a Source<'a>) -> Self {
        Self {
            source,
            findings: RefCell::new(Vec::new()),
            known: RefCell::new(Vec::new()),
            asked: RefCell::new(Vec::new()),
        }
    }
}

/// A table of the file.
#[derive(Debug)]
pub(super) struct Section<'a> {
    reader: &'a Reader<'a>,
    kind: &'static str,
    path: String,
    table: Option<&'a DeTable<'a>>,
    span: Range<usize>,
    keys: RefCell<Vec<&'static str>>,
}

/// A value as it was written.
#[derive(Clone, Debug)]
pub(super) enum Given<'a> {
    /// In the file.
    File(&'a DeValue<'a>, Range<usize>),
    /// In the environment: the variable and its text.
    Environment(&'a str, &'a str),
}

impl<'a> Section<'a> {
    /// The keys of a table that may be absent. `kind` is the table's name in the documentation and
    /// `path` its name in messages and, in capitals, in the environment.
    pub(super) const fn new(
        reader: &'a Reader<'a>,
        kind: &'static str,
        path: String,
        table: Option<(&'a DeTable<'a>, Range<usize>)>,
    ) -> Self {
        let (table, span) = match table {
            Some((table, span)) => (Some(table), span),
            None => (None, 0..0),
        };
        Self { reader, kind, path, table, span, keys: RefCell::new(Vec::new()) }
    }

    /// Its name in messages.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Whether the table or a variable for it is there.
    pub(super) fn given(&self, key: &'static str) -> Option<Given<'a>> {
        self.keys.borrow_mut().push(key);
        self.reader.known.borrow_mut().push((self.kind, key));
        let path = self.key(key);
        let wanted = variable(&path);
        self.reader.asked.borrow_mut().push(path);
        let set = self.reader.source.environment.iter().find(|(name, _)| *name == wanted);
        if let Some((name, text)) = set {
            return Some(Given::Environment(name, text));
        }
        let value = self.table?.get(key)?;
        Some(Given::File(value.get_ref(), value.span()))
    }

    /// A table inside this one, if it is there. `kind` is its name in the documentation.
    pub(super) fn inner(&self, key: &'static str, kind: &'static str) -> Option<Self> {
        let given = self.given(key)?;
        if let Given::File(DeValue::Table(table), span) = given {
            return Some(Self::new(self.reader, kind, self.key(key), Some((table, span))));
        }
        self.reject(key, &given, wrong_type(&given), format!("a section [{kind}]"));
        None
    }

    /// A whole number.
    pub(super) fn number<T: TryFrom<i64>>(
        &self,
        key: &'static str,
        default: T,
        range: RangeInclusive<i64>,
    ) -> T {
        self.number_or_none(key, range).unwrap_or(default)
    }

    /// A whole number that may be left out.
    pub(super) fn number_or_none<T: TryFrom<i64>>(
        &self,
        key: &'static str,
        range: RangeInclusive<i64>,
    ) -> Option<T> {
        let given = self.given(key)?;
        let allowed = format!("a whole number from {} to {}", range.start(), range.end());
        let number = match &given {
            Given::File(DeValue::Integer(number), _) => {
                i64::from_str_radix(number.as_str(), number.radix()).ok()
            }
            Given::File(..) => None,
            Given::Environment(_, text) => text.trim().replace('_', "").parse().ok(),
        };
        let Some(number) = number else {
            self.reject(key, &given, wrong_type(&given), allowed);
            return None;
        };
        let value = range.contains(&number).then(|| T::try_from(number).ok()).flatten();
        if value.is_none() {
            let problem =
                if number < *range.start() { "is too small" } else { "is too large" }.to_owned();
            self.reject(key, &given, problem, allowed);
        }
        value
    }

    /// A time in whole seconds.
    pub(super) fn seconds(
        &self,
        key: &'static str,
        default: Duration,
        range: RangeInclusive<i64>,
    ) -> Duration {
        self.number_or_none(key, range).map_or(default, Duration::from_secs)
    }

    /// A time in whole milliseconds.
    pub(super) fn millis(
        &self,
        key: &'static str,
        default: Duration,
        range: RangeInclusive<i64>,
    ) -> Duration {
        self.number_or_none(key, range).map_or(default, Duration::from_millis)
    }

    /// Yes or no.
    pub(super) fn flag(&self, key: &'static str, default: bool) -> bool {
        let Some(given) = self.given(key) else { return default };
        let value = match &given {
            Given::File(DeValue::Boolean(value), _) => Some(*value),
            Given::File(..) => None,
            Given::Environment(_, text) => text.trim().parse().ok(),
        };
        value.unwrap_or_else(|| {
            self.reject(key, &given, wrong_type(&given), "true or false".to_owned());
            default
        })
    }

    /// A string that may be left out.
    pub(super) fn text_or_none(&self, key: &'static str, allowed: &str) -> Option<String> {
        let given = self.given(key)?;
        match &given {
            Given::File(DeValue::String(text), _) => Some(text.to_string()),
            Given::Environment(_, text) => Some((*text).to_owned()),
            Given::File(..) => {
                self.reject(key, &given, wrong_type(&given), allowed.to_owned());
                None
            }
        }
    }

    /// Records that a required key is not there.
    pub(super) fn missing(&self, key: &'static str, allowed: &str) {
        if self.table.is_some_and(|table| table.contains_key(key)) {
            return;
        }
        self.reader.findings.borrow_mut().push(Finding {
            severity: Severity::Error,
            place: self.reader.source.place(self.span.start),
            key: self.key(key),
            value: None,
            problem: "is missing".to_owned(),
            allowed: allowed.to_owned(),
        });
    }

    /// Records that a value cannot be used.
    pub(super) fn fail(&self, key: &'static str, problem: String, allowed: String) {
        self.record(Severity::Error, key, self.written(key).as_ref(), problem, allowed, false);
    }

    /// Records what was wrong with a file that this one names.
    pub(super) fn found(&self, findings: Vec<Finding>) {
        self.reader.findings.borrow_mut().extend(findings);
    }

    /// Records that a secret cannot be used, without showing it.
    pub(super) fn fail_secret(&self, key: &'static str, problem: String, allowed: String) {
        self.record(Severity::Error, key, self.written(key).as_ref(), problem, allowed, true);
    }

    /// Records that a value is doubtful; of a key that is a secret, only where it is.
    pub(super) fn warn(&self, key: &'static str, problem: String, secret: bool) {
        let written = self.written(key);
        self.record(Severity::Warning, key, written.as_ref(), problem, String::new(), secret);
    }

    /// Records every key that nothing has asked for. Called once the known ones have been read.
    pub(super) fn finish(&self) {
        let keys = self.keys.borrow();
        for (key, _) in self.table.into_iter().flatten() {
            if keys.iter().any(|known| *known == key.get_ref()) {
                continue;
            }
            let hint = did_you_mean(key.get_ref(), keys.iter().copied());
            let mut sorted = keys.clone();
            sorted.sort_unstable();
            sorted.dedup();
            self.reader.findings.borrow_mut().push(Finding {
                severity: Severity::Error,
                place: self.reader.source.place(key.span().start),
                key: self.key(key.get_ref()),
                value: None,
                problem: format!("no such key{hint}"),
                allowed: sorted.join(", "),
            });
        }
    }

    fn key(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn written(&self, key: &'static str) -> Option<Given<'a>> {
        self.given(key)
    }

    /// Records that what was given cannot be used.
    pub(super) fn reject(
        &self,
        key: &'static str,
        given: &Given<'_>,
        problem: String,
        allowed: String,
    ) {
        self.record(Severity::Error, key, Some(given), problem, allowed, false);
    }

    fn record(
        &self,
        severity: Severity,
        key: &'static str,
        given: Option<&Given<'_>>,
        problem: String,
        allowed: String,
        secret: bool,
    ) {
        let source = self.reader.source;
        let (place, value) = match given {
            Some(Given::File(_, span)) => {
                (source.place(span.start), Some(source.excerpt(span.clone())))
            }
            Some(Given::Environment(name, text)) => {
                (Place::Environment((*name).to_owned()), Some((*text).to_owned()))
            }
            None => (source.place(self.span.start), None),
        };
        self.reader.findings.borrow_mut().push(Finding {
            severity,
            place,
            key: self.key(key),
            value: value.filter(|_| !secret),
            problem,
            allowed,
        });
    }
}

/// The variable that overrides a key: `http.listen` is `POSTRIDER__HTTP__LISTEN`.
pub(super) fn variable(key: &str) -> String {
    let mut name = String::from("POSTRIDER");
    for part in key.split('.') {
        name.push_str("__");
        name.extend(part.chars().map(|letter| {
            if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' }
        }));
    }
    name
}
