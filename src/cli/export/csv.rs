//! CSV after RFC 4180 that a spreadsheet can be given without fear.

use std::io::{self, Write as _};

use serde_json::Value;

use super::columns::{Column, columns};
use super::format::Writer;
use super::target::Target;
use crate::base::csv::cell;

pub(super) struct Csv {
    target: Target,
    columns: Vec<Column>,
    line: String,
}

impl Csv {
    /// Writes the names of the columns.
    pub(super) fn new(target: Target, texts: bool) -> io::Result<Self> {
        let mut csv = Self { target, columns: columns(texts), line: String::new() };
        let names: Vec<&str> = csv.columns.iter().map(|column| column.name).collect();
        csv.target.write_all(names.join(",").as_bytes())?;
        csv.target.write_all(b"\r\n")?;
        Ok(csv)
    }
}

impl Writer for Csv {
    fn message(&mut self, message: &Value) -> io::Result<()> {
        self.line.clear();
        for (number, column) in self.columns.iter().enumerate() {
            if number > 0 {
                self.line.push(',');
            }
            match column.of(message) {
                Value::Null => {}
                Value::String(text) => cell(text, &mut self.line),
                other => self.line.push_str(&other.to_string()),
            }
        }
        self.line.push_str("\r\n");
        self.target.write_all(self.line.as_bytes())
    }

    fn finish(self: Box<Self>) -> io::Result<Target> {
        Ok(self.target)
    }
}
