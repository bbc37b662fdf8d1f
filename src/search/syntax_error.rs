//! What is wrong with a query: where, what was read, and what would be right.

use std::fmt;

/// Characters of a query that an error shows.
const SHOWN_MAX: usize = 40;

/// Names that an error lists.
const LISTED_MAX: usize = 24;

/// Why a query cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QueryError {
    /// The character it is about, counted from 1; 0 for a term that was not written in a query.
    pub at: usize,
    /// What was read there, cut to 40 characters.
    pub read: String,
    /// What is wrong with it.
    pub problem: String,
    /// What is allowed; empty if the problem says so.
    pub allowed: String,
    /// What was perhaps meant.
    pub meant: Option<String>,
}

impl QueryError {
    pub(super) fn new(at: usize, read: &str, problem: impl Into<String>) -> Self {
        Self { at, read: shown(read), problem: problem.into(), allowed: String::new(), meant: None }
    }

    pub(super) fn allowing(self, allowed: impl Into<String>) -> Self {
        Self { allowed: allowed.into(), ..self }
    }

    /// Lists the names that are allowed, and the one that is most like the one that was read.
    pub(super) fn among<'a>(self, names: impl IntoIterator<Item = &'a str>, read: &str) -> Self {
        let names: Vec<&str> = names.into_iter().collect();
        let meant = nearest(read, names.iter().copied()).map(str::to_owned);
        let more = if names.len() > LISTED_MAX { ", …" } else { "" };
        let first = &names[..names.len().min(LISTED_MAX)];
        Self { allowed: format!("{}{more}", first.join(", ")), meant, ..self }
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.at > 0 {
            write!(f, "at character {}: ", self.at)?;
        }
        if !self.read.is_empty() {
            write!(f, "`{}` ", self.read)?;
        }
        f.write_str(&self.problem)?;
        if let Some(meant) = &self.meant {
            write!(f, "; did you mean `{meant}`?")?;
        }
        if !self.allowed.is_empty() {
            let joint = if self.meant.is_some() { " Allowed: " } else { "; allowed: " };
            write!(f, "{joint}{}", self.allowed)?;
        }
        Ok(())
    }
}

impl std::error::Error for QueryError {}

fn shown(read: &str) -> String {
    let mut shown: String = read.chars().take(SHOWN_MAX).collect();
    if shown.len() < read.len() {
        shown.push('…');
    }
    shown
}

/// The name that is most like a word, if one is like it at all.
pub(super) fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Of 1 for the same word.
    const LIKE_MIN: f64 = 0.75;
    let lower = word.to_lowercase();
    let like = |name: &&'a str| strsim::jaro_winkler(&lower, &name.to_lowercase());
    let scored = names.into_iter().map(|name| (like(&name), name));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(score, _)| *score >= LIKE_MIN).map(|(_, name)| name)
}
