//! The text of a configuration and where in it something stands.

use std::ops::Range;

use super::finding::Place;

/// The file's name and text, and the variables that override it.
#[derive(Debug)]
pub(super) struct Source<'a> {
    /// As given on the command line.
    pub(super) name: &'a str,
    /// The whole file.
    pub(super) text: &'a str,
    /// `POSTRIDER__…` variables with their values.
    pub(super) environment: Vec<(String, String)>,
}

impl Source<'_> {
    /// Line and column of an octet.
    pub(super) fn place(&self, offset: usize) -> Place {
        let before = self.text.get(..offset.min(self.text.len())).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Place::File {
            name: self.name.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }

    /// The first line of what a span covers, short enough for a message.
    pub(super) fn excerpt(&self, span: Range<usize>) -> String {
        let line = self.text.get(span).and_then(|text| text.lines().next()).unwrap_or_default();
        if line.chars().count() <= EXCERPT_CHARS {
            return line.to_owned();
        }
        line.chars().take(EXCERPT_CHARS).chain(['…']).collect()
    }
}

const EXCERPT_CHARS: usize = 60;
