//! What is wrong with a configuration: where, which key, which value, and what is allowed instead.

use std::fmt;

use serde::Serialize;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The gateway would run, and not as meant.
    Warning,
    /// The gateway does not start with it.
    Error,
}

/// Where it was written.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In the file; line and column count from 1, columns in characters.
    File {
        /// The file's name as it was given.
        name: String,
        /// Line.
        line: usize,
        /// Column.
        column: usize,
    },
    /// In a variable of the environment.
    Environment(String),
    /// Nowhere in particular.
    Whole(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { name, line, column } => write!(f, "{name}:{line}:{column}"),
            Self::Environment(variable) => write!(f, "environment {variable}"),
            Self::Whole(name) => f.write_str(name),
        }
    }
}

/// One thing wrong.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Where it was written.
    pub place: Place,
    /// The key with its section, such as `carrier.sink.window`.
    pub key: String,
    /// The value as written; never one of a secret.
    pub value: Option<String>,
    /// What is wrong with it.
    pub problem: String,
    /// What would be right.
    pub allowed: String,
}

impl Finding {
    /// Something about a configuration as a whole.
    pub(super) fn of_whole(name: &str, severity: Severity, problem: String) -> Self {
        Self {
            severity,
            place: Place::Whole(name.to_owned()),
            key: String::new(),
            value: None,
            problem,
            allowed: String::new(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{}: {severity}: ", self.place)?;
        match (&self.value, self.key.is_empty()) {
            (_, true) => {}
            (Some(value), _) => write!(f, "{} = {value}: ", self.key)?,
            (None, _) => write!(f, "{}: ", self.key)?,
        }
        f.write_str(&self.problem)?;
        if !self.allowed.is_empty() {
            write!(f, "; allowed: {}", self.allowed)?;
        }
        Ok(())
    }
}

/// Everything wrong with a configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError {
    /// Errors and warnings, in the order of the file.
    pub findings: Vec<Finding>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.findings.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{finding}")?;
        }
        Ok(())
    }
}
