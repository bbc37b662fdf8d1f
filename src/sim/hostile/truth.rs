//! The truth of every message: what became of it, and what was said.
//!
//! A message is known by its destination and text, as nothing else comes back from the gateway
//! unchanged: let each text be unique. **Invariants**: at most [`ENTRIES_MAX`] messages are known, with
//! [`SUBMITS_MAX`] submits each; what comes above is counted, so that a proof with a gap says so.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use crate::sim::hostile::told::{End, Stray, Submit, Told};

/// Messages that are kept, and receipts for ids never given.
pub const ENTRIES_MAX: usize = 250_000;

/// Submits of one message that are kept.
pub const SUBMITS_MAX: usize = 1_000;

/// Octets shown as text: what is not printable ASCII, and backslashes, as `\xNN`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Escaped(pub Vec<u8>);

/// One message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Entry {
    /// `source_addr`.
    pub source: Escaped,
    /// `destination_addr`.
    pub destination: Escaped,
    /// The user data.
    pub text: Escaped,
    /// How it ended; `None` if it was never taken, or nobody ever heard.
    pub end: Option<End>,
    /// Its submits, in the order they came.
    pub submits: Vec<Submit>,
    /// Receipts, in the order they were written.
    pub receipts: Vec<Told>,
}

/// One part of a message from a handset.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Part {
    /// The handset.
    pub source: Escaped,
    /// The user data with its header.
    pub text: Escaped,
    /// How often it was sent.
    pub sent: u32,
    /// Whether the ESME confirmed it.
    pub confirmed: bool,
}

/// All of it.
#[derive(Clone, Default, Debug)]
pub struct Truth {
    /// Messages in the order they first came.
    pub entries: Vec<Entry>,
    /// Receipts for ids that were never given.
    pub strays: Vec<Stray>,
    /// What handsets sent.
    pub parts: Vec<Part>,
    /// Submits with optional parameters to a peer of v3.3.
    pub parameters_to_33: u64,
    /// Submits beyond [`ENTRIES_MAX`] and [`SUBMITS_MAX`].
    pub unrecorded: u64,
    by_key: HashMap<Vec<u8>, usize>,
}

/// What a delivery is of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Of {
    /// The receipt `.1` of the entry `.0`.
    Receipt(usize, usize),
    /// This part of a handset's message.
    Part(usize),
    /// This one of those for an id never given.
    Stray(usize),
    /// Something beyond what is kept.
    Unrecorded,
}

impl Truth {
    /// The place of a message, made when it first comes.
    pub(super) fn place(
        &mut self,
        source: &[u8],
        destination: &[u8],
        text: &[u8],
    ) -> Option<usize> {
        let key = key(destination, text);
        if let Some(&place) = self.by_key.get(&key) {
            return Some(place);
        }
        if self.entries.len() >= ENTRIES_MAX {
            self.unrecorded += 1;
            return None;
        }
        self.by_key.insert(key, self.entries.len());
        let own = |octets: &[u8]| Escaped(octets.to_vec());
        self.entries.push(Entry {
            source: own(source),
            destination: own(destination),
            text: own(text),
            end: None,
            submits: Vec::new(),
            receipts: Vec::new(),
        });
        Some(self.entries.len() - 1)
    }

    /// The message of this destination and text.
    pub fn find(&self, destination: &[u8], text: &[u8]) -> Option<&Entry> {
        self.by_key.get(&key(destination, text)).and_then(|&place| self.entries.get(place))
    }

    /// Whether everything that is to be sent and confirmed was.
    pub fn is_settled(&self) -> bool {
        self.entries.iter().all(|entry| entry.receipts.iter().all(|told| told.confirmed))
            && self.parts.iter().all(|part| part.confirmed)
            && self.strays.iter().all(|stray| stray.confirmed)
    }

    /// Notes that a delivery has left.
    pub(super) fn sent(&mut self, of: Of) {
        match of {
            Of::Receipt(entry, number) => self.told(entry, number, |told| told.sent += 1),
            Of::Part(number) => {
                if let Some(part) = self.parts.get_mut(number) {
                    part.sent += 1;
                }
            }
            Of::Stray(number) => {
                if let Some(stray) = self.strays.get_mut(number) {
                    stray.sent += 1;
                }
            }
            Of::Unrecorded => {}
        }
    }

    /// Notes that a delivery was confirmed.
    pub(super) fn confirmed(&mut self, of: Of) {
        match of {
            Of::Receipt(entry, number) => self.told(entry, number, |told| told.confirmed = true),
            Of::Part(number) => {
                if let Some(part) = self.parts.get_mut(number) {
                    part.confirmed = true;
                }
            }
            Of::Stray(number) => {
                if let Some(stray) = self.strays.get_mut(number) {
                    stray.confirmed = true;
                }
            }
            Of::Unrecorded => {}
        }
    }

    fn told(&mut self, entry: usize, number: usize, change: impl FnOnce(&mut Told)) {
        let told = self.entries.get_mut(entry).and_then(|entry| entry.receipts.get_mut(number));
        if let Some(told) = told {
            change(told);
        }
    }

    /// Writes one JSON object a line: messages, then receipts for ids never given, then parts from
    /// handsets.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, mut out: impl Write) -> io::Result<()> {
        for entry in &self.entries {
            serde_json::to_writer(&mut out, entry)?;
            out.write_all(b"\n")?;
        }
        for stray in &self.strays {
            serde_json::to_writer(&mut out, &serde_json::json!({ "stray": stray }))?;
            out.write_all(b"\n")?;
        }
        for part in &self.parts {
            serde_json::to_writer(&mut out, &serde_json::json!({ "inbound": part }))?;
            out.write_all(b"\n")?;
        }
        out.flush()
    }
}

impl Entry {
    /// Submits that were taken: each is one text on the handset, if it ended so.
    pub fn taken(&self) -> usize {
        self.submits.iter().filter(|submit| submit.status == 0).count()
    }
}

/// Addresses hold no NUL, so the two cannot run into each other.
fn key(destination: &[u8], text: &[u8]) -> Vec<u8> {
    [destination, b"\0", text].concat()
}

impl fmt::Display for Escaped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for &octet in &self.0 {
            match octet {
                b' '..=b'~' if octet != b'\\' => write!(f, "{}", char::from(octet))?,
                _ => write!(f, "\\x{octet:02x}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Escaped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl Serialize for Escaped {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_submitted_again_is_the_same_and_another_text_is_not() {
        let mut truth = Truth::default();
        let first = truth.place(b"ACME", b"447700900123", b"one");
        assert_eq!(truth.place(b"OTHER", b"447700900123", b"one"), first);
        assert_ne!(truth.place(b"ACME", b"447700900123", b"two"), first);
        assert_eq!(truth.find(b"447700900123", b"one").map(Entry::taken), Some(0));
    }

    #[test]
    fn the_truth_is_written_as_lines_of_json_whatever_the_text() {
        let mut truth = Truth::default();
        truth.place(b"ACME", b"447700900123", b"a \"text\"\n\\ \xFF");
        let mut out = Vec::new();
        truth.write(&mut out).unwrap();
        let lines: Vec<&str> = std::str::from_utf8(&out).unwrap().lines().collect();
        assert_eq!(lines.len(), 1);
        let line: serde_json::Value = serde_json::from_str(lines[0]).unwrap();
        assert_eq!(line["text"], "a \"text\"\\x0a\\x5c \\xff");
        assert_eq!(line["end"], serde_json::Value::Null);
    }
}
