//! JSON Lines: each message as the API shows it.

use std::io::{self, Write as _};

use serde_json::Value;

use super::format::Writer;
use super::target::Target;

pub(super) struct JsonLines(Target);

impl JsonLines {
    pub(super) const fn new(target: Target) -> Self {
        Self(target)
    }
}

impl Writer for JsonLines {
    fn message(&mut self, message: &Value) -> io::Result<()> {
        serde_json::to_writer(&mut self.0, message)?;
        self.0.write_all(b"\n")
    }

    fn finish(self: Box<Self>) -> io::Result<Target> {
        Ok(self.0)
    }
}
