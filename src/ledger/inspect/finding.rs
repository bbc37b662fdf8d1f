//! What was found in a directory, with its place.

use std::collections::BTreeMap;
use std::fmt;

use crate::spool::error::OpenError;

/// Findings of one file that are told; more of them are counted.
pub const FINDINGS_PER_FILE: u64 = 8;

/// Findings that are told of all files.
pub const FINDINGS_MAX: usize = 1_000;

/// Whether something is wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weight {
    /// Something to know: the next start deals with it.
    Note,
    /// It is not as it was written.
    Wrong,
}

/// One finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// Whether it is wrong.
    pub weight: Weight,
    /// Which file.
    pub file: String,
    /// Octets from its beginning, if it has such a place.
    pub offset: Option<u64>,
    /// What was found, for people.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weight = if self.weight == Weight::Wrong { "wrong" } else { "note" };
        match self.offset {
            Some(offset) => write!(f, "{weight}: {} at octet {offset}: {}", self.file, self.what),
            None => write!(f, "{weight}: {}: {}", self.file, self.what),
        }
    }
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// In the order they were found, at most [`FINDINGS_MAX`].
    pub list: Vec<Finding>,
    /// How many are wrong, told or not.
    pub wrong: u64,
    /// How many are not told.
    pub untold: u64,
    by_file: BTreeMap<String, u64>,
}

impl Findings {
    /// Something is not as it was written.
    pub(super) fn wrong(&mut self, file: &str, offset: Option<u64>, what: impl Into<String>) {
        self.wrong += 1;
        self.add(Weight::Wrong, file, offset, what.into());
    }

    /// Something is to be known.
    pub(super) fn note(&mut self, file: &str, offset: Option<u64>, what: impl Into<String>) {
        self.add(Weight::Note, file, offset, what.into());
    }

    /// A file cannot be read, or not as what it should be.
    pub(super) fn error(&mut self, file: &str, error: &OpenError) {
        let what = match error {
            OpenError::Damaged { what, .. } => what.clone(),
            otherwise => otherwise.to_string(),
        };
        self.wrong(file, None, what);
    }

    fn add(&mut self, weight: Weight, file: &str, offset: Option<u64>, what: String) {
        let count = self.by_file.entry(file.to_owned()).or_default();
        *count += 1;
        if *count > FINDINGS_PER_FILE || self.list.len() >= FINDINGS_MAX {
            self.untold += 1;
            return;
        }
        self.list.push(Finding { weight, file: file.to_owned(), offset, what });
    }
}
