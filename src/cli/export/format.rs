//! The ways an export is written.

use std::io;

use serde_json::Value;

use super::csv::Csv;
use super::jsonl::JsonLines;
use super::parquet::Parquet;
use super::target::Target;

/// A way to write messages.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(super) enum Format {
    /// Values with commas between them (RFC 4180), for spreadsheets
    Csv,
    /// A JSON object a line
    Jsonl,
    /// Apache Parquet
    Parquet,
}

/// Writes messages one after another.
pub(super) trait Writer {
    /// Writes one as the API shows it.
    fn message(&mut self, message: &Value) -> io::Result<()>;

    /// Writes what comes at the end.
    fn finish(self: Box<Self>) -> io::Result<Target>;
}

impl Format {
    /// Begins to write.
    pub(super) fn writer(self, target: Target, texts: bool) -> io::Result<Box<dyn Writer>> {
        Ok(match self {
            Self::Csv => Box::new(Csv::new(target, texts)?),
            Self::Jsonl => Box::new(JsonLines::new(target)),
            Self::Parquet => Box::new(Parquet::new(target, texts)?),
        })
    }
}
